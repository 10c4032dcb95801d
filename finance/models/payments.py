"""Paying: where to, what, by whom; prepared by one person and approved by another."""

from decimal import Decimal
from typing import ClassVar

import pghistory
import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from finance.models.budgets import MAX_YEARS
from finance.models.grants import Grant
from finance.models.statements import Statement
from icld_portal import triggers
from icld_portal.constraints import known
from partnerships.models import Organisation, User


class AccountKind(models.TextChoices):
    """How a grantee is paid."""

    BANKGIRO = "bankgiro", _("bankgiro")
    PLUSGIRO = "plusgiro", _("plusgiro")
    IBAN = "iban", _("bank account (IBAN)")


def _in_groups(text: str, length: int, *, from_end: bool = False) -> list[str]:
    begin = len(text) % length if from_end else 0
    groups = [text[place : place + length] for place in range(begin, len(text), length)]
    return [text[:begin], *groups] if begin else groups


class BankDetails(models.Model):
    """Where an organisation is paid: a new version with every change, the old ones kept."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="bank_details")
    version = models.PositiveSmallIntegerField(_("version"))
    kind = models.CharField(_("kind of account"), max_length=8, choices=AccountKind.choices)
    account = models.CharField(_("account number"), max_length=34)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    holder = models.CharField(_("account holder"), max_length=140)
    entered_at = models.DateTimeField(_("entered"), default=timezone.now)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["organisation", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "version"], name="bank_details_version_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="iban", account__regex=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$")
                | Q(~Q(kind="iban"), account__regex=r"^[0-9]{2,8}$", bic=""),
                name="bank_details_account_form",
            ),
            known("kind", AccountKind, name="bank_details_kind_known"),
        ]
        triggers: ClassVar = triggers.append_only()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.shown}"

    @property
    def shown(self) -> str:
        """The number as people write it: 5050-1055, 28 65 43-4, SE45 5000 …"""
        account = self.account
        if self.kind == AccountKind.BANKGIRO:
            return f"{account[:-4]}-{account[-4:]}"
        if self.kind == AccountKind.PLUSGIRO:
            pairs = account[:-1]
            return " ".join(_in_groups(pairs, 2, from_end=True)) + f"-{account[-1]}"
        return " ".join(_in_groups(account, 4))


class PaymentExportQuerySet(models.QuerySet["PaymentExport"]):
    """Phrases about exports."""

    def visible_to(self, user: User) -> "PaymentExportQuerySet":
        """The exports ``user`` may open: ICLD's people, without a conflict in any of it."""
        if not user.office:
            return self.none()
        hidden = Payment.objects.filter(grant__reference__in=sorted(user.conflicts))
        return self.exclude(pk__in=hidden.exclude(export=None).values("export"))


class PaymentExport(models.Model):
    """Payments sent to the bank and the books together; what the files say is kept as data."""

    number = models.PositiveIntegerField(_("number"), unique=True)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    pay_on = models.DateField(_("to be paid on"))
    content = models.JSONField(encoder=DjangoJSONEncoder)
    content_sha256 = models.CharField(max_length=64)

    objects = PaymentExportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(content_sha256__regex=r"^[0-9a-f]{64}$"),
                name="payment_export_has_fingerprint",
            )
        ]
        triggers: ClassVar = triggers.append_only()

    def __str__(self) -> str:
        return str(self.number)

    @property
    def total(self) -> Decimal:
        """What was sent together, SEK with öre."""
        return Decimal(self.content["total"])


class PaymentStatus(models.TextChoices):
    """How far a payment has come."""

    DUE = "due", _("due")
    PREPARED = "prepared", _("prepared")
    APPROVED = "approved", pgettext_lazy("a payment", "approved")
    PAID = "paid", _("paid")
    CANCELLED = "cancelled", _("cancelled")


# The moves Postgres allows. Once exported a payment can only be paid.
PAYMENT_MOVES = (
    ("due", "prepared"),
    ("prepared", "approved"),
    ("prepared", "due"),
    ("approved", "due"),
    ("approved", "paid"),
    ("due", "cancelled"),
)


class PaymentQuerySet(models.QuerySet["Payment"]):
    """Phrases about payments."""

    def visible_to(self, user: User) -> "PaymentQuerySet":
        """Payments of the grants that ``user`` may see."""
        return self.filter(grant__in=Grant.objects.all().visible_to(user))

    def under_way(self) -> "PaymentQuerySet":
        """Those that are neither paid nor cancelled."""
        return self.exclude(status__in=[PaymentStatus.PAID, PaymentStatus.CANCELLED])


@pghistory.track()
class Payment(models.Model):
    """One sum to one grantee for one statement. ``held_reason`` stops it until it is cleared."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="payments")
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="payments")
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("number"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    status = models.CharField(
        _("status"), max_length=9, choices=PaymentStatus.choices, default=PaymentStatus.DUE
    )
    due_at = models.DateTimeField(_("became due"), default=timezone.now)
    bank_details = models.ForeignKey(
        BankDetails, models.PROTECT, null=True, related_name="payments"
    )
    prepared_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    prepared_at = models.DateTimeField(_("prepared"), null=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(_("approved"), null=True)
    export = models.ForeignKey(PaymentExport, models.PROTECT, null=True, related_name="payments")
    paid_on = models.DateField(_("paid on"), null=True)
    held_reason = models.CharField(_("held because"), max_length=300, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["grant", "year", "number"]
        indexes: ClassVar = [models.Index(fields=["status", "due_at"], name="payment_status")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["statement", "number"], name="payment_number_once"),
            models.UniqueConstraint(
                fields=["statement"],
                condition=~Q(status__in=["paid", "cancelled"]),
                name="payment_one_under_way",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_above_zero"),
            models.CheckConstraint(
                condition=Q(year__range=(1, MAX_YEARS)), name="payment_year_in_case"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["due", "cancelled"],
                    prepared_by=None,
                    prepared_at=None,
                    bank_details=None,
                )
                | Q(
                    status__in=["prepared", "approved", "paid"],
                    prepared_by__isnull=False,
                    prepared_at__isnull=False,
                    bank_details__isnull=False,
                ),
                name="payment_prepared_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["due", "cancelled", "prepared"], approved_by=None, approved_at=None
                )
                | Q(
                    ~Q(approved_by=F("prepared_by")),
                    status__in=["approved", "paid"],
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                ),
                name="payment_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(export=None) | Q(status__in=["approved", "paid"]),
                name="payment_exported_when_approved",
            ),
            models.CheckConstraint(
                condition=Q(status="paid", paid_on__isnull=False, export__isnull=False)
                | Q(~Q(status="paid"), paid_on=None),
                name="payment_paid_on_a_day",
            ),
            known("status", PaymentStatus, name="payment_status_known"),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(name="status_moves", field="status", transitions=list(PAYMENT_MOVES)),
            pgtrigger.Protect(
                name="exported_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.export_id IS NOT NULL AND (NEW.export_id IS DISTINCT FROM OLD.export_id "
                    "OR NEW.amount <> OLD.amount OR NEW.bank_details_id <> OLD.bank_details_id)"
                ),
            ),
            pgtrigger.Protect(
                name="held_is_not_exported",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.export_id IS NULL AND NEW.export_id IS NOT NULL AND NEW.held_reason <> ''"
                ),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.year} {self.amount}"


class RepaymentStatus(models.TextChoices):
    """How far a claim for money back has come."""

    CLAIMED = "claimed", _("claimed")
    RECEIVED = "received", _("received")


@pghistory.track()
class Repayment(models.Model):
    """Money that a grantee is to pay back, since less was approved than has been paid."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="repayments")
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("number"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=500)
    status = models.CharField(
        _("status"),
        max_length=8,
        choices=RepaymentStatus.choices,
        default=RepaymentStatus.CLAIMED,
    )
    claimed_at = models.DateTimeField(_("claimed"), default=timezone.now)
    claimed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    received_on = models.DateField(_("received on"), null=True)
    received_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["grant", "year", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["grant", "year", "number"], name="repayment_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="repayment_above_zero"),
            models.CheckConstraint(condition=~Q(reason=""), name="repayment_for_a_reason"),
            models.CheckConstraint(
                condition=Q(year__range=(1, MAX_YEARS)), name="repayment_year_in_case"
            ),
            models.CheckConstraint(
                condition=Q(status="claimed", received_on=None, received_by=None)
                | Q(status="received", received_on__isnull=False, received_by__isnull=False),
                name="repayment_received_on_a_day",
            ),
            known("status", RepaymentStatus, name="repayment_status_known"),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="status_moves", field="status", transitions=[("claimed", "received")]
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.year} {self.amount}"
