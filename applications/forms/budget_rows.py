"""Budget lines from a spreadsheet: every row is understood, or refused with the reason.

A row is read by the same form as a line on the page, so a file can say nothing that a
person could not write. Formulas are never run: a cell that holds one is refused by name.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from applications.forms.budget import FACTS, CategoryField, LineForm
from applications.forms.rows import MOST_ROWS, PartyField
from applications.models import Application
from finance.models import BudgetLine
from finance.models.budgets import MAX_YEARS
from finance.versions import guideline_of
from icld_portal.files import UploadRefused
from icld_portal.forms import SHOWN_INSTEAD, LongTextField
from icld_portal.page_forms import PageForm
from icld_portal.tables import Row, Shape, rows_in_file, rows_in_text
from icld_portal.text import UNKEPT

COLUMNS = (
    "year",
    *("organisation", "category", "description"),
    "days",
    "day_cost_sek",
    "amount_sek",
)
TITLES = {
    "year": gettext_lazy("Year"),
    "organisation": gettext_lazy("Party"),
    "category": gettext_lazy("Cost category"),
    "description": gettext_lazy("Description"),
    "days": gettext_lazy("Days"),
    "day_cost_sek": gettext_lazy("Cost per day"),
    "amount_sek": gettext_lazy("Amount"),
}
MOST_LINES = MAX_YEARS * MOST_ROWS
TEXT_MAX_CHARACTERS = 200_000


@dataclass(frozen=True)
class ReadLine:
    """One row understood as a budget line, or the reasons why it is not."""

    number: int
    cells: list[str]
    problems: list[str]
    facts: dict[str, Any]


class FileForm(PageForm):
    """A file, or rows pasted from a spreadsheet; and what becomes of the lines there are."""

    optional = frozenset({"file", "rows"})

    file = forms.FileField(
        label=gettext_lazy("File, CSV or XLSX"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    rows = LongTextField(
        label=gettext_lazy("Or paste rows here"),
        help_text=gettext_lazy(
            "Copy the cells in the spreadsheet. The columns are year, party, cost category, "
            "description, days, cost per day and amount."
        ),
        required=False,
        max_length=TEXT_MAX_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    then = forms.ChoiceField(
        label=gettext_lazy("What becomes of the lines that are there?"),
        choices=[
            ("add", gettext_lazy("Keep them and add these")),
            ("replace", gettext_lazy("Replace the whole budget by these")),
        ],
        initial="add",
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, sent: Any = None) -> None:
        super().__init__(data, sent)
        self.read: list[Row] = []

    def clean(self) -> dict[str, Any]:
        """Read the rows of the file, else those that were pasted."""
        cleaned = self.cleaned_data
        if self.errors:
            return cleaned
        try:
            if cleaned.get("file"):
                self.read = list(rows_in_file(cleaned["file"], shape()))
            else:
                self.read = list(rows_in_text(cleaned.get("rows") or "", shape()))
        except UploadRefused as refused:
            self.add_error("file", str(refused))
            return cleaned
        if len(self.read) > MOST_LINES:
            self.add_error(None, _("At most %(most)d rows are read.") % {"most": MOST_LINES})
        elif not self.read:
            self.add_error(None, _("There is no row to read. Choose a file or paste rows."))
        return cleaned


def shape() -> Shape:
    """How a table of budget lines looks."""
    return Shape(len(COLUMNS), MOST_LINES, _is_title)


def _is_title(row: Row) -> bool:
    names = set()
    for language in ("sv", "en"):
        with override(language):
            names |= {str(TITLES[name]).casefold() for name in ("year", "organisation")}
    return any(cell.strip().casefold() in names for cell in row.cells[:2])


def read_lines(rows: Sequence[Row], application: Application) -> list[ReadLine]:
    """Hold every row against the case's years, parties and cost categories."""
    parties = [party.organisation for party in application.case_parties.all()]
    categories = list(guideline_of(application.budget).categories.all())
    names: dict[str, dict[str, int]] = {
        "organisation": {party.name.casefold(): party.pk for party in parties},
        "category": {
            name.casefold(): category.pk
            for category in categories
            for name in (category.code, category.name_sv, category.name_en)
        },
    }
    party = PartyField(parties, label=TITLES["organisation"])
    category = CategoryField(categories, label=TITLES["category"])
    return [
        _read_line(row, names, partial(LineForm, party=party, category=category)) for row in rows
    ]


def _read_line(
    row: Row, names: dict[str, dict[str, int]], form_of: Callable[[dict[str, str]], LineForm]
) -> ReadLine:
    cells = [*(cell.strip() for cell in row.cells), *[""] * len(COLUMNS)][: len(COLUMNS)]
    by_name = dict(zip(COLUMNS, cells, strict=True))
    problems = [
        _("%(cell)s holds a formula. Paste it as a value.") % {"cell": cell}
        for cell in row.formulas
    ]
    problems += [_not_known(by_name, name) for name in names if not _known(by_name, name, names)]
    if by_name["year"] not in {str(year) for year in range(1, MAX_YEARS + 1)}:
        problems.append(_("Year: write 1, 2 or 3, the year of the case."))
    data = by_name | {
        name: str(known.get(by_name[name].casefold(), "")) for name, known in names.items()
    }
    form = form_of(data)
    if not form.is_valid():
        problems += [
            f"{TITLES.get(name, '')}: {text}"
            for name, texts in form.errors.items()
            if name not in names
            for text in texts
        ]
    facts: dict[str, Any] = {}
    if not problems:
        facts = {name: form.cleaned_data[name] for name in FACTS} | {"year": int(by_name["year"])}
    return ReadLine(
        row.number, [UNKEPT.sub(SHOWN_INSTEAD, cell) for cell in cells], problems, facts
    )


def _known(cells: dict[str, str], name: str, names: dict[str, dict[str, int]]) -> bool:
    return cells[name].casefold() in names[name]


def _not_known(cells: dict[str, str], name: str) -> str:
    words = {"written": UNKEPT.sub(SHOWN_INSTEAD, cells[name][:80])}
    if name == "organisation":
        return _("“%(written)s” is not a party of this case.") % words
    return _("“%(written)s” is not a cost category of the guidelines.") % words


def as_text(lines: Sequence[ReadLine]) -> str:
    """Return the rows as text that ``rows_in_text`` reads alike, for the page that asks."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerows(line.cells for line in lines)
    return text.getvalue()


def full_years(application: Application, lines: Sequence[ReadLine], *, replace: bool) -> list[int]:
    """Return the years that would get more lines than a page holds."""
    count = dict.fromkeys(range(1, MAX_YEARS + 1), 0)
    stored = [] if replace else list(application.budget.lines.values_list("year", flat=True))
    for year in [*stored, *(line.facts["year"] for line in lines)]:
        count[year] += 1
    return [year for year, number in count.items() if number > MOST_ROWS]


def write_lines(draft: Application, lines: Sequence[ReadLine], *, replace: bool) -> None:
    """Add the understood lines to a locked draft's budget, instead of the others if wanted."""
    if replace:
        draft.budget.lines.all().delete()
    BudgetLine.objects.bulk_create(BudgetLine(budget=draft.budget, **line.facts) for line in lines)


def copy_year(draft: Application, *, year: int) -> None:
    """Let ``year`` of a locked draft's budget have the lines of the year before, and no others."""
    draft.budget.lines.filter(year=year).delete()
    BudgetLine.objects.bulk_create(
        BudgetLine(budget=draft.budget, year=year, **{name: getattr(line, name) for name in FACTS})
        for line in draft.budget.lines.filter(year=year - 1).select_related(
            "organisation", "category"
        )
    )
