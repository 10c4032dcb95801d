"""Several people at one meeting's pages at once: one call, one plan, one link, one order."""

from datetime import timedelta

import pytest
from django.utils import timezone

from icld_portal.models import Event, Letter
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships import workflow
from partnerships.models import CalendarLink, SteeringMeeting, User
from partnerships.workflow.agenda import add_item, move_item
from partnerships.workflow.calendar_links import make_link
from partnerships.workflow.meetings import (
    MeetingFacts,
    call_meeting,
    cancel_meeting,
    plan_meetings,
)
from tests.applications.test_parallel import at_once
from tests.factories.steering import coordinators, make_group, plan_meeting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def group(partnership):
    made = make_group(partnership)
    coordinators(made)
    return made


def test_of_eight_calls_one_is_sent(group, coordinator):
    meeting = plan_meeting(group, timezone.now() + timedelta(days=20))

    def call(_place):
        try:
            call_meeting(meeting, by=coordinator, at=timezone.now())
        except WrongStatus:
            return "told"
        return "called"

    assert sorted(at_once(8, call)) == ["called"] + ["told"] * 7
    assert Letter.objects.filter(kind="meeting_called").count() == 2


def test_a_meeting_is_called_and_cancelled_in_one_order_or_the_other(group, coordinator):
    meeting = plan_meeting(group, timezone.now() + timedelta(days=20))

    def act(place):
        deed = call_meeting if place else cancel_meeting
        try:
            deed(meeting, by=coordinator, at=timezone.now())
        except WrongStatus:
            return "told"
        return "done"

    answers = at_once(2, act)

    meeting.refresh_from_db()
    assert meeting.status == "cancelled"
    # Cancelled first, nobody was called; called first, both letters went out.
    kinds = sorted(Letter.objects.values_list("kind", flat=True))
    both = ["meeting_called"] * 2 + ["meeting_cancelled"] * 2
    assert kinds == (both if answers == ["done", "done"] else [])


def test_of_eight_equal_plans_one_is_kept(group, coordinator):
    begins = timezone.now() + timedelta(days=20)
    facts = MeetingFacts(begins, begins + timedelta(hours=2))

    def plan(_place):
        try:
            return len(plan_meetings(group, [facts], by=coordinator))
        except NotReady:
            return 0

    assert sum(at_once(8, plan)) == 1
    assert SteeringMeeting.objects.count() == 1


def test_two_workers_remind_once(group, coordinator):
    meeting = plan_meeting(group, timezone.now() + timedelta(days=20))
    call_meeting(meeting, by=coordinator, at=timezone.now())
    at = meeting.starts_at - timedelta(days=7)

    assert sum(at_once(4, lambda _place: workflow.remind_of_meetings(at=at))) == 1

    assert Event.objects.filter(verb="remind_of_meeting").count() == 1
    assert Letter.objects.filter(kind="meeting_reminder").count() == 2


def test_two_who_move_items_leave_every_place_taken_once(group, coordinator):
    meeting = plan_meeting(group, timezone.now() + timedelta(days=20))
    items = [add_item(meeting, str(number), "", by=coordinator) for number in range(6)]

    at_once(6, lambda place: move_item(items[place], down=place % 2 == 0, by=coordinator))

    places = meeting.agenda.order_by("sort_order").values_list("sort_order", flat=True)
    assert list(places) == list(range(6))


def test_of_two_links_made_at_once_the_last_is_valid(group, coordinator):
    tokens = at_once(2, lambda _place: make_link(group, by=User.objects.get(pk=coordinator.pk)))

    assert len(set(tokens)) == 2
    assert CalendarLink.objects.count() == 2
    assert CalendarLink.objects.all().valid().count() == 1
