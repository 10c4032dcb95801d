"""A steering group for the matrix: one meeting whose minutes are written, one verified."""

from datetime import UTC, datetime
from typing import Any

from partnerships.models import Partnership, SeatKind, SeatTerm
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
    return {
        "steering_group": group.pk,
        "verified_meeting": verified.pk,
        "held_meeting": held.pk,
        "decision": decision.pk,
        "follow_up": decision.paragraph.follow_up.pk,
    }
