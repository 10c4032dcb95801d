"""The tables of accounts as files: which columns there are, out and in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from finance.accounts.rows import (
    check_line,
    check_salary,
    line_fields,
    read,
    salary_fields,
)
from finance.accounts.totals import expense_categories
from finance.models import CostCategory, ImportKind, SalaryRow, Statement
from finance.models.statements import AccountLine
from icld_portal.exports import Cell
from icld_portal.forms import SHOWN_INSTEAD
from icld_portal.tables import Row, Shape
from icld_portal.text import UNKEPT
from partnerships.models import Organisation

MOST_ROWS = 10_000
SHOWN_CHARACTERS = 80
LINES = {
    "voucher": gettext_lazy("Voucher"),
    "booked_on": gettext_lazy("Date"),
    "text": gettext_lazy("What it is"),
    "organisation": gettext_lazy("Party"),
    "category": gettext_lazy("Cost category"),
    "amount": gettext_lazy("Amount in SEK"),
    "currency": gettext_lazy("Currency"),
    "amount_currency": gettext_lazy("Amount in the currency"),
    "rate": gettext_lazy("SEK for one unit"),
    "rate_on": gettext_lazy("Day of the rate"),
    "comment": gettext_lazy("Comment"),
}
SALARIES = {
    "person": gettext_lazy("Person"),
    "first_on": gettext_lazy("First day"),
    "last_on": gettext_lazy("Last day"),
    "days": gettext_lazy("Days"),
    "day_cost": gettext_lazy("Cost per day"),
    "comment": gettext_lazy("Comment"),
}
TITLES: dict[str, dict[str, Any]] = {ImportKind.LINES: LINES, ImportKind.SALARIES: SALARIES}


@dataclass(frozen=True)
class Understood:
    """One row of a file: what it says, or why it cannot be kept."""

    number: int
    cells: list[str]
    problems: list[str]
    facts: dict[str, Any] = field(default_factory=dict)


def shape_of(kind: str) -> Shape:
    """Return how many columns a table has, and how its first row is known."""
    titles = TITLES[kind]

    def is_title(row: Row) -> bool:
        names = set()
        for language in ("sv", "en"):
            with override(language):
                names |= {str(title).casefold() for title in list(titles.values())[:2]}
        return any(cell.strip().casefold() in names for cell in row.cells[:2])

    return Shape(len(titles), MOST_ROWS, is_title)


class RowReader:
    """Understands the rows of one table of one statement."""

    def __init__(self, kind: str, statement: Statement, parties: list[Organisation]) -> None:
        self.titles = TITLES[kind]
        self.is_lines = kind == ImportKind.LINES
        self.fields = line_fields() if self.is_lines else salary_fields()
        self.check = check_line if self.is_lines else check_salary
        self.grantee = statement.grant.grantee_id
        self.parties = {party.name.casefold(): party.pk for party in parties}
        self.kinds = {
            name.casefold(): category.pk
            for category in expense_categories(statement)
            for name in _names_of(category)
        }
        self.people = people_of(statement) if not self.is_lines else {}

    def __call__(self, row: Row) -> Understood:
        """Return what the row says; a cell that holds a formula is refused by its name."""
        cells = [cell.strip() for cell in row.cells]
        cells = [*cells, *[""] * len(self.titles)][: len(self.titles)]
        by_name = dict(zip(self.titles, cells, strict=True))
        cleaned, wrong = read(self.fields, by_name)
        if not wrong or not self.is_lines:
            wrong |= self.check(cleaned)
        problems = [
            _("%(cell)s holds a formula. Paste it as a value.") % {"cell": cell}
            for cell in row.formulas
        ]
        problems += [f"{self.titles[name]}: {text}" for name, text in wrong.items()]
        if self.is_lines:
            problems += self._chosen(by_name, cleaned)
        elif "person" in cleaned:
            cleaned["person"] = self.people.get(cleaned["person"].casefold(), cleaned["person"])
            cleaned["organisation_id"] = self.grantee
        shown = [UNKEPT.sub(SHOWN_INSTEAD, cell) for cell in cells]
        return Understood(row.number, shown, problems, {} if problems else cleaned)

    def _chosen(self, cells: dict[str, str], cleaned: dict[str, Any]) -> Iterator[str]:
        """Find the party and the kind of cost by their names; no party is the grantee."""
        party, kind = cells["organisation"], cells["category"]
        cleaned["organisation_id"] = self.parties.get(party.casefold()) if party else self.grantee
        cleaned["category_id"] = self.kinds.get(kind.casefold())
        if cleaned["organisation_id"] is None:
            yield _("“%(written)s” is not a party of this case.") % _written(party)
        if cleaned["category_id"] is None:
            text = _("“%(written)s” is not a kind of cost of these accounts.")
            yield text % _written(kind)


def _names_of(category: CostCategory) -> tuple[str, str, str]:
    return category.code, category.name_sv, category.name_en


def _written(cell: str) -> dict[str, str]:
    return {"written": UNKEPT.sub(SHOWN_INSTEAD, cell[:SHOWN_CHARACTERS])}


def people_of(statement: Statement) -> dict[str, str]:
    """Return the names in the salary sheets of the case as they are written, by small letters."""
    rows = SalaryRow.objects.filter(statement__grant=statement.grant_id)
    names = rows.order_by("-pk").values_list("person", flat=True).distinct()
    return {name.casefold(): name for name in names}


# --- Out --------------------------------------------------------------------------------


def header_of(kind: str) -> list[str]:
    """Return the titles of the columns, in the reader's language."""
    return [str(title) for title in TITLES[kind].values()]


def cells_of(kind: str, statement: Statement) -> Iterator[list[Cell]]:
    """Yield the rows of a table in the columns that can be read in again."""
    if kind == ImportKind.LINES:
        lines = AccountLine.objects.filter(statement=statement)
        for line in lines.select_related("organisation", "category").order_by("booked_on", "pk"):
            yield [
                line.voucher,
                line.booked_on,
                line.text,
                line.organisation.name,
                str(line.category),
                line.amount,
                line.currency,
                line.amount_currency,
                line.rate,
                line.rate_on,
                line.comment,
            ]
        return
    rows = SalaryRow.objects.filter(statement=statement).order_by("person", "first_on", "pk")
    for row in rows:
        yield [row.person, row.first_on, row.last_on, row.days, row.day_cost, row.comment]
