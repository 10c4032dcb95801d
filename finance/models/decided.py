"""The decided budget of a grant: what each kind of cost of each party has, year by year."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from finance.models.budgets import MAX_YEARS
from finance.models.grants import Grant
from finance.models.guidelines import CostCategory
from icld_portal import triggers
from partnerships.models import Organisation, User


class GrantBudget(models.Model):
    """One version: the first comes with the decision, each later one with an approved change."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="budgets")
    version = models.PositiveSmallIntegerField(_("version"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["grant", "version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["grant", "version"], name="grant_budget_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="grant_budget_from_one"),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(reason=""), name="grant_budget_changed_for_a_reason"
            ),
        ]
        triggers: ClassVar = triggers.append_only()

    def __str__(self) -> str:
        return f"{self.grant_id} {self.version}"


class GrantBudgetLine(models.Model):
    """What one kind of cost of one party has in one year of the case, whole SEK."""

    budget = models.ForeignKey(GrantBudget, models.PROTECT, related_name="lines")
    year = models.PositiveSmallIntegerField(_("year"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("party")
    )
    category = models.ForeignKey(
        CostCategory, models.PROTECT, related_name="+", verbose_name=_("cost category")
    )
    amount_sek = models.PositiveIntegerField(_("amount"))

    class Meta:
        ordering: ClassVar = ["budget", "year", "category__sort_order", "organisation"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["budget", "year", "organisation", "category"],
                name="grant_budget_line_once",
            ),
            models.CheckConstraint(
                condition=Q(year__range=(1, MAX_YEARS)), name="grant_budget_line_year_in_case"
            ),
        ]
        triggers: ClassVar = [
            triggers.frozen_by(
                "newest_version_only",
                parent="finance_grantbudget",
                key="budget_id",
                condition=(
                    "EXISTS (SELECT 1 FROM finance_grantbudget AS later "
                    "WHERE later.grant_id = parent.grant_id AND later.version > parent.version)"
                ),
            ),
            *triggers.append_only(),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.category_id} {self.amount_sek}"
