"""Inviting people, and accepting an invitation."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from icld_portal.access import PARTIES_AND_OFFICE, PUBLIC, get_or_post, post_only
from icld_portal.accounts import greet
from icld_portal.problems import NotReady
from partnerships import rules, workflow
from partnerships.forms import InvitationForm, NewPersonForm
from partnerships.models import Invitation, InvitationState, Organisation, User
from partnerships.requests import PortalRequest
from partnerships.views.finding import organisation_of

# Longer than any token the portal has made.
TOKEN_MAX_LENGTH = 100


@PARTIES_AND_OFFICE
@get_or_post
def invite(request: PortalRequest, pk: int) -> HttpResponse:
    """Invite somebody: a colleague, or the first administrator of another organisation."""
    organisation = organisation_of(request, pk)
    manages = rules.may_manage_members(request.user, organisation)
    if not manages and not rules.may_invite_administrator(request.user, organisation):
        raise PermissionDenied("invite")
    data = request.POST if request.method == "POST" else None
    form = InvitationForm(data, organisation=organisation, manages=manages)
    if data is not None and form.is_valid():
        try:
            workflow.invite(
                organisation,
                form.cleaned_data["email"],
                form.roles(),
                by=request.user,
                language=form.cleaned_data["language"],
            )
        except NotReady as refused:
            for problem in refused.problems:
                form.add_error(
                    problem.anchor if problem.anchor in form.fields else None, problem.text
                )
        else:
            text = _("An invitation is on its way to %(email)s.")
            messages.success(request, text % {"email": form.cleaned_data["email"]})
            return _back(request, organisation)
    context = {"organisation": organisation, "form": form, "manages": manages}
    waiting = Invitation.objects.visible_to(request.user).unanswered()
    context["invitations"] = (
        [] if manages else waiting.filter(organisation=organisation).select_related("invited_by")
    )
    status = 200 if data is None else 422
    return render(request, "partnerships/invite.html", context, status=status)


@PARTIES_AND_OFFICE
@post_only
def resend_invitation(request: PortalRequest, pk: int) -> HttpResponse:
    """Send the letter again, with a new link."""
    invitation = _invitation(request, pk)
    try:
        workflow.resend(invitation, by=request.user)
    except workflow.InvitationClosed:
        messages.warning(request, _("This invitation is answered or withdrawn already."))
    else:
        text = _("An invitation is on its way to %(email)s.")
        messages.success(request, text % {"email": invitation.email})
    return _back(request, invitation.organisation)


@PARTIES_AND_OFFICE
@post_only
def revoke_invitation(request: PortalRequest, pk: int) -> HttpResponse:
    """Withdraw an invitation: its link stops working."""
    invitation = _invitation(request, pk)
    try:
        workflow.revoke(invitation, by=request.user)
    except workflow.InvitationClosed:
        messages.warning(request, _("This invitation is answered or withdrawn already."))
    else:
        text = _("The invitation to %(email)s is withdrawn.")
        messages.success(request, text % {"email": invitation.email})
    return _back(request, invitation.organisation)


@PUBLIC
@get_or_post
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation to whoever holds its link; accepting is a POST."""
    found = _with_token(token)
    state = found.state_at(timezone.now())
    if state != InvitationState.OPEN:
        return _closed(request, found, state)
    person = User.objects.filter(email__iexact=found.email).first()
    try:
        if person is None:
            return _accept_as_new(request, found, token)
        return _accept(request, found, token, person)
    except workflow.InvitationClosed as error:
        return _closed(request, found, error.state)


def _accept(request: HttpRequest, found: Invitation, token: str, person: User) -> HttpResponse:
    """Accept as the person who has the invited address, signed in as that person."""
    mine = request.user.is_authenticated and request.user.pk == person.pk
    if request.method == "POST":
        if not mine:
            raise PermissionDenied("accept")
        workflow.accept(found, token, by=person)
        text = _("Welcome! You now work for %(organisation)s.")
        messages.success(request, text % {"organisation": found.organisation})
        return redirect("home")
    context = _shown(found) | {"mine": mine, "person": person}
    return render(request, "partnerships/invitation.html", context)


def _accept_as_new(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    """Make a personal login; whoever is signed in as somebody else signs out first."""
    other = request.user.is_authenticated
    data = request.POST if request.method == "POST" else None
    if other and data is not None:
        raise PermissionDenied("accept")
    form = NewPersonForm(data, email=found.email, language=found.language)
    if data is not None and form.is_valid():
        try:
            made = workflow.accept_as_new(
                found,
                token,
                name=form.cleaned_data["name"],
                language=form.cleaned_data["language"],
                password=form.cleaned_data["password"],
            )
        except NotReady as refused:
            for problem in refused.problems:
                form.add_error(None, problem.text)
        else:
            login(request, made, backend=settings.AUTHENTICATION_BACKENDS[0])
            text = _("Welcome! Your login is %(email)s with the password you chose.")
            messages.success(request, text % {"email": made.email})
            return greet(redirect("home"), made)
    context = _shown(found) | {"form": form, "other": other}
    status = 200 if data is None else 422
    return render(request, "partnerships/invitation_new.html", context, status=status)


def _shown(found: Invitation) -> dict[str, Any]:
    return {"invitation": found, "organisation": found.organisation}


def _closed(request: HttpRequest, found: Invitation, state: InvitationState) -> HttpResponse:
    context = _shown(found) | {"state": state}
    return render(request, "partnerships/invitation_closed.html", context, status=410)


def _with_token(token: str) -> Invitation:
    if len(token) > TOKEN_MAX_LENGTH:
        raise Http404("no such invitation")
    invitations = Invitation.objects.all().with_token(token)
    return get_object_or_404(invitations.select_related("organisation", "invited_by"))


def _invitation(request: PortalRequest, pk: int) -> Invitation:
    mine = Invitation.objects.visible_to(request.user)
    found: Invitation = get_object_or_404(mine.select_related("organisation__kind"), pk=pk)
    if not rules.may_invite(request.user, found.organisation, found.roles):
        raise PermissionDenied("invite")
    return found


def _back(request: PortalRequest, organisation: Organisation) -> HttpResponse:
    """Return to the page that lists the invitations this person may see."""
    if rules.may_see_members(request.user, organisation):
        return redirect("partnerships:members", organisation.pk)
    return redirect("partnerships:invite", organisation.pk)
