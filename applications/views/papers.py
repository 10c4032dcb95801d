"""The frozen papers of an application, as PDF."""

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from applications.finding import case_of
from applications.models import Application, PaperKind, Stage, Status
from applications.papers import is_due, newest
from icld_portal import prepared
from icld_portal.access import PARTIES_AND_OFFICE, get_only, post_only
from icld_portal.models import FrozenPaper
from icld_portal.stored_papers import stored_or_coming
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_only
def paper(request: PortalRequest, handle: str, kind: str, language: str) -> HttpResponseBase:
    """Show a paper as it was frozen, or say that it is being made and look again."""
    application = get_object_or_404(Application.objects.visible_to(request.user).by_handle(handle))
    if kind not in PaperKind.values or language not in dict(settings.LANGUAGES):
        raise Http404
    made = newest(application, kind, language)
    if not made and not request.htmx and not is_due(application, kind):
        raise Http404
    return case_paper(request, application, made, PaperKind(kind))


def case_paper(
    request: PortalRequest,
    application: Application,
    made: FrozenPaper | None,
    kind: PaperKind | Stage,
) -> HttpResponseBase:
    """Show a paper of the case as it was frozen, or the page that waits until it is made."""
    title = f"{kind.label} {application.reference}"
    return stored_or_coming(request, made, title=title, lead=application.title)


@PARTIES_AND_OFFICE
@post_only
def order_draft(request: PortalRequest, handle: str) -> HttpResponse:
    """Have the draft drawn as a PDF in the reader's language, and show how far it has come."""
    application = case_of(request, handle)
    if application.status != Status.DRAFT:
        raise Http404("no draft")
    title = _("Draft of %(case)s") % {"case": _name(application)}
    return redirect(
        prepared.order("draft_pdf", by=request.user, title=title, application=application.pk)
    )


@PARTIES_AND_OFFICE
@post_only
def order_zip(request: PortalRequest, handle: str) -> HttpResponse:
    """Have the whole case packed, and show how far it has come."""
    application = case_of(request, handle)
    title = _("All of %(case)s") % {"case": _name(application)}
    return redirect(
        prepared.order("case_zip", by=request.user, title=title, application=application.pk)
    )


def _name(application: Application) -> str:
    return application.title or application.get_grant_type_display()
