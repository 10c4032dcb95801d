"""Sending payments to the bank and the books: chosen together, frozen as data, once each."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from finance import rules
from finance.ledger import NOTHING
from finance.models import BankDetails, BookAccounts, Payment, PaymentExport, PaymentStatus
from finance.paying.deeds import mark_paid, newest_details, stale_details
from icld_portal import events
from icld_portal.canonical import fingerprint_of
from icld_portal.localize import STOCKHOLM
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships.models import Organisation, User

# The bank takes no order for a day further off.
MOST_DAYS_AHEAD = 90
MOST_PAYMENTS = 200
ACCOUNT_NUMBER = re.compile(r"[1-9][0-9]{3,7}")
# Exports are numbered one at a time; any number will do, it names nothing else.
NUMBERING = 620_190_001


def ready() -> "Sequence[Payment]":
    """The approved payments that are neither held nor sent, the oldest first."""
    found = Payment.objects.filter(status=PaymentStatus.APPROVED, export=None, held_reason="")
    return found.order_by("approved_at", "pk")  # type: ignore[return-value]


@transaction.atomic
def export(
    payments: Collection[int], *, pay_on: date, by: User, at: datetime | None = None
) -> PaymentExport:
    """Send the payments with these ids to the bank together; what the files say is frozen.

    Each goes out once: whoever comes second is refused whole. Raises WrongStatus when one
    of them is held, sent or not approved any more, NotReady with what else stops it,
    PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    wanted = sorted(set(payments))
    if not rules.may_export(by):
        raise PermissionDenied("export_payments")
    if not wanted:
        raise NotReady([Problem(_("Choose at least one payment."), anchor="payments")])
    if found := _day_problems(pay_on, at=at):
        raise NotReady(found)
    rows = _locked(wanted)
    if len(rows) != len(wanted) or any(not _is_ready(one) for one in rows):
        raise WrongStatus("export_payments")
    if any(not rules.may_pay(by, one) for one in rows):
        raise PermissionDenied("export_payments")
    payer = _payer(rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERING])
    number = (PaymentExport.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    content = content_of(rows, number=number, payer=payer, pay_on=pay_on, at=at)
    made = PaymentExport.objects.create(
        number=number,
        made_at=at,
        made_by=by,
        pay_on=pay_on,
        content=content,
        content_sha256=fingerprint_of(content),
    )
    Payment.objects.filter(pk__in=wanted).update(export=made)
    events.record_all(rows, "export_payment", by=by, at=at, number=number)
    events.record(made, "export_payments", by=by, at=at, number=number, total=content["total"])
    return made


def _locked(wanted: Sequence[int]) -> list[Payment]:
    """Lock the grantees, whose bank details must stand still, then the payments, in order."""
    grantees = Payment.objects.filter(pk__in=wanted).values("grant__grantee")
    organisations = Organisation.objects.filter(pk__in=grantees).order_by("pk")
    list(organisations.select_for_update(no_key=True).values_list("pk", flat=True))
    rows = Payment.objects.select_for_update(of=("self",)).filter(pk__in=wanted)
    return list(
        rows.select_related(
            "grant__grantee", "grant__partnership", "statement", "bank_details"
        ).order_by("pk")
    )


def _is_ready(payment: Payment) -> bool:
    approved = payment.status == PaymentStatus.APPROVED and payment.export_id is None
    return approved and not payment.held_reason and payment.statement.controlled_at is not None


def _day_problems(pay_on: date, *, at: datetime) -> list[Problem]:
    today = timezone.localtime(at, STOCKHOLM).date()
    if pay_on < today:
        return [Problem(_("That day has passed already."), anchor="pay_on")]
    if pay_on > today + timedelta(days=MOST_DAYS_AHEAD):
        return [Problem(_("Choose a day within three months."), anchor="pay_on")]
    return []


def _payer(rows: Sequence[Payment]) -> BankDetails:
    """Return the account that ICLD pays from; NotReady with what speaks against the export."""
    details = newest_details(Organisation.objects.all().office().pk)
    found = [problem for payment in rows for problem in stale_details(payment)]
    if details is None:
        text = _("ICLD's own bank account has not been entered: an administrator does it.")
        found.append(Problem(text, anchor="payer"))
    if len(rows) > MOST_PAYMENTS:
        text = _("At most %(n)d payments go in one export.") % {"n": MOST_PAYMENTS}
        found.append(Problem(text, anchor="payments"))
    if found or details is None:
        raise NotReady(found)
    return details


def book_accounts() -> dict[str, str]:
    """Return the numbers of the accounts that are booked on now."""
    found = BookAccounts.objects.order_by("-version").values(*BookAccounts.DEFAULTS).first()
    return dict(found or BookAccounts.DEFAULTS)


def content_of(
    rows: Sequence[Payment], *, number: int, payer: BankDetails, pay_on: date, at: datetime
) -> dict[str, Any]:
    """Return all that the files of an export say, amounts as text with two decimals."""
    return {
        "number": number,
        "made_at": at.astimezone(STOCKHOLM).isoformat(timespec="seconds"),
        "pay_on": pay_on.isoformat(),
        "payer": {"name": payer.holder} | _account(payer),
        "books": book_accounts(),
        "total": str(sum((one.amount for one in rows), NOTHING)),
        "payments": [_row(one) for one in rows],
    }


def _account(details: BankDetails) -> dict[str, str]:
    return {"kind": details.kind, "account": details.account, "bic": details.bic}


def _row(payment: Payment) -> dict[str, Any]:
    grant, details = payment.grant, payment.bank_details
    if details is None:
        raise ValueError("an approved payment has bank details")
    return {
        "reference": grant.reference,
        "year": payment.year,
        "title": grant.title,
        "grantee": grant.grantee.name,
        "holder": details.holder,
        "amount": str(payment.amount),
        "text": f"{grant.reference} KP år {payment.year}",
        # Names the payment at the bank, and never another one.
        "end_to_end": f"{grant.reference}-{payment.year}-{payment.number}",
    } | _account(details)


@transaction.atomic
def enter_book_accounts(
    *, cost_account: str, bank_account: str, by: User, at: datetime | None = None
) -> BookAccounts:
    """Keep a new version of the accounts that are booked on. Raises NotReady,
    PermissionDenied if ``by`` does not send payments."""
    if not rules.may_export(by):
        raise PermissionDenied("enter_book_accounts")
    numbers = {"cost_account": cost_account.strip(), "bank_account": bank_account.strip()}
    found = [
        Problem(_("Write the account's number, four to eight digits."), anchor=name)
        for name, text in numbers.items()
        if not ACCOUNT_NUMBER.fullmatch(text)
    ]
    if not found and cost_account.strip() == bank_account.strip():
        found.append(Problem(_("The two accounts must differ."), anchor="bank_account"))
    if found:
        raise NotReady(found)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERING])
    last = BookAccounts.objects.aggregate(last=Max("version"))["last"] or 0
    made = BookAccounts.objects.create(
        version=last + 1, entered_by=by, entered_at=at or timezone.now(), **numbers
    )
    events.record(made, "enter_book_accounts", by=by, at=at, **numbers)
    return made


@dataclass(frozen=True)
class Marked:
    """How many payments of an export were marked as paid, and their sum."""

    number: int
    amount: Decimal


@transaction.atomic
def mark_export_paid(
    export: PaymentExport, *, on: date, by: User, at: datetime | None = None
) -> Marked:
    """Note that the bank has paid all that is left of an export on the day ``on``.

    Raises WrongStatus when nothing is left; NotReady and PermissionDenied as ``mark_paid``.
    """
    left = export.payments.filter(status=PaymentStatus.APPROVED)
    # In the order of the grants, which are locked first: two at once wait in one queue.
    rows = list(left.select_related("grant").order_by("grant", "pk"))
    if not rows:
        raise WrongStatus("mark_paid")
    for payment in rows:
        mark_paid(payment, on=on, by=by, at=at)
    return Marked(len(rows), sum((one.amount for one in rows), NOTHING))
