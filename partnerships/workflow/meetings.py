"""Deeds about meetings: planned, changed, called, opened, cancelled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from icld_portal import events
from icld_portal.localize import STOCKHOLM
from icld_portal.problems import NotReady, Problem, blocking
from icld_portal.workflow import WrongStatus, begin, complete
from partnerships import meeting_letters, rules
from partnerships.clocks import clocks_of, times
from partnerships.models import MeetingStatus, SteeringGroup, SteeringMeeting, User
from partnerships.quorum import parties_of, sitting
from partnerships.workflow.agenda import locked
from partnerships.workflow.meeting_states import CALL, CANCEL, HOLD

# What stands in people's calendars: another value there needs a new letter.
IN_CALENDARS = ("title", "starts_at", "ends_at", "place", "link")


@dataclass(frozen=True)
class MeetingFacts:
    """What a person writes about a meeting; ``language`` is that of its minutes."""

    starts_at: datetime
    ends_at: datetime
    title: str = ""
    place: str = ""
    link: str = ""
    language: str = "en"


@transaction.atomic
def plan_meetings(
    group: SteeringGroup, planned: Sequence[MeetingFacts], *, by: User
) -> list[SteeringMeeting]:
    """Plan meetings of ``group``; nobody is called yet.

    Raises PermissionDenied if ``by`` does not run the group, NotReady if it has ended or
    already meets at one of the times: a form that is sent twice plans nothing twice.
    """
    fresh = SteeringGroup.objects.select_for_update(of=("self",)).get(pk=group.pk)
    if not rules.may_run_group(by, fresh):
        raise PermissionDenied("plan_meetings")
    if found := [one for facts in planned for one in _time_problems(fresh, facts)]:
        raise NotReady(found)
    made = SteeringMeeting.objects.bulk_create(
        SteeringMeeting(group=fresh, created_by=by, **vars(facts)) for facts in planned
    )
    for meeting in made:
        events.record(meeting, "plan_meeting", by=by)
    return made


@transaction.atomic
def change_meeting(meeting: SteeringMeeting, facts: MeetingFacts, *, by: User) -> SteeringMeeting:
    """Write other facts of a meeting that is not held yet.

    Whoever was called gets a new letter when their calendar would be wrong, also who sits in
    the group no longer on the day it is moved to. Raises WrongStatus
    once it is held or cancelled, NotReady if the group already meets then.
    """
    # The group first, as when meetings are planned: two at once find each other's time.
    group = SteeringGroup.objects.select_for_update(of=("self",)).get(pk=meeting.group_id)
    fresh = locked(meeting, by=by)
    if found := _time_problems(group, facts, but=fresh):
        raise NotReady(found)
    differs = [name for name in IN_CALENDARS if getattr(fresh, name) != getattr(facts, name)]
    for name, value in vars(facts).items():
        setattr(fresh, name, value)
    if differs:
        fresh.sequence += 1
    fresh.save()
    events.record(fresh, "change_meeting", by=by, changed=differs)
    if differs and fresh.status == MeetingStatus.CALLED:
        meeting_letters.tell_changed(fresh)
    return fresh


def call_problems(meeting: SteeringMeeting, *, at: datetime) -> list[Problem]:
    """Return what speaks against calling, and what to look at before."""
    found = []
    if meeting.starts_at <= at:
        found.append(Problem(_("The meeting has begun: it is too late to call.")))
    if not meeting.place and not meeting.link:
        found.append(Problem(_("Write a place or a link, so that people find the meeting.")))
    terms = sitting(meeting)
    if not meeting_letters.readers(terms):
        found.append(Problem(_("Nobody who sits that day has an e-mail address.")))
    for term in terms:
        if not (term.user.email if term.user else term.email):
            text = _("%(name)s has no e-mail address and must be called in another way.")
            found.append(Problem(text % {"name": term.name}, blocks=False))
    if not meeting.agenda.exists():
        found.append(Problem(_("The agenda is empty."), blocks=False))
    return found


@transaction.atomic
def call_meeting(meeting: SteeringMeeting, *, by: User, at: datetime) -> SteeringMeeting:
    """Send the call to everybody who sits in the group that day, with a calendar file.

    Raises NotReady if it is too late or there is nobody to write to; WrongStatus if it was
    called or cancelled already.
    """
    fresh = begin(CALL, meeting, by=by)
    _refuse(call_problems(fresh, at=at))
    fresh.called_at = at
    return complete(CALL, fresh, by=by, at=at)


@transaction.atomic
def call_again(meeting: SteeringMeeting, *, by: User, at: datetime) -> SteeringMeeting:
    """Send the call of a meeting once more, with the agenda and the members of today."""
    fresh = locked(meeting, by=by)
    if fresh.status != MeetingStatus.CALLED:
        raise WrongStatus("call_again")
    _refuse(call_problems(fresh, at=at))
    fresh.sequence += 1
    fresh.save(update_fields=["sequence"])
    events.record(fresh, "call_meeting_again", by=by, at=at)
    meeting_letters.tell_called(fresh)
    return fresh


@transaction.atomic
def cancel_meeting(meeting: SteeringMeeting, *, by: User, at: datetime) -> SteeringMeeting:
    """Cancel a meeting; who was called is told, and calendars take it out."""
    fresh = begin(CANCEL, meeting, by=by)
    fresh.sequence += 1
    return complete(CANCEL, fresh, by=by, at=at)


@transaction.atomic
def hold_meeting(meeting: SteeringMeeting, *, by: User, at: datetime) -> SteeringMeeting:
    """Open the minutes of a meeting that has begun. Raises NotReady before its time."""
    fresh = begin(HOLD, meeting, by=by)
    _refuse(hold_problems(fresh, at=at))
    return complete(HOLD, fresh, by=by, at=at)


def hold_problems(meeting: SteeringMeeting, *, at: datetime) -> list[Problem]:
    """Return what keeps the minutes from being opened: the meeting has not begun."""
    if meeting.starts_at <= at:
        return []
    when = times(meeting.starts_at, clocks_of(parties_of(meeting.group)))
    text = _("The minutes are opened when the meeting has begun: %(when)s.") % {"when": when}
    return [Problem(text)]


def _time_problems(
    group: SteeringGroup, facts: MeetingFacts, *, but: SteeringMeeting | None = None
) -> list[Problem]:
    found = []
    when = times(facts.starts_at, clocks_of(parties_of(group)))
    day = facts.starts_at.astimezone(STOCKHOLM).date()
    if day < group.begins_on or (group.ended_on and day > group.ended_on):
        text = _("%(when)s is outside the days of the steering group.") % {"when": when}
        found.append(Problem(text))
    same = group.meetings.filter(starts_at=facts.starts_at).exclude(status=MeetingStatus.CANCELLED)
    if but is not None:
        same = same.exclude(pk=but.pk)
    if same.exists():
        text = _("The steering group already meets %(when)s.") % {"when": when}
        found.append(Problem(text))
    return found


def _refuse(problems: list[Problem]) -> None:
    if found := blocking(problems):
        raise NotReady(found)
