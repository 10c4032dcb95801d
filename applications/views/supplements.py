"""A supplement: asked for and read by ICLD, answered by the parties."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications import approvals, rules, workflow
from applications.before_after import PartChange, changes_in
from applications.finding import case_of
from applications.forms.supplements import CloseForm, HandInForm, MoreTimeForm
from applications.models import Application, Supplement, SupplementState
from applications.progress import section_url
from applications.statuses import UNDER_WORK
from applications.unlocking import TooLate
from applications.versions import form_of
from applications.views.approving import may_remind
from icld_portal.access import OFFICE, PARTIES_AND_OFFICE, get_only, get_or_post, post_only
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


def supplement_of(request: PortalRequest, handle: str, number: int) -> Supplement:
    """Return a supplement of a case that this person may see; Http404 otherwise."""
    application = case_of(request, handle)
    if application.reference is None or not rules.may_read_supplements(request.user, application):
        raise Http404("no such case")
    found = application.supplements.with_parts().select_related("asked_by", "handed_in_by")
    supplement = get_object_or_404(found, number=min(number, 32_767))
    supplement.application = application
    return supplement


@PARTIES_AND_OFFICE
@get_only
def supplement(request: PortalRequest, handle: str, number: int) -> HttpResponse:
    """Show a supplement: what is asked, what was changed, and what to do with it."""
    found = supplement_of(request, handle, number)
    if is_writing(request, found):
        return show_to_parties(request, found, HandInForm())
    return show(request, found)


@PARTIES_AND_OFFICE
@get_only
def current_supplement(request: PortalRequest, handle: str) -> HttpResponse:
    """Lead to the newest supplement of the case, or to the case when there is none."""
    application = case_of(request, handle)
    newest = application.supplements.order_by("-number").first()
    return redirect(newest or application)


def is_writing(request: PortalRequest, found: Supplement) -> bool:
    """Whether this person's own organisation is to answer it."""
    is_open = found.state == SupplementState.OPEN and found.application.status in UNDER_WORK
    return is_open and rules.is_of_party(request.user, found.application)


def show_to_parties(
    request: PortalRequest,
    found: Supplement,
    form: HandInForm,
    *,
    problems: list[Problem] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the parts that are to be done, each with ICLD's reason and how far it has come."""
    application = found.application
    changes = changes_in(application, found)
    changed = [one for one in changes if one.is_changed]
    parties = approvals.of_parties(application, supplemented=bool(changed))
    context: dict[str, Any] = {
        "application": application,
        "supplement": found,
        "is_late": found.is_overdue_at(request.received_at),
        "tasks": [(change, place_url(application, change)) for change in changes],
        "changed": changed,
        "parties": parties if changed else [],
        "awaited": [state for state in parties if not state.is_given],
        "may_edit": rules.may_edit(request.user, application),
        "may_submit": rules.may_submit(request.user, application),
        "may_remind": bool(changed) and may_remind(request.user, application, parties),
        "form": form,
        "problems": problems or [],
    }
    return render(request, "applications/supplement.html", context, status=status)


def place_url(application: Application, change: PartChange) -> str:
    """The address where a part is written."""
    if change.part.slot:
        there = reverse("applications:attachments", args=[application.handle])
        return f"{there}#slot-{change.part.slot.key}"
    if change.part.question:
        question = change.part.question
        return f"{section_url(application, question.section)}#question-{question.key}"
    for section in form_of(application).sections.all():
        if section.part == change.part.kind:
            return section_url(application, section)
    return application.get_absolute_url()


def show(
    request: PortalRequest,
    found: Supplement,
    *,
    close_form: CloseForm | None = None,
    time_form: MoreTimeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show what was asked for and, once it is handed in, before and after side by side."""
    application = found.application
    under_work = application.status in UNDER_WORK
    may_deal = under_work and rules.may_ask_supplement(request.user, application)
    is_open = found.state == SupplementState.OPEN
    context = {
        "application": application,
        "supplement": found,
        "is_party": rules.is_of_party(request.user, application),
        "changes": changes_in(application, found) if not is_open else [],
        "is_late": found.is_overdue_at(request.received_at),
        "may_accept": may_deal and found.state == SupplementState.HANDED_IN,
        "may_close": may_deal and is_open,
        "close_form": close_form or CloseForm(),
        "time_form": time_form or MoreTimeForm(initial={"due_on": found.due_on}),
    }
    template = "applications/office/supplement.html"
    return render(request, template, context, status=status)


@PARTIES_AND_OFFICE
@post_only
def hand_in(request: PortalRequest, handle: str, number: int) -> HttpResponse:
    """Hand in the supplement, or show what is missing; nothing typed is lost."""
    found = supplement_of(request, handle, number)
    if not rules.may_submit(request.user, found.application):
        raise PermissionDenied("hand_in_supplement")
    form = HandInForm(request.POST)
    if not is_writing(request, found):
        return moved_on(request, found)
    if not form.is_valid():
        return show_to_parties(request, found, form, status=422)
    try:
        workflow.hand_in_supplement(
            found, by=request.user, answer=form.cleaned_data["answer"], at=request.received_at
        )
    except TooLate:
        text = _("The day to answer by has passed. Ask ICLD for more time if you need it.")
        return show_to_parties(request, found, form, problems=[Problem(text)], status=409)
    except WrongStatus:
        return moved_on(request, found)
    except NotReady as stopped:
        return show_to_parties(request, found, form, problems=stopped.problems, status=422)
    messages.success(
        request,
        _("The supplement has come in to ICLD. Both parties get a letter and a new receipt."),
    )
    return redirect(found.application)


def moved_on(request: PortalRequest, found: Supplement) -> HttpResponse:
    """Say that somebody was first, and show how it is now."""
    messages.warning(
        request, _("The supplement has moved on since you opened the page. Nothing was done.")
    )
    return redirect(found)


def dealt_with(request: PortalRequest, handle: str, number: int) -> Supplement:
    """Return the supplement for a deed of ICLD's; PermissionDenied if it is not theirs to do."""
    found = supplement_of(request, handle, number)
    if not rules.may_ask_supplement(request.user, found.application):
        raise PermissionDenied("supplement")
    return found


@OFFICE
@post_only
def accept(request: PortalRequest, handle: str, number: int) -> HttpResponse:
    """Say that the answer will do."""
    found = dealt_with(request, handle, number)
    try:
        workflow.accept_supplement(found, by=request.user, at=request.received_at)
    except WrongStatus:
        return moved_on(request, found)
    messages.success(request, _("The supplement is accepted. Both parties are told by letter."))
    return redirect(found.application)


@OFFICE
@get_or_post
def close(request: PortalRequest, handle: str, number: int) -> HttpResponse:
    """End a supplement that is not answered, for a reason that is told."""
    found = dealt_with(request, handle, number)
    if found.state != SupplementState.OPEN:
        return moved_on(request, found)
    form = CloseForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        context = {"application": found.application, "supplement": found, "form": form}
        status = 422 if form.is_bound else 200
        return render(request, "applications/office/close_supplement.html", context, status=status)
    try:
        workflow.close_supplement(
            found, reason=form.cleaned_data["reason"], by=request.user, at=request.received_at
        )
    except WrongStatus:
        return moved_on(request, found)
    messages.success(
        request,
        _("The supplement is closed. The case goes on as it was handed in, and both are told."),
    )
    return redirect(found.application)


@OFFICE
@post_only
def more_time(request: PortalRequest, handle: str, number: int) -> HttpResponse:
    """Give the parties a later day to answer by."""
    found = dealt_with(request, handle, number)
    form = MoreTimeForm(request.POST)
    if not form.is_valid():
        return show(request, found, time_form=form, status=422)
    try:
        kept = workflow.prolong_supplement(
            found, due_on=form.cleaned_data["due_on"], by=request.user, at=request.received_at
        )
    except WrongStatus:
        return moved_on(request, found)
    except NotReady as refused:
        for problem in refused.problems:
            form.add_error(problem.anchor or None, problem.text)
        return show(request, found, time_form=form, status=422)
    words = {"day": kept.due_on.isoformat()}
    messages.success(request, _("The parties have until %(day)s, and are told by letter.") % words)
    return redirect(kept)
