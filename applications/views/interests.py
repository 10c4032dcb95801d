"""Declaring interests, before anything of a case is shown to the one who is to assess it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import rules, workflow
from applications.finding import is_handle
from applications.forms.interests import InterestForm, WithdrawalForm
from applications.models import Application
from applications.views.assessing import moved_on, staff_cases
from icld_portal.access import ASSESSORS, OFFICE_ADMINISTRATORS, get_or_post
from icld_portal.workflow import WrongStatus
from partnerships.models import Interest
from partnerships.requests import PortalRequest


def declarable_case(request: PortalRequest, handle: str) -> Application:
    """Return the handed-in case about which this person may declare; Http404 otherwise."""
    if not is_handle(handle):
        raise Http404("no such case")
    cases = Application.objects.declarable_by(request.user).for_page()
    return get_object_or_404(cases.by_handle(handle))


@ASSESSORS
@get_or_post
def declare(request: PortalRequest, handle: str) -> HttpResponse:
    """Say whether one has a conflict of interest; only the parties are shown before."""
    application = declarable_case(request, handle)
    if not rules.may_declare(request.user, application):
        raise PermissionDenied("declare")
    form = InterestForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        conflict = form.cleaned_data["answer"] == "yes"
        try:
            workflow.declare(
                application,
                by=request.user,
                has_conflict=conflict,
                reason=form.cleaned_data["reason"] if conflict else "",
                at=request.received_at,
            )
        except WrongStatus:
            raise Http404("a draft again") from None
        if conflict:
            messages.success(
                request, _("Your conflict of interest is declared. You see no more of the case.")
            )
            return redirect("applications:my_assessments")
        messages.success(request, _("You have declared that you have no conflict of interest."))
        return redirect(application)
    context = {
        "application": application,
        "form": form,
        "parties": application.case_parties.all(),
        "has_declared": rules.has_declared(request.user, application),
        "sees_case": rules.may_view(request.user, application),
    }
    status = 422 if form.errors else 200
    return render(request, "applications/office/declare.html", context, status=status)


@OFFICE_ADMINISTRATORS
@get_or_post
def withdraw_declaration(request: PortalRequest, handle: str, pk: int) -> HttpResponse:
    """Take back somebody's mistaken declaration, with a reason."""
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    interest = get_object_or_404(
        Interest.objects.standing().select_related("user"),
        pk=pk,
        case_reference=application.reference,
    )
    if not rules.may_withdraw_declaration(request.user, interest.user):
        raise PermissionDenied("withdraw_declaration")
    form = WithdrawalForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            workflow.withdraw_declaration(
                interest,
                application,
                by=request.user,
                reason=form.cleaned_data["reason"],
                at=request.received_at,
            )
        except WrongStatus:
            return moved_on(request, application)
        messages.success(
            request,
            _("The declaration is withdrawn. %(name)s has to declare anew.")
            % {"name": interest.user.name},
        )
        return redirect(application)
    context = {"application": application, "interest": interest, "form": form}
    status = 422 if form.errors else 200
    return render(request, "applications/office/withdraw_declaration.html", context, status=status)
