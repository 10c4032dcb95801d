"""Writing an application, one section a page: nothing that was typed is ever lost."""

from datetime import date

import pytest
from django.urls import reverse

from applications import workflow
from applications.drafting import editing, save_answer
from applications.models import Activity, Answer, Application, Question, Result, Risk
from tests.applications.views.pages import fields_on
from tests.factories.cases import empty_draft, fill, ready_draft, written_draft
from tests.factories.parties import make_partnership

pytestmark = pytest.mark.django_db
GRANT_TYPES = ("preparation", "project", "steering_group", "development", "dissemination")


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return empty_draft(partnership, by=coordinator)


@pytest.fixture
def browser(coordinator, signed_in):
    return signed_in(coordinator, "en")


def address(application: Application, key: str) -> str:
    return reverse("applications:section", args=[application.handle, key])


def answer_to(application: Application, key: str) -> Answer:
    return Answer.objects.get(sheet=application.sheet, question__key=key)


@pytest.mark.parametrize("grant_type", GRANT_TYPES)
@pytest.mark.parametrize("make", [empty_draft, ready_draft])
def test_every_section_opens_small(partnership, coordinator, browser, grant_type, make):
    draft = make(partnership, by=coordinator, grant_type=grant_type)
    for section in draft.sheet.question_set.sections.all():
        page = browser.get(address(draft, section.key))
        assert (page.status_code, len(page.content) < 60_000) == (200, True), section.key


def test_an_unfinished_section_is_saved_with_its_gaps(draft, browser):
    sent = fields_on(browser.get(address(draft, "context")))
    sent["question-context"] = ["Två kommuner vid vatten."]

    saved = browser.post(address(draft, "context"), sent | {"then": "next"})

    assert saved.url == address(draft, "swedish_party")
    assert answer_to(draft, "context").text == "Två kommuner vid vatten."


def test_a_text_above_its_word_limit_is_kept_whole_and_told_about(draft, browser):
    sent = fields_on(browser.get(address(draft, "context")))
    sent["question-context"] = ["ord " * 252]
    browser.post(address(draft, "context"), sent)

    page = browser.get(address(draft, "context")).content.decode()

    assert len(answer_to(draft, "context").text.split()) == 252
    assert "252 of at most 250 words" in page
    assert "2 words too many" in page


def test_a_hundred_thousand_signs_without_a_space_are_kept(draft, browser):
    sent = fields_on(browser.get(address(draft, "context")))
    sent["question-context"] = ["å" * 100_000]

    assert browser.post(address(draft, "context"), sent).status_code == 302
    assert answer_to(draft, "context").text == "å" * 100_000


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x07"])
def test_a_hidden_sign_is_refused_beside_the_field_and_both_texts_stay(draft, browser, sign):
    sent = fields_on(browser.get(address(draft, "context")))
    sent["question-context"] = [f"Före{sign}efter"]
    sent["question-stakeholders"] = ["Marknadshandlare, omkring 400."]

    page = browser.post(address(draft, "context"), sent)

    text = page.content.decode()
    assert page.status_code == 422
    assert 'href="#question-context"' in text
    assert 'id="question-context_error"' in text
    assert "Före\N{REPLACEMENT CHARACTER}efter" in text
    assert "Marknadshandlare, omkring 400." in text
    assert not Answer.objects.exists()


def test_a_second_editor_sees_both_texts_and_loses_neither(
    draft, browser, partner_coordinator, signed_in
):
    mine = fields_on(browser.get(address(draft, "context")))
    other = signed_in(partner_coordinator, "en")
    theirs = fields_on(other.get(address(draft, "context")))
    other.post(address(draft, "context"), theirs | {"question-context": ["Their text."]})

    stale = browser.post(address(draft, "context"), mine | {"question-context": ["My text."]})

    shown = fields_on(stale)
    assert stale.status_code == 409
    assert shown["question-context"] == ["My text."]
    assert "Their text." in stale.content.decode()
    assert answer_to(draft, "context").text == "Their text."
    again = browser.post(address(draft, "context"), shown | {"question-context": ["Both texts."]})
    assert (again.status_code, answer_to(draft, "context").text) == (302, "Both texts.")


def test_a_page_does_not_stand_against_its_own_text_that_was_saved_on_its_way(
    draft, browser, coordinator
):
    opened = fields_on(browser.get(address(draft, "context")))
    with editing(draft, by=coordinator) as locked:
        question = Question.objects.get(
            section__question_set=draft.sheet.question_set, key="context"
        )
        save_answer(locked, question, "Två", by=coordinator)
    full = opened | {"question-context": ["Två kommuner"]}

    assert (
        browser.post(address(draft, "context"), full | {"sent-context": ["Tre"]}).status_code == 409
    )
    saved = browser.post(address(draft, "context"), full | {"sent-context": ["Två"]})

    assert (saved.status_code, answer_to(draft, "context").text) == (302, "Två kommuner")


def test_saving_one_answer_does_not_undo_what_another_editor_did_to_the_next(
    draft, browser, partner_coordinator, signed_in
):
    mine = fields_on(browser.get(address(draft, "context")))
    other = signed_in(partner_coordinator, "en")
    theirs = fields_on(other.get(address(draft, "context")))
    other.post(address(draft, "context"), theirs | {"question-stakeholders": ["Their text."]})

    saved = browser.post(address(draft, "context"), mine | {"question-context": ["My text."]})

    assert saved.status_code == 302
    assert answer_to(draft, "context").text == "My text."
    assert answer_to(draft, "stakeholders").text == "Their text."


def test_what_is_written_after_the_application_was_handed_in_is_shown_not_saved(
    partnership, coordinator, browser
):
    draft = ready_draft(partnership, by=coordinator)
    sent = fields_on(browser.get(address(draft, "context")))
    workflow.submit(draft, by=coordinator)

    late = browser.post(address(draft, "context"), sent | {"question-context": ["Too late."]})

    assert late.status_code == 409
    assert "Too late." in late.content.decode()
    assert not Answer.objects.filter(text="Too late.").exists()


def test_dates_and_titles_are_saved_and_set_the_years_of_the_budget(draft, browser):
    sent = fields_on(browser.get(address(draft, "basics")))
    sent |= {"title_sv": ["Rent vatten"], "start_on": ["2027-07-01"], "end_on": ["2029-06-30"]}

    browser.post(address(draft, "basics"), sent)

    draft = Application.objects.get(pk=draft.pk)
    assert (draft.title_sv, draft.start_on, draft.end_on) == (
        "Rent vatten",
        date(2027, 7, 1),
        date(2029, 6, 30),
    )
    assert draft.budget.years == 2


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("03/04/2026", "", "Write year-month-day, for example 2027-03-15."),
        ("2027-07-01", "2027-06-30", "The last day cannot come before the first day."),
        ("2027-07-01", "2030-07-01", "A case lasts at most three years."),
        ("0001-01-01", "", "outside the years"),
    ],
)
def test_wrong_dates_are_refused_and_the_title_stays_on_the_page(draft, browser, start, end, words):
    sent = fields_on(browser.get(address(draft, "basics")))
    sent |= {"title_sv": ["Rent vatten"], "start_on": [start], "end_on": [end]}

    page = browser.post(address(draft, "basics"), sent)

    assert page.status_code == 422
    assert words in page.content.decode()
    assert fields_on(page)["title_sv"] == ["Rent vatten"]


def test_results_grow_by_rows_and_lose_the_one_that_is_ticked(draft, browser):
    here = address(draft, "results")
    first = fields_on(browser.get(here))
    first |= {
        "results-0-text": ["Fler har rent vatten"],
        "results-0-indicators-0-text": ["Andel hushåll"],
        "results-0-indicators-0-baseline": ["40 %"],
    }
    browser.post(here, first)
    second = fields_on(browser.get(here)) | {"results-1-text": ["Fler är med och beslutar"]}
    browser.post(here, second)
    assert list(draft.results.values_list("text", "indicators__text")) == [
        ("Fler har rent vatten", "Andel hushåll"),
        ("Fler är med och beslutar", None),
    ]

    browser.post(here, fields_on(browser.get(here)) | {"results-0-DELETE": ["on"]})

    assert list(draft.results.values_list("text", flat=True)) == ["Fler är med och beslutar"]


def test_an_indicator_without_its_result_is_refused_and_stays_on_the_page(draft, browser):
    sent = fields_on(browser.get(address(draft, "results")))

    page = browser.post(
        address(draft, "results"), sent | {"results-0-indicators-0-text": ["Andel hushåll"]}
    )

    assert page.status_code == 422
    assert fields_on(page)["results-0-indicators-0-text"] == ["Andel hushåll"]
    assert not Result.objects.exists()


def test_a_row_of_another_case_named_in_the_form_is_not_touched(
    draft, browser, vara, machakos, stranger
):
    theirs = empty_draft(make_partnership(vara, machakos), by=stranger)
    fill(theirs, by=stranger)
    risk = Risk.objects.get(application=theirs)
    sent = fields_on(browser.get(address(draft, "risks")))

    browser.post(
        address(draft, "risks"),
        sent | {"risks-0-pk": [str(risk.pk)], "risks-0-text": ["Taken over"]},
    )

    risk.refresh_from_db()
    assert risk.text == "Val"
    assert list(draft.risks.values_list("text", flat=True)) == ["Taken over"]


def test_an_activity_for_an_organisation_outside_the_case_is_refused(draft, browser, vara):
    sent = fields_on(browser.get(address(draft, "activities")))

    page = browser.post(
        address(draft, "activities"),
        sent | {"activities-0-text": ["Besök"], "activities-0-organisation": [str(vara.pk)]},
    )

    assert page.status_code == 422
    assert fields_on(page)["activities-0-text"] == ["Besök"]
    assert not Activity.objects.exists()


def test_rows_of_two_editors_are_both_kept(draft, browser, partner_coordinator, signed_in):
    here = address(draft, "risks")
    other = signed_in(partner_coordinator, "en")
    mine, theirs = fields_on(browser.get(here)), fields_on(other.get(here))
    other.post(here, theirs | {"risks-0-text": ["Their risk"]})

    browser.post(here, mine | {"risks-0-text": ["My risk"]})

    assert set(draft.risks.values_list("text", flat=True)) == {"Their risk", "My risk"}


def test_a_form_without_its_counters_is_refused_not_a_crash(draft, browser):
    page = browser.post(address(draft, "risks"), {"risks-0-text": "Lost?"})
    assert page.status_code == 422


def test_areas_are_ticked_and_unticked(draft, browser):
    here = address(draft, "areas")
    page = browser.get(here)
    terms = [str(term) for term in page.context["page"].areas.fields["core_areas"].queryset]
    assert len(terms) == 4
    pks = [str(t.pk) for t in page.context["page"].areas.fields["core_areas"].queryset[:2]]
    browser.post(here, fields_on(page) | {"core_areas": pks})
    assert draft.core_areas.count() == 2

    browser.post(here, {**fields_on(browser.get(here)), "core_areas": pks[:1]})

    assert [str(term.pk) for term in draft.core_areas.all()] == pks[:1]


def test_a_reader_is_led_to_the_whole_text_and_may_not_save(draft, member, signed_in):
    browser = signed_in(member, "en")
    assert browser.get(address(draft, "context")).url == f"/applications/{draft.key}/read/#context"
    assert browser.post(address(draft, "context"), {}).status_code == 403
    assert "sections/context" not in browser.get(draft.get_absolute_url()).content.decode()


@pytest.mark.parametrize("person", ["stranger", "officer"])
def test_nobody_else_finds_the_draft(draft, person, request, signed_in):
    browser = signed_in(request.getfixturevalue(person))
    pages = [address(draft, "context"), draft.get_absolute_url()]
    pages += [
        reverse(f"applications:{n}", args=[draft.key]) for n in ("read", "check", "attachments")
    ]
    assert [browser.get(page).status_code for page in pages] == [404] * 5


def test_an_office_person_without_second_factor_does_not_read_a_case(
    partnership, coordinator, officer, client
):
    case = workflow.submit(ready_draft(partnership, by=coordinator), by=coordinator)
    client.force_login(officer)
    page = client.get(reverse("applications:read", args=[case.reference]))
    assert (page.status_code, page.url) == (302, reverse("mfa_index"))


def test_an_unknown_section_is_not_found(draft, browser):
    assert browser.get(address(draft, "no-such-part")).status_code == 404


def test_pages_and_saving_stay_within_their_queries(
    partnership, coordinator, browser, django_assert_max_num_queries
):
    draft = written_draft(partnership, by=coordinator, years=3)
    for section in draft.sheet.question_set.sections.all():
        with django_assert_max_num_queries(25):
            browser.get(address(draft, section.key))
    for name in ("application", "check", "read", "attachments"):
        with django_assert_max_num_queries(25):
            browser.get(reverse(f"applications:{name}", args=[draft.handle]))
    sent = fields_on(browser.get(address(draft, "context")))
    with django_assert_max_num_queries(15):
        browser.post(address(draft, "context"), sent | {"question-context": ["Ny text."]})


def test_choice_answers_are_kept(partnership, coordinator, browser):
    draft = empty_draft(partnership, by=coordinator, grant_type="preparation")
    question = Question.objects.get(
        section__question_set=draft.sheet.question_set, key="earlier_cooperation"
    )
    option = question.options.all()[1]
    sent = fields_on(browser.get(address(draft, "background")))
    browser.post(address(draft, "background"), sent | {f"question-{question.key}": [option.value]})

    page = browser.get(reverse("applications:read", args=[draft.handle]))

    assert option.text_en in page.content.decode()
    with editing(draft, by=coordinator) as locked:
        assert save_answer(locked, question, option.value, by=coordinator).version == 1
