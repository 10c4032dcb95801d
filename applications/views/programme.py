"""What ICLD's administrators keep themselves: one page with the way to each of it."""

from django.http import HttpResponse
from django.shortcuts import render

from applications import rules
from applications.workflow.lists import LISTS
from icld_portal.access import OFFICE, get_only
from partnerships.requests import PortalRequest


@OFFICE
@get_only
def programme(request: PortalRequest) -> HttpResponse:
    """The programme's own texts, sums and lists, each with where it is read and changed."""
    context = {"may_edit": rules.may_edit_forms(request.user), "lists": LISTS.values()}
    return render(request, "applications/office/programme.html", context)
