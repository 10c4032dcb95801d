"""The budget as rows: one table per year of the case, and what it adds up to meanwhile."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.forms.rows import PartyField, RowForm, RowSet, facts_of, rows_of, stored_in_order
from applications.models import Application
from finance import caps
from finance.budgets import salary_sek
from finance.models import Budget, BudgetLine, CostCategory
from finance.models.budgets import MAX_YEARS
from finance.versions import guideline_of
from icld_portal.forms import MONEY_MAX_SEK, DaysField, LongTextField, MoneyField, SafeCharField
from icld_portal.page_forms import PageForm
from icld_portal.widgets import SharedSelect
from partnerships.models import Organisation

FACTS = ("organisation", "category", "description", "days", "day_cost_sek", "amount_sek")
BLANK_LINES = 2


class CategoryField(forms.TypedChoiceField):
    """One entry of the closed list of costs in the guidelines of the case."""

    def __init__(self, categories: Sequence[CostCategory], **options: Any) -> None:
        self.by_pk = {str(category.pk): category for category in categories}
        choices = [(pk, str(category)) for pk, category in self.by_pk.items()]
        options.setdefault("initial", next((c for c in categories if not c.is_salary), None))
        options.setdefault("widget", SharedSelect)
        super().__init__(choices=choices, coerce=lambda pk: self.by_pk[str(pk)], **options)

    def prepare_value(self, value: Any) -> Any:
        """Mark the category by its id."""
        return value.pk if isinstance(value, CostCategory) else value


class LineForm(RowForm):
    """One cost: an amount, or for salaries days times the cost of a day."""

    description = SafeCharField(label=_("Description"), max_length=200, required=False)
    days = DaysField(label=_("Days"), required=False)
    day_cost_sek = MoneyField(label=_("Cost per day"), required=False)
    amount_sek = MoneyField(label=_("Amount"), required=False)

    def __init__(
        self,
        *args: Any,
        party: PartyField,
        category: CategoryField,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.add_field("organisation", party)
        self.add_field("category", category)
        self.order_fields(["pk", *FACTS])

    def clean(self) -> dict[str, Any]:
        """Work out a salary from its days; other costs are an amount and nothing else."""
        cleaned = self.cleaned_data
        category = cleaned.get("category")
        if category is None or self.errors:
            return cleaned
        if category.is_salary:
            self._clean_salary(cleaned)
        else:
            self._clean_expense(cleaned)
        return cleaned

    def _clean_salary(self, cleaned: dict[str, Any]) -> None:
        days, cost = cleaned.get("days"), cleaned.get("day_cost_sek")
        if days is None:
            self.add_error("days", _("Write the number of days, for example 31,25."))
        if not cost:
            self.add_error("day_cost_sek", _("Write what a day costs, for example 4 100."))
        if days is None or not cost:
            return
        amount = salary_sek(days, cost)
        if amount > MONEY_MAX_SEK:
            self.add_error("days", _("Days times the cost of a day is above 99 999 999 kronor."))
            return
        cleaned["amount_sek"] = amount

    def _clean_expense(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("days") is not None or cleaned.get("day_cost_sek") is not None:
            field = "days" if cleaned.get("days") is not None else "day_cost_sek"
            self.add_error(field, _("Days are for salaries. Write an amount for other costs."))
        if cleaned.get("amount_sek") is None:
            self.add_error("amount_sek", _("Write the amount, for example 25 000."))


class ReasonForm(PageForm):
    """Why the budget goes above a guide value."""

    optional = frozenset({"guide_reason"})

    guide_reason = LongTextField(
        label=_("Reason for going above a guide value"),
        help_text=_("Needed only when a sum is above a guide value. ICLD reads it."),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any, *, budget: Budget) -> None:
        super().__init__(data, initial={"guide_reason": budget.guide_reason}, auto_id="%s")


LineRows = rows_of(LineForm, blank=BLANK_LINES)


def year_tables(
    data: Any,
    application: Application,
    parties: Sequence[Organisation],
    lines: Sequence[BudgetLine],
) -> dict[int, RowSet]:
    """One table of lines per year of the case; also years that only old lines still have."""
    budget = application.budget
    categories = list(guideline_of(budget).categories.all())
    shared = {
        "party": PartyField(parties, label=_("Party")),
        "category": CategoryField(categories, label=_("Cost category")),
    }
    last = max([budget.years, *(line.year for line in lines)])
    tables: dict[int, RowSet] = {}
    for year in range(1, min(last, MAX_YEARS) + 1):
        prefix = f"lines-{year}"
        stored = stored_in_order(data, prefix, [line for line in lines if line.year == year])
        tables[year] = LineRows(
            data,
            prefix=prefix,
            initial=[facts_of(line, *FACTS) for line in stored],
            form_kwargs=shared,
            auto_id="%s",
        )
    return tables


def save_lines(tables: dict[int, RowSet], budget: Budget) -> None:
    """Write the lines to a locked draft's budget."""
    stored: dict[int, dict[int, BudgetLine]] = {year: {} for year in tables}
    for line in budget.lines.select_related("category", "organisation"):
        stored.setdefault(line.year, {})[line.pk] = line
    for year, rows in tables.items():
        rows.save_rows(stored[year], partial(BudgetLine, budget=budget, year=year))


def unsaved_lines(tables: dict[int, RowSet], budget: Budget) -> list[BudgetLine]:
    """The lines as they stand on the page now; a row that cannot be read yet is left out."""
    return [
        BudgetLine(pk=form.cleaned_data["pk"], budget=budget, year=year, **_facts(form))
        for year, form in _readable(tables)
    ]


def unread_lines(tables: dict[int, RowSet]) -> int:
    """How many lines on the page cannot be counted before they are mended."""
    return sum(
        not form.is_valid() and not rows.goes(form) for rows in tables.values() for form in rows
    )


def _readable(tables: dict[int, RowSet]) -> Iterable[tuple[int, RowForm]]:
    for year, rows in tables.items():
        for form in rows.forms:
            if form.is_valid() and not form.is_blank and not rows.goes(form):
                yield year, form


def _facts(form: RowForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in FACTS}


class Sums:
    """What the panel beside the budget shows: sums, the limit, and what is wrong."""

    def __init__(self, budget: Budget, lines: Sequence[BudgetLine], *, unread: int = 0) -> None:
        self.unread = unread
        self.totals = caps.totals(budget, lines)
        self.limit = caps.limit_for(budget)
        self.problems = caps.budget_problems(budget, lines)
        self.over = self.totals.total_sek > self.limit.amount_sek
        self.per_year = self.limit.per == "year"
        self.share = percent(self.totals.total_sek, self.limit.amount_sek)
        self.years = [
            {
                "year": year,
                "amount_sek": amount,
                "effort_sek": self.totals.work_effort_by_year.get(year, 0),
                "over": self.per_year and amount > self.limit.amount_sek,
                "share": percent(amount, self.limit.amount_sek),
            }
            for year, amount in sorted(self.totals.by_year.items())
        ]
        self.parties = self._shares(caps.by_name(self.totals.by_party, lines, "organisation"))
        self.categories = self._shares(caps.by_name(self.totals.by_category, lines, "category"))

    def _shares(self, sums: list[tuple[str, int]]) -> list[dict[str, Any]]:
        """Each sum with its share of the whole, as it is drawn."""
        total = self.totals.total_sek
        return [
            {"name": name, "amount_sek": amount, "share": percent(amount, total)}
            for name, amount in sums
        ]


def percent(part: int, whole: int) -> int:
    """Return how many whole per cent ``part`` is, rounded down: 100 is never shown too early."""
    return part * 100 // whole if whole else 0
