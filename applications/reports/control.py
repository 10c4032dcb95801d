"""ICLD's control of a report: its rows, its checklist, and what stops the approval."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models import (
    Answer,
    AnswerSheet,
    Purpose,
    Question,
    QuestionSet,
    Report,
    ReportControl,
    ReportStatus,
    SupplementState,
)
from finance.models import AccountLine, Review, SalaryRow, Statement, Verdict
from finance.paying.payable import Progress, control_problems
from icld_portal.problems import Problem

LINES, SALARIES = "lines", "salaries"
# What a page of rows can be narrowed to.
OPEN_ROWS = {
    "": Q(),
    "left": Q(review=None),
    "query": Q(review__verdict=Verdict.QUERY),
    "adjusted": Q(review__verdict=Verdict.ADJUSTED),
}


def rows_of(statement: Statement, kind: str, shown: str = "") -> models.QuerySet[Any]:
    """Return the costs or the salaries with their reviews, in the order of the accounts."""
    if kind == SALARIES:
        salaries = statement.salaries.select_related("review__reviewed_by", "organisation")
        return salaries.filter(OPEN_ROWS[shown]).order_by("person", "first_on", "pk")
    lines = statement.lines.select_related("review__reviewed_by", "organisation", "category")
    receipts = Count("receipts", filter=Q(receipts__set_aside_at=None))
    found = lines.filter(OPEN_ROWS[shown]).annotate(receipt_count=receipts)
    return found.order_by("booked_on", "pk")


def review_of(row: AccountLine | SalaryRow) -> Review | None:
    """Return what ICLD has said of a row that was loaded with its review."""
    return getattr(row, "review", None)


def mark_of(review: Review | None) -> str:
    """What the page's hidden field says of a review, to notice that somebody else wrote."""
    return f"{review.pk}-{review.reviewed_at.timestamp()}" if review else "none"


@dataclass(frozen=True)
class Said:
    """What a person says of one row: ``pk`` among the lines or the salaries."""

    kind: str
    pk: int
    verdict: str
    approved: Decimal | None
    reason: str
    seen: str

    @property
    def anchor(self) -> str:
        """The row on the page."""
        return f"{self.kind}-{self.pk}"


def amount_of(said: Said, row: AccountLine | SalaryRow) -> Decimal:
    """Return what counts of a row; a query counts nothing until it is settled."""
    if said.verdict == Verdict.APPROVED:
        return row.amount
    if said.verdict == Verdict.QUERY or said.approved is None:
        return Decimal("0.00")
    return said.approved


def said_problems(said: Said, row: AccountLine | SalaryRow) -> list[Problem]:
    """Return what is wrong with what is said of a row."""
    found = []
    if mark_of(review_of(row)) != said.seen:
        text = _("Somebody else has controlled this row since you opened the page. Look again.")
        return [Problem(text, anchor=said.anchor)]
    if said.verdict not in Verdict:
        found.append(Problem(_("Choose what you say of the row."), anchor=said.anchor))
    if said.verdict in {Verdict.ADJUSTED, Verdict.QUERY} and not said.reason.strip():
        found.append(Problem(_("Write why, so that the parties understand."), anchor=said.anchor))
    if said.verdict == Verdict.ADJUSTED:
        found += _amount_problems(said, row)
    return found


def _amount_problems(said: Said, row: AccountLine | SalaryRow) -> list[Problem]:
    if said.approved is None:
        return [Problem(_("Write the amount that you approve."), anchor=said.anchor)]
    if said.approved > row.amount:
        text = _("You cannot approve more than was reported.")
        return [Problem(text, anchor=said.anchor)]
    if said.approved < 0 <= row.amount:
        text = _("The approved amount of a cost cannot be below zero.")
        return [Problem(text, anchor=said.anchor)]
    return []


# --- The checklist ------------------------------------------------------------------------


def standing(report: Report) -> ReportControl | None:
    """Return the control that is under way or has led to the approval."""
    found = ReportControl.objects.filter(report=report, withdrawn_at=None)
    return found.select_related("sheet__question_set", "approved_by").first()


def begun(report: Report) -> ReportControl:
    """Return the control under way, begun now if there is none; call it under the lock.

    A control that was withdrawn gives the next one its answers.
    """
    if known := standing(report):
        return known
    before = report.controls.order_by("-pk").first()
    form = before.sheet.question_set if before else newest_checklist(report)
    sheet = AnswerSheet.objects.create(question_set=form)
    if before:
        Answer.objects.bulk_create(
            Answer(
                sheet=sheet,
                question_id=one.question_id,
                language=one.language,
                text=one.text,
                updated_by_id=one.updated_by_id,
            )
            for one in before.sheet.answers.all()
        )
    return ReportControl.objects.create(
        report=report,
        edition=report.edition,
        sheet=sheet,
        text=before.text if before else "",
    )


def newest_checklist(report: Report) -> QuestionSet:
    """Return the version of the checklist that is in force for the grant type."""
    forms = QuestionSet.objects.filter(
        purpose=Purpose.CONTROL,
        grant_type=report.application.grant_type,
        published_at__isnull=False,
    )
    return forms.latest("version")


def questions_of(form: QuestionSet) -> list[Question]:
    """Return the questions of a checklist in their order; one query."""
    found = Question.objects.filter(section__question_set=form).select_related("section")
    return list(found.order_by("section__sort_order", "sort_order"))


def answers_of(control: ReportControl | None) -> Mapping[int, str]:
    """Return what is answered, by question."""
    if control is None:
        return {}
    return dict(control.sheet.answers.values_list("question", "text"))


def checklist_problems(report: Report) -> list[Problem]:
    """Return a problem when the checklist is not answered."""
    control = standing(report)
    form = control.sheet.question_set if control else newest_checklist(report)
    answers = answers_of(control)
    left = [one for one in questions_of(form) if one.required and not answers.get(one.pk)]
    if not left:
        return []
    text = ngettext(
        "%(n)d question of the checklist is not answered.",
        "%(n)d questions of the checklist are not answered.",
        len(left),
    )
    return [Problem(text % {"n": len(left)}, anchor="checklist")]


# --- What stops the approval ----------------------------------------------------------------


def approval_problems(report: Report, so_far: Progress | None = None) -> list[Problem]:
    """Return everything that stops the report from being approved."""
    if report.status != ReportStatus.SUBMITTED:
        return []
    found = supplement_problems(report) + checklist_problems(report)
    if report.statement is not None:
        found += audit_problems(report) + control_problems(report.statement, so_far)
    return found


def supplement_problems(report: Report) -> list[Problem]:
    """Return a problem while a supplement is not done with."""
    pending = report.supplements.pending().order_by("number").first()
    if pending is None:
        return []
    if pending.state == SupplementState.OPEN:
        text = _("A supplement is asked for: wait for the answer or close it first.")
    else:
        text = _("A supplement has been answered: accept the answer or ask again.")
    return [Problem(text, anchor="supplements")]


def audit_problems(report: Report) -> list[Problem]:
    """Return a problem when no certificate stands; one that lapsed does not."""
    certified = report.audits.filter(revoked_at=None, lapsed_at=None, certified_at__isnull=False)
    if certified.exists():
        return []
    return [Problem(_("The accounts have no audit certificate that stands."), anchor="audit")]
