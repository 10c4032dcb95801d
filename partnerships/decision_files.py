"""Files of the log of decisions: CSV, XLSX and PDF, made by the worker for one person."""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from django.db.models.query import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from icld_portal import exports
from icld_portal.exports import Cell
from icld_portal.files import PDF, XLSX
from icld_portal.localize import STOCKHOLM, day
from icld_portal.pdf import render_pdf
from icld_portal.prepared import Made, Refused
from partnerships.decisions import LogRow, rows_of
from partnerships.filters import DecisionFilter
from partnerships.models import SteeringDecision, User

KIND = "decision_log"
FORMATS = {"csv": "CSV", "xlsx": "XLSX", "pdf": "PDF"}
ROWS_PER_CHUNK = 500
# A longer log is no longer read on paper.
PDF_DECISIONS_MAX = 500

Told = Callable[[int], None]


def make_decision_log(
    by: User, facts: dict[str, Any], out: BinaryIO, progress: Callable[[int, int], None]
) -> Made:
    """Write the ordered log to ``out``; Refused if nothing is left of the choice."""
    chosen = DecisionFilter(QueryDict(facts["query"]), user=by)
    total = 0 if chosen.is_refused else chosen.selection.count()
    if not total:
        raise Refused(_("None of the decisions is there any more."))
    rows = _rows(chosen.selection, by, lambda done: progress(done, total))
    if facts["format"] == "pdf":
        return _pdf(rows, total, out)
    if facts["format"] == "xlsx":
        exports.write_xlsx(header(), map(cells, rows), out)
        return Made(_name("xlsx"), XLSX)
    for chunk in exports.csv_rows(header(), map(cells, rows)):
        out.write(chunk)
    return Made(_name("csv"), "text/csv; charset=utf-8")


def _rows(decisions: "QuerySet[SteeringDecision]", by: User, told: Told) -> Iterator[LogRow]:
    """Read the decisions so many at a time: memory stays even."""
    keys = list(decisions.values_list("pk", flat=True))
    for start in range(0, len(keys), ROWS_PER_CHUNK):
        chunk = keys[start : start + ROWS_PER_CHUNK]
        # Asked through what the person may read now, and in the order of the list.
        rows = {row.decision.pk: row for row in rows_of(decisions.filter(pk__in=chunk), by)}
        yield from (rows[key] for key in chunk if key in rows)
        told(min(start + ROWS_PER_CHUNK, len(keys)))


def header() -> list[str]:
    """Return the headings of the columns."""
    return [
        _("Steering group"),
        _("Partnership"),
        _("Paragraph"),
        _("Meeting"),
        _("Heading"),
        _("Decision"),
        _("Kind"),
        _("About what"),
        _("Reservations"),
        _("Responsible"),
        _("Due"),
        _("Done"),
        _("How it went"),
        _("Corrected by"),
        _("Corrects"),
    ]


def cells(row: LogRow) -> list[Cell]:
    """Return one row of the table; days as days, the rest as text."""
    follow_up, corrects = row.follow_up, row.paragraph.corrects
    done_at = follow_up.done_at if follow_up else None
    return [
        row.group.name,
        row.group.partnership.name,
        row.paragraph.sign,
        timezone.localtime(row.meeting.starts_at, STOCKHOLM).date(),
        row.paragraph.heading,
        row.text,
        str(row.decision.get_matter_kind_display()),
        row.about,
        "\n".join(dissent_words(row)),
        follow_up.responsible_name if follow_up else "",
        follow_up.due_on if follow_up else None,
        timezone.localtime(done_at, STOCKHOLM).date() if done_at else None,
        follow_up.done_note if follow_up else "",
        ", ".join(paragraph.sign for paragraph in row.corrected_by),
        corrects.sign if corrects else "",
    ]


def dissent_words(row: LogRow) -> list[str]:
    """Return who did not agree, for which party, and why."""
    return [
        f"{one.term.name}, {one.term.seat.party.organisation.name}"
        + (f": {one.reason}" if one.reason else "")
        for one in row.dissents
    ]


def _pdf(rows: Iterator[LogRow], total: int, out: BinaryIO) -> Made:
    if total > PDF_DECISIONS_MAX:
        text = _("A log to print holds at most %d decisions. Filter it, or take a spreadsheet.")
        raise Refused(text % PDF_DECISIONS_MAX)
    language = (get_language() or "sv")[:2]
    made_at = timezone.localtime(timezone.now(), STOCKHOLM)
    shown = list(rows)
    names = {row.group.pk: row.group.name for row in shown}
    context = {
        "rows": [(row, dissent_words(row)) for row in shown],
        "group_name": next(iter(names.values())) if len(names) == 1 else "",
        "dated_at": made_at.isoformat(timespec="seconds"),
        "made_on": day(made_at),
    }
    identifier = f"decision log {made_at.isoformat()} {language}"
    out.write(
        render_pdf("papers/decision_log.html", context, language=language, identifier=identifier)
    )
    return Made(_name("pdf"), PDF)


def _name(suffix: str) -> str:
    return f"decisions-{timezone.localdate(timezone=STOCKHOLM).isoformat()}.{suffix}"
