"""Whether the portal is well, and what to say when something is refused."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from icld_portal.access import PUBLIC, get_only


@PUBLIC
@get_only
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the process is up."""
    return JsonResponse({"status": "up"})


@PUBLIC
@get_only
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ready"})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Tell a person whose form was too old what to do; nothing was saved."""
    return render(request, "403_csrf.html", status=403)
