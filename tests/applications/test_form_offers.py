"""Offering drafts a newer version of their form: by letter, by choice, nothing lost."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from applications import beginning, workflow, workspace
from applications.drafting import editing, save_answer
from applications.fingerprints import part_words
from applications.models import (
    Answer,
    Application,
    Attachment,
    CommentThread,
    FormOffer,
    Question,
    QuestionSet,
    SectionWork,
)
from applications.workflow import forms, offers
from icld_portal.models import Letter
from icld_portal.workflow import WrongStatus
from tests.factories import cases

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return cases.ready_draft(partnership, by=coordinator)


@pytest.fixture
def second(draft, office_administrator) -> QuestionSet:
    """Version 2: "rights" is gone, "context" takes 3 words, and one question is new."""
    new = forms.begin_form("application", "project", by=office_administrator)
    rows = Question.objects.filter(section__question_set=new)
    forms.remove_row(new, rows.get(key="rights"), by=office_administrator)
    context = rows.select_related("section").get(key="context")
    forms.save_row(new, context, {"word_limit": 3}, by=office_administrator)
    facts = {"kind": "long_text", "text_sv": "Vad är nytt?", "text_en": "What is new?"}
    forms.new_question(new, context.section, facts, by=office_administrator)
    return forms.publish_form(new, by=office_administrator)


@pytest.fixture
def offer(draft, second, office_administrator) -> FormOffer:
    assert offers.offer_form(second, by=office_administrator) == 1
    return draft.form_offers.get()


def answers(draft) -> dict[str, tuple[int, str]]:
    rows = Answer.objects.filter(sheet__application=draft)
    return {row.question.key: (row.pk, row.text) for row in rows.select_related("question")}


def page(draft, name="new_form", *more) -> str:
    return reverse(f"applications:{name}", args=[draft.handle, *more])


def test_publishing_moves_nothing_and_an_offer_moves_nothing(draft, offer):
    draft.sheet.refresh_from_db()
    assert draft.sheet.question_set.version == 1
    assert draft.approvals.valid().count() == 2


def test_the_writers_of_both_parties_get_a_letter(draft, partner_coordinator, offer):
    letters = Letter.objects.filter(kind="form_offered")

    assert {letter.to_email for letter in letters} >= {partner_coordinator.email}
    assert all(draft.get_absolute_url() in letter.body for letter in letters)


def test_an_offer_is_made_once(offer, second, office_administrator):
    assert offers.offer_form(second, by=office_administrator) == 0
    assert FormOffer.objects.count() == 1


def test_a_newer_offer_replaces_the_one_that_waits(draft, offer, office_administrator):
    third = forms.begin_form("application", "project", by=office_administrator)
    with pytest.raises(WrongStatus):
        offers.offer_form(third, by=office_administrator)
    forms.publish_form(third, by=office_administrator)

    offers.offer_form(third, by=office_administrator)

    found = list(draft.form_offers.order_by("pk").values_list("status", flat=True))
    assert found == ["replaced", "open"]
    with pytest.raises(WrongStatus):
        offers.accept_form(offer, by=draft.created_by)


def test_accepting_moves_answers_by_key_and_keeps_the_others(draft, offer, second, coordinator):
    before = answers(draft)

    offers.accept_form(offer, by=coordinator)

    after = answers(draft)
    moved = Application.objects.get(pk=draft.pk)
    assert moved.sheet.question_set == second
    assert after == {key: row for key, row in before.items() if key != "rights"}
    new = Question.objects.filter(answers__sheet=moved.sheet).values_list(
        "section__question_set", flat=True
    )
    assert set(new) == {second.pk}
    offer.refresh_from_db()
    (kept,) = offer.set_aside.answers.all()
    assert (kept.pk, kept.text) == before["rights"]
    assert offer.set_aside.frozen_at


def test_approvals_lapse_by_it_with_the_reason(draft, offer, coordinator):
    offers.accept_form(offer, by=coordinator)

    assert not draft.approvals.valid().exists()
    for approval in draft.approvals.all():
        assert "the version of the form" in part_words(approval.lapsed_reason.split())
    assert Letter.objects.filter(kind="lapsed", body__contains="formulärets version").exists()


def test_the_people_in_charge_keep_their_sections_but_nothing_is_ready(
    draft, offer, second, coordinator
):
    section = draft.sheet.question_set.sections.get(key="context")
    SectionWork.objects.update_or_create(
        application=draft,
        section=section,
        defaults={"assignee": coordinator, "ready_at": draft.created_at, "ready_by": coordinator},
    )

    offers.accept_form(offer, by=coordinator)

    work = SectionWork.objects.get(application=draft, section__key="context")
    assert (work.section.question_set, work.assignee) == (second, coordinator)
    assert work.ready_at is None
    assert workspace.states(Application.objects.get(pk=draft.pk), coordinator)


def test_files_move_with_their_slot_and_the_others_are_set_aside(
    draft, coordinator, robertsfors, office_administrator
):
    slots = draft.sheet.question_set.slots
    facts = {"application": draft, "organisation": robertsfors, "size_bytes": 1}
    kept, gone = (
        Attachment.objects.create(slot=slots.get(key=key), file=key, file_name=key, **facts)
        for key in ("letter_of_intent", "other")
    )
    new = forms.begin_form("application", "project", by=office_administrator)
    forms.remove_row(new, new.slots.get(key="other"), by=office_administrator)
    forms.publish_form(new, by=office_administrator)
    offers.offer_form(new, by=office_administrator)

    offers.accept_form(draft.form_offers.get(), by=coordinator)

    kept.refresh_from_db()
    assert kept.slot == new.slots.get(key="letter_of_intent")
    assert list(draft.attachments.all()) == [kept]
    aside = Attachment.ever.get(pk=gone.pk)
    assert (aside.set_aside_by, aside.slot.question_set) == (coordinator, draft.sheet.question_set)
    Attachment.ever.filter(pk=gone.pk).update(set_aside_by=None)  # As when a person is erased.


def test_comments_move_to_where_they_belong(draft, offer, second, coordinator):
    questions = Question.objects.filter(section__question_set=draft.sheet.question_set)
    threads = {
        key: CommentThread.objects.create(
            application=draft, section=question.section, question=question
        )
        for key in ("context", "rights")
        for question in questions.select_related("section").filter(key=key)
    }

    offers.accept_form(offer, by=coordinator)

    for key, thread in threads.items():
        thread.refresh_from_db()
        assert thread.section.question_set == second
        assert (thread.question.key if thread.question else "") == ("" if key == "rights" else key)


def test_the_moved_draft_is_written_approved_and_submitted(draft, offer, second, coordinator):
    offers.accept_form(offer, by=coordinator)
    moved = Application.objects.get(pk=draft.pk)
    for key in ("context", "what_is_new"):
        question = Question.objects.get(section__question_set=second, key=key)
        with editing(moved, by=coordinator) as locked:
            save_answer(locked, question, "Tre korta ord", by=coordinator)
    cases.approve_by_both(moved)

    done = workflow.submit(Application.objects.get(pk=draft.pk), by=coordinator)

    assert done.status == "submitted"
    again = beginning.start_from(done, "dissemination", by=coordinator)
    assert again.sheet.answers.exists()


def test_declining_changes_nothing_and_is_not_asked_again(
    draft, offer, second, coordinator, office_administrator
):
    before = answers(draft)

    offers.decline_form(offer, by=coordinator)

    assert answers(draft) == before
    assert draft.approvals.valid().count() == 2
    assert offers.offer_form(second, by=office_administrator) == 0
    for deed in (offers.accept_form, offers.decline_form):
        with pytest.raises(WrongStatus):
            deed(offer, by=coordinator)


def test_a_submitted_case_is_not_moved(draft, offer, coordinator):
    workflow.submit(Application.objects.get(pk=draft.pk), by=coordinator)

    with pytest.raises(WrongStatus):
        offers.accept_form(offer, by=coordinator)
    with pytest.raises(WrongStatus):
        offers.decline_form(offer, by=coordinator)


@pytest.mark.parametrize("who", ["member", "stranger", "officer", "office_administrator"])
def test_only_writers_of_the_parties_answer(who, offer, request):
    person = request.getfixturevalue(who)
    for deed in (offers.accept_form, offers.decline_form):
        with pytest.raises(PermissionDenied):
            deed(offer, by=person)


def test_only_administrators_offer(second, officer, coordinator):
    for person in (officer, coordinator):
        with pytest.raises(PermissionDenied):
            offers.offer_form(second, by=person)


def test_the_page_lists_what_changes_for_this_draft(draft, offer, coordinator, signed_in):
    browser = signed_in(coordinator, "en")
    assert page(draft) in browser.get(draft.get_absolute_url()).content.decode()

    answer = browser.get(page(draft))

    assert [one.text for one in answer.context["aside"]] == [answers(draft)["rights"][1]]
    assert [one.surplus > 0 for one in answer.context["above"]] == [True]
    assert "What is new?" in answer.content.decode()
    accepted = browser.post(page(draft, "answer_offer", offer.pk), {"wish": "accept"})
    assert accepted.url == draft.get_absolute_url()
    assert page(draft, "set_aside") in browser.get(accepted.url).content.decode()
    kept = browser.get(page(draft, "set_aside")).content.decode()
    assert "rights" not in answers(draft)
    assert Answer.objects.get(question__key="rights").text in kept
    again = browser.post(page(draft, "answer_offer", offer.pk), {"wish": "decline"})
    assert again.status_code == 302
    assert browser.get(page(draft)).url == draft.get_absolute_url()


@pytest.mark.parametrize(
    ("who", "reads", "answers_"),
    [("member", 200, 403), ("stranger", 404, 404), ("office_administrator", 404, 404)],
)
def test_others_do_not_answer(who, reads, answers_, draft, offer, request, signed_in):
    browser = signed_in(request.getfixturevalue(who))

    assert browser.get(page(draft)).status_code == reads
    assert browser.get(page(draft, "set_aside")).status_code == reads
    for wish in ("accept", "decline"):
        answer = browser.post(page(draft, "answer_offer", offer.pk), {"wish": wish})
        assert answer.status_code == answers_
    offer.refresh_from_db()
    assert offer.status == "open"


def test_icld_offers_on_a_page_that_tells_how_many(
    draft, second, office_administrator, officer, signed_in
):
    browser = signed_in(office_administrator, "en")
    address = f"{second.office_url()}offer/"
    assert address in browser.get(second.office_url()).content.decode()
    assert "1 draft is on an older version" in browser.get(address).content.decode()

    assert browser.post(address).url == second.office_url()

    assert draft.form_offers.count() == 1
    assert draft.key not in browser.get(address).content.decode()
    assert signed_in(officer).post(address).status_code == 403
    first = QuestionSet.objects.get(purpose="application", grant_type="project", version=1)
    assert browser.post(f"{first.office_url()}offer/").url == first.office_url()


def test_the_pages_of_an_offer_ask_seldom(
    draft, offer, coordinator, signed_in, django_assert_max_num_queries
):
    browser = signed_in(coordinator)
    for address in (page(draft), page(draft, "set_aside"), draft.get_absolute_url()):
        # The first page of a process asks for what it keeps.
        browser.get(address)
        with django_assert_max_num_queries(25):
            browser.get(address)
