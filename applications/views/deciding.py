"""The decision: written, checked once more, then taken and sent to both parties."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import notices, rules, workflow
from applications.forms.office import DecisionForm
from applications.models import Application, Status
from applications.sheets import agreed_view, proposed_sums
from applications.views.assessing import (
    asked_and_limit,
    decision_on,
    grant_of,
    moved_on,
    papers_of,
    staff_cases,
)
from finance import caps
from icld_portal.access import OFFICE, get_only, get_or_post
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest

# The buttons of the two steps, as their names arrive.
CHECK, CHANGE, DECIDE = "check", "change", "decide"


@OFFICE
@get_or_post
def decide(request: PortalRequest, handle: str) -> HttpResponse:
    """Write the decision, check it, then take it: the letters go out at once."""
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    if not rules.may_decide(request.user, application):
        raise PermissionDenied
    asked = caps.totals(application.budget).by_year
    form = DecisionForm(
        asked,
        request.POST if request.method == "POST" else None,
        proposed=proposed_sums(application),
    )
    if application.status != Status.IN_ASSESSMENT:
        return too_late(request, application, form)
    if not form.is_bound:
        return show_form(request, application, form)
    if not form.is_valid():
        return show_form(request, application, form, status=422)
    if DECIDE in request.POST:
        return take_decision(request, application, form)
    if CHANGE in request.POST:
        return show_form(request, application, form)
    return show_check(request, application, form)


def take_decision(
    request: PortalRequest, application: Application, form: DecisionForm
) -> HttpResponse:
    """Take the decision that was checked; the second of two deciders is told."""
    try:
        workflow.decide(
            application,
            by=request.user,
            at=request.received_at,
            outcome=form.cleaned_data["outcome"],
            reason=form.cleaned_data["reason"],
            amounts=form.amounts(),
        )
    except WrongStatus:
        return too_late(request, application, form)
    except NotReady as refused:
        for problem in refused.problems:
            form.add_error(problem.anchor if problem.anchor in form.fields else None, problem.text)
        return show_form(request, application, form, status=422)
    messages.success(request, _("The decision is taken. The letters are on their way."))
    return redirect("applications:decided", application.handle)


def too_late(request: PortalRequest, application: Application, form: DecisionForm) -> HttpResponse:
    """Say that the case has moved on; a reason that was sent is shown, not lost."""
    if not form.is_bound:
        return moved_on(request, application)
    form.add_error(
        None, _("The case has moved on since you opened the page. Nothing of yours was saved.")
    )
    return show_form(request, application, form, status=409)


def show_form(
    request: PortalRequest, application: Application, form: DecisionForm, *, status: int = 200
) -> HttpResponse:
    """Show the decision's form with the ceiling and the common assessment beside it."""
    context = {
        "application": application,
        "form": form,
        "money": asked_and_limit(application, None),
        "problems": caps.budget_problems(application.budget),
        "common": agreed_view(application),
    }
    return render(request, "applications/office/decide.html", context, status=status)


def show_check(
    request: PortalRequest, application: Application, form: DecisionForm
) -> HttpResponse:
    """Show what will be decided and who will be told, before it happens."""
    amounts = form.amounts()
    context = {
        "application": application,
        "form": form,
        "is_approval": bool(amounts),
        "amounts": [
            {"year": year, "asked_sek": form.asked[year], "amount_sek": amount}
            for year, amount in amounts.items()
        ],
        "total_sek": sum(amounts.values()),
        "asked_sek": sum(form.asked.values()),
        "recipients": notices.recipients(application),
    }
    return render(request, "applications/office/check_decision.html", context)


@OFFICE
@get_only
def decided(request: PortalRequest, handle: str) -> HttpResponse:
    """Show the decision with its letters and the grant it opened."""
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    decision = decision_on(application)
    if decision is None:
        return redirect(application)
    context = {
        "application": application,
        "decision": decision,
        "money": asked_and_limit(application, decision),
        "papers": papers_of(application),
        "grant": grant_of(request.user, application),
    }
    return render(request, "applications/office/decided.html", context)
