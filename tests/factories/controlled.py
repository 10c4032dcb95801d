"""Reports that are in control or approved, for tests: handed in without the pages of it."""

from django.utils import timezone

from applications import workflow
from applications.models import Application, Report, ReportStatus
from applications.reports import control
from finance.models import Statement
from finance.paying.payable import payable_of
from partnerships.models import User
from tests.factories import money, paying, reports


def handed_in(case: Application, year: int | None = 1, *, costs: int = 1) -> Report:
    """Return a report in control: of a year with costs, a salary and its certificate."""
    report = reports.open_report(case, year)
    if report.statement is not None:
        statement = Statement.objects.get(pk=report.statement_id)
        for _cost in range(costs):
            money.add_cost(statement, "5000.25")
        money.add_salary(statement)
        reports.certify(report)
        paying.hand_in(statement)
    now = timezone.now()
    report.sheet.frozen_at = now
    report.sheet.save(update_fields=["frozen_at"])
    facts = {"status": ReportStatus.SUBMITTED, "received_at": now, "content_sha256": "a" * 64}
    Report.objects.filter(pk=report.pk).update(**facts)
    return Report.objects.get(pk=report.pk)


def controlled(report: Report, *, by: User) -> Report:
    """Approve every row and answer the checklist; the report is not approved yet."""
    if report.statement is not None:
        workflow.approve_rest(report, by=by)
    form = control.newest_checklist(report)
    answers = {question.pk: "yes" for question in control.questions_of(form)}
    workflow.answer_checklist(report, answers, text="Tack.", by=by)
    return report


def approved(report: Report, *, by: User) -> Report:
    """Control and approve a report."""
    controlled(report, by=by)
    return approve(report, by=by)


def approve(report: Report, *, by: User) -> Report:
    """Approve a report that is controlled, with the sum as its page says it."""
    sums = payable_of(report.statement) if report.statement else None
    return workflow.approve_report(report, payable=sums.payable if sums else None, by=by)
