"""The cells of a table that people fill in."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from applications.forms.rows import RowForm
from applications.models import Question
from finance.models import BudgetLine
from icld_portal.localize import money

register = template.Library()
BUDGET_LINE = (
    "<tr><td>{}</td><td>{}</td><td>{}</td>"
    '<td class="money">{}</td><td class="money">{}</td><td class="money">{}</td></tr>'
)


@register.filter
def of_question(rows: dict[int, Any], question: Question) -> Any:
    """Return what stands beside ``question``; nothing when there is none."""
    return rows.get(question.pk) if rows else None


@register.simple_tag
def cells(row: RowForm) -> SafeString:
    """Return a cell for each field of ``row`` but its removal; hidden fields are in the first.

    By a function, as ``icld_portal.widgets``: a budget has over a hundred cells.
    """
    hidden = SafeString("".join(str(field) for field in row.hidden_fields()))
    shown = [field for field in row.visible_fields() if field.name != "DELETE"]
    return SafeString(
        "".join(_cell(field, "" if place else hidden) for place, field in enumerate(shown))
    )


@register.simple_tag
def budget_lines(lines: Iterable[BudgetLine]) -> SafeString:
    """Return a row for each line of a budget, for reading."""
    return format_html_join("\n", BUDGET_LINE, (_facts(line) for line in lines))


def _facts(line: BudgetLine) -> tuple[Any, ...]:
    days = "" if line.days is None else localize(line.days)
    sums = money(line.day_cost_sek), money(line.amount_sek)
    return line.organisation.name, line.category, line.description, days, *sums


def _cell(field: BoundField, hidden: str) -> SafeString:
    errors = field.errors
    said = (
        format_html(
            '<div class="field-error" id="{}_error">{}</div>',
            field.auto_id,
            format_html_join("", "{}", ((error,) for error in errors)),
        )
        if errors
        else ""
    )
    return format_html(
        '<td class="cell-{}"><label for="{}">{}</label>{}{}{}</td>',
        field.name,
        field.id_for_label,
        field.label,
        hidden,
        field,
        said,
    )
