"""Check a report, and hand it in."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import workflow
from applications.models import Report, ReportStatus
from applications.reports import approvals, audits, citing, completeness, rules
from applications.reports.finding import CONTENT, narrative_of
from applications.reports.listing import rows_of
from icld_portal.access import PARTIES_AND_OFFICE, get_or_post
from icld_portal.localize import STOCKHOLM
from icld_portal.problems import NotReady, blocking
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_or_post
def submit_report(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Everything that is missing or wrong, each linked to where it is mended; or hand it in."""
    report = narrative_of(request, reference, slug, content=CONTENT)
    if report.status != ReportStatus.DRAFT or not rules.is_of_party(request.user, report):
        if request.method == "POST" and rules.is_of_party(request.user, report):
            messages.info(request, _("The report had already been handed in."))
        return redirect(report)
    if request.method != "POST":
        return _show(request, report)
    try:
        handed_in = workflow.submit_report(report, by=request.user, at=request.received_at)
    except NotReady:
        fresh = narrative_of(request, reference, slug, content=CONTENT)
        return _show(request, fresh, refused=True)
    except WrongStatus:
        messages.info(request, _("The report had already been handed in."))
        return redirect(report)
    except PermissionDenied:
        messages.warning(
            request,
            _("The coordinator or authorised signatory of the Swedish party submits to ICLD."),
        )
        return redirect(request.path)
    messages.success(request, _("ICLD has received your report."))
    return redirect(handed_in)


def _show(request: PortalRequest, report: Report, *, refused: bool = False) -> HttpResponse:
    found = completeness.problems(report)
    parties = approvals.of_parties(report)
    unsigned = approvals.problems(parties)
    today = timezone.localtime(request.received_at, STOCKHOLM).date()
    [row] = rows_of([report], request.user, today=today)
    everything = [*found, *audits.problems(report), *unsigned]
    context: dict[str, Any] = {
        "report": report,
        "row": row,
        "stops": blocking(everything),
        "warnings": [one for one in [*everything, *citing.problems(report)] if not one.blocks],
        "parties": parties,
        "is_written": not blocking(found),
        "refused": refused,
        "may_submit": rules.may_submit(request.user, report),
    }
    status = 422 if refused else 200
    return render(request, "applications/reports/submit.html", context, status=status)
