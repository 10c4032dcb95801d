"""What came of ICLD's control, on the page of a report."""

from typing import Any

from django import template

from applications.models import Report, ReportStatus
from applications.reports.control import standing
from applications.reports.rules import may_see_narrative
from finance.models import Verdict
from finance.paying.payable import Payable
from partnerships.models import User

register = template.Library()
MOST_SHOWN = 200


@register.inclusion_tag("applications/reports/_control_result.html", takes_context=True)
def control_result(context: dict[str, Any], report: Report) -> dict[str, Any]:
    """Show the sum of an approved report with its steps, what was adjusted and why.

    While the control is under way ICLD is led to it; the parties read what came of it.
    """
    user: User = context["request"].user
    shown: dict[str, Any] = {"report": report, "leads_to_control": False}
    if report.status == ReportStatus.DRAFT or not may_see_narrative(user, report):
        return shown
    shown["leads_to_control"] = user.office
    if report.status != ReportStatus.APPROVED:
        return shown
    control = standing(report)
    shown["control"] = control
    if control is not None and report.statement is not None:
        shown["sums"] = Payable.from_data(control.payable)
        adjusted = report.statement.reviews.filter(verdict=Verdict.ADJUSTED)
        rows = adjusted.select_related("line", "salary").order_by("pk")
        shown["adjusted"] = rows[:MOST_SHOWN]
    return shown
