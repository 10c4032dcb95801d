"""Decisions of the steering group that back a case: chosen, handed in, shown, refused."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from applications import beginning, citing, completeness, pdfs, workflow
from applications.case_data import case_data
from applications.fingerprints import content, fingerprint
from applications.models import Application, Citation, Following
from icld_portal.models import Event, Letter
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from tests.factories import cases, steering
from tests.factories.parties import make_partnership
from tests.reading_pdf import failures, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(partnership):
    return steering.make_group(partnership)


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return cases.written_draft(partnership, by=coordinator)


@pytest.fixture
def decision(group):
    return steering.verified_decision(group, "Styrgruppen ställer sig bakom ansökan.")


@pytest.fixture
def foreign(vara, machakos):
    """A decision of another partnership of the same partner."""
    return steering.verified_decision(steering.make_group(make_partnership(vara, machakos)))


def fresh(case: Application) -> Application:
    return Application.objects.get(pk=case.pk)


def page_of(case: Application) -> str:
    return f"/applications/{case.handle}/decisions/"


def listed(response) -> list[int]:
    return [decision.pk for decision in response.context["choice"]]


def test_the_writers_choose_among_the_verified_decisions_of_their_own_partnership(
    draft, decision, foreign, group, coordinator, signed_in
):
    steering.decide(steering.held_meeting(group))
    browser = signed_in(coordinator)
    assert listed(browser.get(page_of(draft))) == [decision.pk]

    browser.post(f"{page_of(draft)}cite/", {"decision": decision.pk})

    page = browser.get(page_of(draft))
    assert [one.pk for one in page.context["cited"]] == [decision.pk]
    assert listed(page) == []
    browser.post(f"{page_of(draft)}uncite/", {"decision": decision.pk})
    assert not draft.citations.exists()


def test_a_decision_is_found_by_word_and_by_sign(draft, decision, coordinator, signed_in):
    browser = signed_in(coordinator)
    for text, found in (("bakom", True), ("§ 1/2026", True), ("giraff", False), ("\0", True)):
        assert bool(listed(browser.get(page_of(draft), {"text": text}))) is found, text


@pytest.mark.parametrize("named", ["", "x", "-1", "٣", "9" * 30, "999999"])
def test_what_is_no_decision_is_refused(draft, decision, coordinator, signed_in, named):
    sent = {"decision": named}
    page = signed_in(coordinator, "en").post(f"{page_of(draft)}cite/", sent, follow=True)

    assert "Only a verified decision of your own partnership" in page.content.decode()
    assert not draft.citations.exists()


def test_an_unverified_or_another_s_decision_is_refused_by_the_form_and_by_sql(
    draft, group, foreign, coordinator
):
    unverified = steering.decide(steering.held_meeting(group))
    for other in (unverified, foreign):
        with pytest.raises(NotReady):
            citing.cite(draft, other.pk, by=coordinator)
        with pytest.raises(DatabaseError, match="only a verified decision"), transaction.atomic():
            Citation.objects.create(application=draft, decision=other)


def test_who_does_not_write_the_case_chooses_nothing(
    draft, decision, member, stranger, coordinator, signed_in
):
    with pytest.raises(PermissionDenied):
        citing.cite(draft, decision.pk, by=member)
    assert "page_obj" not in signed_in(member).get(page_of(draft)).context
    assert signed_in(stranger).get(page_of(draft)).status_code == 404
    sent = signed_in(stranger).post(f"{page_of(draft)}cite/", {"decision": decision.pk})
    assert sent.status_code == 404

    cases.approve_by_both(draft)
    workflow.submit(fresh(draft), by=coordinator)

    with pytest.raises(WrongStatus):
        citing.cite(draft, decision.pk, by=coordinator)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Citation.objects.create(application=draft, decision=decision)


def test_a_citation_lapses_the_approvals_and_so_does_taking_it_out(draft, decision, coordinator):
    cases.approve_by_both(draft)

    citing.cite(draft, decision.pk, by=coordinator)

    lapsed = draft.approvals.exclude(lapsed_at=None)
    assert [one.lapsed_reason for one in lapsed] == ["citations", "citations"]
    cases.approve_by_both(draft)
    citing.uncite(draft, decision.pk, by=coordinator)
    assert {one.lapsed_reason for one in draft.approvals.all()} == {"citations"}


def test_citing_again_changes_nothing(draft, decision, coordinator):
    citing.cite(draft, decision.pk, by=coordinator)
    cases.approve_by_both(draft)

    citing.cite(draft, decision.pk, by=coordinator)

    assert draft.citations.count() == 1
    assert draft.approvals.valid().count() == 2


def test_a_case_without_citations_keeps_the_fingerprint_it_always_had(draft, decision, coordinator):
    before = fingerprint(draft)
    assert "citations" not in content(draft)

    citing.cite(draft, decision.pk, by=coordinator)
    cited = fingerprint(fresh(draft))
    citing.uncite(draft, decision.pk, by=coordinator)

    assert cited != before
    assert fingerprint(fresh(draft)) == before


def test_not_more_than_twenty(draft, group, coordinator):
    meeting = steering.held_meeting(group)
    decisions = [steering.decide(meeting) for _number in range(21)]
    steering.verify(meeting)
    for one in decisions[:20]:
        citing.cite(draft, one.pk, by=coordinator)

    with pytest.raises(NotReady):
        citing.cite(draft, decisions[20].pk, by=coordinator)

    citing.cite(draft, decisions[0].pk, by=coordinator)
    assert draft.citations.count() == 20


# --- What is lacking -------------------------------------------------------------------


def unbacked(case: Application) -> list[bool]:
    with translation.override("en"):
        return [
            problem.blocks
            for problem in completeness.problems(fresh(case))
            if problem.text == "No decision of the steering group backs this."
        ]


def test_it_is_said_and_stops_nobody_where_there_is_a_group(
    partnership, draft, coordinator, signed_in
):
    assert unbacked(draft) == []
    group = steering.make_group(partnership)
    assert unbacked(draft) == [False]
    check = signed_in(coordinator, "en").get(f"/applications/{draft.handle}/check/")
    assert "No decision of the steering group backs this." in check.content.decode()

    citing.cite(draft, steering.verified_decision(group).pk, by=coordinator)

    assert unbacked(draft) == []


def test_a_group_that_has_ended_is_not_waited_for(draft, group):
    group.ended_on = group.begins_on
    group.save()

    assert unbacked(draft) == []


@pytest.mark.parametrize(
    ("grant_type", "asked"), [("steering_group", True), ("preparation", False)]
)
def test_only_projects_and_steering_groups_need_it(
    partnership, group, coordinator, grant_type, asked
):
    case = cases.empty_draft(partnership, by=coordinator, grant_type=grant_type)

    assert bool(unbacked(case)) is asked


# --- Where it stands ------------------------------------------------------------------


def test_it_is_handed_in_word_for_word(draft, decision, coordinator, officer, signed_in):
    citing.cite(draft, decision.pk, by=coordinator)
    cases.approve_by_both(draft)
    case = workflow.submit(fresh(draft), by=coordinator)
    words = "Styrgruppen ställer sig bakom ansökan."

    whole = Application.objects.all().with_content()
    (cited,) = case_data(whole.get(pk=case.pk))["steering_group_decisions"]
    assert (cited["paragraph"], cited["text"]) == ("§ 1/2026", words)
    json.dumps(cited, default=str)
    receipt = pdfs.receipt_pdf(whole.get(pk=case.pk), "sv")
    assert words in text_of(receipt)
    assert failures(receipt) == set()
    for person in (coordinator, officer):
        page = signed_in(person).get(f"/applications/{case.handle}/read/").content.decode()
        assert words in page


def test_who_signs_reads_it_first(draft, decision, coordinator, signatory, signed_in):
    citing.cite(draft, decision.pk, by=coordinator)

    page = signed_in(signatory).get(f"/applications/{draft.handle}/approval/").content.decode()

    assert "Styrgruppen ställer sig bakom ansökan." in page


def test_the_case_shows_who_follows_it_what_it_cites_and_what_is_about_it(
    draft, group, decision, coordinator, partner_coordinator, officer, signed_in
):
    citing.cite(draft, decision.pk, by=coordinator)
    Following.objects.create(group=group, application=draft)
    later = steering.HELD_AT + timedelta(days=3)
    steering.verified_decision(group, "Vi följer upp.", about=draft, starts_at=later)
    steering.decide(steering.held_meeting(group, later), "Ojusterat.", about=draft)
    cases.approve_by_both(draft)
    case = workflow.submit(fresh(draft), by=coordinator)

    for person in (coordinator, partner_coordinator, officer):
        page = signed_in(person).get(f"/applications/{case.reference}/").content.decode()
        assert "Teststyrgruppen" in page
        assert "Styrgruppen ställer sig bakom ansökan." in page
        assert "Vi följer upp." in page
        assert "Ojusterat." not in page
        assert f"/steering-meetings/{decision.paragraph.meeting_id}/minutes/paper/sv/" in page


def test_the_pages_of_a_case_keep_their_bound_with_thirty_decisions(
    draft, group, coordinator, officer, signed_in
):
    meeting = steering.held_meeting(group)
    decisions = [steering.decide(meeting, about=draft) for _number in range(30)]
    steering.verify(meeting)
    Following.objects.create(group=group, application=draft)
    for one in decisions[:15]:
        citing.cite(draft, one.pk, by=coordinator)

    def queries(person, address: str) -> int:
        browser = signed_in(person)
        browser.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        return len(asked)

    root = f"/applications/{draft.handle}/"
    for name in ("", "decisions/", "read/", "check/", "approval/"):
        assert queries(coordinator, root + name) <= 25, name
    cases.approve_by_both(draft)
    case = workflow.take_up(workflow.submit(fresh(draft), by=coordinator), by=officer)
    root = f"/applications/{case.reference}/"
    for person in (coordinator, officer):
        for name in ("", "read/"):
            assert queries(person, root + name) <= 25, (person, name)


def test_a_new_case_begun_from_it_chooses_anew_and_says_what_was_cited(
    draft, decision, coordinator
):
    citing.cite(draft, decision.pk, by=coordinator)
    cases.approve_by_both(draft)
    case = workflow.submit(fresh(draft), by=coordinator)

    made = beginning.start_from(case, "dissemination", by=coordinator)

    assert not made.citations.exists()
    with translation.override("en"):
        titles = [row.title for row in beginning.left_out(case, made)]
    assert titles[0] == "Cited decision § 1/2026, Teststyrgruppen"


def test_no_event_or_letter_tells_of_choosing(draft, decision, coordinator):
    events, letters = Event.objects.count(), Letter.objects.count()

    citing.cite(draft, decision.pk, by=coordinator)

    assert (Event.objects.count(), Letter.objects.count()) == (events, letters)
