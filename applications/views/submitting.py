"""Check your answers, submit, withdraw."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications import approvals, citing, completeness, progress, rules, workflow, workspace
from applications.finding import case_of
from applications.models import Application, Status
from icld_portal.access import PARTIES_AND_OFFICE, get_only, post_only
from icld_portal.problems import NotReady, Problem, blocking
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_only
def check(request: PortalRequest, handle: str) -> HttpResponse:
    """Everything that is missing or wrong, each linked to where it is mended."""
    application = case_of(request, handle, Application.objects.all().with_facts())
    if application.status != Status.DRAFT:
        return redirect(application)
    return render(request, "applications/check.html", check_context(request, application))


def check_context(request: PortalRequest, application: Application) -> dict[str, Any]:
    """What the check page shows: problems outside the sections, then section by section."""
    tasks = progress.task_list(application)
    outside = list(completeness.round_problems(application, request.received_at))
    attached = list(completeness.attachment_problems(application))
    unbacked = citing.problems(application)
    found = [problem for task in tasks for problem in task.problems] + attached + unbacked
    parties = approvals.of_parties(application)
    states = workspace.states(application, request.user)
    sections = [task.section for task in tasks]
    written = not blocking(found)
    return {
        "application": application,
        "tasks": tasks,
        "outside": outside,
        "attached": attached,
        "unbacked": unbacked,
        "parties": parties,
        "written": written,
        "ready": written and not blocking([*outside, *approvals.problems(parties)]),
        "warnings": [problem for problem in found if not problem.blocks],
        "unready": workspace.ready_problems(sections, states),
        "may_submit": rules.may_submit(request.user, application),
        "may_edit": rules.may_edit(request.user, application),
    }


@PARTIES_AND_OFFICE
@post_only
def submit(request: PortalRequest, handle: str) -> HttpResponse:
    """Hand in the application, or show what is missing."""
    application = case_of(request, handle)
    try:
        handed_in = workflow.submit(application, by=request.user, at=request.received_at)
    except NotReady as stopped:
        return _refused(request, handle, stopped.problems)
    except WrongStatus:
        messages.info(request, _("The application had already been handed in."))
        return redirect(case_of(request, handle))
    except PermissionDenied:
        messages.warning(
            request,
            _("The coordinator or authorised signatory of the Swedish party submits to ICLD."),
        )
        return redirect("applications:check", application.handle)
    messages.success(request, _("ICLD has received your application."))
    return redirect(handed_in)


def _refused(request: PortalRequest, handle: str, problems: list[Problem]) -> HttpResponse:
    application = case_of(request, handle, Application.objects.all().with_facts())
    context = check_context(request, application)
    # The workflow's own word stands, also where the page was read a moment later.
    context["outside"] = [problem for problem in problems if not problem.page]
    context["ready"] = False
    context["refused"] = True
    return render(request, "applications/check.html", context, status=422)


@PARTIES_AND_OFFICE
@post_only
def move(request: PortalRequest, handle: str) -> HttpResponse:
    """Carry a draft that missed its deadline over to the open round."""
    application = case_of(request, handle)
    try:
        workflow.move_to_open_round(application, by=request.user, at=request.received_at)
    except NotReady as stopped:
        messages.warning(request, " ".join(problem.text for problem in stopped.problems))
    except WrongStatus:
        messages.info(request, _("This application has moved on since you opened the page."))
    else:
        messages.success(request, _("The draft is now in the open round."))
    return redirect(application)


@PARTIES_AND_OFFICE
@post_only
def withdraw(request: PortalRequest, handle: str) -> HttpResponse:
    """Take back an application that is not decided yet, after one question."""
    application = case_of(request, handle)
    if not rules.may_withdraw(request.user, application):
        raise PermissionDenied("withdraw")
    if request.POST.get("sure") != "yes":
        return render(request, "applications/withdraw.html", {"application": application})
    try:
        workflow.withdraw(application, by=request.user, at=request.received_at)
    except WrongStatus:
        messages.warning(request, _("This application has moved on since you opened the page."))
    else:
        messages.success(request, _("The application is withdrawn."))
    return redirect(reverse("applications:application", args=[application.handle]))


@PARTIES_AND_OFFICE
@post_only
def reopen(request: PortalRequest, handle: str) -> HttpResponse:
    """Make a draft of a handed-in application again, after one question."""
    application = case_of(request, handle)
    if not rules.may_reopen(request.user, application):
        raise PermissionDenied("reopen")
    if request.POST.get("sure") != "yes":
        return render(request, "applications/reopen.html", {"application": application})
    try:
        workflow.reopen(application, by=request.user, at=request.received_at)
    except WrongStatus:
        messages.warning(request, _("This application has moved on since you opened the page."))
    except NotReady as stopped:
        messages.warning(request, stopped.problems[0].text)
    else:
        messages.success(
            request, _("The application is open again. Submit it before the deadline.")
        )
    return redirect(application)
