"""Showing a frozen paper, or the page that waits until its job has made it."""

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRedirect

from icld_portal.files import download
from icld_portal.models import FrozenPaper

SECONDS_UNTIL_NEXT_LOOK = 3


def stored_or_coming(
    request: HttpRequest, made: FrozenPaper | None, *, title: str, lead: str = ""
) -> HttpResponseBase:
    """Show a paper as it was frozen, or say under ``title`` that it is being made."""
    if request.htmx:  # type: ignore[attr-defined]  # The page that waits for it asks.
        return HttpResponseClientRedirect(request.path) if made else HttpResponse(status=204)
    return _stored(made) if made else _coming(request, title, lead)


def _stored(made: FrozenPaper) -> FileResponse:
    response = download(made.file, made.file_name, "application/pdf", inline=True)
    response.headers["Content-Length"] = str(made.size_bytes)
    response.headers["Content-Language"] = made.language
    return response


def _coming(request: HttpRequest, title: str, lead: str) -> HttpResponse:
    context = {"paper_title": title, "paper_lead": lead, "seconds": SECONDS_UNTIL_NEXT_LOOK}
    response = render(request, "icld_portal/paper_coming.html", context, status=202)
    response.headers["Retry-After"] = str(SECONDS_UNTIL_NEXT_LOOK)
    response.headers["Cache-Control"] = "no-store"
    return response
