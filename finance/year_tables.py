"""A budget year by year, as it is read on a page and on a paper."""

from collections.abc import Sequence
from dataclasses import dataclass

from finance.models import Budget, BudgetLine


@dataclass(frozen=True)
class YearTable:
    """The lines of one year of the case and their sum, whole SEK."""

    year: int
    lines: list[BudgetLine]
    total_sek: int


def year_tables(budget: Budget, lines: Sequence[BudgetLine]) -> list[YearTable]:
    """Return a table for each year, with ``lines`` in the order in which they come.

    Years without a line are shown with the sum 0, and a line outside the budget's years
    is shown too: what is read must not hide money.
    """
    years = sorted({*range(1, budget.years + 1), *(line.year for line in lines)})
    return [_year_table(year, [line for line in lines if line.year == year]) for year in years]


def _year_table(year: int, lines: list[BudgetLine]) -> YearTable:
    return YearTable(year, lines, sum(line.amount_sek for line in lines))
