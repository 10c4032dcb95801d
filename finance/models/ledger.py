"""The ledger of a grant: signed amounts that are only ever added."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from finance.models.budgets import MAX_YEARS
from finance.models.decided import GrantBudget
from finance.models.grants import Grant
from finance.models.payments import Payment, Repayment
from finance.models.statements import Statement
from icld_portal import triggers
from icld_portal.constraints import known
from partnerships.models import User


class EntryKind(models.TextChoices):
    """What an entry of the ledger says."""

    GRANTED = "granted", _("granted")
    CHANGED = "changed", _("changed by a decision")
    REPORTED = "reported", _("reported")
    APPROVED = "approved", _("approved")
    PAID = "paid", _("paid")
    REPAYMENT = "repayment", _("to be paid back")


# The order of the sums, and which kinds each counts.
GRANTED = (EntryKind.GRANTED, EntryKind.CHANGED)
PAID = (EntryKind.PAID, EntryKind.REPAYMENT)
# Whoever books waits for the grant's row: sums are then read by one at a time.
SUMS = [("granted", "numeric"), ("approved", "numeric"), ("paid", "numeric")]
WITHIN_BOUNDS = """
    PERFORM 1 FROM finance_grant WHERE id = NEW.grant_id FOR NO KEY UPDATE;
    SELECT
        coalesce(sum(amount) FILTER (WHERE kind IN ('granted', 'changed')), 0),
        coalesce(sum(amount) FILTER (WHERE kind = 'approved'), 0),
        coalesce(sum(amount) FILTER (WHERE kind IN ('paid', 'repayment')), 0)
    INTO granted, approved, paid
    FROM finance_ledgerentry WHERE grant_id = NEW.grant_id AND year = NEW.year;
    IF paid < 0 OR paid > approved OR approved > granted THEN
        RAISE EXCEPTION 'pgtrigger: year % would have % paid, % approved, % granted',
            NEW.year, paid, approved, granted;
    END IF;
    RETURN NULL;
"""


class LedgerEntry(models.Model):
    """One signed amount in SEK, for one year of a grant, with what it comes from.

    A correction is a new row that points at the one it corrects. Per year, and so in all,
    no more is paid than is approved and no more is approved than is granted: Postgres adds
    up with every row.
    """

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="entries")
    year = models.PositiveSmallIntegerField(_("year"))
    kind = models.CharField(_("kind"), max_length=9, choices=EntryKind.choices)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    budget = models.ForeignKey(GrantBudget, models.PROTECT, null=True, related_name="entries")
    statement = models.ForeignKey(Statement, models.PROTECT, null=True, related_name="entries")
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="entries")
    repayment = models.ForeignKey(Repayment, models.PROTECT, null=True, related_name="entries")
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    note = models.CharField(_("note"), max_length=300, blank=True)
    booked_at = models.DateTimeField(_("booked"), default=timezone.now)
    booked_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["grant", "booked_at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["grant", "year"], include=["kind", "amount"], name="ledger_sums")
        ]
        constraints: ClassVar = [
            # Whatever dies in between: nothing is paid, or claimed back, twice.
            models.UniqueConstraint(fields=["payment", "kind"], name="ledger_payment_once"),
            models.UniqueConstraint(fields=["repayment"], name="ledger_repayment_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_amount_is_something"),
            models.CheckConstraint(
                condition=Q(year__range=(1, MAX_YEARS)), name="ledger_year_in_case"
            ),
            models.CheckConstraint(
                condition=Q(kind="granted", amount__gt=0, budget__isnull=False)
                | Q(kind="changed", budget__isnull=False)
                | Q(kind__in=["reported", "approved"], statement__isnull=False)
                | Q(kind="paid", amount__gt=0, payment__isnull=False)
                | Q(kind="repayment", amount__lt=0, repayment__isnull=False),
                name="ledger_entry_has_its_source",
            ),
            known("kind", EntryKind, name="ledger_kind_known"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="within_bounds",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                declare=SUMS,
                func=WITHIN_BOUNDS,
            ),
            *triggers.append_only(),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year} {self.amount}"
