"""Versions of the forms: written in a draft, published, then kept for ever."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from applications import form_problems
from applications import workflow as case_workflow
from applications.models import (
    Part,
    Question,
    QuestionKind,
    QuestionOption,
    QuestionSet,
    Section,
)
from applications.workflow import forms
from icld_portal.events import events_of
from icld_portal.problems import NotReady
from icld_portal.versions import differences
from icld_portal.workflow import WrongStatus
from tests.factories import cases

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
LIST = "/office/programme/forms/"


@pytest.fixture
def draft(office_administrator) -> QuestionSet:
    return forms.begin_form("application", "project", by=office_administrator)


@pytest.fixture
def first() -> QuestionSet:
    return QuestionSet.objects.get(purpose="application", grant_type="project", version=1)


def page(name: str = "", version: int = 2) -> str:
    return f"{LIST}application/project/{version}/{name}"


def question(of: QuestionSet, key: str) -> Question:
    return Question.objects.get(section__question_set=of, key=key)


def sent_of(browser, address: str) -> dict[str, str]:
    """What a browser would send back from the page as it is."""
    form = browser.get(address).context["form"]
    sent = {"seen": form.seen}
    forms_ = [form]
    if options := getattr(form, "options", None):
        forms_ += [options.management_form, *options.forms]
    for one in forms_:
        for field in one:
            value = field.value()
            if value is not None and value is not False:
                sent[field.html_name] = "on" if value is True else str(value)
    return sent


def texts(**facts):
    return {
        "kind": QuestionKind.LONG_TEXT,
        "required": True,
        "word_limit": 200,
        "text_sv": "Vad har ni lärt er?",
        "text_en": "What have you learnt?",
        "help_sv": "",
        "help_en": "",
    } | facts


def test_a_draft_is_a_whole_copy_and_beginning_again_returns_it(draft, first, office_administrator):
    assert forms.begin_form("application", "project", by=office_administrator) == draft

    assert (draft.version, draft.published_at) == (2, None)
    assert differences(first, draft) == []
    for model, of in ((Section, "question_set"), (Question, "section__question_set")):
        keys = [
            list(model.objects.filter(**{of: one}).order_by("pk").values_list("key", flat=True))
            for one in (first, draft)
        ]
        assert keys[0] == keys[1] != []


def test_a_draft_of_a_case_stays_on_its_version_and_a_new_one_gets_the_new(
    partnership, coordinator, draft, first, office_administrator
):
    begun = cases.empty_draft(partnership, by=coordinator)
    forms.publish_form(draft, by=office_administrator)

    later = cases.empty_draft(partnership, by=coordinator)

    begun.sheet.refresh_from_db()
    assert begun.sheet.question_set == first
    assert later.sheet.question_set == draft
    cases.fill(begun, by=coordinator)
    cases.approve_by_both(begun)
    assert case_workflow.submit(begun, by=coordinator).sheet.question_set == first


def test_publishing_is_recorded_and_cannot_be_done_twice(draft, office_administrator):
    forms.publish_form(draft, by=office_administrator)

    verbs = [(event.verb, event.actor_id) for event in events_of(draft)]
    assert verbs == [
        ("begin_form", office_administrator.pk),
        ("publish_form", office_administrator.pk),
    ]
    for deed in (forms.publish_form, forms.throw_away_form, forms.locked_form):
        with pytest.raises(WrongStatus):
            deed(draft, by=office_administrator)


def test_the_database_refuses_every_change_of_a_published_form(first):
    for rows, changes in (
        (QuestionSet.objects.filter(pk=first.pk), {"title_sv": "x"}),
        (Section.objects.filter(question_set=first), {"title_sv": "x"}),
        (Question.objects.filter(section__question_set=first), {"word_limit": 1}),
        (QuestionOption.objects.filter(question__section__question_set=first), {"text_sv": "x"}),
    ):
        if rows.exists():
            with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
                rows.update(**changes)


@pytest.mark.parametrize("who", ["officer", "decider", "reader", "coordinator"])
def test_only_administrators_write(who, draft, request):
    person = request.getfixturevalue(who)
    for deed in (
        lambda: forms.begin_form("application", "preparation", by=person),
        lambda: forms.publish_form(draft, by=person),
        lambda: forms.throw_away_form(draft, by=person),
    ):
        with pytest.raises(PermissionDenied):
            deed()


def test_a_new_question_never_takes_the_key_of_an_old_one(draft, office_administrator):
    section = draft.sections.get(key="context")
    forms.remove_row(draft, question(draft, "stakeholders"), by=office_administrator)

    made = forms.new_question(
        draft, section, texts(text_en="Stakeholders"), by=office_administrator
    )

    assert made.key == "stakeholders_2"


def test_what_is_not_whole_is_not_published(draft, office_administrator):
    draft.sections.filter(part=Part.BUDGET).delete()
    row = question(draft, "rights")
    row.text_en, row.kind, row.word_limit = "", QuestionKind.CHOICE, 0
    row.save()
    draft.sections.get(key="context").questions.all().delete()

    with pytest.raises(NotReady) as refused:
        forms.publish_form(draft, by=office_administrator)

    assert [problem.text for problem in refused.value.problems] == [
        "This part is missing: budget. Add a section with it.",
        "The section “Context” has no questions.",
        f"“{row.text_sv}” is not written in both languages.",
        f"“{row.text_sv}” needs two choices or more.",
    ]


def test_what_was_written_is_shown_as_a_difference(draft, first, office_administrator):
    row = question(draft, "context")
    forms.save_row(draft, row, {"word_limit": 300}, by=office_administrator)
    forms.remove_row(draft, question(draft, "rights"), by=office_administrator)
    forms.move_row(draft, draft.sections.get(key="risks"), up=True, by=office_administrator)
    made = forms.new_question(draft, row.section, texts(), by=office_administrator)
    moved = question(draft, "environment")
    forms.to_section(draft, moved, row.section)
    forms.save_row(draft, moved, {}, by=office_administrator)

    found = {(one.what, one.title): one for one in differences(first, draft)}

    assert set(found) == {
        ("changed", str(row)),
        ("removed", str(question(first, "rights"))),
        ("added", str(made)),
        ("changed", str(moved)),
        ("moved", "The order has changed"),
    }
    (limit,) = found["changed", str(row)].lines
    assert (limit.label, limit.changes[0].before, limit.changes[0].after) == (
        "at most words",
        "250",
        "300",
    )
    assert [line.label for line in found["changed", str(moved)].lines] == ["part of"]


def test_an_administrator_writes_and_publishes_on_the_pages(
    office_administrator, signed_in, client
):
    browser = signed_in(office_administrator, "en")
    assert browser.post(f"{LIST}application/project/begin/").url == page()

    add = page("sections/context/questions/add/")
    new = sent_of(browser, add) | {
        "kind": "choice",
        "word_limit": "0",
        "text_sv": "Hur ofta möts ni?",
        "text_en": "How often do you meet?",
        "options-0-text_sv": "Varje år",
        "options-0-text_en": "Every year",
        "options-0-place": "2",
        "options-1-text_sv": "Varje månad",
        "options-1-text_en": "Every month",
        "options-1-place": "1",
    }
    assert browser.post(add, new).status_code == 302
    made = question(QuestionSet.objects.get(version=2), "how_often_do_you_meet")
    assert list(made.options.values_list("value", flat=True)) == ["every_month", "every_year"]
    address = page("questions/how_often_do_you_meet/")
    again = sent_of(browser, address)
    again |= {"text_en": "How often will you meet?", "options-1-DELETE": "on"}
    assert browser.post(address, again | {"in_section": "risks"}).status_code == 302
    made.refresh_from_db()
    assert (made.key, made.section.key) == ("how_often_do_you_meet", "risks")
    assert list(made.options.values_list("value", flat=True)) == ["every_month"]
    assert browser.post(page("publish/")).status_code == 422
    assert "needs two choices" in browser.get(page()).content.decode()
    assert (
        browser.post(
            address,
            sent_of(browser, address)
            | {"options-1-text_sv": "Aldrig", "options-1-text_en": "Never"},
        ).status_code
        == 302
    )
    for wish in ("up", "down", "nonsense", "remove"):
        answer = browser.post(page("sections/risks/change/"), {"wish": wish})
        assert answer.status_code == (404 if wish == "nonsense" else 302)
    browser.post(page("throw-away/"))
    assert browser.get(page()).status_code == 404

    browser.post(f"{LIST}application/project/begin/")
    title = page("title/")
    browser.post(title, sent_of(browser, title) | {"title_en": "Apply for a project"})
    assert "Apply for a project" not in client.get("/questions/").content.decode()
    assert "project</ins>" in browser.get(page("difference/")).content.decode()
    assert browser.post(page("publish/")).url == page()
    client.cookies["language"] = "en"
    assert "Apply for a project" in client.get("/questions/").content.decode()
    for closed in ("title/", "sections/add/", "sections/risks/", "questions/context/", "publish/"):
        assert browser.get(page(closed)).url == page()
        assert browser.post(page(closed), {}).url == page()


def test_a_section_is_added_with_a_part_that_the_form_lacks(draft, office_administrator, signed_in):
    browser = signed_in(office_administrator, "en")
    forms.remove_row(draft, draft.sections.get(key="budget"), by=office_administrator)
    add = page("sections/add/")
    sent = sent_of(browser, add) | {"title_sv": "Pengar", "title_en": "Money"}

    assert browser.post(add, sent | {"part": "areas"}).status_code == 422
    assert browser.post(add, sent | {"part": "budget"}).status_code == 302
    assert browser.post(add, sent | {"title_en": "Budget"}).status_code == 302

    assert draft.sections.get(part="budget").key == "budget"
    assert draft.sections.get(title_en="Budget").key == "budget_2"


def test_attachments_are_part_of_the_version(draft, first, office_administrator, signed_in):
    browser = signed_in(office_administrator, "en")
    add = page("slots/add/")
    assert browser.post(add, sent_of(browser, add) | {"max_files": "21"}).status_code == 422
    sent = sent_of(browser, add) | {"name_sv": "Karta", "name_en": "Map"}
    assert browser.post(add, sent).status_code == 302
    address = page("slots/map/")
    assert browser.post(address, sent_of(browser, address) | {"name_en": "Maps"}).status_code == 302
    assert browser.post(page("slots/map/change/"), {"wish": "up"}).status_code == 302
    assert browser.post(page("slots/letter_of_intent/change/"), {"wish": "remove"})

    assert draft.slots.get(key="map").name_en == "Maps"
    found = {(one.what, one.kind, one.title) for one in differences(first, draft)}
    assert found == {
        ("added", "Attachment", "Maps"),
        ("removed", "Attachment", "Letter of intent"),
    }
    assert "The letter of intent is missing" in browser.get(page()).content.decode()
    assert browser.post(page("publish/")).status_code == 422


def test_the_second_editor_sees_what_the_first_has_saved(draft, office_administrator, signed_in):
    browser = signed_in(office_administrator, "en")
    address = page("questions/context/")
    mine = sent_of(browser, address) | {"text_en": "My text?"}
    Question.objects.filter(pk=question(draft, "context").pk).update(text_en="Their text?")

    refused = browser.post(address, mine)

    text = refused.content.decode()
    assert refused.status_code == 422
    assert "as it stands now: Their text?" in text
    assert "My text?" in text
    assert question(draft, "context").text_en == "Their text?"
    assert browser.post(address, mine | {"seen": refused.context["form"].seen}).status_code == 302
    assert question(draft, "context").text_en == "My text?"


@pytest.mark.parametrize(
    "wrong",
    [
        {"word_limit": "40000"},
        {"word_limit": "-1"},
        {"kind": "number"},
        {"kind": "nonsense"},
        {"in_section": "nowhere"},
        {"text_sv": "x" * 100_000},
        {"text_sv": ""},
        {"options-TOTAL_FORMS": "x"},
        {"options-0-text_sv": "bara svenska"},
    ],
)
def test_what_cannot_be_kept_is_told(wrong, draft, office_administrator, signed_in):
    browser = signed_in(office_administrator, "en")
    address = page("questions/context/")
    before = question(draft, "context").text_sv

    refused = browser.post(address, sent_of(browser, address) | wrong)

    assert refused.status_code == 422
    assert question(draft, "context").text_sv == before


@pytest.mark.parametrize("who", ["officer", "reader"])
def test_others_at_icld_look_and_do_not_touch(who, draft, request, signed_in):
    browser = signed_in(request.getfixturevalue(who))
    for readable in (LIST, page(), page(version=1), page("difference/")):
        assert browser.get(readable).status_code == 200
    assert page("publish/") not in browser.get(page()).content.decode()
    for closed in ("title/", "sections/add/", "questions/context/", "publish/", "throw-away/"):
        assert browser.get(page(closed)).status_code == 403
        assert browser.post(page(closed)).status_code == 403


def test_a_party_sees_nothing_of_a_draft(draft, coordinator, signed_in):
    browser = signed_in(coordinator)
    assert not QuestionSet.objects.visible_to(coordinator).drafts().exists()
    for closed in (LIST, page(), page("difference/")):
        assert browser.get(closed).status_code == 403


def test_the_preview_is_in_either_language(draft, office_administrator, signed_in):
    browser = signed_in(office_administrator, "en")

    shown = browser.get(page("?language=sv")).content.decode()

    assert 'lang="sv"' in shown
    assert question(draft, "context").text_sv in shown
    for wrong in ("?language=xx", "questions/nothing/", "sections/nothing/questions/add/"):
        assert browser.get(page(wrong)).status_code == 404
    assert browser.get(page(version=10**20)).status_code == 404
    assert browser.post(f"{LIST}nothing/project/begin/").status_code == 404


def test_the_pages_ask_as_often_for_thirty_versions_as_for_one(
    draft, office_administrator, signed_in, django_assert_max_num_queries
):
    browser = signed_in(office_administrator)
    with django_assert_max_num_queries(10):
        browser.get(LIST)
    QuestionSet.objects.bulk_create(
        QuestionSet(
            purpose="report",
            grant_type="project",
            version=number,
            title_sv="x",
            title_en="x",
            published_at=timezone.now(),
        )
        for number in range(2, 32)
    )
    with django_assert_max_num_queries(10):
        browser.get(LIST)
    names = ("", "difference/", "publish/", "questions/context/", "sections/context/")
    for name in names:
        with django_assert_max_num_queries(25):
            browser.get(page(name))


def test_criteria_are_copied_with_their_weights_and_must_stay_scores(office_administrator):
    draft = forms.begin_form("assessment", "project", by=office_administrator)
    first = QuestionSet.objects.get(purpose="assessment", grant_type="project", version=1)
    weights = [
        list(
            Question.objects.filter(section__question_set=one)
            .order_by("section__sort_order", "sort_order")
            .values_list("key", "weight")
        )
        for one in (first, draft)
    ]
    assert weights[0] == weights[1]
    assert form_problems.publishing_problems(draft) == []

    Question.objects.filter(section__question_set=draft, key="plan").update(weight=0)
    QuestionOption.objects.filter(
        question__section__question_set=draft, question__key="relevance", value="5"
    ).delete()

    assert [problem.page for problem in form_problems.publishing_problems(draft)] == [
        "sections/relevance",
        "sections/plan",
    ]


def test_only_a_choice_has_a_weight(office_administrator, signed_in):
    forms.begin_form("assessment", "project", by=office_administrator)
    browser = signed_in(office_administrator)
    address = f"{LIST}assessment/project/2/questions/plan-reason/"

    response = browser.post(address, sent_of(browser, address) | {"weight": "3"})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"weight"}
