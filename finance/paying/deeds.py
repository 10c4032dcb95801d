"""The deeds on one payment: prepare, approve, send back, hold, release, mark as paid.

Everything that books locks the grant first, then its payments: no two deeds wait for each
other, and the sums are read by one at a time.
"""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from finance import ledger, rules
from finance.models import BankDetails, EntryKind, Payment, PaymentStatus, Repayment
from finance.models.payments import RepaymentStatus
from finance.paying import letters
from finance.paying.approving import back_to_due
from icld_portal import events
from icld_portal.localize import STOCKHOLM, day
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import Transition, WrongStatus, begin, complete
from partnerships.models import User

PREPARE = Transition(
    "prepare_payment",
    frozenset({PaymentStatus.DUE}),
    PaymentStatus.PREPARED,
    rules.may_prepare_payment,
)
APPROVE = Transition(
    "approve_payment",
    frozenset({PaymentStatus.PREPARED}),
    PaymentStatus.APPROVED,
    rules.may_approve_payment,
)
SEND_BACK = Transition(
    "send_back_payment",
    frozenset({PaymentStatus.PREPARED, PaymentStatus.APPROVED}),
    PaymentStatus.DUE,
    rules.may_hold_payment,
)
MARK_PAID = Transition(
    "mark_paid",
    frozenset({PaymentStatus.APPROVED}),
    PaymentStatus.PAID,
    rules.may_pay,
    tell=letters.tell_paid,
)
PAYMENT_TRANSITIONS = (PREPARE, APPROVE, SEND_BACK, MARK_PAID)


def newest_details(organisation_id: int) -> BankDetails | None:
    """Return where the organisation wants its money now."""
    found = BankDetails.objects.filter(organisation=organisation_id)
    return found.order_by("-version").first()


def _stopped(payment: Payment) -> list[Problem]:
    """Return what stops any step towards the bank."""
    if payment.held_reason:
        return [Problem(_("The payment is held. Let it go on first."))]
    if payment.statement.controlled_at is None:
        return [Problem(_("The approval of the report has been withdrawn."))]
    return []


@transaction.atomic
def prepare(payment: Payment, *, by: User, at: datetime | None = None) -> Payment:
    """Prepare a payment to the grantee's newest bank details.

    Raises NotReady when it is held or the grantee has entered none, WrongStatus when it is
    not due, PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    payment = begin(PREPARE, payment, by=by)
    details = newest_details(payment.grant.grantee_id)
    found = _stopped(payment)
    if details is None:
        found.append(Problem(_("The grantee has not entered where the money is to be paid.")))
    if found:
        raise NotReady(found)
    payment.bank_details, payment.prepared_by, payment.prepared_at = details, by, at
    return complete(PREPARE, payment, by=by, at=at, **_facts(payment))


@transaction.atomic
def approve(payment: Payment, *, by: User, at: datetime | None = None) -> Payment:
    """Approve a payment that somebody else has prepared.

    Raises NotReady when it is held or the bank details are no longer the newest,
    WrongStatus when it is not prepared, PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    payment = begin(APPROVE, payment, by=by)
    if found := _stopped(payment) + stale_details(payment):
        raise NotReady(found)
    payment.approved_by, payment.approved_at = by, at
    return complete(APPROVE, payment, by=by, at=at, **_facts(payment))


def stale_details(payment: Payment) -> list[Problem]:
    """Return a problem when the grantee has entered other bank details since."""
    newest = newest_details(payment.grant.grantee_id)
    if newest is None or newest.pk == payment.bank_details_id:
        return []
    text = _("The bank details of %(grantee)s have been changed: prepare the payment anew.")
    return [Problem(text % {"grantee": payment.grant.grantee.name})]


def _facts(payment: Payment) -> dict[str, Any]:
    return {"amount": str(payment.amount), "reference": payment.grant.reference}


@transaction.atomic
def send_back(payment: Payment, *, reason: str, by: User, at: datetime | None = None) -> Payment:
    """Take a payment back to be prepared anew. One that has gone to the bank is not.

    A hold for bank details ends with it. Raises WrongStatus, PermissionDenied, and NotReady
    without a reason.
    """
    at = at or timezone.now()
    payment = begin(SEND_BACK, payment, by=by)
    if payment.export_id is not None:
        raise WrongStatus("send_back_payment")
    if not reason.strip():
        raise NotReady([Problem(_("Write why the payment is sent back."), anchor="reason")])
    back_to_due(payment)
    if payment.statement.controlled_at is not None:
        payment.held_reason = ""
    return complete(SEND_BACK, payment, by=by, at=at, reason=reason.strip())


def _open(payment: Payment, *, by: User, verb: str) -> Payment:
    """Lock a payment that is under way and not with the bank; WrongStatus, PermissionDenied."""
    fresh = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    under_way = {PaymentStatus.DUE, PaymentStatus.PREPARED, PaymentStatus.APPROVED}
    if fresh.status not in under_way or fresh.export_id is not None:
        raise WrongStatus(verb)
    if not rules.may_hold_payment(by, fresh):
        raise PermissionDenied(verb)
    return fresh


@transaction.atomic
def hold(payment: Payment, *, reason: str, by: User, at: datetime | None = None) -> Payment:
    """Stop a payment until it is released. Raises NotReady without a reason, WrongStatus."""
    at = at or timezone.now()
    payment = _open(payment, by=by, verb="hold_payment")
    if payment.held_reason:
        raise WrongStatus("hold_payment")
    if not reason.strip():
        raise NotReady([Problem(_("Write why the payment is held."), anchor="reason")])
    payment.held_reason = reason.strip()[:300]
    payment.save(update_fields=["held_reason"])
    events.record(payment, "hold_payment", by=by, at=at, reason=payment.held_reason)
    return payment


@transaction.atomic
def release(payment: Payment, *, by: User, at: datetime | None = None) -> Payment:
    """Let a held payment go on where it stood.

    Raises NotReady while the report's approval is withdrawn, or when the bank details have
    been changed since it was prepared; WrongStatus when it is not held.
    """
    at = at or timezone.now()
    payment = _open(payment, by=by, verb="release_payment")
    if not payment.held_reason:
        raise WrongStatus("release_payment")
    found = stale_details(payment) if payment.bank_details_id else []
    if payment.statement.controlled_at is None:
        found.append(Problem(_("The approval of the report has been withdrawn.")))
    if found:
        raise NotReady(found)
    payment.held_reason = ""
    payment.save(update_fields=["held_reason"])
    events.record(payment, "release_payment", by=by, at=at)
    return payment


def day_problems(on: date, *, not_before: date, at: datetime) -> list[Problem]:
    """Return what speaks against money having moved on the day ``on``."""
    if on > timezone.localtime(at, STOCKHOLM).date():
        return [Problem(_("That day has not come yet."), anchor="on")]
    if on < not_before:
        text = _("Choose %(day)s or a later day.") % {"day": day(not_before)}
        return [Problem(text, anchor="on")]
    return []


@transaction.atomic
def mark_paid(payment: Payment, *, on: date, by: User, at: datetime | None = None) -> Payment:
    """Note that the bank has paid, and book it; once, whoever asks how often.

    Raises WrongStatus when it is not with the bank or is paid already, NotReady for a day
    before the export or in the future, PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    grant = ledger.locked(payment.grant)
    payment = begin(MARK_PAID, payment, by=by)
    if payment.export is None:
        raise WrongStatus("mark_paid")
    sent_on = timezone.localtime(payment.export.made_at, STOCKHOLM).date()
    if found := day_problems(on, not_before=sent_on, at=at):
        raise NotReady(found)
    payment.paid_on = on
    kind = EntryKind.PAID
    ledger.book(grant, payment.year, kind, payment.amount, by=by, at=at, payment=payment)
    return complete(MARK_PAID, payment, by=by, at=at, on=str(on), **_facts(payment))


@transaction.atomic
def receive(claim: Repayment, *, on: date, by: User, at: datetime | None = None) -> Repayment:
    """Note that what was claimed has been paid back on the day ``on``.

    Raises WrongStatus when it has come already, NotReady for a day before the claim or in
    the future, PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    claim = Repayment.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    if claim.status != RepaymentStatus.CLAIMED:
        raise WrongStatus("receive_repayment")
    if not rules.may_receive(by, claim):
        raise PermissionDenied("receive_repayment")
    claimed_on = timezone.localtime(claim.claimed_at, STOCKHOLM).date()
    if found := day_problems(on, not_before=claimed_on, at=at):
        raise NotReady(found)
    claim.received_on, claim.received_by = on, by
    claim.status = RepaymentStatus.RECEIVED
    claim.save(update_fields=["received_on", "received_by", "status"])
    events.record(claim, "receive_repayment", by=by, at=at, on=str(on))
    letters.tell_received(claim)
    return claim
