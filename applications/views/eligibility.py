"""May we apply? A public self-test that keeps nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from applications.forms.eligibility import EligibilityForm
from icld_portal.access import PUBLIC, get_or_post


@PUBLIC
@get_or_post
def eligibility(request: HttpRequest) -> HttpResponse:
    """Ask a few questions and say, with reasons, whether an application is worth the work."""
    form = EligibilityForm(request.POST if request.method == "POST" else None)
    reasons = form.reasons() if form.is_bound and form.is_valid() else []
    context = {
        "form": form,
        "reasons": reasons,
        "eligible": bool(reasons) and all(reason.met for reason in reasons),
    }
    status = 422 if form.errors else 200
    return render(request, "applications/public/eligibility.html", context, status=status)
