"""Closing a grant: what stands in the way, what is released, and that it stays closed."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from applications import workflow
from applications.endings import problems
from applications.workflow import ending
from finance import ledger
from finance.models import Closing, EntryKind, LedgerEntry, Payment, Verdict
from finance.paying import deeds
from icld_portal.models import Letter
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.models import Role
from tests.factories import controlled, money, paying
from tests.factories.parties import make_person
from tests.factories.running import grant_of, signed_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def controller(icld):
    return make_person("Test Betalsson", icld, Role.OFFICE_FINANCE)


@pytest.fixture
def treasurer(robertsfors):
    return make_person("Test Ekonomsson", robertsfors, Role.FINANCE)


@pytest.fixture
def case(partnership, coordinator, partner_coordinator, decider):
    """A project of a year, 100 000 kr, whose agreement is signed."""
    return signed_case(partnership, coordinator, decider)


@pytest.fixture
def paid(case, officer, decider, controller, treasurer, icld):
    """Its report of 13 000,25 kr is approved and paid, and the final one approved."""
    paying.enter_office_details(icld, by=controller)
    paying.enter_details(grant_of(case).grantee, by=treasurer)
    controlled.approved(controlled.handed_in(case), by=officer)
    controlled.approved(controlled.handed_in(case, None), by=officer)
    payment = Payment.objects.get()
    paying.paid(payment, by=officer, approver=decider, exporter=controller)
    return case


def in_the_way(case) -> list[str]:
    found = problems.closing_problems(case, grant_of(case), case.reports.order_by("pk"))
    return [problem.text for problem in found]


def close(case, officer, reason="Resan blev billigare."):
    return ending.close_grant(grant_of(case), reason=reason, by=officer)


def test_the_ledger_ends_at_zero_left_with_the_reason(paid, officer):
    assert in_the_way(paid) == [
        "86\u00a0999,75\u00a0kr has not been used. It is released when you close the grant."
    ]

    closing = close(paid, officer)

    total = ledger.total(ledger.balances(grant_of(paid)))
    assert {total.granted, total.approved, total.paid} == {Decimal("13000.25")}
    assert total.left == 0
    entry = LedgerEntry.objects.get(kind=EntryKind.RELEASED)
    assert (entry.amount, entry.note) == (Decimal("-86999.75"), "Resan blev billigare.")
    assert (closing.released, grant_of(paid).status) == (Decimal("86999.75"), "closed")
    told = Letter.objects.filter(kind="grant_closed")
    assert {letter.language for letter in told} == {"sv", "en"}
    assert all("86\u00a0999,75" in letter.body for letter in told)


def test_money_that_is_left_asks_for_a_word(paid, officer, coordinator):
    with pytest.raises(NotReady) as stopped:
        close(paid, officer, reason=" ")
    assert [problem.anchor for problem in stopped.value.problems] == ["reason"]
    with pytest.raises(PermissionDenied):
        close(paid, coordinator)


def test_everything_that_is_not_done_stands_in_the_way(case, officer, coordinator):
    assert in_the_way(case) == [
        "Report of year 1 has not opened yet.",
        "Final report has not opened yet.",
    ]
    report = controlled.handed_in(case)
    assert in_the_way(case)[0] == "Report of year 1 is in control and not approved."
    controlled.approved(report, by=officer)
    assert in_the_way(case) == [
        "Final report has not opened yet.",
        "Year 1: 13\u00a0000,25\u00a0kr is not paid yet.",
    ]
    with pytest.raises(NotReady):
        close(case, officer)
    assert not Closing.objects.exists()


def test_what_is_claimed_back_is_awaited(paid, officer, controller):
    report = paid.reports.get(kind="year")
    workflow.withdraw_approval(report, reason="Fel.", by=officer)
    report.statement.refresh_from_db()
    cost = report.statement.lines.get()
    cost.review.verdict, cost.review.reason = Verdict.ADJUSTED, "För dyrt."
    cost.review.approved = Decimal("1000.00")
    cost.review.save()
    controlled.approved(report, by=officer)
    [claim] = grant_of(paid).repayments.all()
    assert in_the_way(paid) == ["Year 1: 4\u00a0000,25\u00a0kr is not paid back yet."]

    deeds.receive(claim, on=timezone.localdate(), by=controller)

    close(paid, officer)
    assert ledger.total(ledger.balances(grant_of(paid))).paid == Decimal("9000.00")


def test_a_closed_grant_stays_as_it_is(paid, officer, decider):
    close(paid, officer)
    grant, report = grant_of(paid), paid.reports.get(kind="year")

    with pytest.raises(WrongStatus):
        close(paid, officer)
    for one in paid.reports.all():
        with pytest.raises(NotReady):
            workflow.withdraw_approval(one, reason="Fel.", by=officer)
    with pytest.raises(WrongStatus):
        ending.pause_grant(
            grant, first_on=date(2028, 1, 1), last_on=date(2028, 1, 2), reason="x", by=officer
        )
    facts = {"by": decider, "statement": report.statement}
    with pytest.raises(DatabaseError), transaction.atomic():
        money.book(grant, EntryKind.REPORTED, "1.00", **facts)
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("UPDATE finance_grant SET status = 'active'")
