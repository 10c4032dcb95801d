"""Meetings as calendar files (iCalendar, RFC 5545): the call by mail, and a group's feed.

No political side and no other person's address stands in any of them.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from email.utils import parseaddr
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from partnerships.clocks import Clock
from partnerships.models import MeetingStatus, SteeringGroup, SteeringMeeting

PRODUCT = "-//ICLD//Kommunalt Partnerskap//SV"
STATUS_OF = {
    MeetingStatus.PLANNED: "TENTATIVE",
    MeetingStatus.CANCELLED: "CANCELLED",
}


class Method(StrEnum):
    """What a calendar does with the file (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


def invitation(
    meeting: SteeringMeeting,
    *,
    method: Method,
    clock: Clock,
    language: str,
    at: datetime,
    to: tuple[str, str] | None = None,
) -> bytes:
    """Return one meeting as a calendar file, its times in the zone of ``clock``.

    ``to`` is the name and address of whom it is mailed to: without an organiser and the
    reader's own address a calendar takes no invitation in.
    """
    event = _event(meeting, clock=clock, language=language, at=at)
    if to:
        name, address = to
        event.add("organizer", _person(meeting.group.name, _sender()))
        event.add("attendee", _person(name, address))
    return _file([event], [meeting], method=method, clock=clock)


def feed(
    group: SteeringGroup,
    meetings: Iterable[SteeringMeeting],
    *,
    clock: Clock,
    language: str,
    at: datetime,
) -> bytes:
    """Return the meetings of a group as the calendar that a secret link answers with."""
    shown = list(meetings)
    events = [_event(one, clock=clock, language=language, at=at) for one in shown]
    return _file(events, shown, method=Method.PUBLISH, clock=clock, name=group.name)


def title_of(meeting: SteeringMeeting) -> str:
    """Return what the meeting is called, in the reader's language."""
    return meeting.title or _("Meeting of %(group)s") % {"group": meeting.group.name}


def _event(meeting: SteeringMeeting, *, clock: Clock, language: str, at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{meeting.uid}@{_host()}")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", at)
    event.add("dtstart", _local(meeting.starts_at, clock))
    event.add("dtend", _local(meeting.ends_at, clock))
    with translation.override(language):
        event.add("summary", title_of(meeting))
    event.add("status", STATUS_OF.get(MeetingStatus(meeting.status), "CONFIRMED"))
    address = settings.PUBLIC_URL + meeting.get_absolute_url()
    event.add("url", address)
    if meeting.place or meeting.link:
        event.add("location", meeting.place or meeting.link)
    event.add("description", "\n".join(filter(None, [meeting.link, address])))
    return event


def _local(moment: datetime, clock: Clock) -> datetime:
    """Return ``moment`` by the clock; in UTC when the night has that hour for the second time.

    A local time in a calendar file means the first of the two (RFC 5545, 3.3.5).
    """
    local = moment.astimezone(clock.zone)
    return moment.astimezone(UTC) if local.fold else local


def _file(
    events: list[Event],
    meetings: list[SteeringMeeting],
    *,
    method: Method,
    clock: Clock,
    name: str = "",
) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    if name:
        calendar.add("x-wr-calname", name)
    if meetings:
        calendar.add_component(_zone(clock, meetings))
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _zone(clock: Clock, meetings: list[SteeringMeeting]) -> Timezone:
    """Describe the zone over the years of the meetings, for calendars that do not know it."""
    years = [meeting.starts_at.year for meeting in meetings]
    first, last = date(min(years) - 1, 1, 1), date(max(years) + 2, 1, 1)
    zone = Timezone.from_tzinfo(clock.zone, clock.key, first, last)
    zone.pop("COMMENT", None)
    change: Any
    for change in zone.subcomponents:
        ahead = change["TZOFFSETTO"].td - change["TZOFFSETFROM"].td
        if ahead > timedelta(0):
            _begin_by_the_old_clock(change, ahead)
    return zone


def _begin_by_the_old_clock(change: Any, ahead: timedelta) -> None:
    """Let the clock be put forward at 02:00, as the clock before shows it (RFC 5545, 3.6.5).

    The library says 03:00, which a strict calendar would take for an hour too late.
    """
    later = change["RDATE"].dts if "RDATE" in change else []
    for moment in (change["DTSTART"], *later):
        moment.dt -= ahead


def _person(name: str, address: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    person.params["CN"] = vText(name)
    return person


def _sender() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _host() -> str:
    """What makes the number of a meeting unlike that of every other calendar."""
    return settings.PUBLIC_URL.partition("//")[2].partition(":")[0] or "localhost"
