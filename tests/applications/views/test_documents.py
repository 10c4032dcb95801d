"""All documents of a case on one page, and a harmful file that is removed."""

import hashlib

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.test import TestCase

from applications import messages, papers, workflow
from applications.models import MessageFile, PaperKind, RemovedFile
from icld_portal.events import events_of
from tests.factories import cases
from tests.matrix.world import png

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(partnership, coordinator):
    """Handed in, with its receipts and a message with a file."""
    made = cases.submitted(partnership, by=coordinator)
    papers.make_papers(made.pk, PaperKind.RECEIPT)
    messages.begin_thread(made, subject="Karta", text="Se här.", by=coordinator, uploads=[png()])
    return made


@pytest.fixture
def file(case) -> MessageFile:
    return MessageFile.objects.get()


def address(case) -> str:
    return f"/applications/{case.handle}/documents/"


def removal(file) -> str:
    return f"/messages/{file.message.thread_id}/files/{file.pk}/remove/"


def test_everything_stands_there_with_who_when_and_fingerprint(
    signed_in, case, file, coordinator, partner_coordinator, officer
):
    for person in (coordinator, partner_coordinator, officer):
        page = signed_in(person, "en").get(address(case))
        shown = page.context["documents"]

        assert [one.sha256 for one in shown if one.stored == file.file.name] == [file.sha256]
        with file.file.open() as stored:
            assert hashlib.sha256(stored.read()).hexdigest() == file.sha256
        assert {one.kind for one in shown} == {
            "Receipt, Svenska",
            "Receipt, English",
            "Message: Karta",
        }
        assert all(signed_in(person).get(one.link).status_code == 200 for one in shown)
        text = page.content.decode()
        assert all(one.sha256 in text for one in shown)
        assert coordinator.name in text


def test_strangers_and_conflicts_find_nothing(signed_in, case, stranger, officer, outsider):
    assert signed_in(stranger).get(address(case)).status_code == 404
    assert signed_in(outsider).get(address(case)).status_code in (403, 404)
    workflow.declare(case, by=officer, has_conflict=True, reason="Släkt.")
    assert signed_in(officer).get(address(case)).status_code == 404


@pytest.mark.parametrize("number", [1, 30])
def test_the_page_asks_as_often_for_many(
    signed_in, case, coordinator, officer, number, django_assert_max_num_queries
):
    thread = case.threads.get()
    for _one in range(number // 5):
        messages.answer(thread, text="Fler.", by=officer, uploads=[png() for _file in range(5)])
    client = signed_in(coordinator)
    client.get(address(case))
    with django_assert_max_num_queries(20):
        page = client.get(address(case))
    assert page.context["page_obj"].paginator.count == 3 + number // 5 * 5


def test_a_harmful_file_is_removed_with_its_reason(signed_in, case, file, officer, coordinator):
    stored = file.file.name
    client = signed_in(officer, "en")
    assert client.post(removal(file), {"why": " "}).status_code == 422
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert client.post(removal(file), {"why": "Den är skadlig."}).status_code == 302

    assert not default_storage.exists(stored)
    row = RemovedFile.objects.get()
    assert (row.file, row.removed_by, row.reason) == (file, officer, "Den är skadlig.")
    assert [event.verb for event in events_of(case)].count("remove_file") == 1
    party = signed_in(coordinator, "en")
    for page in (address(case), file.message.thread.get_absolute_url()):
        text = party.get(page).content.decode()
        assert "Den är skadlig." in text
        assert file.file_name in text
        assert f"/files/{file.pk}/" not in text
    gone = party.get(f"/messages/{file.message.thread_id}/files/{file.pk}/", follow=True)
    assert "ICLD has removed the file." in gone.content.decode()
    again = client.post(removal(file), {"why": "En gång till."}, follow=True)
    assert "removed already" in again.content.decode()
    for statement in (
        lambda: RemovedFile.objects.update(reason="Other"),
        lambda: RemovedFile.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
            statement()


def test_only_who_keeps_cases_removes_and_nobody_of_a_conflict(
    signed_in, case, file, reader, coordinator, stranger, officer
):
    for person, status in ((reader, 403), (coordinator, 403), (stranger, 403)):
        assert signed_in(person).post(removal(file), {"why": "Bort."}).status_code == status
    workflow.declare(case, by=officer, has_conflict=True, reason="Släkt.")
    assert signed_in(officer).post(removal(file), {"why": "Bort."}).status_code == 404
    assert not RemovedFile.objects.exists()
    assert default_storage.exists(file.file.name)


def test_icld_sees_by_which_text_a_decision_letter_was_written(
    signed_in, partnership, coordinator, officer, decider
):
    case = cases.approved(partnership, by=coordinator, decider=decider)
    papers.make_papers(case.pk, PaperKind.DECISION)

    shown = signed_in(officer, "en").get(address(case)).content.decode()

    assert "Decision letter: approved, version 1" in shown
    assert "/office/programme/texts/decision_approved/1/" in shown
    shown = signed_in(coordinator, "en").get(address(case)).content.decode()
    assert "/office/programme/texts/" not in shown


def test_icld_sees_by_which_text_an_agreement_was_written(
    signed_in, partnership, coordinator, decider
):
    case = cases.approved(partnership, by=coordinator, decider=decider)
    agreement = cases.agreement(case, by=decider)
    papers.make_agreement_papers(agreement.pk, "to-sign")

    page = signed_in(decider, "en").get(address(case))

    written = [one.text for one in page.context["documents"] if one.wording]
    assert written == ["Text of the agreement, version 1"] * 2
