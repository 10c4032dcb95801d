"""A budget as the tables of a paper: every sum stands under what it is the sum of."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from finance.models import Budget, BudgetLine
from finance.year_tables import YearTable, year_tables
from icld_portal.localize import in_language


@dataclass(frozen=True)
class SummaryRow:
    """One party or cost category: its sum in each year and over all years, whole SEK."""

    name: str
    by_year_sek: list[int]
    total_sek: int


@dataclass(frozen=True)
class SummaryTable:
    """The budget once more, gathered by party or by cost category."""

    title: str
    heading: str
    rows: list[SummaryRow]


@dataclass(frozen=True)
class BudgetTables:
    """All tables of one budget; the three ways of adding end in the same sum."""

    years: list[YearTable]
    summaries: list[SummaryTable]
    total_sek: int
    guide_reason: str


def budget_tables(budget: Budget, lines: Sequence[BudgetLine]) -> BudgetTables:
    """Return the tables of ``lines``, which come in the order they are shown."""
    tables = year_tables(budget, lines)
    years = [table.year for table in tables]
    return BudgetTables(
        tables,
        [
            SummaryTable(
                _("By cost category"),
                _("Cost category"),
                _summary(lines, years, lambda line: in_language(line.category, "name")),
            ),
            SummaryTable(
                _("By party"),
                _("Party"),
                _summary(lines, years, lambda line: line.organisation.name),
            ),
        ],
        _sum(lines),
        budget.guide_reason,
    )


def _summary(
    lines: Sequence[BudgetLine], years: Sequence[int], name_of: Callable[[BudgetLine], str]
) -> list[SummaryRow]:
    names = dict.fromkeys(name_of(line) for line in lines)
    return [
        _summary_row(name, [line for line in lines if name_of(line) == name], years)
        for name in names
    ]


def _summary_row(name: str, lines: Sequence[BudgetLine], years: Sequence[int]) -> SummaryRow:
    by_year = [_sum(line for line in lines if line.year == year) for year in years]
    return SummaryRow(name, by_year, _sum(lines))


def _sum(lines: Iterable[BudgetLine]) -> int:
    return sum(line.amount_sek for line in lines)
