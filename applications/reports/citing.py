"""Decisions of the steering group that a report is backed by: chosen one by one."""

from typing import Any

from django.db.models import QuerySet, Value
from django.utils.translation import gettext as _

from applications.citing import AS_DATA, MOST_CITED, CaseDecision, citable, decisions_in
from applications.models import Report, ReportCitation
from applications.models.steering_data import CHARACTERS_SHOWN
from applications.reports.writing import editing
from icld_portal.problems import NotReady, Problem
from partnerships.decisions import matching, with_words
from partnerships.models import SteeringDecision, User

# The page where decisions are chosen; problems with citations are mended there.
CITATIONS = "citations"


def cited_in(report: Report) -> list[CaseDecision]:
    """Return the decisions a report cites, whole, in the order they were cited; one query."""
    found = SteeringDecision.objects.filter(report_citations__report=report)
    rows = with_words(found).annotate(is_cited=Value(value=True))
    return decisions_in(rows.order_by("report_citations__pk").values_list(AS_DATA, flat=True))


def choice_of(report: Report, user: User, text: str) -> QuerySet[Any]:
    """What a report could cite and does not cite yet, newest first, as data of their beginnings.

    With a ``text`` only those that hold its words, or the paragraph that it names.
    """
    found = citable(report.application, user).exclude(report_citations__report=report)
    if text:
        found = found.filter(matching(text))
    rows = with_words(found, characters=CHARACTERS_SHOWN + 1)
    rows = rows.annotate(is_cited=Value(value=False)).order_by(
        "-paragraph__meeting__starts_at", "-paragraph__number", "-pk"
    )
    return rows.values_list(AS_DATA, flat=True)


def problems(report: Report) -> list[Problem]:
    """Return that no decision backs the report, where its partnership has a steering group.

    It stops nobody: ICLD reads it beside the report. Find the report ``with_backing``.
    """
    found: Any = report
    if found.number_cited or not found.has_group:
        return []
    text = _("No decision of the steering group backs this report.")
    return [Problem(text, blocks=False, page=CITATIONS, anchor="choose")]


def cite(report: Report, decision: int, *, by: User) -> None:
    """Let a report be backed by a decision; one that is cited already stays.

    Approvals of other content lapse. Raises WrongStatus when it is no draft, PermissionDenied
    when ``by`` does not write it, NotReady when the decision is not verified or is another
    partnership's, or when enough are cited.
    """
    with editing(report, by=by, within=()) as draft:
        found = citable(report.application, by).filter(pk=decision).first()
        if found is None:
            text = _("Only a verified decision of your own partnership can be cited.")
            raise NotReady([Problem(text, page=CITATIONS)])
        if draft.citations.exclude(decision=found).count() >= MOST_CITED:
            text = _("At most %(most)d decisions can be cited.") % {"most": MOST_CITED}
            raise NotReady([Problem(text, page=CITATIONS)])
        ReportCitation.objects.get_or_create(
            report=draft, decision=found, defaults={"cited_by": by}
        )


def uncite(report: Report, decision: int, *, by: User) -> None:
    """Take a decision out of a report again; raises as ``cite`` does."""
    with editing(report, by=by, within=()) as draft:
        draft.citations.filter(decision=decision).delete()
