"""Whether the portal is well, and what to say when something is refused."""

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import get_template

from icld_portal import health, kept_forms
from icld_portal.access import PUBLIC, get_only, wants_data


@PUBLIC
@get_only
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the process is up."""
    return JsonResponse({"status": "up"})


@PUBLIC
@get_only
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether database, migrations and file store are ready for people; 503 if not."""
    if failing := health.failing():
        return JsonResponse({"status": "not ready", "failing": failing}, status=503)
    return JsonResponse({"status": "ready"})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Tell a person whose form was too old what to do; nothing was saved."""
    if wants_data(request):
        return JsonResponse({"state": "stale_form"}, status=403)
    if kept_forms.keep(request):
        # The mark in the form is ours and cannot be forged; what it brings is shown, not saved.
        return redirect(request.path)
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the request could not be read.

    Nothing of the request is looked at again: a wrong host comes before anybody is signed
    in, and a body that cannot be decoded fails each time it is read.
    """
    return HttpResponseBadRequest(get_template("400.html").render())
