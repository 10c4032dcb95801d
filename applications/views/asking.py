"""ICLD asks for a supplement: choose the parts, then write what is wanted in each."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import rules, workflow
from applications.forms.supplements import AskForm, Choice, chosen_of, groups_of
from applications.models import Application, Supplement, SupplementState
from applications.statuses import UNDER_WORK
from applications.views.assessing import moved_on, staff_cases
from icld_portal.access import OFFICE, get_or_post
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest

# Two weeks to begin with; the officer writes another day.
USUAL_DAYS = 14


@OFFICE
@get_or_post
def ask_supplement(request: PortalRequest, handle: str) -> HttpResponse:
    """Choose parts, then write what is to be supplemented there and until when."""
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    if not rules.may_ask_supplement(request.user, application):
        raise PermissionDenied("ask_supplement")
    supplements = list(application.supplements.with_parts().order_by("number"))
    is_asked = any(one.state == SupplementState.OPEN for one in supplements)
    if application.status not in UNDER_WORK or (is_asked and request.method != "POST"):
        return moved_on(request, application)
    groups = groups_of(application)
    if request.method == "POST":
        chosen = chosen_of(groups, request.POST.getlist("part"))
        return ask(request, application, AskForm(chosen, request.POST))
    chosen = chosen_of(groups, request.GET.getlist("part"))
    if chosen and "choose" not in request.GET:
        form = AskForm(chosen, initial=begun_with(request, chosen, supplements))
        return show(request, application, form)
    earlier = answered(supplements)
    marks = {choice.mark for choice in chosen}
    if earlier and not chosen:
        marks = {"{}-{}".format(*part.place) for part in earlier.parts.all()}
    context = {
        "application": application,
        "groups": groups,
        "marks": marks,
        "nothing_chosen": "part" in request.GET or "next" in request.GET,
    }
    return render(request, "applications/office/choose_parts.html", context)


def answered(supplements: list[Supplement]) -> Supplement | None:
    """Return the answer that is to be asked about again, if one has come."""
    return next((one for one in supplements if one.state == SupplementState.HANDED_IN), None)


def begun_with(
    request: PortalRequest, chosen: list[Choice], supplements: list[Supplement]
) -> dict[str, Any]:
    """Begin with what was written before, where the same part is asked for again."""
    today = timezone.localtime(request.received_at).date()
    initial: dict[str, Any] = {"due_on": today + timedelta(days=USUAL_DAYS)}
    if earlier := answered(supplements):
        reasons = {part.place: part.reason for part in earlier.parts.all()}
        for choice in chosen:
            initial[f"reason-{choice.mark}"] = reasons.get(choice.place, "")
    return initial


def ask(request: PortalRequest, application: Application, form: AskForm) -> HttpResponse:
    """Unlock the parts and tell both parties, or show what is wrong; nothing typed is lost."""
    if not form.is_valid():
        return show(request, application, form, status=422)
    try:
        supplement = workflow.ask_supplement(
            application,
            form.asked(),
            due_on=form.due_on,
            by=request.user,
            at=request.received_at,
        )
    except NotReady as refused:
        for problem in refused.problems:
            known = problem.anchor if problem.anchor in form.fields else None
            form.add_error(known, problem.text)
        return show(request, application, form, status=422)
    except WrongStatus:
        text = _("A supplement is asked for already, or the case has moved on. Nothing was sent.")
        form.add_error(None, text)
        return show(request, application, form, status=409)
    messages.success(
        request,
        _("The parts are unlocked until %(day)s, and both parties are told.")
        % {"day": supplement.due_on.isoformat()},
    )
    return redirect(supplement)


def show(
    request: PortalRequest, application: Application, form: AskForm, *, status: int = 200
) -> HttpResponse:
    """Show the chosen parts, each with a field for what is wanted."""
    context = {"application": application, "form": form}
    return render(request, "applications/office/ask_supplement.html", context, status=status)
