"""The demo's meetings of a steering group: one that is called, one that is planned."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from icld_portal.localize import STOCKHOLM
from partnerships.agenda import waiting_for
from partnerships.clocks import HOME
from partnerships.models import SteeringGroup, User
from partnerships.workflow import agenda, meetings

CALLED_IN = timedelta(days=24)
PLANNED_IN = timedelta(days=115)
BEGINS, ENDS = time(10, 0), time(12, 0)
FRIDAY = 4
PLACE = "Kommunhuset, Nybygatan 5, sammanträdesrum Bäcken"
LINK = "https://moten.example.org/robertsfors-machakos"


def make_meetings(now: datetime, group: SteeringGroup, *, by: User) -> None:
    """Plan two meetings, write the agenda of the first and send its call."""
    first, _second = meetings.plan_meetings(
        group,
        [_facts(now, CALLED_IN, place=PLACE, link=LINK), _facts(now, PLANNED_IN, link=LINK)],
        by=by,
    )
    agenda.add_item(first, "Opening, and who verifies the minutes", "", by=by)
    waiting = waiting_for(first, by)
    agenda.add_matters(first, [matter.value for matter in waiting[:2]], by=by)
    agenda.add_item(
        first, "The visit to Machakos in spring", "Dates, who travels, what we prepare.", by=by
    )
    meetings.call_meeting(first, by=by, at=now)


def _facts(
    now: datetime, later: timedelta, *, place: str = "", link: str = ""
) -> meetings.MeetingFacts:
    """A weekday morning by Stockholm's clock."""
    day = timezone.localdate(now + later, STOCKHOLM)
    if day.weekday() > FRIDAY:
        day += timedelta(days=7 - day.weekday())
    return meetings.MeetingFacts(
        HOME.at(day, BEGINS), HOME.at(day, ENDS), place=place, link=link, language="en"
    )
