"""Accepting an invitation to audit: whoever holds the link of the letter."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import Audit
from applications.workflow import auditing
from icld_portal.access import PUBLIC, get_or_post
from icld_portal.accounts import greet
from icld_portal.problems import NotReady
from partnerships.forms import NewPersonForm
from partnerships.models import InvitationState, User
from partnerships.models.invitations import hashed
from partnerships.workflow import InvitationClosed

# Longer than any token the portal has made.
TOKEN_MAX_LENGTH = 100


@PUBLIC
@get_or_post
def audit_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the auditor is asked for; accepting is a POST."""
    if len(token) > TOKEN_MAX_LENGTH:
        raise Http404("no such invitation")
    invitations = Audit.objects.select_related(
        "report__application", "report__grant__grantee", "invited_by", "user"
    )
    found = get_object_or_404(invitations, token_sha256=hashed(token))
    state = auditing.state_at(found, timezone.now())
    if state != InvitationState.OPEN:
        return _closed(request, found, state)
    person = User.objects.filter(email__iexact=found.email).first()
    try:
        if person is None:
            return _accept_as_new(request, found, token)
        return _accept(request, found, token, person)
    except InvitationClosed as error:
        return _closed(request, found, error.state)


def _accept(request: HttpRequest, found: Audit, token: str, person: User) -> HttpResponse:
    mine = request.user.is_authenticated and request.user.pk == person.pk
    if request.method == "POST":
        if not mine:
            raise PermissionDenied("accept_audit")
        auditing.accept_audit(found, token, by=person)
        return _welcome(request, found)
    return render(request, "applications/audit_invitation.html", _shown(found) | {"mine": mine})


def _accept_as_new(request: HttpRequest, found: Audit, token: str) -> HttpResponse:
    other = request.user.is_authenticated
    data = request.POST if request.method == "POST" else None
    if other and data is not None:
        raise PermissionDenied("accept_audit")
    form = NewPersonForm(data, email=found.email, language=found.language, name=found.name)
    if data is not None and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("name", "language", "password")}
        try:
            made = auditing.accept_audit_as_new(found, token, **facts)
        except NotReady as refused:
            form.show(refused.problems)
        else:
            login(request, made, backend=settings.AUTHENTICATION_BACKENDS[0])
            return greet(_welcome(request, found), made)
    context = _shown(found) | {"form": form, "other": other}
    status = 200 if data is None else 422
    return render(request, "applications/audit_invitation_new.html", context, status=status)


def _welcome(request: HttpRequest, found: Audit) -> HttpResponse:
    messages.success(request, _("Welcome! Here are the accounts that you are to audit."))
    report = found.report
    return redirect("applications:auditing", report.application.reference, report.slug)


def _shown(found: Audit) -> dict[str, Any]:
    report = found.report
    return {
        "audit": found,
        "report": report,
        "application": report.application,
        "organisation": report.grant.grantee,
        "invitation": found,
    }


def _closed(request: HttpRequest, found: Audit, state: InvitationState) -> HttpResponse:
    context = _shown(found) | {"state": state}
    return render(request, "partnerships/invitation_closed.html", context, status=410)
