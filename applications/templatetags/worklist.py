"""The work list's rows and choices, written by functions: ICLD's busiest page has 300 cells.

Through the template each cell cost several lookups, and each link a search among all routes.
"""

from collections.abc import Callable, Collection, Iterable
from functools import cache
from typing import TypeAlias

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from applications.filters import Option
from applications.listing import Row
from icld_portal.localize import day, money
from icld_portal.widgets import escaped

register = template.Library()
Cell: TypeAlias = Callable[[Row], str]
SOME_REFERENCE = "2000-0000"


@register.simple_tag
def choice_options(options: Iterable[Option]) -> SafeString:
    """Return the entries of a list to choose from."""
    return SafeString(
        "\n".join(
            f'<option value="{escaped(value)}"{" selected" if is_chosen else ""}>'
            f"{escaped(label)}</option>"
            for value, label, is_chosen in options
        )
    )


@register.simple_tag
def case_rows(rows: Iterable[Row], columns: Collection[str]) -> SafeString:
    """Return a table row for each case: the reference, then ``columns`` in the list's order."""
    cells = [cell for name, cell in CELLS.items() if name in columns]
    if "parties" in columns and "country" not in columns:
        cells[cells.index(_parties)] = _parties_with_country
    return SafeString(
        "\n".join(
            f"<tr>{_reference(row)}{''.join(cell(row) for cell in cells)}</tr>" for row in rows
        )
    )


@cache
def _case_address() -> str:
    """Return the address of a case with %s for its reference: found once, not for every row."""
    return reverse("applications:application", args=[SOME_REFERENCE]).replace(SOME_REFERENCE, "%s")


def _reference(row: Row) -> str:
    reference, pick = escaped(row["reference"]), escaped(_("Pick"))
    return (
        '<th scope="row" class="text-nowrap"><input class="form-check-input" type="checkbox" '
        f'name="pick" value="{reference}" form="picked" aria-label="{pick} {reference}"> '
        f'<a href="{_case_address() % reference}">{reference}</a></th>'
    )


def _title(row: Row) -> str:
    bundle = _quiet(_("bundle")) if row["bundle_id"] else ""
    return f'<td class="title">{escaped(row["title"])}{bundle}{_place(row)}</td>'


def _place(row: Row) -> str:
    place = row["place"]
    if not place:
        return ""
    before, word, after = map(escaped, (place.before, place.word, place.after))
    question = escaped(place.question)
    return (
        f'<span class="place"><span class="quiet">{question}:</span> '
        f"{before}<mark>{word}</mark>{after}</span>"
    )


def _parties(row: Row, beside: str = "") -> str:
    unchecked = _warning(_("waits for ICLD's check")) if row["unchecked"] else ""
    return f'<td class="parties">{escaped(row["parties"])}{beside}{unchecked}</td>'


def _parties_with_country(row: Row) -> str:
    return _parties(row, "<br>" + _quiet(row["country"]))


def _status(row: Row) -> str:
    own = f'<span class="status status-{row["status"]}">{escaped(row["status_label"])}</span>'
    return f'<td class="standing">{own}{_supplement(row)}</td>'


def _supplement(row: Row) -> str:
    due = {"day": day(row["supplement_due_on"])}
    if row["supplement_is_late"]:
        return "<br>" + _warning(_("supplement overdue since %(day)s") % due)
    if row["supplement_due_on"]:
        return "<br>" + _quiet(_("supplement by %(day)s") % due)
    return "<br>" + _warning(_("supplement to read")) if row["supplement_waits"] else ""


def _labelled(label: str, text: str, kind: str = "") -> str:
    return f'<td{kind} data-label="{escaped(label)}">{escaped(text)}</td>'


def _broken(text: str) -> str:
    """Let a line end after a slash: "Utveckling/breddning" is wider than its column."""
    return escaped(text).replace("/", "/<wbr>")


def _day(label: str, text: str) -> str:
    return _labelled(label, text, ' class="text-nowrap"')


def _quiet(text: str) -> str:
    return f' <span class="quiet">{escaped(text)}</span>'


def _warning(text: str) -> str:
    return f' <span class="status status-warning">{escaped(text)}</span>'


CELLS: dict[str, Cell] = {
    "title": _title,
    "partnership": lambda row: f'<td class="title">{escaped(row["partnership_name"])}</td>',
    "parties": _parties,
    "country": lambda row: f"<td>{escaped(row['country'])}</td>",
    "grant_type": lambda row: f'<td class="kind">{_broken(row["type_label"])}</td>',
    "round": lambda row: _day(_("Round"), day(row["deadline_on"]) or _("all year")),
    "asked": lambda row: f'<td class="money">{money(row["asked_sek"])}</td>',
    "status": _status,
    "officer": lambda row: _labelled(_("Officer"), row["officer_name"] or _("nobody yet")),
    "agreement": lambda row: _labelled(_("Agreement"), row["agreement_label"]),
    "start": lambda row: _day(_("Starts"), day(row["start_on"])),
    "end": lambda row: _day(_("Ends"), day(row["end_on"])),
    "received": lambda row: _day(_("Received"), day(row["received_at"])),
}
