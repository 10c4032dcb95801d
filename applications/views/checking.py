"""The formal check of a case: what the portal finds, and what an officer ticks."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import approvals, completeness, rules, snapshots, workflow
from applications.attaching import slots_of
from applications.forms.checking import CheckingForm
from applications.models import Application
from applications.models.content import FACTS
from applications.statuses import UNDER_WORK
from applications.views.assessing import moved_on, staff_cases
from icld_portal.access import OFFICE, get_or_post
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@OFFICE
@get_or_post
def formal_check(request: PortalRequest, handle: str) -> HttpResponse:
    """Show what the portal has found and what was ticked; keep what the officer ticks."""
    cases = staff_cases(request.user).prefetch_related(*FACTS)
    application = get_object_or_404(cases.by_handle(handle))
    may_check = application.status in UNDER_WORK and rules.may_assess(request.user, application)
    checks = {check.item: check for check in application.checks.select_related("checked_by")}
    if request.method != "POST":
        return show(request, application, CheckingForm(checks), may_check=may_check)
    if not rules.may_assess(request.user, application):
        raise PermissionDenied("save_check")
    form = CheckingForm(checks, request.POST)
    if form.is_valid():
        try:
            found = form.found()
            workflow.save_check(application, found, by=request.user, at=request.received_at)
        except WrongStatus:
            return moved_on(request, application)
        except NotReady as refused:
            for problem in refused.problems:
                form.add_error(problem.anchor, problem.text)
        else:
            messages.success(request, _("The formal check is saved."))
            return redirect("applications:formal_check", application.handle)
    return show(request, application, form, may_check=may_check, status=422)


def show(
    request: PortalRequest,
    application: Application,
    form: CheckingForm,
    *,
    may_check: bool,
    status: int = 200,
) -> HttpResponse:
    """Show the check; whoever may not change it reads it."""
    context = {
        "application": application,
        "findings": findings(request, application),
        "form": form,
        "rows": form.rows(),
        "may_check": may_check,
        "may_ask": may_check and not application.supplements.open().exists(),
    }
    return render(request, "applications/office/formal_check.html", context, status=status)


def findings(request: PortalRequest, application: Application) -> list[str]:
    """Return what the portal finds by itself in what was handed in, in words."""
    prefetch_related_objects([application], "case_parties__organisation__kind")
    snapshots.for_reader(application, request.user)
    found = [
        problem.text for problem in completeness.problems(application, at=application.received_at)
    ]
    for state in approvals.of_parties(application):
        name = {"party": state.organisation.name}
        if state.stands_in:
            found.append(_("A letter of intent stands in for the signature of %(party)s.") % name)
        if not state.organisation.is_checked and not state.organisation.refused_at:
            found.append(_("%(party)s is new in the register and waits for ICLD's check.") % name)
    for one in slots_of(application):
        if not one.files:
            found.append(_("No file is attached as “%(slot)s”.") % {"slot": one.slot})
    return list(dict.fromkeys(found))
