"""The ledger of a grant: signed amounts that are only ever added."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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
    RELEASED = "released", pgettext_lazy("money", "released")
    REPORTED = "reported", _("reported")
    APPROVED = "approved", pgettext_lazy("costs", "approved")
    PAID = "paid", _("paid")
    REPAYMENT = "repayment", _("to be paid back")


# Whoever books waits for the grant's row, so that a year's first entry makes its balance once.
# The sums themselves are held to their bounds by the constraints of the balance.
ADDED = [(f"add_{name}", "numeric") for name in ("granted", "reported", "approved", "paid")]
KEEPS_BALANCE = """
    PERFORM 1 FROM finance_grant WHERE id = NEW.grant_id FOR NO KEY UPDATE;
    add_granted := CASE
        WHEN NEW.kind IN ('granted', 'changed', 'released') THEN NEW.amount ELSE 0
    END;
    add_reported := CASE WHEN NEW.kind = 'reported' THEN NEW.amount ELSE 0 END;
    add_approved := CASE WHEN NEW.kind = 'approved' THEN NEW.amount ELSE 0 END;
    add_paid := CASE WHEN NEW.kind IN ('paid', 'repayment') THEN NEW.amount ELSE 0 END;
    UPDATE finance_yearbalance SET
        granted = granted + add_granted,
        reported = reported + add_reported,
        approved = approved + add_approved,
        paid = paid + add_paid
    WHERE grant_id = NEW.grant_id AND year = NEW.year;
    IF NOT FOUND THEN
        INSERT INTO finance_yearbalance (grant_id, year, granted, reported, approved, paid)
        VALUES (NEW.grant_id, NEW.year, add_granted, add_reported, add_approved, add_paid);
    END IF;
    RETURN NULL;
"""
NOT_BY_HAND = """
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'pgtrigger: a balance changes with the ledger alone';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
"""


class LedgerEntry(models.Model):
    """One signed amount in SEK, for one year of a grant, with what it comes from.

    A correction is a new row that points at the one it corrects. Postgres adds each row to
    the balance of its year.
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
                | Q(~Q(note=""), kind="released", amount__lt=0, budget__isnull=False)
                | Q(kind__in=["reported", "approved"], statement__isnull=False)
                | Q(kind="paid", amount__gt=0, payment__isnull=False)
                | Q(kind="repayment", amount__lt=0, repayment__isnull=False),
                name="ledger_entry_has_its_source",
            ),
            known("kind", EntryKind, name="ledger_kind_known"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="keeps_balance",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                declare=ADDED,
                func=KEEPS_BALANCE,
            ),
            triggers.frozen_by(
                "closed_grant",
                parent="finance_grant",
                key="grant_id",
                condition="parent.status = 'closed'",
            ),
            *triggers.append_only(),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year} {self.amount}"


class YearBalance(models.Model):
    """What the entries of one year of a grant add up to, kept by the ledger's own trigger.

    Per year, and so in all, no more is paid than is approved and no more is approved than
    is granted. What is to be paid back counts against what is paid.
    """

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="balances")
    year = models.PositiveSmallIntegerField(_("year"))
    granted = models.DecimalField(_("granted"), max_digits=12, decimal_places=2)
    reported = models.DecimalField(_("reported"), max_digits=12, decimal_places=2)
    approved = models.DecimalField(_("approved"), max_digits=12, decimal_places=2)
    paid = models.DecimalField(_("paid"), max_digits=12, decimal_places=2)

    class Meta:
        ordering: ClassVar = ["grant", "year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["grant", "year"], name="year_balance_once"),
            models.CheckConstraint(
                condition=Q(paid__gte=0, approved__gte=F("paid"), granted__gte=F("approved")),
                name="paid_within_approved_within_granted",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="not_by_hand",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=NOT_BY_HAND,
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.year}"
