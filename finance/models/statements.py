"""The accounts of one year of a grant: what was spent, line by line, in SEK with öre."""

from decimal import Decimal
from typing import ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from finance.models.budgets import MAX_YEARS
from finance.models.decided import GrantBudget
from finance.models.grants import Grant
from finance.models.guidelines import CostCategory, Guideline
from icld_portal import triggers
from icld_portal.files import SHOWN_IN_BROWSER
from partnerships.models import Organisation, User

SEK = "SEK"
HIGHEST = Decimal("99999999.99")
FROZEN = "parent.frozen_at IS NOT NULL"
# What may change once the accounts are handed in: that they are opened again, and controlled.
ITS_STATES = "ARRAY['frozen_at', 'controlled_at']"


class Statement(models.Model):
    """The accounts of one accounting year, against the version of the budget it was opened with.

    Once ``frozen_at`` is set nothing in it can be written; ``controlled_at`` says that ICLD is
    done with its lines.
    """

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="statements")
    year = models.PositiveSmallIntegerField(_("year"))
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    budget = models.ForeignKey(GrantBudget, models.PROTECT, related_name="statements")
    guideline = models.ForeignKey(Guideline, models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField(null=True, editable=False)
    controlled_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering: ClassVar = ["grant", "year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["grant", "year"], name="statement_once_a_year"),
            models.CheckConstraint(
                condition=Q(year__range=(1, MAX_YEARS)), name="statement_year_in_case"
            ),
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="statement_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(controlled_at=None) | Q(frozen_at__isnull=False),
                name="statement_controlled_is_handed_in",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="handed_in_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.frozen_at IS NOT NULL AND (to_jsonb(OLD) - "
                    f"{ITS_STATES}) IS DISTINCT FROM (to_jsonb(NEW) - {ITS_STATES})"
                ),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.year}"


def _controlled_anew(key: str) -> pgtrigger.Trigger:
    """A trigger: what ICLD said of a row is not said of what the row has become."""
    return pgtrigger.Trigger(
        name="controlled_anew",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition("OLD.* IS DISTINCT FROM NEW.*"),
        func=f"DELETE FROM finance_review WHERE {key} = NEW.id; RETURN NULL;",  # noqa: S608
    )


def _written_while_open() -> list[pgtrigger.Trigger]:
    """Triggers of a row that can be written only until its statement is handed in."""
    return [
        triggers.frozen_by(
            "frozen_statement", parent="finance_statement", key="statement_id", condition=FROZEN
        ),
        triggers.no_truncate(),
    ]


class Cost(models.Model):
    """What every row of the accounts has: whose it is, what it cost, and why it is unusual."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("party")
    )
    amount = models.DecimalField(_("amount in SEK"), max_digits=12, decimal_places=2)
    comment = models.CharField(
        _("comment"),
        max_length=500,
        blank=True,
        help_text=_("Needed where something is unusual, such as a sum below zero."),
    )

    class Meta:
        abstract = True


@pghistory.track()
class AccountLine(Cost):
    """One cost with its voucher. Another currency keeps its own amount, the rate and its day."""

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="lines")
    category = models.ForeignKey(
        CostCategory, models.PROTECT, related_name="+", verbose_name=_("cost category")
    )
    voucher = models.CharField(_("voucher"), max_length=40)
    booked_on = models.DateField(_("date"))
    text = models.CharField(_("what it is"), max_length=200)
    currency = models.CharField(_("currency"), max_length=3, default=SEK)
    amount_currency = models.DecimalField(
        _("amount in the currency"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    rate = models.DecimalField(
        _("SEK for one unit"), max_digits=14, decimal_places=6, null=True, blank=True
    )
    rate_on = models.DateField(_("day of the rate"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["statement", "booked_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount__range=(-HIGHEST, HIGHEST)) & ~Q(amount=0),
                name="account_line_amount_sane",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="account_line_currency_code"
            ),
            models.CheckConstraint(
                condition=Q(currency=SEK, amount_currency=None, rate=None, rate_on=None)
                | Q(
                    ~Q(currency=SEK),
                    rate__isnull=False,
                    rate__gt=0,
                    rate_on__isnull=False,
                    amount_currency__isnull=False,
                    amount=Round(F("amount_currency") * F("rate"), precision=2),
                ),
                name="account_line_currency_has_its_rate",
            ),
        ]
        triggers: ClassVar = [*_written_while_open(), _controlled_anew("line_id")]

    def __str__(self) -> str:
        return f"{self.voucher} {self.amount}"


@pghistory.track()
class SalaryRow(Cost):
    """Days that one person worked, and what a day cost: salary plus social charges."""

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="salaries")
    person = models.CharField(_("person"), max_length=120)
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    days = models.DecimalField(_("days"), max_digits=5, decimal_places=2)
    day_cost = models.DecimalField(_("cost per day"), max_digits=10, decimal_places=2)

    class Meta:
        ordering: ClassVar = ["statement", "person", "first_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    days__gt=0,
                    day_cost__gt=0,
                    amount=Round(F("days") * F("day_cost"), precision=2),
                ),
                name="salary_row_is_days_times_cost",
            ),
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="salary_row_ends_after_start"
            ),
        ]
        triggers: ClassVar = [*_written_while_open(), _controlled_anew("salary_id")]

    def __str__(self) -> str:
        return f"{self.person} {self.days}"


class CurrentReceipts(models.Manager["Receipt"]):
    """The receipts that stand."""

    def get_queryset(self) -> "models.QuerySet[Receipt]":
        """Without those that were removed."""
        return super().get_queryset().filter(set_aside_at=None)


class EveryReceipt(models.Manager["Receipt"]):
    """Also those that were removed."""


class Receipt(models.Model):
    """A file that shows a cost; of one line, or of the whole statement. A removed one stays."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="receipts")
    line = models.ForeignKey(
        AccountLine, models.SET_NULL, null=True, blank=True, related_name="receipts"
    )
    file = models.FileField(max_length=200)
    file_name = models.CharField(_("file name"), max_length=150)
    content_type = models.CharField(max_length=80)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    set_aside_at = models.DateTimeField(_("removed"), null=True)
    set_aside_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = CurrentReceipts()
    ever = EveryReceipt()

    class Meta:
        ordering: ClassVar = ["statement", "pk"]
        triggers: ClassVar = [
            *_written_while_open(),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def opens_in_browser(self) -> bool:
        """Whether a browser shows it by itself."""
        return self.content_type in SHOWN_IN_BROWSER


class DeviationComment(models.Model):
    """Why a kind of cost of one party became so much more or less than was decided."""

    statement = models.ForeignKey(Statement, models.CASCADE, related_name="deviations")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("party")
    )
    category = models.ForeignKey(
        CostCategory, models.PROTECT, related_name="+", verbose_name=_("cost category")
    )
    text = models.TextField(_("comment"), blank=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["statement", "category__sort_order", "organisation"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["statement", "organisation", "category"], name="deviation_comment_once"
            )
        ]
        triggers: ClassVar = _written_while_open()

    def __str__(self) -> str:
        return f"{self.category_id} {self.text[:40]}"
