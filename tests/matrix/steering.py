"""A steering group for the matrix: one meeting whose minutes are written, one verified."""

from datetime import UTC, datetime
from typing import Any

from partnerships import minutes
from partnerships.agenda import waiting_for
from partnerships.clocks import HOME, clocks_of
from partnerships.forms.meetings import AttendanceForm, MeetingForm
from partnerships.minute_writing import begin_paragraph
from partnerships.models import (
    AgendaItem,
    Partnership,
    SeatKind,
    SeatTerm,
    SteeringGroup,
    SteeringMeeting,
)
from partnerships.quorum import parties_of, sitting
from partnerships.workflow.calendar_links import make_link
from tests.factories import steering
from tests.matrix.people import Person


def steering_words(partnership: Partnership, people: dict[str, Person]) -> dict[str, Any]:
    """Make the group; somebody with the role of a member sits for each party."""
    group = steering.make_group(partnership)
    for side in ("swedish", "partner"):
        user = people[f"{side} steering"].user
        SeatTerm.objects.create(
            seat=group.seats.get(party__side=side, kind=SeatKind.COORDINATOR),
            user=user,
            name=user.name,
            email=user.email,
            from_on=steering.BEGINNING,
        )
    verified = steering.held_meeting(group, datetime(2026, 3, 10, 9, 0, tzinfo=UTC))
    decision = steering.decide(
        verified,
        responsible=steering.coordinators(group)[0],
        due_on=datetime(2026, 5, 1, tzinfo=UTC).date(),
    )
    steering.verify(verified)
    held = steering.held_meeting(group)
    writer = people["swedish coordinator"].user
    paragraph = begin_paragraph(held, "Nästa möte", by=writer)
    return {
        "steering_group": group.pk,
        "verified_meeting": verified.pk,
        "held_meeting": held.pk,
        **meeting_words(group, held, people),
        "held_paragraph": paragraph.pk,
        "held_sha256": minutes.fingerprint(held),
        "decision": decision.pk,
        "follow_up": decision.paragraph.follow_up.pk,
    }


def meeting_words(
    group: SteeringGroup, held: SteeringMeeting, people: dict[str, Person]
) -> dict[str, Any]:
    """A meeting to come with one item on its agenda, one that has begun, and a secret link."""
    writer = people["swedish coordinator"].user
    coming = steering.plan_meeting(group, datetime(2032, 3, 10, 9, 0, tzinfo=UTC))
    item = AgendaItem.objects.create(meeting=coming, title="Opening")
    begun = steering.plan_meeting(group, datetime(2026, 4, 10, 9, 0, tzinfo=UTC))
    return {
        "coming_meeting": coming.pk,
        "begun_meeting": begun.pk,
        "agenda_item": item.pk,
        "waiting_matter": waiting_for(coming, writer)[0].value,
        "meeting_seen": MeetingForm(coming, clocks_of(parties_of(group)), HOME).seen,
        "attendance_seen": AttendanceForm(sitting(held), list(held.attendance.all())).seen,
        "calendar_token": make_link(group, by=writer),
    }
