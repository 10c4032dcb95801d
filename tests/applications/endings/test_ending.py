"""Ending a grant early: proposed by one, decided by another; what opens and what is released."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from applications.endings import rules
from applications.models import Report
from applications.reports import opening
from applications.timeline import timeline
from applications.workflow import changing, ending
from finance import ledger
from finance.models import Ending, EndingOutcome, EntryKind, LedgerEntry, Pause
from icld_portal.models import Letter
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.models import Role, User
from tests.factories import cases
from tests.factories.parties import make_person
from tests.factories.running import days, ended_early, grant_of, noon, signed_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
# In the second of three years, which begin on 1 July 2027.
NOW = noon(date(2028, 9, 1))
LAST = date(2028, 10, 31)


@pytest.fixture
def case(partnership, coordinator, partner_coordinator, decider):
    """A project of three years whose first report is open."""
    case = signed_case(partnership, coordinator, decider, years=3)
    opening.open_due(at=noon(date(2028, 6, 1)))
    return case


def propose(case, officer, last_on=LAST, **facts) -> Ending:
    known = {"reason": "Kriget.", "by": officer, "at": NOW}
    return ending.propose_ending(grant_of(case), days(last_on), **(known | facts))


def granted(case) -> dict[int, int]:
    return {year: int(one.granted) for year, one in ledger.balances(grant_of(case)).items()}


def test_the_running_year_s_report_and_the_final_one_open_at_once(case, officer, decider):
    ended_early(case, LAST, by=officer, decider=decider, at=NOW)

    grant = grant_of(case)
    assert (grant.status, grant.end_on) == ("terminated", LAST)
    [first, second] = case.reports.filter(kind="year").order_by("year")
    final = case.reports.get(kind="final")
    assert (first.first_on, first.last_on) == (date(2027, 7, 1), date(2028, 6, 30))
    assert (second.first_on, second.last_on) == (date(2028, 7, 1), LAST)
    assert second.statement.last_on == LAST
    assert second.due_on == LAST + timedelta(days=60)
    assert (final.last_on, final.due_on) == (LAST, LAST + timedelta(days=90))
    assert opening.open_due(at=noon(date(2031, 1, 1))) == 0


def test_years_that_have_not_begun_are_released_and_the_ledger_says_why(case, officer, decider):
    assert granted(case) == {1: 100_000, 2: 100_000, 3: 100_000}

    ended_early(case, LAST, by=officer, decider=decider, at=NOW)

    assert granted(case) == {1: 100_000, 2: 100_000, 3: 0}
    entry = LedgerEntry.objects.get(kind=EntryKind.RELEASED)
    assert (entry.year, entry.amount, entry.note) == (3, Decimal("-100000.00"), "Krig.")


def test_a_report_that_is_open_and_of_the_last_year_ends_with_the_grant(case, officer, decider):
    """The year is over, its report is being written, and the next one has not begun."""
    report = case.reports.get()
    last = date(2028, 6, 30)

    ended_early(case, date(2028, 5, 31), by=officer, decider=decider, at=NOW - timedelta(days=80))

    report.refresh_from_db()
    assert (report.last_on, report.due_on) == (date(2028, 5, 31), date(2028, 7, 30))
    assert report.statement.last_on < last
    assert granted(case) == {1: 100_000, 2: 0, 3: 0}


def test_both_parties_are_told_and_the_proposal_only_to_those_who_decide(
    case, officer, decider, coordinator
):
    proposed = propose(case, officer)
    asked = Letter.objects.filter(kind="ending_proposed")
    assert [letter.to_email for letter in asked] == [decider.email]
    assert not [one for one in timeline(case, coordinator) if "early" in one.words]

    ending.end_early(proposed, by=decider, at=NOW)

    assert not asked.filter(seen_at=None).exists()
    told = Letter.objects.filter(kind="grant_ended")
    assert {letter.language for letter in told} == {"sv", "en"}
    assert all(str(LAST) in letter.body and "100\u00a0000" in letter.body for letter in told)
    [said] = [
        one for one in timeline(case, coordinator) if one.words == "ICLD ended the grant early"
    ]
    assert said.facts == f"{LAST}: Kriget."


def test_nobody_decides_what_they_have_proposed(case, decider, officer, coordinator):
    own = propose(case, decider)

    for person in (decider, officer, coordinator):
        with pytest.raises(PermissionDenied):
            ending.end_early(own, by=person, at=NOW)
    facts = {"outcome": "ended", "answered_at": NOW, "answered_by": decider}
    with pytest.raises(DatabaseError), transaction.atomic():
        Ending.objects.filter(pk=own.pk).update(**facts)
    assert grant_of(case).status == "active"


def test_a_proposal_is_sent_back_and_another_one_made(case, officer, decider):
    proposed = propose(case, officer)
    with pytest.raises(WrongStatus):
        propose(case, decider)
    with pytest.raises(NotReady):
        ending.send_back_ending(proposed, reason=" ", by=decider)

    ending.send_back_ending(proposed, reason="Vänta på rapporten.", by=decider)

    assert Letter.objects.get(kind="ending_sent_back").to_email == officer.email
    for deed in (
        ending.end_early,
        lambda one, **who: ending.send_back_ending(one, reason="x", **who),
    ):
        with pytest.raises(WrongStatus):
            deed(proposed, by=decider)
    assert grant_of(case).status == "active"
    ending.end_early(propose(case, officer), by=decider, at=NOW)
    assert grant_of(case).status == "terminated"


def test_one_s_own_proposal_can_be_taken_back_in_silence(case, officer):
    ending.send_back_ending(propose(case, officer), reason="Fel dag.", by=officer)

    assert not Letter.objects.filter(kind="ending_sent_back").exists()


@pytest.mark.parametrize(
    ("last_on", "anchors"),
    [
        (date(2027, 6, 30), ["last_on", "report_on", "last_on"]),
        (date(2030, 6, 30), ["last_on"]),
    ],
)
def test_days_outside_the_case_are_refused(case, officer, last_on, anchors):
    with pytest.raises(NotReady) as stopped:
        propose(case, officer, last_on)
    assert [problem.anchor for problem in stopped.value.problems] == anchors


def test_what_is_handed_in_meanwhile_stops_a_day_before_its_end(case, officer, decider):
    """Proposed while the report was written, decided after it was handed in."""
    at = noon(date(2028, 6, 10))
    proposed = propose(case, officer, date(2028, 6, 15), at=at)
    report = case.reports.get()
    Report.objects.filter(pk=report.pk).update(
        status="submitted", received_at=at, content_sha256="a" * 64
    )

    with pytest.raises(NotReady) as stopped:
        ending.end_early(proposed, by=decider, at=at)
    assert [problem.text for problem in stopped.value.problems] == [
        "Report of year 1 is handed in: choose 2028-06-30 or a later day."
    ]
    assert grant_of(case).status == "active"
    assert Ending.objects.get().outcome == EndingOutcome.WAITING


def test_a_proposal_that_lay_too_long_is_made_anew(case, officer, decider):
    proposed = propose(case, officer)

    with pytest.raises(NotReady) as stopped:
        ending.end_early(proposed, by=decider, at=noon(proposed.report_on))
    assert [problem.anchor for problem in stopped.value.problems] == ["report_on"]


def test_a_pause_ends_with_the_grant(case, officer, decider):
    """What was moved by the days that did rest stays moved; the last report has its own day."""
    report = case.reports.get()
    agreed = report.due_on
    first, last = date(2028, 8, 20), date(2028, 12, 31)
    ending.pause_grant(
        grant_of(case), first_on=first, last_on=last, reason="Val.", by=officer, at=NOW
    )

    ended_early(case, LAST, by=officer, decider=decider, at=NOW)

    assert Pause.objects.get().days == 12
    report.refresh_from_db()
    assert report.due_on == agreed + timedelta(days=12)
    assert case.reports.get(year=2).due_on == LAST + timedelta(days=60)


def test_without_a_signed_agreement_all_is_released_and_nobody_reports(
    partnership, coordinator, partner_coordinator, officer, decider
):
    case = cases.approved(partnership, by=coordinator, decider=decider)
    last = grant_of(case).start_on
    ended_early(case, last, by=officer, decider=decider, at=noon(last))

    assert set(granted(case).values()) == {0}
    assert not case.reports.exists()
    ending.close_grant(grant_of(case), by=officer)
    assert grant_of(case).status == "closed"


def test_a_change_request_cannot_be_approved_after_the_end(case, officer, decider, coordinator):
    change = changing.begin_change(case, by=coordinator)
    words = [changing.Words("people", "Anna", "Bo")]
    facts = {"reason": "x", "end_on": None, "decision": None, "words": words}
    changing.save_change(change, by=coordinator, version=1, **facts)
    changing.submit_change(change, by=coordinator, version=2)
    ended_early(case, LAST, by=officer, decider=decider, at=NOW)

    with pytest.raises(NotReady):
        changing.approve_change(change, by=decider, reason="Ja.")
    with pytest.raises(WrongStatus):
        changing.begin_change(signed_without_change(case, change, decider), by=coordinator)


def signed_without_change(case, change, decider):
    changing.refuse_change(change, by=decider, reason="Slut.")
    return case


def test_raw_sql_ends_no_grant(case, officer, decider):
    sql = "UPDATE finance_grant SET status = %s"
    for status in ("terminated", "closed"):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(sql, [status])
    ended_early(case, LAST, by=officer, decider=decider, at=NOW)
    for status in ("active", "closed"):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(sql, [status])


def test_the_list_and_the_rule_agree_for_every_person_and_proposal(
    case, officer, decider, robertsfors, machakos, vara, icld, auditor_of_case
):
    back = propose(case, officer)
    ending.send_back_ending(back, reason="Nej.", by=decider)
    ended_early(case, LAST, by=officer, decider=decider, at=NOW)
    biased = make_person("Test Jävig", icld, Role.OFFICER)
    biased.interests.create(case_reference=case.reference, has_conflict=True, reason="Släkt")
    people = [
        make_person(f"Test {organisation.name}", organisation, role)
        for organisation, role in (
            (robertsfors, Role.MEMBER),
            (machakos, Role.COORDINATOR),
            (vara, Role.COORDINATOR),
            (icld, Role.READER),
        )
    ]
    seen = {}
    for person in [*people, biased, officer, decider, auditor_of_case]:
        person = User.objects.get(pk=person.pk)
        may = {one.pk for one in Ending.objects.all() if rules.may_view_ending(person, one)}
        assert set(Ending.objects.all().visible_to(person).values_list("pk", flat=True)) == may
        seen[person.name] = len(may)
    assert sorted(seen.values()) == [0, 0, 0, 1, 1, 2, 2, 2]


@pytest.fixture
def auditor_of_case(robertsfors):
    return User.objects.create_user("revisor@example.org", name="Test Revisorsson")
