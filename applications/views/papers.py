"""The frozen papers of an application, as PDF."""

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from applications.finding import case_of
from applications.models import Application, PaperKind, Stage, Status
from applications.papers import is_due, newest
from icld_portal import prepared
from icld_portal.access import PARTIES_AND_OFFICE, get_only, post_only
from icld_portal.files import download
from icld_portal.models import FrozenPaper
from partnerships.requests import PortalRequest

SECONDS_UNTIL_NEXT_LOOK = 3


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
    return stored_or_coming(request, application, made, PaperKind(kind))


def stored_or_coming(
    request: PortalRequest,
    application: Application,
    made: FrozenPaper | None,
    kind: PaperKind | Stage,
) -> HttpResponseBase:
    """Show a paper as it was frozen, or the page that waits until it is made."""
    if request.htmx:  # The page that waits for it asks.
        return HttpResponseClientRedirect(request.path) if made else HttpResponse(status=204)
    return _stored(made) if made else _coming(request, application, kind)


def _stored(made: FrozenPaper) -> FileResponse:
    response = download(made.file, made.file_name, "application/pdf", inline=True)
    response.headers["Content-Length"] = str(made.size_bytes)
    response.headers["Content-Language"] = made.language
    return response


def _coming(
    request: PortalRequest, application: Application, kind: PaperKind | Stage
) -> HttpResponse:
    context = {"application": application, "kind": kind, "seconds": SECONDS_UNTIL_NEXT_LOOK}
    response = render(request, "applications/paper_coming.html", context, status=202)
    response.headers["Retry-After"] = str(SECONDS_UNTIL_NEXT_LOOK)
    response.headers["Cache-Control"] = "no-store"
    return response


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
