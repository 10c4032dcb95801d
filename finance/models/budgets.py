"""A case's budget: lines per year, party and cost category, in whole SEK."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from finance.models.guidelines import CostCategory, GrantType, Guideline, PartyCount
from icld_portal import triggers
from icld_portal.constraints import known
from partnerships.models import BudgetRegion, Organisation

MAX_YEARS = 3


class Budget(models.Model):
    """What a case asks for, and the guidelines it is held against.

    ``years`` is the length of the case; year 1, 2 and 3 are years of the case, not
    calendar years. Once ``frozen_at`` is set no line can be written.
    """

    guideline = models.ForeignKey(Guideline, models.PROTECT, related_name="budgets")
    grant_type = models.CharField(_("grant type"), max_length=16, choices=GrantType.choices)
    region = models.CharField(_("region"), max_length=12, choices=BudgetRegion.choices)
    parties = models.CharField(_("parties"), max_length=6, choices=PartyCount.choices)
    years = models.PositiveSmallIntegerField(_("years"), default=1)
    guide_reason = models.TextField(
        _("reason for going above a guide value"), blank=True, max_length=4000
    )
    frozen_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(years__range=(1, MAX_YEARS)), name="budget_years_one_to_three"
            ),
            known("grant_type", GrantType, name="budget_grant_type_known"),
            known("region", BudgetRegion, name="budget_region_known"),
            known("parties", PartyCount, name="budget_parties_known"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="frozen_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__frozen_at__isnull=False, new__frozen_at__isnull=False),
            ),
            pgtrigger.Protect(
                name="frozen_not_deleted",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__frozen_at__isnull=False),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.grant_type} {self.years}"


# Each line is added to the sum of its budget, whoever writes it.
KEEPS_SUM = """
    IF TG_OP <> 'INSERT' THEN
        UPDATE finance_budgetsum SET asked_sek = asked_sek - OLD.amount_sek
        WHERE budget_id = OLD.budget_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO finance_budgetsum AS the_sum (budget_id, asked_sek)
        VALUES (NEW.budget_id, NEW.amount_sek)
        ON CONFLICT (budget_id) DO UPDATE SET asked_sek = the_sum.asked_sek + EXCLUDED.asked_sek;
    END IF;
    RETURN NULL;
"""
WITH_ITS_LINES_ALONE = """
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT 1 FROM finance_budgetline WHERE budget_id = OLD.budget_id) THEN
            RAISE EXCEPTION 'pgtrigger: the sum of a budget stays with its lines';
        END IF;
        RETURN OLD;
    END IF;
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'pgtrigger: the sum of a budget changes with its lines alone';
    END IF;
    RETURN NEW;
"""


class BudgetLineQuerySet(models.QuerySet["BudgetLine"]):
    """Phrases about budget lines."""

    def for_rules(self) -> "BudgetLineQuerySet":
        """Load what ``caps`` looks at; it puts in the categories from the guidelines itself."""
        return self.select_related("organisation__kind").order_by("year", "pk")


@pghistory.track()
class BudgetLine(models.Model):
    """One cost in one year for one party. Salaries are days times the cost of a day."""

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="lines")
    year = models.PositiveSmallIntegerField(_("year"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("party")
    )
    category = models.ForeignKey(
        CostCategory, models.PROTECT, related_name="+", verbose_name=_("cost category")
    )
    description = models.CharField(_("description"), max_length=200, blank=True)
    days = models.DecimalField(_("days"), max_digits=6, decimal_places=2, null=True, blank=True)
    day_cost_sek = models.PositiveIntegerField(_("cost per day"), null=True, blank=True)
    amount_sek = models.PositiveIntegerField(_("amount"))

    objects = BudgetLineQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["year", "category__sort_order", "pk"]
        indexes: ClassVar = [models.Index(fields=["budget", "year"], name="budget_line_year")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(year__range=(1, MAX_YEARS)), name="budget_line_year_in_case"
            ),
            models.CheckConstraint(
                condition=Q(days=None, day_cost_sek=None)
                | Q(
                    days__gt=0, day_cost_sek__gt=0, amount_sek=Round(F("days") * F("day_cost_sek"))
                ),
                name="budget_line_salary_is_days_times_cost",
            ),
            models.CheckConstraint(
                condition=Q(amount_sek__range=(0, 99_999_999)), name="budget_line_amount_sane"
            ),
        ]
        triggers: ClassVar = [
            triggers.frozen_by(
                "frozen_budget",
                parent="finance_budget",
                key="budget_id",
                condition="parent.frozen_at IS NOT NULL",
            ),
            pgtrigger.Trigger(
                name="keeps_sum",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=KEEPS_SUM,
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.category_id} {self.amount_sek}"


class BudgetSum(models.Model):
    """What the lines of a budget add up to, whole SEK, kept by their own trigger for lists."""

    budget = models.OneToOneField(Budget, models.CASCADE, primary_key=True, related_name="sum")
    asked_sek = models.PositiveBigIntegerField(_("asked for"))

    class Meta:
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="with_its_lines_alone",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=WITH_ITS_LINES_ALONE,
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.budget_id} {self.asked_sek}"
