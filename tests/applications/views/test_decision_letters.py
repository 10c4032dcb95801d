"""The letters of a proposed decision are read before they are sent, exactly as they will be."""

from html import unescape
from html.parser import HTMLParser

import pytest
from django.utils import timezone

from applications import letter_texts, papers, workflow
from applications.models import Application, Decision, Meeting, ProgrammeText
from icld_portal.models import Letter
from partnerships.models import Role
from tests.factories import cases
from tests.factories.parties import make_person
from tests.reading_pdf import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(partnership, coordinator, officer, machakos) -> Application:
    make_person("Test Reader", machakos, Role.COORDINATOR, language="en")
    made = cases.in_assessment(partnership, by=coordinator, officer=officer)
    Letter.objects.all().delete()
    return made


@pytest.fixture
def meeting(case, officer, decider) -> Meeting:
    """A meeting that has confirmed an approval with a condition."""
    meeting = workflow.meeting_of(case.round)
    wanted = workflow.Wanted("Utse en <ersättare>.", timezone.localdate())
    pending = workflow.propose(
        meeting,
        case,
        by=officer,
        outcome="approved",
        reason="Väl förankrat.\n\nResorna är dyra.",
        amounts={1: 90_000},
        conditions=[wanted],
    )
    workflow.confirm(meeting, case, by=decider, version=pending.version)
    return meeting


def root(meeting) -> str:
    return f"/office/meetings/{meeting.round.deadline_on}/"


def letters_page(meeting, case) -> str:
    return f"{root(meeting)}cases/{case.handle}/letters/"


def release(browser, meeting, **sent):
    held_on = {"held_on": str(timezone.localdate()), "texts": letter_texts.mark()}
    return browser.post(f"{root(meeting)}release/", held_on | sent)


def publish_anew(kind: str) -> None:
    last = ProgrammeText.objects.get(kind=kind)
    last.pk, last.version, last.published_at = None, 2, timezone.now()
    last.body_sv += "\n\nNytt."
    last._state.adding = True
    last.save()


class Words(HTMLParser):
    """The words of a page or part of one."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found += data.split()


def words_in(html: str) -> str:
    parser = Words()
    parser.feed(html)
    return " ".join(parser.found)


def test_the_preview_of_a_release_is_what_is_sent(meeting, case, decider, signed_in):
    browser = signed_in(decider, "en")
    shown = browser.get(letters_page(meeting, case)).context
    previewed = {
        (recipient.email, mail.subject, mail.body)
        for mail, told in shown["mails"]
        for recipient in told
    }
    assert not Letter.objects.exists()

    assert release(browser, meeting).status_code == 302
    workflow.release(meeting.pk)

    sent = set(Letter.objects.filter(kind="approved").values_list("to_email", "subject", "body"))
    assert sent == previewed
    assert len(sent) >= 2
    assert all("<ersättare>" in body for _to, _subject, body in sent)
    papers.make_papers(case.pk, "decision")
    for preview in shown["previews"]:
        paper = papers.newest(Application.objects.get(pk=case.pk), "decision", preview.language)
        written = words_of(paper.file.read())
        assert preview.subject in written
        for word in words_in(unescape(preview.html)).split():
            assert word in written


def test_the_preview_of_a_decision_alone_is_what_is_sent(case, decider, signed_in):
    pending = cases.propose(case, outcome="rejected", reason="Målet är oklart.")
    browser = signed_in(decider, "en")
    shown = browser.get(f"/applications/{case.handle}/decision/letters/").context
    previewed = {(mail.subject, mail.body) for mail, _told in shown["mails"]}

    sent = {"version": pending.version, "texts": letter_texts.mark()}
    browser.post(f"/applications/{case.handle}/decision/take/", sent)

    written = Letter.objects.filter(kind="rejected")
    assert set(written.values_list("subject", "body")) == previewed != set()


def test_a_postponed_case_has_a_mail_and_no_paper(case, officer, decider, signed_in):
    meeting = workflow.meeting_of(case.round)
    workflow.propose(meeting, case, by=officer, outcome="postponed", reason="Mer underlag.")

    shown = signed_in(decider, "en").get(letters_page(meeting, case))

    assert shown.context["previews"] == []
    assert "Mer underlag." in shown.content.decode()


@pytest.mark.parametrize("texts", ["", "mail_approved/1"])
def test_a_text_published_in_the_meantime_stops_the_release(
    texts, meeting, case, decider, signed_in
):
    browser = signed_in(decider, "en")
    read = browser.get(f"{root(meeting)}release/").context["texts"]
    publish_anew("mail_approved")

    for sent in (read, texts):
        answer = release(browser, meeting, texts=sent)
        assert answer.status_code == 422
        assert "The text of the letters was changed" in answer.content.decode()
    meeting.refresh_from_db()
    assert meeting.ordered_at is None

    assert release(browser, meeting).status_code == 302


def test_a_text_published_in_the_meantime_stops_a_decision_alone(case, decider, signed_in):
    pending = cases.propose(case, outcome="rejected", reason="Målet är oklart.")
    browser = signed_in(decider, "en")
    read = browser.get(f"/applications/{case.handle}/decision/").context["texts"]
    publish_anew("decision_rejected")

    sent = {"version": pending.version, "texts": read}
    answer = browser.post(f"/applications/{case.handle}/decision/take/", sent, follow=True)

    assert "The text of the letters was changed" in answer.content.decode()
    assert not Decision.objects.exists()


def test_a_declared_conflict_hides_the_letters(meeting, case, decider, signed_in):
    cases.propose(case, outcome="rejected", reason="Målet är oklart.")
    browser = signed_in(decider, "en")
    alone = f"/applications/{case.handle}/decision/letters/"
    assert browser.get(alone).status_code == browser.get(letters_page(meeting, case)).status_code
    workflow.declare(case, by=decider, has_conflict=True, reason="Min bror.")
    for address in (alone, letters_page(meeting, case)):
        assert browser.get(address).status_code == 404


def test_the_letters_of_a_case_cost_few_queries(
    meeting, case, decider, signed_in, machakos, django_assert_max_num_queries
):
    browser = signed_in(decider)
    browser.get(letters_page(meeting, case))
    with django_assert_max_num_queries(25):
        browser.get(letters_page(meeting, case))
    for number in range(30):
        make_person(f"Test Number {number}", machakos, Role.COORDINATOR)
    with django_assert_max_num_queries(25):
        shown = browser.get(letters_page(meeting, case))
    assert len(shown.context["mails"]) <= 4
