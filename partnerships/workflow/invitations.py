"""Deeds about invitations: a token is shown once, in the letter, and kept only hashed."""

import secrets
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from icld_portal import events
from icld_portal.problems import NotReady, Problem
from partnerships import notices, rules
from partnerships.models import Invitation, InvitationState, Membership, Organisation, User
from partnerships.models.invitations import end_of_validity, hashed
from partnerships.workflow.people import grant, locked

TOKEN_BYTES = 32
# An organisation has some tens of people; more open letters than this are a mistake or abuse.
MOST_UNANSWERED = 50


class InvitationClosed(Exception):
    """The invitation cannot be used any more; ``state`` says why."""

    def __init__(self, state: InvitationState) -> None:
        self.state = state
        super().__init__(state)


@transaction.atomic
def invite(
    organisation: Organisation, email: str, roles: Iterable[str], *, by: User, language: str = "sv"
) -> Invitation:
    """Invite ``email`` to ``organisation`` with ``roles``, by a letter in ``language``.

    Raises PermissionDenied if ``by`` may not, NotReady if the person is a member already
    or has an invitation that still waits.
    """
    organisation = locked(organisation)
    email, wanted = email.strip().lower(), sorted(set(roles))
    if not rules.may_invite(by, organisation, wanted):
        raise PermissionDenied("invite")
    if found := list(_invitation_problems(organisation, email, wanted)):
        raise NotReady(found)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=email,
        roles=wanted,
        language=language,
        token_sha256=hashed(token),
        invited_by=by,
    )
    events.record(organisation, "invite", by=by, invitation_id=invitation.pk, roles=wanted)
    notices.send_invitation(invitation, token)
    return invitation


def _invitation_problems(organisation: Organisation, email: str, roles: list[str]) -> list[Problem]:
    if not roles:
        return [Problem(_("Choose at least one role."), anchor="roles")]
    if Membership.objects.filter(organisation=organisation, user__email__iexact=email).exists():
        text = _("This person is in the organisation already. Change their roles instead.")
        return [Problem(text, anchor="email")]
    waiting = organisation.invitations.unanswered()
    if waiting.filter(email__iexact=email).exists():
        text = _("This address has an invitation already. Send that one again, or withdraw it.")
        return [Problem(text, anchor="email")]
    if waiting.count() >= MOST_UNANSWERED:
        text = _("Too many invitations wait for an answer. Withdraw some of them first.")
        return [Problem(text, anchor="email")]
    return []


@transaction.atomic
def resend(invitation: Invitation, *, by: User) -> Invitation:
    """Send the letter again with a new token; the earlier letter's link stops working."""
    invitation = _unanswered(invitation, by=by)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation.token_sha256 = hashed(token)
    invitation.invited_at = timezone.now()
    invitation.expires_at = end_of_validity()
    invitation.save(update_fields=["token_sha256", "invited_at", "expires_at"])
    events.record(invitation.organisation, "resend", by=by, invitation_id=invitation.pk)
    notices.send_invitation(invitation, token)
    return invitation


@transaction.atomic
def revoke(invitation: Invitation, *, by: User) -> Invitation:
    """Withdraw an invitation that has not been accepted."""
    invitation = _unanswered(invitation, by=by)
    invitation.revoked_at, invitation.revoked_by = timezone.now(), by
    invitation.save(update_fields=["revoked_at", "revoked_by"])
    events.record(invitation.organisation, "revoke", by=by, invitation_id=invitation.pk)
    return invitation


def _unanswered(invitation: Invitation, *, by: User) -> Invitation:
    """Lock the invitation for a change by ``by``; raises InvitationClosed if it is answered."""
    invitation = _locked(invitation)
    if not rules.may_invite(by, invitation.organisation, invitation.roles):
        raise PermissionDenied("invite")
    state = invitation.state_at(timezone.now())
    if state in {InvitationState.ACCEPTED, InvitationState.REVOKED}:
        raise InvitationClosed(state)
    return invitation


@transaction.atomic
def accept(invitation: Invitation, token: str, *, by: User) -> Invitation:
    """Give ``by`` the roles of the invitation that was sent to their own address.

    Raises InvitationClosed if it is used, withdrawn or too old, PermissionDenied if it
    was sent to somebody else.
    """
    invitation = _usable(invitation, token)
    if by.email.lower() != invitation.email.lower() or not by.is_active:
        raise PermissionDenied("accept")
    return _accepted(invitation, by=by)


@transaction.atomic
def accept_as_new(
    invitation: Invitation, token: str, *, name: str, language: str, password: str
) -> User:
    """Make a personal login for the invited address, with the roles of the invitation.

    Raises InvitationClosed as ``accept``, NotReady if the address has a login already.
    """
    invitation = _usable(invitation, token)
    try:
        with transaction.atomic():
            person = User.objects.create_user(
                invitation.email, password, name=name, language=language
            )
    except IntegrityError as error:
        text = _("This address has a login already. Sign in to accept the invitation.")
        raise NotReady([Problem(text)]) from error
    _accepted(invitation, by=person)
    return person


def _usable(invitation: Invitation, token: str) -> Invitation:
    """Lock the invitation; raises InvitationClosed unless ``token`` still opens it."""
    invitation = _locked(invitation)
    state = invitation.state_at(timezone.now())
    if invitation.token_sha256 != hashed(token):
        # Sent again between the page and its answer: this link is the old one.
        raise InvitationClosed(InvitationState.REVOKED)
    if state != InvitationState.OPEN:
        raise InvitationClosed(state)
    return invitation


def _accepted(invitation: Invitation, *, by: User) -> Invitation:
    invitation.accepted_at, invitation.accepted_by = timezone.now(), by
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    grant(by, invitation.organisation, invitation.roles)
    events.record(
        invitation.organisation,
        "accept",
        by=by,
        invitation_id=invitation.pk,
        roles=sorted(invitation.roles),
    )
    return invitation


def _locked(invitation: Invitation) -> Invitation:
    return (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("organisation__kind")
        .get(pk=invitation.pk)
    )
