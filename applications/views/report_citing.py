"""Which decisions of the steering group a report is backed by: chosen one by one."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.citing import decisions_in
from applications.models import ReportStatus
from applications.reports import citing, rules
from applications.reports.finding import narrative_of
from applications.views.citing import KEY_MAX_DIGITS
from icld_portal.access import PARTIES_AND_OFFICE, get_only, post_only
from icld_portal.paging import page_of
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.filters import TEXT_MAX_LENGTH
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_only
def report_citations(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Show what the report cites and, to who writes it, what it could cite."""
    report = narrative_of(request, reference, slug)
    may_cite = report.status == ReportStatus.DRAFT and rules.may_write(request.user, report)
    text = request.GET.get("text", "").replace("\0", "")[:TEXT_MAX_LENGTH].strip()
    context = {
        "report": report,
        "cited": citing.cited_in(report),
        "may_cite": may_cite,
        "text": text,
    }
    if may_cite:
        page = page_of(request, citing.choice_of(report, request.user, text))
        context |= {"page_obj": page, "choice": decisions_in(page.object_list)}
    return render(request, "applications/reports/citations.html", context)


@PARTIES_AND_OFFICE
@post_only
def cite_in_report(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Let the report be backed by one decision."""
    return _change(request, reference, slug, citing.cite, _("The report cites the decision."))


@PARTIES_AND_OFFICE
@post_only
def uncite_in_report(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Take one decision out of the report."""
    told = _("The report no longer cites the decision.")
    return _change(request, reference, slug, citing.uncite, told)


def _change(
    request: PortalRequest, reference: str, slug: str, deed: Callable[..., None], told: str
) -> HttpResponse:
    report = narrative_of(request, reference, slug)
    named = request.POST.get("decision", "")
    is_key = named.isascii() and named.isdigit() and len(named) <= KEY_MAX_DIGITS
    try:
        deed(report, int(named) if is_key else 0, by=request.user)
    except WrongStatus:
        messages.warning(request, _("This report has moved on since you opened the page."))
    except NotReady as refused:
        messages.error(request, refused.problems[0].text)
    else:
        messages.success(request, told)
    return redirect("applications:report_citations", reference, slug)
