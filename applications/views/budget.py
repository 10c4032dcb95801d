"""What a budget adds up to while somebody types it."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render

from applications import rules
from applications.finding import case_of
from applications.models import Part
from applications.section_pages import BudgetPage
from applications.versions import form_of
from icld_portal.access import PARTIES_AND_OFFICE, post_only
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@post_only
def budget_sums(request: PortalRequest, handle: str) -> HttpResponse:
    """Return the panel of sums and problems for the lines as they stand on the page."""
    application = case_of(request, handle)
    if not rules.may_edit(request.user, application):
        raise PermissionDenied("edit")
    sections = form_of(application).sections.all()
    section = next((one for one in sections if one.part == Part.BUDGET), None)
    if section is None:
        raise Http404("no budget section")
    page = BudgetPage(application, section, request.POST)
    page.is_valid()
    context = {"application": application, "page": page, "sums": page.sums(), "live": True}
    return render(request, "applications/sections/_sums.html", context)
