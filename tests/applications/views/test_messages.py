"""Messages between the parties and ICLD, and ICLD's notes to itself."""

import uuid
from datetime import timedelta
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.utils import timezone

from applications import messages, notes, rules, workflow
from applications.models import CaseNote, Message, MessageFile, MessageThread
from applications.timeline import timeline
from icld_portal.models import Letter
from icld_portal.problems import NotReady
from partnerships.models import Membership, Role
from tests.applications.views.test_attachments import PNG
from tests.factories import cases
from tests.factories.parties import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(partnership, coordinator):
    return cases.submitted(partnership, by=coordinator)


def form(**facts):
    return {"subject": "Revisor", "text": "Får vi byta revisor?", "key": uuid.uuid4()} | facts


def begun(case, by, **facts):
    return messages.begin_thread(case, subject="Revisor", text="Får vi byta?", by=by, **facts)


def told(kind="message"):
    return sorted(Letter.objects.filter(kind=kind).values_list("to_email", flat=True))


def test_a_message_is_read_by_both_parties_and_icld_and_by_nobody_else(
    signed_in, case, coordinator, partner_coordinator, officer, reader, stranger
):
    sent = signed_in(coordinator).post(f"/applications/{case.handle}/messages/", form())
    thread = MessageThread.objects.get()

    assert sent.url == thread.get_absolute_url()
    for person in (coordinator, partner_coordinator, officer, reader):
        assert "Får vi byta revisor?" in signed_in(person).get(sent.url).content.decode()
        assert "Revisor" in signed_in(person).get("/messages/").content.decode()
    assert signed_in(stranger).get(sent.url).status_code == 404
    assert signed_in(stranger).get(f"/applications/{case.handle}/messages/").status_code == 404
    assert "Revisor" not in signed_in(stranger).get("/messages/").content.decode()


def test_those_concerned_are_told_of_the_subject_but_never_of_the_text(
    case, coordinator, partner_coordinator, signatory, member, officer, decider
):
    begun(case, coordinator)

    # No officer has the case yet: every programme officer is told; who only reads is not.
    assert {partner_coordinator.email, signatory.email, officer.email} <= set(told())
    assert not {coordinator.email, member.email, decider.email} & set(told())
    for letter in Letter.objects.filter(kind="message"):
        assert "Revisor" in letter.subject
        assert "Får vi byta" not in letter.body + letter.subject
        assert "/messages/" in letter.body


def test_the_officer_of_the_case_and_who_has_written_are_told_of_the_answer(
    case, coordinator, officer, decider, icld
):
    workflow.take_up(case, by=officer)
    other = make_person("Test Kollegasson", icld, Role.OFFICER)
    thread = begun(case, coordinator)
    assert officer.email in told()
    assert other.email not in told()
    messages.answer(thread, text="Ja.", by=decider)
    Letter.objects.all().delete()

    messages.answer(thread, text="Tack!", by=coordinator)

    assert {officer.email, decider.email} <= set(told())
    assert coordinator.email not in told()


def test_a_form_that_is_sent_twice_sends_one_message(signed_in, case, coordinator):
    browser, sent = signed_in(coordinator), form()

    first = browser.post(f"/applications/{case.handle}/messages/", sent)
    second = browser.post(f"/applications/{case.handle}/messages/", sent)

    assert first.url == second.url
    assert Message.objects.count() == 1
    again = {"text": "Ett svar.", "key": uuid.uuid4()}
    browser.post(first.url, again)
    browser.post(first.url, again)
    assert Message.objects.count() == 2


def test_who_only_reads_sends_nothing(signed_in, case, member, reader, coordinator):
    thread = begun(case, coordinator)
    for person in (member, reader):
        browser = signed_in(person)
        assert browser.post(f"/applications/{case.handle}/messages/", form()).status_code == 403
        assert browser.post(thread.get_absolute_url(), form()).status_code == 403
        assert "<textarea" not in browser.get(thread.get_absolute_url()).content.decode()
    assert Message.objects.count() == 1


def test_a_message_from_a_draft_gives_icld_the_thread_and_not_the_draft(
    signed_in, partnership, coordinator, officer
):
    draft = cases.written_draft(partnership, by=coordinator)
    thread = begun(draft, coordinator)
    browser = signed_in(officer)

    page = browser.get(thread.get_absolute_url()).content.decode()

    assert "Får vi byta?" in page
    assert draft.title_sv not in page
    assert draft.title_sv not in browser.get("/messages/").content.decode()
    assert f"/applications/{draft.handle}/" not in page
    assert browser.get(f"/applications/{draft.handle}/").status_code == 404
    assert browser.get(f"/applications/{draft.handle}/messages/").status_code == 404
    letter = Letter.objects.get(kind="message", to_user_id=officer.pk)
    assert draft.title_sv not in letter.subject + letter.body
    answered = browser.post(thread.get_absolute_url(), {"text": "Ja.", "key": uuid.uuid4()})
    assert answered.status_code == 302


def test_a_member_who_has_left_reads_and_is_told_no_more(signed_in, case, coordinator, signatory):
    thread = begun(case, signatory)
    Membership.objects.filter(user=signatory).delete()
    Letter.objects.all().delete()

    messages.answer(thread, text="Tack.", by=coordinator)

    assert signed_in(signatory).get(thread.get_absolute_url()).status_code == 404
    assert signatory.email not in told()


def test_a_thread_is_unread_until_it_is_opened_and_again_after_an_answer(
    signed_in, case, coordinator, officer
):
    thread = begun(case, coordinator, at=timezone.now() - timedelta(hours=1))
    browser = signed_in(officer, "en")

    def is_unread():
        page = browser.get("/messages/").content.decode()
        # The header counts unread notices, which are not the threads.
        return "unread" in page.partition("<main")[2]

    assert is_unread()
    browser.get(thread.get_absolute_url())
    assert not is_unread()
    messages.answer(thread, text="Och en sak till.", by=coordinator)
    assert is_unread()
    browser.get(thread.get_absolute_url())
    seen = signed_in(coordinator, "en").get(thread.get_absolute_url()).content.decode()
    assert f"Read by: {officer.name}" in " ".join(seen.split())


def test_files_go_with_a_message_and_come_back_to_its_readers_alone(
    signed_in, case, coordinator, officer, stranger
):
    two = [SimpleUploadedFile("plan.png", PNG), SimpleUploadedFile("plan.png", PNG)]
    signed_in(coordinator).post(f"/applications/{case.handle}/messages/", form(attached=two))
    files = MessageFile.objects.order_by("pk")
    assert [file.file_name for file in files] == ["plan.png", "plan.png"]
    address = f"/messages/{files[0].message.thread_id}/files/{files[0].pk}/"

    given = signed_in(officer).get(address)

    assert b"".join(given.streaming_content) == PNG
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert signed_in(stranger).get(address).status_code == 404
    other = begun(case, coordinator)
    wrong = f"/messages/{other.pk}/files/{files[0].pk}/"
    assert signed_in(officer).get(wrong).status_code == 404


def test_a_refused_file_is_named_and_nothing_is_sent_or_kept(signed_in, case, coordinator):
    bad = SimpleUploadedFile("plan.pdf", b"MZ\x90\x00")

    answer = signed_in(coordinator, "en").post(
        f"/applications/{case.handle}/messages/", form(attached=[bad])
    )

    assert answer.status_code == 422
    assert "Får vi byta revisor?" in answer.content.decode()
    assert not MessageThread.objects.exists()


def test_files_of_a_refused_message_do_not_stay(case, member, coordinator):
    begun(case, coordinator, uploads=[SimpleUploadedFile("plan.png", PNG)])
    before = default_storage.listdir("messages")
    with pytest.raises(PermissionDenied):
        begun(case, member, uploads=[SimpleUploadedFile("plan.png", PNG)])
    assert default_storage.listdir("messages") == before


@pytest.mark.parametrize("text", ["", " ", "x" * 100_000, "\0"])
def test_a_text_that_cannot_be_sent_is_refused_with_the_reason(signed_in, case, coordinator, text):
    answer = signed_in(coordinator).post(f"/applications/{case.handle}/messages/", form(text=text))

    assert answer.status_code == 422
    assert not MessageThread.objects.exists()


def test_a_script_that_has_got_loose_is_stopped_and_its_text_kept(signed_in, case, coordinator):
    thread = begun(case, coordinator)
    for _number in range(messages.MOST_IN_AN_HOUR - 1):
        messages.answer(thread, text="x", by=coordinator)
    with pytest.raises(NotReady):
        messages.answer(thread, text="x", by=coordinator)

    answer = signed_in(coordinator).post(
        thread.get_absolute_url(), {"text": "Ett för mycket.", "key": uuid.uuid4()}
    )

    assert answer.status_code == 422
    assert "Ett för mycket." in answer.content.decode()
    later = timezone.now() + timedelta(hours=2)
    messages.answer(thread, text="Nu går det.", by=coordinator, at=later)


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_what_is_sent_can_be_neither_changed_nor_removed(case, coordinator, deed):
    thread = begun(case, coordinator)
    threads = MessageThread.objects.filter(pk=thread.pk)
    for rows, change in ((threads, {"subject": "x"}), (thread.messages.all(), {"text": "x"})):
        deeds = {
            "update": partial(rows.update, **change),
            "delete": partial(rows._raw_delete, "default"),
        }
        with pytest.raises(DatabaseError), transaction.atomic():
            deeds[deed]()


def test_notes_are_read_by_icld_alone(
    signed_in, case, coordinator, officer, reader, stranger, partner_coordinator
):
    address = f"/applications/{case.handle}/notes/"
    note = {"text": "Ring borgmästaren.", "key": uuid.uuid4()}
    assert signed_in(officer).post(address, note).status_code == 302
    signed_in(officer).post(address, note)
    assert CaseNote.objects.count() == 1

    assert "Ring borgmästaren." in signed_in(reader).get(address).content.decode()
    assert signed_in(reader).post(address, note).status_code == 403
    for person in (coordinator, partner_coordinator, stranger):
        assert signed_in(person).get(address).status_code == 403
        assert not CaseNote.objects.all().visible_to(person).exists()
    page = signed_in(coordinator).get(f"/applications/{case.handle}/").content.decode()
    assert f"/applications/{case.handle}/messages/" in page
    assert "/notes/" not in page


def test_who_works_at_icld_and_for_a_party_reads_no_notes_on_its_case(
    signed_in, case, officer, decider, robertsfors
):
    notes.write_note(case, text="Ring borgmästaren.", by=decider)
    officer.memberships.create(organisation=robertsfors, role=Role.MEMBER)

    assert signed_in(officer).get(f"/applications/{case.handle}/notes/").status_code == 403
    assert not CaseNote.objects.all().visible_to(officer).exists()


def test_a_note_is_withdrawn_by_its_author_or_an_administrator_and_stays(
    signed_in, case, officer, decider, office_administrator
):
    note = notes.write_note(case, text="Fel ärende.", by=officer)
    address = f"/applications/{case.handle}/notes/{note.pk}/withdraw/"
    assert signed_in(decider).post(address).status_code == 403

    assert signed_in(office_administrator).post(address).status_code == 302

    note.refresh_from_db()
    assert note.withdrawn_by == office_administrator
    page = signed_in(decider, "en").get(f"/applications/{case.handle}/notes/").content.decode()
    assert "Fel ärende." in page
    assert "withdrawn" in page
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseNote.objects.filter(pk=note.pk).update(withdrawn_at=None, withdrawn_by=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseNote.objects.filter(pk=note.pk).update(text="x")


def test_the_parties_read_a_timeline_without_icld_s_own_affairs(
    case, coordinator, officer, in_english
):
    workflow.take_up(case, by=officer)
    cases.agreed(case, by=officer)
    notes.write_note(case, text="Ring.", by=officer)
    thread = begun(case, coordinator)

    verbs = {moment.words for moment in timeline(case, officer)}
    own = timeline(case, coordinator)

    assert {"The common assessment was agreed", "An internal note was written"} <= verbs
    words = {moment.words for moment in own}
    assert not {"The common assessment was agreed", "An internal note was written"} & words
    assert "ICLD began to assess the application" in words
    assert [moment.url for moment in own if moment.url] == [thread.get_absolute_url()]
    (letter,) = [moment for moment in own if moment.words == "Letter: the application has arrived"]
    assert coordinator.name in letter.facts


@pytest.mark.parametrize("person", ["coordinator", "officer"])
def test_lists_ask_as_often_for_thirty_rows_as_for_one(
    signed_in, case, request, coordinator, person, django_assert_max_num_queries
):
    user = request.getfixturevalue(person)
    thread = begun(case, coordinator)
    browser = signed_in(user)
    pages = ["/messages/", f"/applications/{case.handle}/messages/", thread.get_absolute_url()]
    for page in pages:
        browser.get(page)
    few = {}
    for page in pages:
        with django_assert_max_num_queries(15) as asked:
            browser.get(page)
        few[page] = len(asked)
    later = timezone.now()
    for number in range(30):
        later += timedelta(hours=1)
        messages.answer(thread, text=f"{number}", by=coordinator, at=later)
        begun(case, coordinator, at=later)
    browser.get(pages[2])

    for page in pages:
        with django_assert_max_num_queries(few[page]):
            browser.get(page)


def test_the_rule_and_the_list_of_threads_agree(
    case, partnership, coordinator, officer, reader, stranger, member
):
    draft = cases.empty_draft(partnership, by=coordinator)
    begun(case, coordinator)
    begun(draft, coordinator)
    for person in (coordinator, member, officer, reader, stranger):
        seen = MessageThread.objects.all().visible_to(person).count()
        assert seen == (0 if person == stranger else 2)
    assert not rules.may_view(officer, draft)
