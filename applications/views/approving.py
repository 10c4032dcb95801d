"""Approval by the parties: read, state, show the second factor; remind who is awaited."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications import approvals, completeness, rules
from applications.approvals import ChangedSinceRead, PartyApproval
from applications.before_after import changes_in
from applications.finding import case_of
from applications.forms.approving import ApprovalForm
from applications.models import Application, Status
from applications.reading import content_of
from applications.unlocking import unlocked_in
from icld_portal.access import OFFICE, PARTIES_AND_OFFICE, get_or_post, post_only
from icld_portal.problems import NotReady, blocking
from icld_portal.second_factor import key_options
from icld_portal.workflow import WrongStatus
from partnerships.models import User
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_or_post
def approval(request: PortalRequest, handle: str) -> HttpResponse:
    """Who has approved and who is awaited; for a signatory, the text and the form."""
    application = case_of(request, handle, Application.objects.all().with_content())
    if application.status != Status.DRAFT and not _is_supplemented(request, application):
        unlocked = unlocked_in(application)
        return redirect(unlocked.supplement if unlocked else application)
    if request.method != "POST":
        return _show(request, application, None)
    form = ApprovalForm(request.POST)
    if not form.is_valid():
        return _show(request, application, form, status=422)
    organisation = form.cleaned_data["organisation"]
    if not rules.may_approve(request.user, application, organisation):
        raise PermissionDenied("approve")
    if form.cleaned_data["version"] != application.content_version:
        return _read_again(request, application)
    method = form.factor(request.user) if _is_complete(application) else ""
    if not method:
        return _show(request, application, form, status=422)
    return _approve(request, application, form, method=method)


def _approve(
    request: PortalRequest, application: Application, form: ApprovalForm, *, method: str
) -> HttpResponse:
    try:
        approvals.approve(
            application,
            by=request.user,
            organisation=form.cleaned_data["organisation"],
            statement=form.cleaned_data["statement"],
            version=form.cleaned_data["version"],
            method=method,
            at=request.received_at,
        )
    except ChangedSinceRead:
        return _read_again(request, application)
    except WrongStatus:
        messages.warning(request, _("This application has moved on since you opened the page."))
        return redirect(application)
    messages.success(request, _("Your approval is noted."))
    if application.status != Status.DRAFT:
        return redirect("applications:current_supplement", application.handle)
    return redirect(application)


def _is_supplemented(request: PortalRequest, application: Application) -> bool:
    """Whether this person's party has changed something for a supplement that is still open."""
    unlocked = unlocked_in(application)
    if unlocked is None or not rules.is_of_party(request.user, application):
        return False
    return any(one.is_changed for one in changes_in(application, unlocked.supplement))


def _read_again(request: PortalRequest, application: Application) -> HttpResponse:
    messages.warning(
        request, _("Somebody has changed the application since you opened it. Read it again.")
    )
    return redirect("applications:approval", application.handle)


def _show(
    request: PortalRequest,
    application: Application,
    form: ApprovalForm | None,
    *,
    status: int = 200,
) -> HttpResponse:
    unlocked = unlocked_in(application) if application.status != Status.DRAFT else None
    parties = approvals.of_parties(application, supplemented=unlocked is not None)
    own = _awaited_of(request.user, parties)
    # What was approved before is not read again: the difference is what is approved now.
    differences = changes_in(application, unlocked.supplement) if unlocked else []
    context: dict[str, Any] = {
        "application": application,
        "supplement": unlocked.supplement if unlocked else None,
        "changes": differences,
        "content": None if unlocked else content_of(application),
        "parties": parties,
        "own": own,
        "is_complete": _is_complete(application),
        "may_remind": may_remind(request.user, application, parties),
        "has_factor": own is None or is_mfa_enabled(request.user),
        "form": form or _empty_form(application, own),
        "key_options": key_options(request.user) if own else None,
    }
    return render(request, "applications/approval.html", context, status=status)


def _empty_form(application: Application, own: PartyApproval | None) -> ApprovalForm:
    return ApprovalForm(
        initial={
            "version": application.content_version,
            "organisation": own.party.organisation_id if own else "",
        }
    )


def _is_complete(application: Application) -> bool:
    if application.status != Status.DRAFT:
        unlocked = unlocked_in(application)
        places = unlocked.parts if unlocked else ()
        return not blocking(completeness.problems_in(application, list(places)))
    found = completeness.section_problems(application).values()
    return not any(blocking(problems) for problems in found)


def _awaited_of(user: User, parties: list[PartyApproval]) -> PartyApproval | None:
    """The first party that waits for ``user``."""
    return next(
        (state for state in parties if not state.is_given and user in state.signatories), None
    )


def may_remind(user: User, application: Application, parties: list[PartyApproval]) -> bool:
    """Whether ``user`` may ask somebody who is awaited."""
    awaited = any(state.signatories and not state.is_given for state in parties)
    return awaited and rules.may_remind(user, application)


@PARTIES_AND_OFFICE
@post_only
def remind(request: PortalRequest, handle: str) -> HttpResponse:
    """Ask the awaited signatories by letter, at most once a day."""
    application = case_of(request, handle)
    try:
        asked = approvals.remind(application, by=request.user, at=request.received_at)
    except NotReady as stopped:
        messages.warning(request, stopped.problems[0].text)
    except WrongStatus:
        messages.warning(request, _("This application has moved on since you opened the page."))
    else:
        names = ", ".join(person.name for person in asked)
        messages.success(request, _("A reminder is on its way to %(names)s.") % {"names": names})
    return redirect("applications:approval", application.handle)


@OFFICE
@post_only
def answer_letter(request: PortalRequest, handle: str, organisation: int) -> HttpResponse:
    """Accept or refuse a letter of intent that stands in for a signatory."""
    application = case_of(request, handle)
    try:
        approvals.answer_letter(
            application,
            by=request.user,
            organisation=organisation,
            accepted=request.POST.get("answer") == "accept",
            reason=request.POST.get("reason", "")[:1000].replace("\0", ""),
            at=request.received_at,
        )
    except NotReady as stopped:
        messages.error(request, stopped.problems[0].text)
    except WrongStatus:
        messages.warning(request, _("The case has moved on since you opened the page."))
    else:
        messages.success(request, _("Your answer is noted."))
    return redirect(application)
