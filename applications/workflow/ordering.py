"""The list of a decision meeting, moved by hand: always with a reason, never unseen."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import rules
from applications.models import Application, Meeting, Move, Target
from applications.workflow.meeting import hold_open, in_assessment
from icld_portal import events
from icld_portal.problems import NotReady, Problem
from partnerships.models import User


class StaleOrder(Exception):
    """Somebody else has moved a case on the list since the page was opened."""


@transaction.atomic
def move_case(
    meeting: Meeting,
    application: Application,
    *,
    by: User,
    reason: str,
    seen: int,
    above: Application | None = None,
    by_score: bool = False,
    at: datetime | None = None,
) -> Move:
    """Place a case, with its bundle, ``above`` another, else last, or where its score puts it.

    ``seen`` is how many moves the list had when it was read. Raises StaleOrder, NotReady
    without a reason or when it would be moved above itself, WrongStatus when the meeting or
    a case has moved on, PermissionDenied.
    """
    meeting = hold_open(meeting)
    application = in_assessment(application)
    if not rules.may_propose(by, application):
        raise PermissionDenied("move_case")
    if not reason.strip():
        raise NotReady([Problem(_("Write why the case is moved."), anchor="reason")])
    if above is not None and _together(application, above):
        raise NotReady([Problem(_("The case stands there already."), anchor="place")])
    number = meeting.moves.count()
    if number != seen:
        raise StaleOrder
    target = Target.SCORE if by_score else Target.ABOVE if above else Target.LAST
    move = Move.objects.create(
        meeting=meeting,
        number=number + 1,
        application=application,
        target=target,
        above=above if target == Target.ABOVE else None,
        reason=reason.strip(),
        moved_by=by,
        moved_at=at or timezone.now(),
    )
    events.record(application, "move", by=by, at=move.moved_at, reason=move.reason)
    return move


def _together(application: Application, other: Application) -> bool:
    """Whether both are one line of the list; WrongStatus when the other is not on it."""
    other = in_assessment(other)
    if application.pk == other.pk:
        return True
    return application.bundle_id is not None and application.bundle_id == other.bundle_id
