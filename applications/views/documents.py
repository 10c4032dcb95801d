"""The documents of a case on one page, for its parties and ICLD."""

from django.http import HttpResponse
from django.shortcuts import render

from applications.documents import documents_of, with_scans
from applications.finding import case_of
from applications.models import Application
from icld_portal.access import PARTIES_AND_OFFICE, get_only
from icld_portal.paging import page_of
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_only
def documents(request: PortalRequest, handle: str) -> HttpResponse:
    """Show every document with who, when and its SHA-256."""
    cases = Application.objects.all().for_page().knowing_supplements()
    application = case_of(request, handle, cases)
    page = page_of(request, documents_of(application, request.user))
    context = {
        "application": application,
        "page_obj": page,
        "documents": with_scans(list(page.object_list)),
    }
    return render(request, "applications/documents.html", context)
