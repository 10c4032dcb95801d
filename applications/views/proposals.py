"""One case of a decision meeting: propose, confirm, and follow its conditions."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import rules, workflow
from applications.forms.meetings import ProposalForm
from applications.models import (
    Application,
    Condition,
    Meeting,
    PendingDecision,
    Round,
    Status,
)
from applications.sheets import agreed_view, proposed_sums
from applications.views.assessing import asked_and_limit, case_with_sums, staff_cases
from applications.views.meetings import add_problems
from applications.views.rounds import round_with
from finance import caps
from icld_portal.access import OFFICE, get_or_post, post_only
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@OFFICE
@get_or_post
def proposal(request: PortalRequest, deadline: str, handle: str) -> HttpResponse:
    """Propose what the meeting shall decide on one case, or confirm what is proposed."""
    of_round = round_with(deadline)
    application = case_with_sums(request, handle)
    if application.status != Status.IN_ASSESSMENT:
        messages.warning(request, _("The case has moved on: there is nothing to propose."))
        return redirect("applications:meeting", deadline)
    pending = _pending(of_round, application)
    form = ProposalForm(
        caps.totals(application.budget).by_year,
        pending,
        list(Condition.objects.filter(application=application, is_released=False)),
        request.POST if request.method == "POST" else None,
    )
    if not form.is_bound:
        if pending is None:
            form.begin_with(proposed_sums(application))
        return _show(request, of_round, application, pending, form)
    if not rules.may_propose(request.user, application):
        raise PermissionDenied("propose")
    if not form.is_valid():
        return _show(request, of_round, application, pending, form, status=422)
    return _propose(request, of_round, application, form)


def _propose(
    request: PortalRequest, of_round: Round, application: Application, form: ProposalForm
) -> HttpResponse:
    try:
        workflow.propose(
            workflow.meeting_of(of_round),
            application,
            by=request.user,
            outcome=form.cleaned_data["outcome"],
            reason=form.cleaned_data["reason"],
            amounts=form.amounts(),
            conditions=form.conditions(),
            version=form.cleaned_data["version"],
            at=request.received_at,
        )
    except workflow.StaleProposal as stale:
        text = _("Somebody else has changed the proposal. Theirs stands beside yours; save again.")
        form.add_error(None, text)
        form.data = {
            **request.POST.dict(),
            "version": stale.pending.version if stale.pending else 0,
        }
        return _show(request, of_round, application, stale.pending, form, status=409)
    except NotReady as refused:
        add_problems(form, refused)
        pending = _pending(of_round, application)
        return _show(request, of_round, application, pending, form, status=422)
    except WrongStatus:
        messages.warning(request, _("The meeting or the case has moved on. Nothing was saved."))
    else:
        messages.success(request, _("The proposal is saved. Somebody else confirms it."))
    return redirect("applications:meeting", of_round.deadline_on.isoformat())


def _show(
    request: PortalRequest,
    of_round: Round,
    application: Application,
    pending: PendingDecision | None,
    form: ProposalForm,
    *,
    status: int = 200,
) -> HttpResponse:
    proposed_sek = sum(year.amount_sek for year in pending.years.all()) if pending else 0
    context = {
        "round": of_round,
        "application": application,
        "pending": pending,
        "proposed_sek": proposed_sek,
        "form": form,
        "money": asked_and_limit(application, None),
        "problems": caps.budget_problems(application.budget),
        "common": agreed_view(application),
        "may_propose": rules.may_propose(request.user, application),
        "may_confirm": pending is not None
        and pending.confirmed_at is None
        and pending.proposed_by_id != request.user.pk
        and rules.may_decide(request.user, application),
        "may_take_back": pending is not None
        and pending.confirmed_at is not None
        and rules.may_decide(request.user, application),
    }
    return render(request, "applications/office/proposal.html", context, status=status)


@OFFICE
@post_only
def confirm(request: PortalRequest, deadline: str, handle: str) -> HttpResponse:
    """Confirm a proposal, or take the confirmation back."""
    of_round = round_with(deadline)
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    found = get_object_or_404(Meeting, round=of_round)
    version = request.POST.get("version", "")
    try:
        if "take_back" in request.POST:
            workflow.take_back_confirmation(
                found, application, by=request.user, at=request.received_at
            )
            messages.success(request, _("The confirmation is taken back."))
        else:
            workflow.confirm(
                found,
                application,
                by=request.user,
                version=int(version) if version.isascii() and version.isdigit() else -1,
                at=request.received_at,
            )
            messages.success(request, _("The proposal is confirmed."))
    except NotReady as refused:
        messages.error(request, " ".join(str(problem.text) for problem in refused.problems))
        return redirect("applications:proposal", deadline, handle)
    except workflow.StaleProposal:
        messages.warning(request, _("The proposal was changed since you read it. Read it again."))
        return redirect("applications:proposal", deadline, handle)
    except WrongStatus:
        messages.warning(request, _("The meeting or the case has moved on. Nothing was saved."))
    return redirect("applications:meeting", deadline)


@OFFICE
@post_only
def meet_condition(request: PortalRequest, handle: str, pk: int) -> HttpResponse:
    """Note that a condition of an approval is met."""
    application = get_object_or_404(Application.objects.visible_to(request.user).by_handle(handle))
    condition = get_object_or_404(application.conditions.filter(is_released=True), pk=pk)
    note = request.POST.get("note", "").strip()[:500]
    try:
        workflow.meet_condition(condition, by=request.user, note=note, at=request.received_at)
    except WrongStatus:
        messages.warning(request, _("The condition is met already."))
    else:
        messages.success(request, _("The condition is met."))
    return redirect(application)


def _pending(of_round: Round, application: Application) -> PendingDecision | None:
    return (
        PendingDecision.objects.filter(meeting__round=of_round, application=application)
        .select_related("proposed_by", "confirmed_by")
        .prefetch_related("years")
        .first()
    )
