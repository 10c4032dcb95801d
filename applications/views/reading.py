"""The whole case on one page, the same for its parties and for ICLD."""

from django.http import HttpResponse
from django.shortcuts import render

from applications import approvals, rules, snapshots, workspace
from applications.finding import case_of
from applications.models import Application, Status
from applications.reading import content_of
from applications.statuses import APPLICANT_WORDS
from applications.versions import form_of
from icld_portal.access import PARTIES_AND_OFFICE, get_only
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_only
def read(request: PortalRequest, handle: str) -> HttpResponse:
    """Show everything the parties have written, and who has bound them to it."""
    application = case_of(request, handle, Application.objects.all().with_content())
    snapshots.for_reader(application, request.user)
    is_draft = application.status == Status.DRAFT
    if is_draft:
        sections = form_of(application).sections.all()
        workspace.visit_all(application, sections, by=request.user, at=request.received_at)
    context = {
        "application": application,
        "content": content_of(application),
        "signed": approvals.of_parties(application),
        "word": APPLICANT_WORDS[Status(application.status)],
        "may_edit": is_draft and rules.may_edit(request.user, application),
    }
    return render(request, "applications/read.html", context)
