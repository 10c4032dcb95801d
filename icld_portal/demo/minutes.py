"""The demo's minutes: one meeting that each party has verified, one that is being written of."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from icld_portal.localize import STOCKHOLM
from icld_portal.models import Factor
from partnerships import deciding, minute_writing, minutes
from partnerships.deciding import Decided
from partnerships.minute_writing import begin_paragraph, stored_text, write_text
from partnerships.models import (
    Matter,
    MatterKind,
    Membership,
    Paragraph,
    Role,
    SeatTerm,
    SteeringGroup,
    SteeringMeeting,
    TextPart,
    User,
)
from partnerships.quorum import sitting
from partnerships.workflow.attendance import Guest, save_attendance
from partnerships.workflow.meetings import MeetingFacts, hold_meeting, plan_meetings
from partnerships.workflow.minutes import verify_minutes

BEGINS = time(10, 0)
LASTS = timedelta(hours=2)
VERIFIED_BEFORE = timedelta(days=40)
HELD_BEFORE = timedelta(days=3)
# Heading, discussion, decision.
VERIFIED = (
    (
        "Opening and agenda",
        "Everybody was welcomed. The agenda was read through.",
        "The steering group adopts the agenda.",
    ),
    (
        "Plan for next year",
        "The project managers went through the plan. Two visits are foreseen, one in each "
        "country. The timing of the second visit was discussed, because of the elections.",
        "The steering group adopts the plan. The second visit takes place before the elections.",
    ),
    ("Other matters", "The communication between the meetings works well.", ""),
)
BEING_WRITTEN = (
    ("Opening and agenda", "Everybody was welcomed.", "The steering group adopts the agenda."),
    ("Follow-up of earlier decisions", "The plan of the second visit was presented.", ""),
)


def make_minutes(now: datetime, group: SteeringGroup) -> None:
    """Hold two meetings of ``group``; both parties write, and verify the first."""
    writers = _writers(group)
    first = _held(group, now - VERIFIED_BEFORE, by=writers[0])
    paragraphs = _write(first, VERIFIED, writers)
    people = [term for term in sitting(first) if term.user]
    _decide(paragraphs[1], people[0], against=people[-1], by=writers[0])
    verified_at = first.ends_at + timedelta(days=2)
    for term in _one_of_each_party(people):
        sha256 = minutes.fingerprint(SteeringMeeting.objects.get(pk=first.pk))
        assert term.user is not None  # noqa: S101 - filtered above
        verify_minutes(first, by=term.user, sha256=sha256, method=Factor.TOTP, at=verified_at)
    _write(_held(group, now - HELD_BEFORE, by=writers[1]), BEING_WRITTEN, writers)


def _writers(group: SteeringGroup) -> list[User]:
    """The coordinator of each party, the grantee's first."""
    parties = group.partnership.parties.order_by("-is_grantee", "pk")
    found = Membership.objects.filter(role=Role.COORDINATOR)
    return [found.get(organisation=party.organisation_id).user for party in parties]


def _held(group: SteeringGroup, at: datetime, *, by: User) -> SteeringMeeting:
    """A meeting in the morning of the day of ``at``; the last who sits was absent."""
    day = timezone.localdate(at, STOCKHOLM)
    starts_at = datetime.combine(day, BEGINS, tzinfo=STOCKHOLM)
    facts = MeetingFacts(starts_at, starts_at + LASTS, place="Machakos, County Hall")
    (planned,) = plan_meetings(group, [facts], by=by)
    held = hold_meeting(planned, by=by, at=starts_at)
    present = [term.pk for term in sitting(held) if term.user_id or term.title]
    guests = [Guest("Exempla Tolksson", "interpreter")]
    return save_attendance(held, present[:-1], guests, by=by)


def _write(
    meeting: SteeringMeeting, rows: tuple[tuple[str, str, str], ...], writers: list[User]
) -> list[Paragraph]:
    """Write the paragraphs, the parties by turns."""
    found = []
    for number, (heading, discussion, decision) in enumerate(rows):
        by = writers[number % len(writers)]
        paragraph = begin_paragraph(meeting, heading, by=by)
        with minute_writing.writing(meeting, by=by, what=[paragraph.sign]):
            for part, text in (
                (TextPart.DISCUSSION, discussion),
                (TextPart.DECISION, decision),
            ):
                stored = stored_text(paragraph, part)
                write_text(paragraph, part, text, stored=stored, by=by)
        found.append(paragraph)
    return found


def _decide(paragraph: Paragraph, responsible: SeatTerm, *, against: SeatTerm, by: User) -> None:
    """Say who sees to it, and who made a reservation."""
    due_on = timezone.localdate(paragraph.meeting.starts_at, STOCKHOLM) + timedelta(days=60)
    decided = Decided(
        matter=Matter(MatterKind.FREE, "", "The plan for next year"),
        responsible=responsible,
        responsible_name=responsible.name,
        due_on=due_on,
        dissents={against: "The second visit comes too early for our budget."},
    )
    with minute_writing.writing(paragraph.meeting, by=by, what=[paragraph.sign]):
        deciding.save_decision(paragraph, decided)


def _one_of_each_party(people: list[SeatTerm]) -> list[SeatTerm]:
    return list({term.seat.party_id: term for term in reversed(people)}.values())
