"""Bank details: which numbers can be right, and what a new version holds."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from stdnum import bic as bics
from stdnum import iban as ibans
from stdnum import luhn
from stdnum.exceptions import ValidationError

from finance import rules
from finance.models import AccountKind, BankDetails, Payment, PaymentStatus
from finance.paying import letters
from finance.paying.deeds import newest_details
from finance.paying.words import NEW_BANK_DETAILS
from icld_portal import events
from icld_portal.problems import NotReady, Problem
from partnerships.models import Organisation, User

BANKGIRO_LENGTHS = (7, 8)
PLUSGIRO_LENGTHS = range(2, 9)
SEPARATORS = str.maketrans("", "", " -\u00a0\u202f\u2010\u2011\u2013")


def account_of(kind: str, written: str) -> str:
    """Return an account number as it is kept: "5050-1055" is "50501055".

    Raises NotReady with what is wrong: the number of digits, or the check digit.
    """
    account = written.translate(SEPARATORS).upper()
    if kind == AccountKind.IBAN:
        try:
            return str(ibans.validate(account))
        except ValidationError as error:
            text = _("This is not a valid IBAN. A Swedish one is written SE and 22 digits.")
            raise NotReady([Problem(text, anchor="account")]) from error
    lengths = BANKGIRO_LENGTHS if kind == AccountKind.BANKGIRO else PLUSGIRO_LENGTHS
    if not (account.isascii() and account.isdigit()) or len(account) not in lengths:
        text = (
            _("A bankgiro has seven or eight digits, for example 5050-1055.")
            if kind == AccountKind.BANKGIRO
            else _("A plusgiro has two to eight digits, for example 28 65 43-4.")
        )
        raise NotReady([Problem(text, anchor="account")])
    if not luhn.is_valid(account):
        text = _("The last digit does not fit the others: check the number.")
        raise NotReady([Problem(text, anchor="account")])
    return account


def bic_of(kind: str, written: str) -> str:
    """Return the BIC of an account with IBAN; other accounts have none. Raises NotReady."""
    if kind != AccountKind.IBAN:
        return ""
    try:
        return str(bics.validate(written.translate(SEPARATORS)))
    except ValidationError as error:
        text = _("This is not a valid BIC. It has 8 or 11 characters, for example NDEASESS.")
        raise NotReady([Problem(text, anchor="bic")]) from error


@transaction.atomic
def enter(
    organisation: Organisation,
    *,
    kind: str,
    account: str,
    bic: str,
    holder: str,
    by: User,
    at: datetime | None = None,
) -> BankDetails:
    """Keep a new version of where the organisation is paid; the same again is no new one.

    Payments that were prepared for the old one and have not gone to the bank are held.
    Raises NotReady with what is wrong, PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    if not rules.may_enter_bank_details(by, organisation):
        raise PermissionDenied("enter_bank_details")
    facts = {
        "kind": kind,
        "account": account_of(kind, account),
        "bic": bic_of(kind, bic),
        "holder": holder.strip(),
    }
    # Exports lock the same row: none goes out to an account that is being changed.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    newest = newest_details(organisation.pk)
    if newest and all(getattr(newest, name) == value for name, value in facts.items()):
        return newest
    details = BankDetails.objects.create(
        organisation=organisation,
        version=newest.version + 1 if newest else 1,
        entered_by=by,
        entered_at=at,
        **facts,
    )
    _hold_prepared(organisation, by=by, at=at)
    events.record(organisation, "enter_bank_details", by=by, at=at, version=details.version)
    letters.tell_bank_details(details)
    return details


def _hold_prepared(organisation: Organisation, *, by: User, at: datetime) -> None:
    prepared = Payment.objects.select_for_update(of=("self",)).filter(
        grant__grantee=organisation,
        status__in=[PaymentStatus.PREPARED, PaymentStatus.APPROVED],
        export=None,
        held_reason="",
    )
    rows = list(prepared.order_by("pk"))
    Payment.objects.filter(pk__in=[one.pk for one in rows]).update(held_reason=NEW_BANK_DETAILS)
    for payment in rows:
        events.record(payment, "hold_payment", by=by, at=at, reason=NEW_BANK_DETAILS)
