"""Deeds about the secret address of a group's calendar: one valid a person and group."""

import secrets
from hashlib import sha256

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from icld_portal import events
from partnerships import rules
from partnerships.models import CalendarLink, SteeringGroup, User


def hashed(token: str) -> str:
    """Return what is kept of a token: whoever reads the table cannot open a calendar."""
    return sha256(token.encode()).hexdigest()


@transaction.atomic
def make_link(group: SteeringGroup, *, by: User) -> str:
    """Return the token of a new address, which is told this once; an earlier one is closed.

    Raises PermissionDenied if ``by`` may not open the group.
    """
    if not rules.may_view_group(by, group):
        raise PermissionDenied("make_link")
    # The person's row is the lock: of two clicks the second closes the first one's link.
    User.objects.select_for_update().get(pk=by.pk)
    revoke_link(group, by=by)
    token = secrets.token_urlsafe(32)
    CalendarLink.objects.create(group=group, user=by, token_sha256=hashed(token))
    events.record(group, "make_calendar_link", by=by)
    return token


@transaction.atomic
def revoke_link(group: SteeringGroup, *, by: User) -> bool:
    """Close the person's own address; return whether there was one."""
    mine = CalendarLink.objects.all().valid().filter(group=group, user=by)
    was_there = bool(mine.update(revoked_at=timezone.now()))
    if was_there:
        events.record(group, "revoke_calendar_link", by=by)
    return was_there
