"""Making steering groups for tests: four seats a party, and who sits in them."""

from datetime import UTC, date, datetime, timedelta

from partnerships.models import (
    Partnership,
    Party,
    Role,
    Seat,
    SeatKind,
    SeatTerm,
    SteeringGroup,
    SteeringMeeting,
)
from tests.factories.parties import make_person

BEGINNING = date(2026, 1, 1)


def make_group(partnership: Partnership, name: str = "Teststyrgruppen") -> SteeringGroup:
    """Make a group with the four seats of each party, all vacant."""
    group = SteeringGroup.objects.create(partnership=partnership, name=name, begins_on=BEGINNING)
    Seat.objects.bulk_create(
        Seat(group=group, party=party, kind=kind)
        for party in partnership.parties.all()
        for kind in SeatKind
    )
    return group


def seat_somebody(
    group: SteeringGroup, party: Party, kind: SeatKind, name: str, *, with_login: bool = True
) -> SeatTerm:
    """Let an invented person sit in the party's seat of this kind."""
    user = make_person(name, party.organisation, Role.STEERING) if with_login else None
    return SeatTerm.objects.create(
        seat=group.seats.get(party=party, kind=kind),
        user=user,
        name=name,
        email=user.email if user else "utan-inloggning@example.org",
        from_on=BEGINNING,
    )


def plan_meeting(
    group: SteeringGroup, starts_at: datetime = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
) -> SteeringMeeting:
    """Plan a meeting of two hours."""
    return SteeringMeeting.objects.create(
        group=group, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), place="Rådhuset"
    )
