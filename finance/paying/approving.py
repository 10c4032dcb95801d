"""Approving the accounts of a year as controlled, and taking that back: what is booked."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from finance import ledger
from finance.ledger import NOTHING
from finance.models import (
    EntryKind,
    Grant,
    LedgerEntry,
    Payment,
    PaymentStatus,
    Repayment,
    Statement,
)
from finance.paying import letters
from finance.paying.payable import Payable, control_problems, payable_of
from finance.paying.words import APPROVAL_WITHDRAWN, APPROVED_LESS
from icld_portal import events
from icld_portal.problems import NotReady, blocking
from icld_portal.workflow import WrongStatus
from partnerships.models import User

UNDER_WAY = (PaymentStatus.DUE, PaymentStatus.PREPARED, PaymentStatus.APPROVED)


def _locked(statement: Statement) -> tuple[Grant, Statement]:
    """Lock the grant first, then the statement: every deed that books does so in this order.

    Raises WrongStatus when the grant is closed.
    """
    grant = ledger.locked(statement.grant)
    if grant.status == Grant.Status.CLOSED:
        raise WrongStatus("the grant is closed")
    fresh = Statement.objects.select_for_update(of=("self",)).get(pk=statement.pk)
    fresh.grant = grant
    return grant, fresh


@transaction.atomic
def approve_statement(statement: Statement, *, by: User, at: datetime, reason: str = "") -> Payable:
    """Approve the accounts as controlled: book the approved sum and make its payment due.

    What was paid before and is not approved any more is claimed back for ``reason``, and
    that is booked first. Raises NotReady with lines that are not done with, WrongStatus
    when the accounts are not handed in or are approved already. Whether ``by`` may is the
    caller's to ask.
    """
    grant, statement = _locked(statement)
    if statement.frozen_at is None or statement.controlled_at is not None:
        raise WrongStatus("approve_statement")
    if found := blocking(control_problems(statement)):
        raise NotReady(found)
    result = payable_of(statement)
    _cancel_under_way(statement, by=by, at=at)
    if result.to_claim:
        _claim(grant, statement, result.to_claim, reason=reason, by=by, at=at)
    year = ledger.balances(grant).get(statement.year, ledger.Balance())
    change = result.payable - year.approved
    kind = EntryKind.APPROVED
    ledger.book(grant, statement.year, kind, change, by=by, at=at, statement=statement)
    if result.to_pay:
        _make_due(grant, statement, result.to_pay, by=by, at=at)
    statement.controlled_at = at
    statement.save(update_fields=["controlled_at"])
    events.record(statement, "approve_statement", by=by, at=at, payable=str(result.payable))
    return result


def _cancel_under_way(statement: Statement, *, by: User, at: datetime) -> None:
    """End what was to be paid by an earlier approval: the new one makes its own payment."""
    under_way = statement.payments.select_for_update(of=("self",)).filter(
        status__in=UNDER_WAY, export=None
    )
    for payment in under_way.order_by("pk"):
        back_to_due(payment)
        payment.held_reason = ""
        payment.save()
        left = payment.status
        payment.status = PaymentStatus.CANCELLED
        payment.save(update_fields=["status"])
        events.record(
            payment, "cancel_payment", by=by, at=at, from_status=left, to_status=payment.status
        )


def back_to_due(payment: Payment) -> None:
    """Forget who prepared and approved a payment; it is not saved."""
    payment.status = PaymentStatus.DUE
    payment.prepared_by = payment.approved_by = None
    payment.prepared_at = payment.approved_at = None
    payment.bank_details = None


def _claim(
    grant: Grant, statement: Statement, amount: Decimal, *, reason: str, by: User, at: datetime
) -> None:
    claim = Repayment.objects.create(
        grant=grant,
        year=statement.year,
        number=grant.repayments.filter(year=statement.year).count() + 1,
        amount=amount,
        reason=reason[:500] or APPROVED_LESS,
        claimed_at=at,
        claimed_by=by,
    )
    kind = EntryKind.REPAYMENT
    ledger.book(grant, claim.year, kind, -amount, by=by, at=at, repayment=claim)
    events.record(claim, "claim_repayment", by=by, at=at, amount=str(amount))
    letters.tell_claimed(claim)


def _make_due(
    grant: Grant, statement: Statement, amount: Decimal, *, by: User, at: datetime
) -> Payment:
    payment = Payment.objects.create(
        grant=grant,
        statement=statement,
        year=statement.year,
        number=statement.payments.count() + 1,
        amount=amount,
        due_at=at,
    )
    events.record(payment, "make_due", by=by, at=at, to_status=payment.status, amount=str(amount))
    return payment


@transaction.atomic
def withdraw_statement(statement: Statement, *, reason: str, by: User, at: datetime) -> Decimal:
    """Take back the approval of the accounts; return what stays booked as approved.

    What has not gone to the bank is held, and its approval booked back. What has gone out
    stays approved until the accounts are approved anew, when too much is claimed back.
    Raises WrongStatus when they are not approved. Whether ``by`` may is the caller's to ask.
    """
    grant, statement = _locked(statement)
    if statement.controlled_at is None:
        raise WrongStatus("withdraw_statement")
    under_way = statement.payments.select_for_update(of=("self",)).filter(status__in=UNDER_WAY)
    rows = list(under_way.order_by("pk"))
    for payment in rows:
        if payment.export_id is None:
            payment.held_reason = APPROVAL_WITHDRAWN
            payment.save(update_fields=["held_reason"])
            events.record(payment, "hold_payment", by=by, at=at, reason=reason)
    with_bank = sum((one.amount for one in rows if one.export_id is not None), NOTHING)
    year = ledger.balances(grant)[statement.year]
    stays = year.paid + with_bank
    ledger.book(
        grant,
        statement.year,
        EntryKind.APPROVED,
        stays - year.approved,
        by=by,
        at=at,
        statement=statement,
        corrects=_last_approval(statement),
        note=reason[:300],
    )
    statement.controlled_at = None
    statement.save(update_fields=["controlled_at"])
    events.record(statement, "withdraw_statement", by=by, at=at, reason=reason)
    return stays


def _last_approval(statement: Statement) -> LedgerEntry | None:
    return statement.entries.filter(kind=EntryKind.APPROVED).order_by("-pk").first()


def approved_sum(statement: Statement) -> Decimal:
    """Return what is booked as approved of the accounts, SEK with öre."""
    booked = statement.entries.filter(kind=EntryKind.APPROVED)
    return booked.aggregate(sum=Sum("amount"))["sum"] or NOTHING
