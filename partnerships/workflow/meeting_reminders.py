"""Reminders of meetings that were called: seven days and one day before, each once."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from icld_portal import events
from icld_portal.localize import STOCKHOLM
from partnerships import meeting_letters
from partnerships.models import MeetingStatus, SteeringMeeting

REMINDER_DAYS = (7, 1)
VERB = "remind_of_meeting"


def remind_of_meetings(*, at: datetime | None = None) -> int:
    """Remind of every meeting that is near; return how many meetings were reminded of.

    Days are Stockholm's. When the worker was down over a threshold only the nearest one is
    made up for; one that was passed when the call went out is not told again.
    """
    at = at or timezone.now()
    near = SteeringMeeting.objects.filter(
        status=MeetingStatus.CALLED,
        starts_at__gt=at,
        starts_at__lt=at + timedelta(days=max(REMINDER_DAYS) + 1),
    )
    return sum(_remind(pk, at=at) for pk in near.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _remind(pk: int, *, at: datetime) -> bool:
    locked = SteeringMeeting.objects.select_for_update(of=("self",))
    meeting = locked.filter(pk=pk, status=MeetingStatus.CALLED, starts_at__gt=at).first()
    days = due_reminder(meeting, today=_day(at)) if meeting else None
    if meeting is None or days is None:
        return False
    # A meeting that was moved is reminded of anew: its own time stands in the event.
    facts: dict[str, Any] = {"days": days, "starts_at": meeting.starts_at.isoformat()}
    if events.events_of(meeting).filter(verb=VERB, facts=facts).exists():
        return False
    events.record(meeting, VERB, by=None, at=at, **facts)
    meeting_letters.remind(meeting)
    return True


def due_reminder(meeting: SteeringMeeting, *, today: date) -> int | None:
    """Return which of the thresholds ``meeting`` has reached on ``today``, in days, or None."""
    held_on = _day(meeting.starts_at)
    if meeting.called_at is None or today >= held_on:
        return None
    called_on = _day(meeting.called_at)
    reached = [
        days
        for days in REMINDER_DAYS
        if (held_on - today).days <= days and called_on < held_on - timedelta(days=days)
    ]
    return min(reached, default=None)


def _day(moment: datetime) -> date:
    return timezone.localtime(moment, STOCKHOLM).date()
