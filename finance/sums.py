"""Sums over many budgets at once, for lists."""

from collections.abc import Iterable

from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from finance.models import BudgetLine
from icld_portal.among import among


def asked_by_budget(budgets: Iterable[int]) -> dict[int, int]:
    """Return the asked sum of each budget id that has lines, whole SEK, in one query."""
    lines = BudgetLine.objects.filter(among("budget", budgets)).order_by()
    return dict(lines.values_list("budget").annotate(Sum("amount_sek")))


def asked_beside(budget: str) -> Coalesce:
    """The asked sum, whole SEK, of the budget that ``budget`` names in each row of a query."""
    lines = BudgetLine.objects.filter(budget=OuterRef(budget)).order_by().values("budget")
    return Coalesce(Subquery(lines.annotate(sum=Sum("amount_sek")).values("sum")), 0)
