"""Two at once: a grant ends once, and what was handed in or withdrawn meanwhile counts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from applications import workflow
from applications.models import Report
from applications.reports import opening
from applications.workflow import changing, ending
from finance import ledger
from finance.models import EntryKind, LedgerEntry, Payment
from icld_portal.models import Event, Letter
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.models import Role
from tests.factories import controlled, paying, reports
from tests.factories.parties import make_person
from tests.factories.running import days, grant_of, noon, signed_case

pytestmark = pytest.mark.django_db(transaction=True)
NOW = noon(date(2027, 9, 1))
TOLD = (WrongStatus, NotReady)


def at_once(*deeds):
    """Call the deeds in threads that begin together; what was refused answers its error."""
    together = Barrier(len(deeds))

    def run(deed):
        try:
            together.wait()
            return deed()
        except TOLD as refused:
            return type(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


@pytest.fixture
def case(partnership, coordinator, partner_coordinator, decider):
    return signed_case(partnership, coordinator, decider, years=2)


def test_two_who_decide_at_once_end_the_grant_once(case, officer, decider, icld):
    other = make_person("Test Andersson", icld, Role.DECIDER)
    proposed = ending.propose_ending(
        grant_of(case), days(date(2027, 12, 31)), reason="Krig.", by=officer, at=NOW
    )

    answers = at_once(
        *(lambda by=by: ending.end_early(proposed, by=by, at=NOW) for by in (decider, other) * 2),
        lambda: ending.send_back_ending(proposed, reason="Nej.", by=officer),
    )

    assert len([one for one in answers if one not in TOLD]) == 1
    if grant_of(case).status == "terminated":
        assert LedgerEntry.objects.filter(kind=EntryKind.RELEASED).count() == 1
        assert Event.objects.filter(verb="end_early", to_status="terminated").count() == 1
        assert case.reports.count() == 2
    else:
        assert not LedgerEntry.objects.filter(kind=EntryKind.RELEASED).exists()


def test_the_grant_ends_while_its_report_is_handed_in(case, officer, decider, coordinator):
    """Whoever is first is right: a report of the whole year, or one up to the last day."""
    report = reports.write_report(reports.open_report(case), by=coordinator)
    reports.approve_report(report)
    at = noon(report.last_on)
    proposed = ending.propose_ending(
        grant_of(case), days(date(2028, 5, 31)), reason="Krig.", by=officer, at=at
    )

    handed_in, ended = at_once(
        lambda: workflow.submit_report(report, by=coordinator),
        lambda: ending.end_early(proposed, by=decider, at=at),
    )

    report.refresh_from_db()
    if ended is NotReady:
        assert (grant_of(case).status, report.status) == ("active", "submitted")
        assert report.last_on == date(2028, 6, 30)
    else:
        assert grant_of(case).status == "terminated"
        assert report.last_on == date(2028, 5, 31)
        assert (handed_in is NotReady) == (report.status == "draft")


def test_closing_while_an_approval_is_withdrawn_is_one_or_the_other(
    partnership, coordinator, partner_coordinator, officer, decider, icld, robertsfors
):
    case = signed_case(partnership, coordinator, decider)
    controller = make_person("Test Betalsson", icld, Role.OFFICE_FINANCE)
    treasurer = make_person("Test Ekonomsson", robertsfors, Role.FINANCE)
    paying.enter_office_details(icld, by=controller)
    paying.enter_details(grant_of(case).grantee, by=treasurer)
    report = controlled.approved(controlled.handed_in(case), by=officer)
    controlled.approved(controlled.handed_in(case, None), by=officer)
    paying.paid(Payment.objects.get(), by=officer, approver=decider, exporter=controller)

    answers = at_once(
        lambda: ending.close_grant(grant_of(case), reason="Klart.", by=officer),
        lambda: workflow.withdraw_approval(report, reason="Fel.", by=decider),
        lambda: ending.close_grant(grant_of(case), reason="Klart.", by=decider),
    )

    assert len([one for one in answers if one not in TOLD]) == 1
    withdrawn = Report.objects.get(pk=report.pk).status == "submitted"
    assert (grant_of(case).status == "active") == withdrawn
    left = ledger.total(ledger.balances(grant_of(case))).left
    assert (left == 0) != withdrawn
    assert Letter.objects.filter(kind="grant_closed").exists() != withdrawn


def test_two_pauses_at_once_of_the_same_days_are_one(case, officer, decider):
    first_on, last_on = date(2027, 10, 1), date(2027, 10, 31)

    def pause(by):
        return ending.pause_grant(
            grant_of(case), first_on=first_on, last_on=last_on, reason="Val.", by=by
        )

    answers = at_once(*(lambda by=by: pause(by) for by in (officer, decider, officer)))

    assert answers.count(NotReady) == 2
    assert grant_of(case).pauses.count() == 1


def test_a_report_that_opens_while_the_grant_is_paused_or_ends_has_its_day(case, officer, decider):
    """Whether the job or the person is first, the report is due on the same day."""
    opens, first_on = noon(date(2028, 6, 1)), date(2028, 7, 11)
    facts = {"first_on": first_on, "last_on": date(2028, 7, 20), "reason": "Val."}

    at_once(
        lambda: opening.open_due(at=opens),
        lambda: ending.pause_grant(grant_of(case), by=officer, **facts),
        lambda: opening.open_due(at=opens),
    )

    report = case.reports.get()
    assert (report.due_on, report.paused_days) == (date(2028, 9, 8), 10)
    last_on = date(2028, 8, 31)
    proposed = ending.propose_ending(
        grant_of(case), days(last_on), reason="Krig.", by=officer, at=opens
    )
    at_once(
        lambda: opening.open_due(at=noon(date(2029, 6, 1))),
        lambda: ending.end_early(proposed, by=decider, at=opens),
    )
    assert case.reports.count() == 3
    assert {one.last_on for one in case.reports.exclude(year=1)} == {last_on}


def asked(case, coordinator):
    """A change request that waits for ICLD: 40 000 kr are to be moved to the second year."""
    change = changing.begin_change(case, by=coordinator)
    facts = {"reason": "Dyrare.", "end_on": None, "decision": None, "words": []}
    changing.save_change(change, by=coordinator, version=1, **facts)
    [row] = changing.moves_of(change).rows
    amounts = {row.key(1): 60_000, row.key(2): 140_000}
    changing.save_money(change, amounts, by=coordinator, version=2)
    return changing.submit_change(change, by=coordinator, version=3)


def test_two_who_decide_a_change_at_once_leave_one_decision(
    case, coordinator, officer, decider, icld
):
    other = make_person("Test Andersson", icld, Role.DECIDER)
    change = asked(case, coordinator)

    answers = at_once(
        lambda: changing.approve_change(change, by=decider, reason="Ja."),
        lambda: changing.refuse_change(change, by=other, reason="Nej."),
        lambda: changing.approve_change(change, by=other, reason="Ja."),
        lambda: changing.return_change(change, by=officer, reason="Skriv mer."),
    )

    assert answers.count(WrongStatus) == 3
    change.refresh_from_db()
    was_approved = change.status == "approved"
    assert grant_of(case).budgets.count() == (2 if was_approved else 1)
    deeds = Event.objects.filter(verb__in=["approve_change", "refuse_change", "return_change"])
    assert deeds.filter(subject_type="applications.changerequest").count() == 1


def test_a_change_is_not_approved_in_a_grant_that_ends_meanwhile(
    case, coordinator, officer, decider, icld
):
    """Or it was approved before: then the year that it made larger is released as it is."""
    other = make_person("Test Andersson", icld, Role.DECIDER)
    change = asked(case, coordinator)
    proposed = ending.propose_ending(
        grant_of(case), days(date(2027, 12, 31)), reason="Krig.", by=officer, at=NOW
    )

    approved, _ended = at_once(
        lambda: changing.approve_change(change, by=decider, reason="Ja."),
        lambda: ending.end_early(proposed, by=other, at=NOW),
    )

    assert grant_of(case).status == "terminated"
    granted = {year: one.granted for year, one in ledger.balances(grant_of(case)).items()}
    assert granted == ({1: 100_000, 2: 0} if approved is NotReady else {1: 60_000, 2: 0})
