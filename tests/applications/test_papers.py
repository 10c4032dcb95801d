"""Papers are made once each, whatever happens to the job that makes them."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse

from applications import papers, workflow
from applications.drafting import editing
from applications.models import Application, ApplicationPaper, PaperKind
from applications.papers import NotDue, make_papers
from tests.factories import cases
from tests.reading_pdf import text_of
from tests.worker import work


@pytest.fixture
def received(partnership, coordinator) -> Application:
    return cases.submitted(partnership, by=coordinator)


def stored_files() -> set[str]:
    """Names of the papers in the file store, with or without a row."""
    try:
        return {f"papers/{name}" for name in default_storage.listdir("papers")[1]}
    except FileNotFoundError:
        return set()


def facts(application: Application) -> list[tuple]:
    made = application.papers.order_by("kind", "language")
    return list(made.values_list("pk", "kind", "language", "file", "sha256"))


def test_make_papers_freezes_one_in_each_language(received):
    make_papers(received.pk, PaperKind.RECEIPT)

    made = received.papers.order_by("language")
    assert [(paper.language, paper.file_name) for paper in made] == [
        ("en", f"{received.reference}-receipt.pdf"),
        ("sv", f"{received.reference}-kvitto.pdf"),
    ]
    for paper in made:
        content = paper.file.read()
        assert paper.sha256 == hashlib.sha256(content).hexdigest()
        assert paper.size_bytes == len(content)


def test_a_second_submission_gets_its_own_receipt_and_the_first_one_stays(
    received, coordinator, signed_in
):
    make_papers(received.pk, PaperKind.RECEIPT)
    first = facts(received)
    draft = workflow.reopen(received, by=coordinator)
    make_papers(draft.pk, PaperKind.RECEIPT)
    assert facts(received) == first
    with editing(draft, by=coordinator) as changed:
        changed.title_sv = "Rent vatten i tre kommuner"
        changed.save()
    cases.approve_by_both(changed)
    again = workflow.submit(Application.objects.get(pk=draft.pk), by=coordinator)

    make_papers(again.pk, PaperKind.RECEIPT)

    made = received.papers.order_by("edition", "language")
    assert [(paper.edition, paper.file_name) for paper in made] == [
        (1, f"{received.reference}-receipt.pdf"),
        (1, f"{received.reference}-kvitto.pdf"),
        (2, f"{received.reference}-receipt-2.pdf"),
        (2, f"{received.reference}-kvitto-2.pdf"),
    ]
    assert [fact for fact in facts(received) if fact in first] == first
    _english, old, _english_again, new = (text_of(paper.file.read()) for paper in made)
    assert "Rent vatten i två kommuner" in old
    assert "Rent vatten i tre kommuner" in new
    there = reverse("applications:paper", args=[again.handle, "receipt", "sv"])
    given = b"".join(signed_in(coordinator).get(there).streaming_content)
    assert hashlib.sha256(given).hexdigest() == made.last().sha256


def test_make_papers_twice_changes_nothing(received):
    make_papers(received.pk, PaperKind.RECEIPT)
    once, files = facts(received), stored_files()

    make_papers(received.pk, PaperKind.RECEIPT)

    assert (facts(received), stored_files()) == (once, files)


def test_job_killed_between_two_papers_makes_the_other_one_later(received, monkeypatch):
    def killed_at_english(application: Application, language: str) -> bytes:
        if language == "en":
            raise KeyboardInterrupt
        return b"%PDF made before the kill"

    with monkeypatch.context() as first_try:
        first_try.setitem(papers.DRAWN_BY, PaperKind.RECEIPT, killed_at_english)
        with pytest.raises(KeyboardInterrupt):
            make_papers(received.pk, PaperKind.RECEIPT)
    (swedish,) = facts(received)

    make_papers(received.pk, PaperKind.RECEIPT)

    english, still_swedish = facts(received)
    assert still_swedish == swedish
    assert (english[2], len(stored_files() & {english[3], swedish[3]})) == ("en", 2)


def test_file_of_a_job_that_came_second_is_taken_away(received):
    papers._freeze(received, PaperKind.RECEIPT, "sv", b"%PDF first")
    first, files = facts(received), stored_files()

    papers._freeze(received, PaperKind.RECEIPT, "sv", b"%PDF second")

    assert (facts(received), stored_files()) == (first, files)


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_make_each_paper_once(received):
    before = stored_files()

    def make(_number: int) -> None:
        try:
            make_papers(received.pk, PaperKind.RECEIPT)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(make, range(2)))

    made = facts(received)
    assert [fact[2] for fact in made] == ["en", "sv"]
    assert stored_files() - before == {fact[3] for fact in made}


def test_draft_has_no_receipt_and_undecided_no_decision_letter(partnership, coordinator):
    draft = cases.ready_draft(partnership, by=coordinator)
    with pytest.raises(NotDue):
        make_papers(draft.pk, PaperKind.RECEIPT)
    received = workflow.submit(draft, by=coordinator)

    with pytest.raises(NotDue):
        make_papers(received.pk, PaperKind.DECISION)

    assert not ApplicationPaper.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_worker_makes_every_paper_of_a_decided_case(partnership, coordinator, decider):
    case = cases.approved(partnership, by=coordinator, decider=decider)

    work()

    assert [fact[1:3] for fact in facts(case)] == [
        ("decision", "en"),
        ("decision", "sv"),
        ("receipt", "en"),
        ("receipt", "sv"),
    ]
