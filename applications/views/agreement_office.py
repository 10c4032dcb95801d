"""ICLD's part of an agreement: make it, remind, answer copies, cancel it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import agreement_content, agreement_list, rules, workflow
from applications.forms.agreements import CancelForm, ReportDatesForm
from applications.models import AgreementStatus, Status
from applications.views.agreements import agreement_of, moved_on
from applications.views.assessing import decision_on, staff_cases
from applications.views.meetings import add_problems
from icld_portal.access import OFFICE, get_only, get_or_post, post_only
from icld_portal.paging import page_of
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest

UNDERSTOOD = frozenset({"page", "state"})


@OFFICE
@get_or_post
def prepare_agreement(request: PortalRequest, handle: str) -> HttpResponse:
    """Set the days of the reports and make the agreement from the decision."""
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    if not rules.may_make_agreement(request.user, application):
        raise PermissionDenied("make_agreement")
    decision = decision_on(application)
    if application.status != Status.APPROVED or decision is None:
        return redirect(application)
    if application.agreements.standing().exists():
        return redirect("applications:agreement", handle)
    years = agreement_content.years_of(application, decision)
    usual = agreement_content.usual_dates(application, years)
    form = ReportDatesForm(years, usual, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            workflow.make_agreement(
                application, by=request.user, dates=form.dates(), at=request.received_at
            )
        except NotReady as refused:
            add_problems(form, refused)
        except WrongStatus:
            return moved_on(request, handle)
        else:
            messages.success(request, _("The agreement is made. Those who sign it are told."))
            return redirect("applications:agreement", handle)
    context: dict[str, Any] = {
        "application": application,
        "form": form,
        "amounts": list(decision.years.all()),
        "conditions": application.conditions.filter(is_released=True),
    }
    status = 422 if form.errors else 200
    return render(request, "applications/office/prepare_agreement.html", context, status=status)


@OFFICE
@get_or_post
def cancel_agreement(request: PortalRequest, handle: str) -> HttpResponse:
    """Cancel an agreement that not all have signed, with the reason that everybody is told."""
    found = agreement_of(request, handle)
    if not rules.may_make_agreement(request.user, found.application):
        raise PermissionDenied("cancel_agreement")
    if found.status != AgreementStatus.OPEN:
        return moved_on(request, handle)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            workflow.cancel_agreement(found, by=request.user, reason=reason, at=request.received_at)
        except WrongStatus:
            return moved_on(request, handle)
        messages.success(request, _("The agreement is cancelled. You can make a new one."))
        return redirect("applications:agreement", handle)
    context = {"application": found.application, "agreement": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "applications/office/cancel_agreement.html", context, status=status)


@OFFICE
@post_only
def remind_to_sign(request: PortalRequest, handle: str) -> HttpResponse:
    """Write to those who have yet to sign, at most once a day."""
    found = agreement_of(request, handle)
    try:
        told = workflow.remind_to_sign(found, by=request.user, at=request.received_at)
    except WrongStatus:
        return moved_on(request, handle)
    except NotReady as stopped:
        messages.warning(request, stopped.problems[0].text)
    else:
        names = ", ".join(told)
        messages.success(request, _("A reminder is on its way to %(names)s.") % {"names": names})
    return redirect("applications:agreement", handle)


@OFFICE
@post_only
def answer_copy(request: PortalRequest, handle: str, pk: int) -> HttpResponse:
    """Accept or refuse a copy signed by hand."""
    found = agreement_of(request, handle)
    copy = get_object_or_404(found.copies, pk=pk)
    try:
        workflow.answer_copy(
            copy,
            by=request.user,
            accepted=request.POST.get("answer") == "accept",
            reason=request.POST.get("reason", "")[:2000].replace("\0", ""),
            at=request.received_at,
        )
    except WrongStatus:
        return moved_on(request, handle)
    except NotReady as stopped:
        messages.error(request, stopped.problems[0].text)
    else:
        messages.success(request, _("Your answer is noted."))
    return redirect("applications:agreement", handle)


@OFFICE
@get_only
def agreements(request: PortalRequest) -> HttpResponse:
    """List the approved cases by whom their agreement waits for."""
    state = request.GET.get("state", "")
    if set(request.GET) - UNDERSTOOD or (state and state not in agreement_list.STATES):
        raise Http404("not understood")
    page = page_of(request, agreement_list.cases_in(request.user, state))
    context = {
        "page_obj": page,
        "rows": [agreement_list.row_of(case) for case in page.object_list],
        "counts": agreement_list.counts(request.user),
        "state": state,
    }
    return render(request, "applications/office/agreements.html", context)
