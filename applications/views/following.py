"""Which cases a steering group follows, chosen on a page below the group's own."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications import workflow
from applications.forms.following import FollowingForm
from icld_portal.access import PARTIES_AND_OFFICE, get_or_post
from partnerships.requests import PortalRequest
from partnerships.views.finding import run_by

# A partnership's chain is short; nobody follows more.
MOST_OFFERED = 100


@PARTIES_AND_OFFICE
@get_or_post
def group_cases(request: PortalRequest, pk: int) -> HttpResponse:
    """Tick the cases that a steering group follows."""
    group = run_by(request, pk)
    cases = list(workflow.followable(group, request.user)[:MOST_OFFERED])
    numbers = [case.pk for case in cases]
    stands = sorted(
        group.followings.filter(application__in=numbers).values_list("application", flat=True)
    )
    form = FollowingForm(cases, stands, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        workflow.follow(group, form.cleaned_data["cases"], by=request.user)
        messages.success(request, _("Saved: the cases that the group follows."))
        return redirect(group)
    status = 422 if form.is_bound else 200
    context = {"group": group, "form": form, "cases": cases}
    return render(request, "applications/group_cases.html", context, status=status)
