"""How a grant rests and ends, as ICLD meets it: one page, and a deed for each of its forms."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.endings import problems, rules
from applications.finding import case_of, is_handle
from applications.forms.endings import (
    BackForm,
    CloseForm,
    EndingAnswerForm,
    PauseForm,
    ProposalForm,
)
from applications.models import Application
from applications.workflow import ending as deeds
from finance import ledger, settling
from finance.models import Ending, EndingOutcome, Grant, Pause
from finance.versions import guideline_of
from icld_portal.access import OFFICE, get_only, post_only
from icld_portal.localize import STOCKHOLM
from icld_portal.page_forms import PageForm
from icld_portal.problems import NotReady, Problem, blocking
from icld_portal.workflow import WrongStatus
from partnerships.models import User
from partnerships.requests import PortalRequest

Found = tuple[Application, Grant]


def grant_of(request: PortalRequest, reference: str) -> Found:
    """Return the case and the grant with this address; Http404 if the person may not see it."""
    if not is_handle(reference):
        raise Http404("no such grant")
    case = case_of(request, reference)
    whole = ("partnership", "grantee", "closing__closed_by")
    seen = Grant.objects.all().visible_to(request.user).select_related(*whole)
    grant: Grant = get_object_or_404(seen, reference=reference)
    return case, grant


@OFFICE
@get_only
def ending(request: PortalRequest, reference: str) -> HttpResponse:
    """Show how the grant runs, what can be done about it and what stands in the way."""
    return show(request, grant_of(request, reference))


def show(request: PortalRequest, found: Found, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Show the page; ``forms`` are those that were refused, by the name of their deed."""
    case, grant = found
    user = request.user
    waiting = grant.endings.waiting().select_related("proposed_by").first()
    answers = answers_for(user, waiting)
    is_over = grant.status == Grant.Status.CLOSED
    checklist = [] if is_over else problems.closing_problems(case, grant, case.reports.all())
    context: dict[str, Any] = {
        "application": case,
        "grant": grant,
        "today": timezone.localtime(request.received_at, STOCKHOLM).date(),
        "pauses": _pauses(request, grant, forms.get("back")),
        "years": ledger.balances(grant).items(),
        "checklist": [(one, _address(case, one)) for one in checklist],
        "is_ready": not blocking(checklist),
        "waiting": waiting,
        "to_release": _to_release(case, waiting),
        "is_own_proposal": waiting is not None and waiting.proposed_by_id == user.pk,
        "answered": grant.endings.exclude(outcome=EndingOutcome.WAITING).select_related(
            "answered_by"
        ),
        "closing": getattr(grant, "closing", None),
        "is_active": grant.status == Grant.Status.ACTIVE,
        "is_over": is_over,
        "form": next((form for form in forms.values() if form.is_bound), None),
        **_forms(user, found, waiting, answers, forms),
    }
    return render(request, "applications/office/ending.html", context, status=status)


def _forms(
    user: User,
    found: Found,
    waiting: Ending | None,
    answers: list[tuple[str, str]],
    forms: dict[str, PageForm],
) -> dict[str, PageForm | None]:
    """The forms this person can use as it stands."""
    case, grant = found
    keeps = rules.may_pause(user, grant)
    is_active = grant.status == Grant.Status.ACTIVE
    guideline = guideline_of(case.budget)
    may_propose = keeps and is_active and waiting is None
    return {
        "pause_form": (forms.get("pause") or PauseForm()) if keeps and is_active else None,
        "proposal_form": (forms.get("propose") or ProposalForm(guideline=guideline))
        if may_propose
        else None,
        "answer_form": (forms.get("answer") or _answer_form(waiting, answers)) if answers else None,
        "close_form": (forms.get("close") or CloseForm())
        if keeps and grant.status != Grant.Status.CLOSED
        else None,
    }


def _pauses(
    request: PortalRequest, grant: Grant, refused: PageForm | None
) -> list[tuple[Pause, PageForm | None]]:
    """Each pause with the form to end it sooner, while that can be done."""
    today = timezone.localtime(request.received_at, STOCKHOLM).date()
    may = grant.status == Grant.Status.ACTIVE and rules.may_pause(request.user, grant)
    found: list[tuple[Pause, PageForm | None]] = []
    for pause in grant.pauses.select_related("made_by").order_by("-first_on"):
        form = None
        if may and pause.ended_at is None and pause.last_on >= today:
            prefix = f"pause-{pause.pk}"
            form = BackForm(prefix=prefix, initial={"back_on": max(today, pause.first_on)})
            if refused is not None and refused.prefix == prefix:
                form = refused  # type: ignore[assignment]
        found.append((pause, form))
    return found


def _to_release(case: Application, waiting: Ending | None) -> list[tuple[int, Decimal]]:
    """What the proposal would let go of, year by year."""
    if waiting is None:
        return []
    is_signed = problems.signed_agreement(case) is not None
    found = problems.years_to_release(waiting.grant, waiting.last_on, is_signed=is_signed)
    return [(year, amount) for year, amount in found.items() if amount]


def answers_for(user: User, waiting: Ending | None) -> list[tuple[str, str]]:
    """Return what this person can answer to the proposal that waits."""
    if waiting is None:
        return []
    found = []
    if rules.may_decide_ending(user, waiting):
        found.append(("decide", _("Decide that the grant ends early")))
    if rules.may_propose_ending(user, waiting.grant):
        own = waiting.proposed_by_id == user.pk
        found.append(("return", _("Take the proposal back") if own else _("Send it back")))
    return found


def _answer_form(
    waiting: Ending | None, answers: list[tuple[str, str]], data: Any = None
) -> EndingAnswerForm:
    initial = {"ending": waiting.pk if waiting else None}
    return EndingAnswerForm(data, answers=answers, initial=initial)


def _address(case: Application, problem: Problem) -> str:
    """Where a problem of the checklist is mended."""
    reference = case.reference
    if problem.page == problems.REPORT:
        return reverse("applications:report", args=[reference, problem.anchor])
    if problem.page == problems.CHANGE:
        return reverse("applications:case_changes", args=[reference])
    if problem.page == settling.PAYMENTS:
        return reverse("finance:payments")
    if problem.page == settling.REPAYMENTS:
        return reverse("finance:repayments")
    return f"#{problem.anchor}" if problem.anchor else ""


def _moved_on(request: PortalRequest, reference: str) -> HttpResponse:
    messages.warning(request, _("Somebody was first. Nothing was changed by you."))
    return redirect("applications:ending", reference)


def _refused(
    request: PortalRequest, found: Found, name: str, form: PageForm, why: Iterable[Problem] = ()
) -> HttpResponse:
    form.show(why)
    return show(request, found, status=422, **{name: form})


def _kept_by(request: PortalRequest, reference: str) -> Found:
    """Return the grant that this person pauses, ends and closes; PermissionDenied otherwise."""
    found = grant_of(request, reference)
    if not rules.may_pause(request.user, found[1]):
        raise PermissionDenied("keep_grant")
    return found


@OFFICE
@post_only
def pause_grant(request: PortalRequest, reference: str) -> HttpResponse:
    """Let the work rest from one day to another."""
    found = _kept_by(request, reference)
    form = PauseForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, "pause", form)
    try:
        deeds.pause_grant(found[1], **form.cleaned_data, by=request.user, at=request.received_at)
    except WrongStatus:
        return _moved_on(request, reference)
    except NotReady as stopped:
        return _refused(request, found, "pause", form, stopped.problems)
    messages.success(request, _("The grant is paused. Both parties are told by letter."))
    return redirect("applications:ending", reference)


@OFFICE
@post_only
def end_pause(request: PortalRequest, reference: str, pk: int) -> HttpResponse:
    """Let the work begin again sooner."""
    found = _kept_by(request, reference)
    pause = get_object_or_404(found[1].pauses.all(), pk=pk)
    form = BackForm(request.POST, prefix=f"pause-{pk}")
    if not form.is_valid():
        return _refused(request, found, "back", form)
    back_on = form.cleaned_data["back_on"]
    try:
        deeds.end_pause(pause, back_on=back_on, by=request.user, at=request.received_at)
    except WrongStatus:
        return _moved_on(request, reference)
    except NotReady as stopped:
        return _refused(request, found, "back", form, stopped.problems)
    messages.success(request, _("The pause is shorter now. Both parties are told by letter."))
    return redirect("applications:ending", reference)


@OFFICE
@post_only
def propose_ending(request: PortalRequest, reference: str) -> HttpResponse:
    """Propose that the grant ends before its time."""
    found = _kept_by(request, reference)
    form = ProposalForm(request.POST, guideline=guideline_of(found[0].budget))
    if not form.is_valid():
        return _refused(request, found, "propose", form)
    facts = {"reason": form.cleaned_data["reason"], "by": request.user}
    try:
        deeds.propose_ending(found[1], form.days(), **facts, at=request.received_at)
    except WrongStatus:
        return _moved_on(request, reference)
    except NotReady as stopped:
        return _refused(request, found, "propose", form, stopped.problems)
    messages.success(request, _("The proposal waits for a decision maker, who is told by letter."))
    return redirect("applications:ending", reference)


@OFFICE
@post_only
def answer_ending(request: PortalRequest, reference: str) -> HttpResponse:
    """Decide a proposal to end early, send it back, or take one's own back."""
    found = grant_of(request, reference)
    sent = request.POST.get("ending", "")
    number = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 10 else 0
    proposed = get_object_or_404(found[1].endings.all(), pk=number)
    proposed.grant = found[1]
    answers = answers_for(request.user, proposed)
    if not answers:
        raise PermissionDenied("answer_ending")
    if proposed.outcome != EndingOutcome.WAITING:
        return _moved_on(request, reference)
    form = _answer_form(proposed, answers, request.POST)
    if not form.is_valid():
        return _refused(request, found, "answer", form)
    try:
        if form.cleaned_data["answer"] == "decide":
            deeds.end_early(proposed, by=request.user, at=request.received_at)
        else:
            reason = form.cleaned_data["reason"]
            deeds.send_back_ending(proposed, reason=reason, by=request.user, at=request.received_at)
    except WrongStatus:
        return _moved_on(request, reference)
    except NotReady as stopped:
        return _refused(request, found, "answer", form, stopped.problems)
    if form.cleaned_data["answer"] == "decide":
        messages.success(request, _("The grant ends early. Both parties are told by letter."))
    else:
        messages.success(request, _("The proposal is answered. The grant runs on."))
    return redirect("applications:ending", reference)


@OFFICE
@post_only
def close_grant(request: PortalRequest, reference: str) -> HttpResponse:
    """Close a grant of which everything is settled."""
    found = _kept_by(request, reference)
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, "close", form)
    reason = form.cleaned_data["reason"]
    try:
        deeds.close_grant(found[1], reason=reason, by=request.user, at=request.received_at)
    except WrongStatus:
        return _moved_on(request, reference)
    except NotReady as stopped:
        return _refused(request, found, "close", form, stopped.problems)
    messages.success(request, _("The grant is closed. Both parties are told by letter."))
    return redirect("applications:ending", reference)
