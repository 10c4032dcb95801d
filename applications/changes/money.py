"""The decided budget as a change request would have it: the same table before and after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from applications.models import ChangeRequest, Report, ReportKind, ReportStatus
from finance import ledger
from finance.budgets import DecidedLine
from finance.models import CostCategory, GrantBudget
from partnerships.models import Organisation

# Year of the case, party and cost category: their numbers.
Key = tuple[int, int, int]


@dataclass(frozen=True)
class Cell:
    """What one kind of cost of one party has in one year, and is to have; whole SEK."""

    year: int
    before_sek: int
    after_sek: int

    @property
    def is_changed(self) -> bool:
        """Whether the request changes it."""
        return self.before_sek != self.after_sek


@dataclass(frozen=True)
class Row:
    """One kind of cost of one party, year by year."""

    organisation: Organisation
    category: CostCategory
    cells: list[Cell]

    def key(self, year: int) -> Key:
        """What names the cell of a year."""
        return year, self.organisation.pk, self.category.pk

    @property
    def is_changed(self) -> bool:
        """Whether the request changes any year of it."""
        return any(cell.is_changed for cell in self.cells)


@dataclass(frozen=True)
class YearSum:
    """A year's sum before and after, and what of it is used already; ``used`` with öre."""

    year: int
    before_sek: int
    after_sek: int
    used: Decimal

    @property
    def is_short(self) -> bool:
        """Whether less would be left than is used."""
        return self.after_sek < self.used


@dataclass(frozen=True)
class Moves:
    """The whole table of a change request."""

    rows: list[Row]
    years: list[YearSum]

    @property
    def before_sek(self) -> int:
        """The sum over all years as decided."""
        return sum(year.before_sek for year in self.years)

    @property
    def after_sek(self) -> int:
        """The sum over all years as it is to be."""
        return sum(year.after_sek for year in self.years)

    @property
    def is_changed(self) -> bool:
        """Whether any money is moved."""
        return any(row.is_changed for row in self.rows)

    @property
    def moves_between_years(self) -> bool:
        """Whether any year gets another sum."""
        return any(year.before_sek != year.after_sek for year in self.years)

    def lines(self) -> list[DecidedLine]:
        """The budget as it is to be, without what would have nothing."""
        return [
            DecidedLine(cell.year, row.organisation, row.category, cell.before_sek, cell.after_sek)
            for row in self.rows
            for cell in row.cells
            if cell.after_sek
        ]


def moves_of(change: ChangeRequest) -> Moves:
    """Return the table of a change request as it is kept; five queries at most."""
    changed = {
        (line.year, line.organisation_id, line.category_id): line.after_sek
        for line in change.lines.all()
    }
    named = {
        (line.organisation_id, line.category_id): (line.organisation, line.category)
        for line in change.lines.select_related("organisation", "category")
    }
    return table(change.budget, changed, used_of(change), named)


def table(
    budget: GrantBudget,
    changed: Mapping[Key, int],
    used: Mapping[int, Decimal],
    named: Mapping[tuple[int, int], tuple[Organisation, CostCategory]],
) -> Moves:
    """Return ``budget`` with the cells of ``changed`` instead; ``named`` are kinds of cost
    that the budget may lack."""
    decided: dict[Key, int] = {}
    kinds = dict(named)
    for line in budget.lines.select_related("organisation", "category"):
        kinds[line.organisation_id, line.category_id] = (line.organisation, line.category)
        decided[line.year, line.organisation_id, line.category_id] = line.amount_sek
    years = sorted({*(key[0] for key in decided), *(key[0] for key in changed), *used})
    rows = [
        Row(
            organisation,
            category,
            [
                Cell(year, decided.get(key, 0), changed.get(key, decided.get(key, 0)))
                for year in years
                for key in [(year, organisation.pk, category.pk)]
            ],
        )
        for organisation, category in kinds.values()
    ]
    rows.sort(key=lambda row: (row.category.sort_order, row.organisation.pk))
    return Moves(rows, _year_sums(rows, years, used))


def _year_sums(
    rows: Iterable[Row], years: Iterable[int], used: Mapping[int, Decimal]
) -> list[YearSum]:
    cells = [cell for row in rows for cell in row.cells]
    return [
        YearSum(
            year,
            sum(cell.before_sek for cell in cells if cell.year == year),
            sum(cell.after_sek for cell in cells if cell.year == year),
            used.get(year, ledger.NOTHING),
        )
        for year in years
    ]


def used_of(change: ChangeRequest) -> dict[int, Decimal]:
    """Return what of each year cannot be moved: what is approved as used or, while the report
    of the year is in control, what is accounted for in it; SEK with öre, two queries."""
    in_control = set(
        Report.objects.filter(
            application=change.application_id,
            kind=ReportKind.YEAR,
            status=ReportStatus.SUBMITTED,
        ).values_list("year", flat=True)
    )
    balances = ledger.balances(change.budget.grant)
    return {
        year: max(balance.approved, min(balance.reported, balance.granted))
        if year in in_control
        else balance.approved
        for year, balance in balances.items()
    }
