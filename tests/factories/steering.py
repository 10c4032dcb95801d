"""Making steering groups for tests: four seats a party, and who sits in them."""

from datetime import UTC, date, datetime, timedelta

from applications.models import Application
from icld_portal.models import Factor
from partnerships import minutes
from partnerships.models import (
    Attendance,
    Dissent,
    FollowUp,
    MatterKind,
    MeetingStatus,
    Paragraph,
    ParagraphText,
    Partnership,
    Party,
    Role,
    Seat,
    SeatKind,
    SeatTerm,
    SteeringDecision,
    SteeringGroup,
    SteeringMeeting,
    TextPart,
)
from partnerships.workflow.minutes import verify_minutes
from tests.factories.parties import make_person

BEGINNING = date(2026, 1, 1)
HELD_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


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


def plan_meeting(group: SteeringGroup, starts_at: datetime = HELD_AT) -> SteeringMeeting:
    """Plan a meeting of two hours."""
    return SteeringMeeting.objects.create(
        group=group, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), place="Rådhuset"
    )


def coordinators(group: SteeringGroup) -> list[SeatTerm]:
    """Return who sits as coordinator of each party; somebody is seated where nobody does."""
    found = []
    for party in group.partnership.parties.order_by("pk"):
        seat = group.seats.get(party=party, kind=SeatKind.COORDINATOR)
        name = f"Sits for {party.organisation.name}"
        found.append(seat.terms.first() or seat_somebody(group, party, SeatKind.COORDINATOR, name))
    return found


def held_meeting(group: SteeringGroup, starts_at: datetime = HELD_AT) -> SteeringMeeting:
    """Return a meeting of which minutes can be written, with the coordinators present."""
    meeting = plan_meeting(group, starts_at)
    SteeringMeeting.objects.filter(pk=meeting.pk).update(status=MeetingStatus.HELD)
    meeting.refresh_from_db()
    Attendance.objects.bulk_create(
        Attendance(meeting=meeting, term=term, name=term.name) for term in coordinators(group)
    )
    return meeting


def decide(
    meeting: SteeringMeeting,
    text: str = "Styrgruppen beslutar att gå vidare.",
    *,
    about: Application | None = None,
    responsible: SeatTerm | None = None,
    due_on: date | None = None,
    against: SeatTerm | None = None,
    corrects: Paragraph | None = None,
    heading: str = "Projektplanen",
) -> SteeringDecision:
    """Write one more paragraph with a decision in the minutes of a meeting that was held."""
    taken = meeting.group.paragraphs.filter(year=meeting.year).count()
    paragraph = Paragraph.objects.create(
        meeting=meeting,
        group=meeting.group,
        year=meeting.year,
        number=taken + 1,
        heading=heading,
        corrects=corrects,
    )
    ParagraphText.objects.create(paragraph=paragraph, part=TextPart.DECISION, text=text)
    if due_on:
        name = responsible.name if responsible else "Test Ansvarig"
        FollowUp.objects.create(
            paragraph=paragraph, responsible=responsible, responsible_name=name, due_on=due_on
        )
    if against:
        Attendance.objects.get_or_create(
            meeting=meeting, term=against, defaults={"name": against.name}
        )
        Dissent.objects.create(paragraph=paragraph, term=against, reason="För dyrt.")
    matter = (
        {"matter_kind": MatterKind.APPLICATION, "matter_key": about.key, "matter_title": "Vatten"}
        if about
        else {}
    )
    return SteeringDecision.objects.create(paragraph=paragraph, **matter)


def verify(meeting: SteeringMeeting) -> SteeringMeeting:
    """Let one of each party verify the minutes, as they do."""
    for term in coordinators(meeting.group):
        meeting = verify_minutes(
            meeting,
            by=term.user,
            sha256=minutes.fingerprint(meeting),
            method=Factor.TOTP,
            at=meeting.ends_at,
        )
    return meeting


def verified_decision(
    group: SteeringGroup, text: str = "Styrgruppen beslutar att gå vidare.", **facts
) -> SteeringDecision:
    """Return a decision of a meeting of its own, whose minutes each party has verified."""
    starts_at = facts.pop("starts_at", HELD_AT)
    meeting = held_meeting(group, starts_at)
    decision = decide(meeting, text, **facts)
    verify(meeting)
    return decision
