"""ICLD's deeds in the control of a report: say of each row, answer the list, approve, withdraw.

Every deed locks the report first, then the grant where something is booked.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import Answer, Report, ReportControl, ReportStatus
from applications.reports import control, letters, rules
from applications.reports.control import Said
from finance import ledger
from finance.ledger import NOTHING
from finance.models import AccountLine, Grant, Review, SalaryRow, Statement, Verdict
from finance.paying import approving
from finance.paying.payable import payable_of
from icld_portal import events
from icld_portal.problems import NotReady, Problem, blocking
from icld_portal.workflow import Transition, WrongStatus, begin, complete
from partnerships.models import User

REASON_MAX_LENGTH = 500
APPROVE_REPORT = Transition(
    "approve_report",
    frozenset({ReportStatus.SUBMITTED}),
    ReportStatus.APPROVED,
    rules.may_control,
    tell=letters.tell_approved,
)
WITHDRAW_APPROVAL = Transition(
    "withdraw_report_approval",
    frozenset({ReportStatus.APPROVED}),
    ReportStatus.SUBMITTED,
    rules.may_control,
    tell=letters.tell_approval_withdrawn,
)


def _locked(report: Report, *, by: User, verb: str) -> Report:
    """Lock a report in control for one write; WrongStatus, PermissionDenied."""
    whole = Report.objects.select_related("application", "statement__grant")
    fresh = whole.select_for_update(of=("self",)).get(pk=report.pk)
    if fresh.status != ReportStatus.SUBMITTED:
        raise WrongStatus(verb)
    if not rules.may_control(by, fresh):
        raise PermissionDenied(verb)
    return fresh


def _statement(report: Report) -> Statement:
    if report.statement is None:
        raise WrongStatus("a final report has no accounts")
    return report.statement


@transaction.atomic
def review_rows(
    report: Report, said: Sequence[Said], *, by: User, at: datetime | None = None
) -> int:
    """Keep what ``by`` says of these rows, all of it or nothing; return how many changed.

    Raises NotReady with what is wrong at which row, also when somebody else has controlled
    one since; WrongStatus when the report is not in control, PermissionDenied.
    """
    at = at or timezone.now()
    statement = _statement(_locked(report, by=by, verb="review_rows"))
    rows = _rows(statement, said)
    problems = [
        problem for one in said for problem in control.said_problems(one, rows[one.kind, one.pk])
    ]
    if problems:
        raise NotReady(problems)
    kept = [_kept(one, rows[one.kind, one.pk], statement, by=by, at=at) for one in said]
    if any(kept):
        events.record(report, "review_rows", by=by, at=at, rows=sum(kept))
    return sum(kept)


def _rows(
    statement: Statement, said: Sequence[Said]
) -> dict[tuple[str, int], AccountLine | SalaryRow]:
    found: dict[tuple[str, int], AccountLine | SalaryRow] = {}
    for kind in (control.LINES, control.SALARIES):
        wanted = {one.pk for one in said if one.kind == kind}
        if wanted:
            rows = control.rows_of(statement, kind).filter(pk__in=wanted)
            found |= {(kind, row.pk): row for row in rows}
    if {(one.kind, one.pk) for one in said} - found.keys():
        text = _("A row is no longer in the accounts. Open the page anew.")
        raise NotReady([Problem(text)])
    return found


def _kept(
    said: Said, row: AccountLine | SalaryRow, statement: Statement, *, by: User, at: datetime
) -> bool:
    """Write one review; the same again writes nothing."""
    facts: dict[str, Any] = {
        "verdict": said.verdict,
        "approved": control.amount_of(said, row),
        "reason": said.reason.strip()[:REASON_MAX_LENGTH],
    }
    review = control.review_of(row)
    if review and all(getattr(review, name) == value for name, value in facts.items()):
        return False
    of_row: dict[str, Any] = {"line" if isinstance(row, AccountLine) else "salary": row}
    facts |= {"reviewed_by": by, "reviewed_at": at, "statement": statement}
    Review.objects.update_or_create(**of_row, defaults=facts)
    return True


@transaction.atomic
def approve_rest(report: Report, *, by: User, at: datetime | None = None) -> int:
    """Approve every row that nobody has said anything of; return how many.

    Raises WrongStatus, PermissionDenied.
    """
    at = at or timezone.now()
    statement = _statement(_locked(report, by=by, verb="approve_rest"))
    facts = {
        "statement": statement,
        "verdict": Verdict.APPROVED,
        "reviewed_by": by,
        "reviewed_at": at,
    }
    made = [
        Review(line=row, approved=row.amount, **facts)
        for row in statement.lines.filter(review=None).order_by("pk")
    ]
    made += [
        Review(salary=row, approved=row.amount, **facts)
        for row in statement.salaries.filter(review=None).order_by("pk")
    ]
    Review.objects.bulk_create(made, batch_size=500)
    if made:
        events.record(report, "review_rows", by=by, at=at, rows=len(made))
    return len(made)


@transaction.atomic
def answer_checklist(
    report: Report, answers: Mapping[int, str], *, text: str, by: User, at: datetime | None = None
) -> ReportControl:
    """Keep the answers (by question) and ``text``, ICLD's words to the parties.

    Raises WrongStatus when the report is not in control, PermissionDenied.
    """
    at = at or timezone.now()
    found = control.begun(_locked(report, by=by, verb="answer_checklist"))
    known = {question.pk for question in control.questions_of(found.sheet.question_set)}
    for question, answer in answers.items():
        if question in known:
            Answer.objects.update_or_create(
                sheet=found.sheet,
                question_id=question,
                language="sv",
                defaults={"text": answer, "updated_by": by, "updated_at": at},
            )
    found.text = text.strip()
    found.save(update_fields=["text"])
    events.record(report, "answer_control_checklist", by=by, at=at)
    return found


@transaction.atomic
def approve_report(
    report: Report, *, payable: Decimal | None, by: User, at: datetime | None = None
) -> Report:
    """Approve a controlled report; its approved sum is booked and its payment becomes due.

    ``payable`` is the sum that ``by`` has read; None for a final report, which has none.
    Raises NotReady with everything that stops it, also when the sum has changed since;
    WrongStatus when it is not in control, PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    report = begin(APPROVE_REPORT, report, by=by)
    if found := blocking(control.approval_problems(report)):
        raise NotReady(found)
    done = control.begun(report)
    done.edition = report.edition
    done.approved_at, done.approved_by, done.approved = at, by, NOTHING
    if report.statement is not None:
        if payable_of(report.statement).payable != payable:
            text = _("The sum has changed since you opened the page. Read it again.")
            raise NotReady([Problem(text, anchor="payable")])
        result = approving.approve_statement(
            report.statement, by=by, at=at, reason=_last_reason(report)
        )
        done.approved, done.payable = result.payable, result.as_data()
    done.save()
    return complete(APPROVE_REPORT, report, by=by, at=at, year=report.year, sum=str(done.approved))


def _last_reason(report: Report) -> str:
    withdrawn = report.controls.exclude(withdrawn_at=None).order_by("-withdrawn_at").first()
    return withdrawn.withdrawn_reason if withdrawn else ""


@transaction.atomic
def withdraw_approval(
    report: Report, *, reason: str, by: User, at: datetime | None = None
) -> Report:
    """Take back an approval: the control goes on, and what has not gone to the bank is held.

    Raises NotReady without a reason, WrongStatus when it is not approved, PermissionDenied.
    """
    at = at or timezone.now()
    report = begin(WITHDRAW_APPROVAL, report, by=by)
    if not reason.strip():
        raise NotReady([Problem(_("Write why the approval is withdrawn."), anchor="reason")])
    if ledger.locked(report.grant).status == Grant.Status.CLOSED:
        raise NotReady([Problem(_("The grant is closed: nothing in it is changed any more."))])
    reason = reason.strip()[:REASON_MAX_LENGTH]
    if report.statement is not None:
        approving.withdraw_statement(report.statement, reason=reason, by=by, at=at)
    stood = control.standing(report)
    if stood is not None:
        stood.withdrawn_at, stood.withdrawn_by, stood.withdrawn_reason = at, by, reason
        stood.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    return complete(WITHDRAW_APPROVAL, report, by=by, at=at, year=report.year, reason=reason)
