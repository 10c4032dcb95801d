"""Bringing accounts through control and payments through their deeds, for tests."""

from decimal import Decimal

from django.utils import timezone

from finance import statements
from finance.models import AccountKind, Payment, PaymentExport, Review, Statement, Verdict
from finance.paying import bank, deeds, exporting
from finance.paying.approving import approve_statement
from finance.paying.payable import Payable
from partnerships.models import Organisation, User

OFFICE_IBAN = "SE4550000000058398257466"
OFFICE_BIC = "ESSESESS"


def hand_in(statement: Statement) -> Statement:
    """Freeze the accounts, as handing in the report does."""
    statements.freeze(statement, at=timezone.now())
    return statement


def review_all(statement: Statement, *, by: User, cost: str | None = None) -> None:
    """Approve every row that has no review; ``cost`` adjusts the first one instead."""
    facts = {"statement": statement, "reviewed_by": by}
    for line in statement.lines.filter(review=None).order_by("pk"):
        if cost is None:
            Review.objects.create(line=line, verdict="approved", approved=line.amount, **facts)
            continue
        Review.objects.create(
            line=line,
            verdict=Verdict.ADJUSTED,
            approved=Decimal(cost),
            reason="Hör inte till arbetet.",
            **facts,
        )
        cost = None
    for row in statement.salaries.filter(review=None):
        Review.objects.create(salary=row, verdict="approved", approved=row.amount, **facts)


def approve_accounts(statement: Statement, *, by: User, cost: str | None = None) -> Payable:
    """Hand in, control and approve the accounts; return what became payable."""
    if statement.frozen_at is None:
        hand_in(statement)
    review_all(statement, by=by, cost=cost)
    return approve_statement(statement, by=by, at=timezone.now())


def enter_details(organisation: Organisation, *, by: User, account: str = "5050-1055") -> None:
    """Enter a bankgiro of the organisation."""
    bank.enter(
        organisation,
        kind=AccountKind.BANKGIRO,
        account=account,
        bic="",
        holder=organisation.name,
        by=by,
    )


def enter_office_details(icld: Organisation, *, by: User) -> None:
    """Enter the account that ICLD pays from."""
    bank.enter(
        icld,
        kind=AccountKind.IBAN,
        account=OFFICE_IBAN,
        bic=OFFICE_BIC,
        holder="ICLD åäö",
        by=by,
    )


def approved(payment: Payment, *, by: User, approver: User) -> Payment:
    """Prepare and approve a payment."""
    deeds.prepare(payment, by=by)
    return deeds.approve(payment, by=approver)


def to_bank(payment: Payment, *, by: User, approver: User, exporter: User) -> PaymentExport:
    """Prepare, approve and export one payment today."""
    approved(payment, by=by, approver=approver)
    return exporting.export([payment.pk], pay_on=timezone.localdate(), by=exporter)


def paid(payment: Payment, *, by: User, approver: User, exporter: User) -> Payment:
    """Bring a payment all the way: paid today."""
    to_bank(payment, by=by, approver=approver, exporter=exporter)
    return deeds.mark_paid(payment, on=timezone.localdate(), by=exporter)
