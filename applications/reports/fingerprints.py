"""The content of a report as one canonical text, and its fingerprint."""

from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Report
from applications.reports.plan_rows import ACTIVITY, INDICATOR, PARTICIPATION
from finance import account_content
from icld_portal.canonical import fingerprint_of

PART_WORDS: dict[str, Promise] = {
    "question_set": gettext_lazy("the version of the form"),
    "answers": gettext_lazy("the answers"),
    "indicators": gettext_lazy("the indicators"),
    "activities": gettext_lazy("the activities"),
    "participants": gettext_lazy("the participants"),
    "citations": gettext_lazy("the decisions cited"),
    "budget": gettext_lazy("the decided budget"),
    "lines": gettext_lazy("the accounts"),
    "salaries": gettext_lazy("the salary sheet"),
    "receipts": gettext_lazy("the receipts"),
    "deviations": gettext_lazy("the comments on deviations"),
}
ANSWER = ("question__key", "question", "language", "text")
CITATION = (
    "decision__paragraph__group",
    "decision__paragraph__year",
    "decision__paragraph__number",
    "decision__paragraph__meeting__content_sha256",
)
DEVIATION = ("organisation", "category", "text")


def content(report: Report) -> dict[str, Any]:
    """Return everything the parties have written, in an order that never varies.

    The auditor's certificate is not part of it: it is about the accounts, and lapses by itself.
    """
    written: dict[str, Any] = {
        "report": [report.application_id, report.kind, report.year],
        "question_set": report.sheet.question_set_id,
        "answers": _rows(report.sheet.answers, ANSWER),
        "indicators": _rows(report.indicator_outcomes, INDICATOR),
        "activities": _rows(report.activity_outcomes, ACTIVITY),
        "participants": _rows(report.participation, PARTICIPATION),
        "citations": _rows(report.citations, CITATION),
    }
    if report.statement:
        written |= account_content.content_of(report.statement)
        written["budget"] = report.statement.budget_id
        written["deviations"] = _rows(report.statement.deviations, DEVIATION)
    return written


def fingerprint(report: Report) -> str:
    """Return the SHA-256 of the content as it stands."""
    return fingerprint_of(content(report))


def part_words(parts: Iterable[str]) -> list[str]:
    """Return the parts in the reader's language, each word once."""
    words = (str(PART_WORDS.get(part, _("the report"))) for part in parts)
    return list(dict.fromkeys(words))


def _rows(rows: Any, columns: tuple[str, ...]) -> list[list[Any]]:
    """Read ``columns``, in their own order: two rows that are alike may change places.

    A text that was emptied says what one that was never written says.
    """
    found = [list(row) for row in rows.order_by(*columns).values_list(*columns)]
    return [row for row in found if row[-1] != "" or columns[-1] != "text"]
