"""A round's assessing: how far each case has come, and sharing what is left evenly."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications import workflow
from applications.forms.interests import ShareForm
from applications.models import Round
from applications.round_progress import cases_of, loads_of, totals_of
from icld_portal.access import CASE_KEEPERS, OFFICE, get_only, post_only
from icld_portal.paging import page_of
from partnerships.requests import PortalRequest

# Stands in the address for the cases that needed no round.
ALL_YEAR = "all-year"


def round_in(deadline: str) -> Round | None:
    """Return the round that the address names, None for what is open all year."""
    if deadline == ALL_YEAR:
        return None
    try:
        return get_object_or_404(Round, deadline_on=date.fromisoformat(deadline))
    except ValueError as error:
        raise Http404("no such day") from error


@OFFICE
@get_only
def round_assessment(request: PortalRequest, deadline: str) -> HttpResponse:
    """Show how far every case of the round has come."""
    return show(request, deadline, ShareForm())


def show(
    request: PortalRequest, deadline: str, form: ShareForm, *, status: int = 200
) -> HttpResponse:
    """Show the round with ``form`` for those who may share it."""
    round_ = round_in(deadline)
    cases = cases_of(round_, request.user)
    keeps = request.user.is_officer or request.user.is_office_administrator
    context = {
        "round": round_,
        "deadline": deadline,
        "totals": totals_of(cases),
        "page_obj": page_of(request, cases.select_related("officer")),
        "loads": loads_of(round_, request.user),
        "form": form if keeps else None,
    }
    return render(request, "applications/office/round_assessment.html", context, status=status)


@CASE_KEEPERS
@post_only
def share(request: PortalRequest, deadline: str) -> HttpResponse:
    """Fill every case of the round up with the chosen assessors, evenly."""
    round_ = round_in(deadline)
    form = ShareForm(request.POST)
    if not form.is_valid():
        return show(request, deadline, form, status=422)
    given = workflow.give_evenly(
        round_,
        list(form.cleaned_data["assessors"]),
        per_case=form.cleaned_data["per_case"],
        by=request.user,
        at=request.received_at,
    )
    if given:
        text = ngettext(
            "%(n)d assessment was asked for. The assessor is told by letter.",
            "%(n)d assessments were asked for. The assessors are told by letter.",
            given,
        )
        messages.success(request, text % {"n": given})
    else:
        messages.info(request, _("Every case has its assessors already, or nobody is free for it."))
    return redirect("applications:round_assessment", deadline)
