"""Sums over many budgets at once, for lists: kept by the database with every line."""

from collections.abc import Iterable

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from finance.models import BudgetSum
from icld_portal.among import among


def asked_by_budget(budgets: Iterable[int]) -> dict[int, int]:
    """Return the asked sum of each budget id that has lines, whole SEK, in one query."""
    sums = BudgetSum.objects.filter(among("budget", budgets))
    return dict(sums.values_list("budget", "asked_sek"))


def asked_beside(budget: str) -> Coalesce:
    """The asked sum, whole SEK, of the budget that ``budget`` names in each row of a query."""
    sums = BudgetSum.objects.filter(budget=OuterRef(budget))
    return Coalesce(Subquery(sums.values("asked_sek")), 0)
