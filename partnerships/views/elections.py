"""Elections of the countries: ICLD reads them, its administrators keep them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from icld_portal.access import OFFICE, OFFICE_ADMINISTRATORS, get_only, get_or_post, post_only
from icld_portal.paging import page_of
from partnerships import rules, workflow
from partnerships.forms import ElectionForm
from partnerships.models import Election
from partnerships.requests import PortalRequest
from partnerships.views.doing import already_gone, done


@OFFICE
@get_only
def elections(request: PortalRequest) -> HttpResponse:
    """Every election, the newest first."""
    page = page_of(request, Election.objects.select_related("country"))
    context = {"page_obj": page, "may_keep": rules.may_keep_elections(request.user)}
    return render(request, "partnerships/elections.html", context)


@OFFICE_ADMINISTRATORS
@get_or_post
def add_election(request: PortalRequest) -> HttpResponse:
    """Write down an election."""
    return _election_page(request, None)


@OFFICE_ADMINISTRATORS
@get_or_post
def election(request: PortalRequest, pk: int) -> HttpResponse:
    """Change the country, day or name of an election."""
    return _election_page(request, get_object_or_404(Election, pk=pk))


@OFFICE_ADMINISTRATORS
@post_only
def remove_election(request: PortalRequest, pk: int) -> HttpResponse:
    """Take away an election."""
    if already_gone(request, Election.objects.filter(pk=pk)):
        return redirect("partnerships:elections")
    found = get_object_or_404(Election.objects.select_related("country"), pk=pk)
    workflow.remove_election(found, by=request.user)
    messages.success(request, _("%(name)s is removed.") % {"name": found})
    return redirect("partnerships:elections")


def _election_page(request: PortalRequest, found: Election | None) -> HttpResponse:
    form = ElectionForm(request.POST if request.method == "POST" else None, election=found)

    def save() -> None:
        workflow.save_election(found, form.facts(), by=request.user)

    if form.is_bound and form.is_valid() and done(form, save):
        messages.success(request, _("Saved. It counts at once."))
        return redirect("partnerships:elections")
    context = {"form": form, "election": found}
    status = 422 if form.is_bound else 200
    return render(request, "partnerships/election.html", context, status=status)
