"""A decision outside a meeting: one proposes it, another takes it or sends it back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import letter_texts, notices, rules, workflow
from applications.forms.office import DecisionForm, SendBackForm
from applications.models import Application, Meeting, PendingDecision, Status
from applications.sheets import agreed_view, proposed_sums
from applications.views.assessing import (
    asked_and_limit,
    case_with_sums,
    decision_on,
    moved_on,
    papers_of,
    staff_cases,
)
from applications.views.meetings import add_problems, texts_have_changed
from finance import caps
from finance.models import Grant
from icld_portal.access import OFFICE, get_only, get_or_post, post_only
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.models import User
from partnerships.requests import PortalRequest

# The buttons of the two steps, as their names arrive.
CHECK, CHANGE, PROPOSE = "check", "change", "propose"


@OFFICE
@get_or_post
def decide(request: PortalRequest, handle: str) -> HttpResponse:
    """Show what is proposed, or write a proposal and check it before somebody else decides."""
    application = case_with_sums(request, handle)
    if not rules.may_propose(request.user, application):
        raise PermissionDenied
    pending = workflow.proposed_alone(application)
    form = DecisionForm(
        caps.totals(application.budget).by_year,
        request.POST if request.method == "POST" else None,
        proposed=proposed_sums(application),
        pending=pending,
    )
    if application.status != Status.IN_ASSESSMENT:
        return too_late(request, application, form)
    if not form.is_bound:
        if pending and not pending.is_sent_back and CHANGE not in request.GET:
            return show_proposed(request, application, pending)
        return show_form(request, application, form, pending)
    if not form.is_valid():
        return show_form(request, application, form, pending, status=422)
    if PROPOSE in request.POST:
        return propose(request, application, form)
    if CHANGE in request.POST:
        return show_form(request, application, form, pending)
    return show_check(request, application, form)


def propose(request: PortalRequest, application: Application, form: DecisionForm) -> HttpResponse:
    """Save the proposal that was checked; the second of two who propose is told."""
    try:
        workflow.propose_alone(
            application,
            by=request.user,
            at=request.received_at,
            outcome=form.cleaned_data["outcome"],
            reason=form.cleaned_data["reason"],
            amounts=form.amounts(),
            version=form.cleaned_data["version"],
        )
    except WrongStatus:
        return too_late(request, application, form)
    except NotReady as refused:
        add_problems(form, refused)
        return show_form(request, application, form, status=422)
    except workflow.StaleProposal as stale:
        text = _("Somebody else has changed the proposal. Theirs stands beside yours; save again.")
        form.add_error(None, text)
        seen = stale.pending.version if stale.pending else 0
        form.data = {**request.POST.dict(), "version": seen}
        return show_form(request, application, form, stale.pending, status=409)
    messages.success(request, _("The decision is proposed. Somebody else decides."))
    return redirect("applications:decide", application.handle)


@OFFICE
@post_only
def take_decision(request: PortalRequest, handle: str) -> HttpResponse:
    """Take the decision that a colleague has proposed; the letters go out at once."""
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    if not rules.may_decide(request.user, application):
        raise PermissionDenied
    if request.POST.get("texts") != letter_texts.mark(request.received_at):
        messages.warning(request, texts_have_changed())
        return redirect("applications:decide", application.handle)
    try:
        workflow.decide(
            application,
            by=request.user,
            version=version_in(request),
            at=request.received_at,
        )
    except WrongStatus:
        return moved_on(request, application)
    except workflow.StaleProposal:
        return changed_since(request, application)
    except NotReady as refused:
        messages.error(request, " ".join(str(problem.text) for problem in refused.problems))
        return redirect("applications:decide", application.handle)
    messages.success(request, _("The decision is taken. The letters are on their way."))
    return redirect("applications:decided", application.handle)


@OFFICE
@post_only
def send_back(request: PortalRequest, handle: str) -> HttpResponse:
    """Send a proposal back to whoever wrote it, with the reason."""
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    if not rules.may_decide(request.user, application):
        raise PermissionDenied
    form = SendBackForm(request.POST)
    pending = workflow.proposed_alone(application)
    try:
        if form.is_valid():
            workflow.send_back(
                application,
                by=request.user,
                version=version_in(request),
                reason=form.cleaned_data["why"],
                at=request.received_at,
            )
        elif pending is not None and application.status == Status.IN_ASSESSMENT:
            return show_proposed(request, application, pending, form, status=422)
    except WrongStatus:
        return moved_on(request, application)
    except workflow.StaleProposal:
        return changed_since(request, application)
    except NotReady as refused:
        messages.error(request, " ".join(str(problem.text) for problem in refused.problems))
    else:
        messages.success(request, _("The proposal is sent back."))
    return redirect(application)


def version_in(request: PortalRequest) -> int:
    """Return the version of the proposal that was read; one that never is for anything odd."""
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() else -1


def changed_since(request: PortalRequest, application: Application) -> HttpResponse:
    """Say that the proposal is not the one that was read."""
    messages.warning(request, _("The proposal was changed since you read it. Read it again."))
    return redirect("applications:decide", application.handle)


def too_late(request: PortalRequest, application: Application, form: DecisionForm) -> HttpResponse:
    """Say that the case has moved on; a reason that was sent is shown, not lost."""
    if not form.is_bound:
        return moved_on(request, application)
    form.add_error(
        None, _("The case has moved on since you opened the page. Nothing of yours was saved.")
    )
    return show_form(request, application, form, status=409)


def facts_beside(application: Application) -> dict[str, Any]:
    """Return what stands beside a proposal: sums, ceiling, common view, a meeting's agenda."""
    at_meetings = Meeting.objects.filter(
        pending__application=application, released_at=None
    ).select_related("round")
    return {
        "application": application,
        "money": asked_and_limit(application, None),
        "problems": caps.budget_problems(application.budget),
        "common": agreed_view(application),
        "meeting": at_meetings.order_by("pk").first(),
    }


def show_form(
    request: PortalRequest,
    application: Application,
    form: DecisionForm,
    pending: PendingDecision | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Show the form, with what is proposed already or was sent back above it."""
    context = facts_beside(application) | {"form": form, "pending": pending}
    return render(request, "applications/office/decide.html", context, status=status)


def show_proposed(
    request: PortalRequest,
    application: Application,
    pending: PendingDecision,
    form: SendBackForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Show the proposal with who will be told, and to another decision maker the buttons."""
    amounts = {year.year: year.amount_sek for year in pending.years.all()}
    is_own = pending.proposed_by_id == request.user.pk
    context = facts_beside(application) | {
        "pending": pending,
        "form": form or SendBackForm(),
        **sums_of(caps.totals(application.budget).by_year, amounts),
        "recipients": notices.recipients(application),
        "texts": letter_texts.mark(request.received_at),
        "is_own": is_own,
        "may_decide": not is_own and rules.may_decide(request.user, application),
    }
    return render(request, "applications/office/proposed.html", context, status=status)


def sums_of(asked: dict[int, int], amounts: dict[int, int]) -> dict[str, Any]:
    """Return asked and proposed sums, whole SEK, year by year and in all."""
    return {
        "is_approval": bool(amounts),
        "amounts": [
            {"year": year, "asked_sek": asked.get(year, 0), "amount_sek": amount}
            for year, amount in sorted(amounts.items())
        ],
        "total_sek": sum(amounts.values()),
        "asked_sek": sum(asked.values()),
    }


def show_check(
    request: PortalRequest, application: Application, form: DecisionForm
) -> HttpResponse:
    """Show what will be proposed and who would be told, before it is saved."""
    context = {
        "application": application,
        "form": form,
        **sums_of(form.asked, form.amounts()),
        "recipients": notices.recipients(application),
    }
    return render(request, "applications/office/check_decision.html", context)


def grant_of(user: User, application: Application) -> Grant | None:
    """Return the grant that the decision opened, if there is one."""
    return Grant.objects.all().visible_to(user).filter(reference=application.reference).first()


@OFFICE
@get_only
def decided(request: PortalRequest, handle: str) -> HttpResponse:
    """Show the decision with its letters and the grant it opened."""
    application = case_with_sums(request, handle)
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
