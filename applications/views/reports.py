"""The list of reports, and the page of one."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from applications.models import Report, ReportStatus
from applications.reports import approvals, citing, rules
from applications.reports.completeness import COMPLETE, tasks
from applications.reports.finding import CONTENT, narrative_of, report_of
from applications.reports.listing import rows_of
from applications.reports.reading import sections_of
from applications.reports.steps import next_step
from icld_portal.access import PARTIES_AND_OFFICE, get_only
from icld_portal.localize import STOCKHOLM
from icld_portal.paging import page_of
from partnerships.acting import acting_for
from partnerships.requests import PortalRequest

# What the list can be narrowed to, by the word in the address.
SHOWN: dict[str, Promise | str] = {
    "": gettext_lazy("All"),
    "due": gettext_lazy("To be written"),
    "late": gettext_lazy("Late"),
    "control": gettext_lazy("In control at ICLD"),
    "approved": gettext_lazy("Approved"),
}


@PARTIES_AND_OFFICE
@get_only
def reports(request: PortalRequest) -> HttpResponse:
    """Every report of this person's cases, or all for ICLD: what is due first."""
    today = timezone.localtime(request.received_at, STOCKHOLM).date()
    shown = request.GET.get("show", "")
    if shown not in SHOWN:
        raise Http404("no such list")
    conditions = {
        "": Q(),
        "due": Q(status=ReportStatus.DRAFT),
        "late": Q(status=ReportStatus.DRAFT, due_on__lt=today),
        "control": Q(status=ReportStatus.SUBMITTED),
        "approved": Q(status=ReportStatus.APPROVED),
    }
    found = Report.objects.all().visible_to(request.user).filter(conditions[shown])
    if chosen := acting_for(request):
        found = found.filter(application__case_parties__organisation=chosen)
    page = page_of(request, found.for_list())
    context: dict[str, Any] = {
        "page_obj": page,
        "rows": rows_of(page.object_list, request.user, today=today),
        "lists": list(SHOWN.items()),
        "shown": shown,
    }
    return render(request, "applications/reports/reports.html", context)


@PARTIES_AND_OFFICE
@get_only
def report(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """One report: to its parties the list of its parts while they write, then what it says.

    ICLD sees that a draft is being written, and reads it when it has been handed in.
    """
    found = report_of(request, reference, slug, readable=False, content=CONTENT)
    today = timezone.localtime(request.received_at, STOCKHOLM).date()
    [row] = rows_of([found], request.user, today=today)
    context: dict[str, Any] = {"report": found, "row": row}
    if not rules.may_see_narrative(request.user, found):
        return render(request, "applications/reports/report.html", context)
    if row.is_draft:
        context |= draft_context(request, found)
        return render(request, "applications/reports/draft.html", context)
    context |= {"sections": sections_of(found), "cited": citing.cited_in(found)}
    context["parties"] = approvals.of_parties(found)
    return render(request, "applications/reports/read.html", context)


def draft_context(request: PortalRequest, found: Report) -> dict[str, Any]:
    """What the parties see of a report that they write: its parts, and what to do next."""
    listed = tasks(found)
    may_write = rules.may_write(request.user, found)
    parties = approvals.of_parties(found)
    return {
        "parties": parties,
        "cited": found.number_cited,  # type: ignore[attr-defined]  # annotated
        "tasks": listed,
        "complete": sum(task.state == COMPLETE for task in listed),
        "step": next_step(found, request.user, listed, parties),
        "may_write": may_write,
    }


@PARTIES_AND_OFFICE
@get_only
def read_report(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """The whole report as it is read, also while it is being written."""
    found = narrative_of(request, reference, slug, content=CONTENT)
    today = timezone.localtime(request.received_at, STOCKHOLM).date()
    [row] = rows_of([found], request.user, today=today)
    context = {"report": found, "row": row, "sections": sections_of(found)}
    context |= {"cited": citing.cited_in(found), "parties": approvals.of_parties(found)}
    return render(request, "applications/reports/read.html", context)
