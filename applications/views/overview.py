"""Overviews of reports and money: of a party's own grants, and of every report for ICLD."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from applications import money_overview, report_list
from applications.report_filters import ReportFilter
from finance.models import Grant
from icld_portal.access import OFFICE, PARTIES_AND_OFFICE, get_only
from icld_portal.localize import STOCKHOLM
from icld_portal.paging import page_of
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_only
def overview(request: PortalRequest) -> HttpResponse:
    """Show a person's grants: the next report, what is approved, paid and left."""
    today = timezone.localtime(request.received_at, STOCKHOLM).date()
    grants = Grant.objects.all().visible_to(request.user).select_related("partnership", "grantee")
    page = page_of(request, grants.order_by("-reference"))
    context = {
        "page_obj": page,
        "rows": money_overview.rows_of(page.object_list, request.user, today),
        "total": money_overview.total_of(request.user),
        "bar_width": money_overview.WIDTH,
    }
    return render(request, "applications/overview.html", context)


@OFFICE
@get_only
def office_reports(request: PortalRequest) -> HttpResponse:
    """List every report with its day, state and money; filtered by what stands in the address."""
    today = timezone.localtime(request.received_at, STOCKHOLM).date()
    asked = ReportFilter(request.GET, user=request.user, today=today)
    page = page_of(request, report_list.for_list(asked.selection))
    context = {
        "filter": asked,
        "refused": asked.is_refused,
        "query": request.GET.urlencode(),
        "page_obj": page,
        "rows": report_list.rows_of(page.object_list, today),
        "counts": report_list.counts(request.user, today),
        "state": request.GET.get("state", ""),
    }
    status = 400 if asked.is_refused else 200
    return render(request, "applications/office/reports.html", context, status=status)
