"""What the database holds of steering groups, whoever writes to it."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from partnerships.models import (
    Attendance,
    FollowUp,
    MeetingStatus,
    Paragraph,
    ParagraphText,
    Seat,
    SeatKind,
    SeatTerm,
    SteeringDecision,
    SteeringMeeting,
    Verification,
)
from tests.factories.parties import make_partnership
from tests.factories.steering import make_group, plan_meeting, seat_somebody

pytestmark = pytest.mark.django_db

SHA = "a" * 64


@pytest.fixture
def group(partnership):
    return make_group(partnership)


@pytest.fixture
def members(group, partnership) -> list[SeatTerm]:
    """A coordinator for each party."""
    return [
        seat_somebody(group, party, SeatKind.COORDINATOR, f"Test Sittande {number}")
        for number, party in enumerate(partnership.parties.all())
    ]


def hold(meeting: SteeringMeeting) -> SteeringMeeting:
    SteeringMeeting.objects.filter(pk=meeting.pk).update(status=MeetingStatus.HELD)
    meeting.refresh_from_db()
    return meeting


def paragraph_of(meeting: SteeringMeeting, number: int) -> Paragraph:
    return Paragraph.objects.create(
        meeting=meeting, group=meeting.group, year=2026, number=number, heading="Testrubrik"
    )


def verify(meeting: SteeringMeeting, members: list[SeatTerm]) -> None:
    for term in members:
        Attendance.objects.create(meeting=meeting, term=term, name=term.name)
        Verification.objects.create(
            meeting=meeting,
            party=term.seat.party,
            term=term,
            user=term.user,
            name=term.name,
            role="coordinator",
            content_sha256=SHA,
            content_version=meeting.content_version,
            method="totp",
        )


def status_to(meeting: SteeringMeeting, status: str) -> None:
    SteeringMeeting.objects.filter(pk=meeting.pk).update(
        status=status, content_sha256=SHA, verified_at=meeting.starts_at
    )


def refused(statement, *args) -> str:
    with pytest.raises(DatabaseError) as stopped, transaction.atomic():
        statement(*args)
    return str(stopped.value)


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_two_people_do_not_sit_in_one_seat_on_one_day(group, members):
    seat = members[0].seat
    SeatTerm.objects.filter(pk=members[0].pk).update(to_on=date(2026, 6, 30))
    with pytest.raises(IntegrityError, match="seat_term_one_at_a_time"), transaction.atomic():
        SeatTerm.objects.create(seat=seat, name="Test Samtidig", from_on=date(2026, 6, 30))
    SeatTerm.objects.create(seat=seat, name="Test Efterträdarsson", from_on=date(2026, 7, 1))


def test_a_seat_is_for_a_party_of_the_partnership(group, vara, poti):
    stranger = make_partnership(vara, poti).parties.first()
    words = refused(lambda: Seat.objects.create(group=group, party=stranger, kind="coordinator"))
    assert "a seat is for a party of its partnership" in words


def test_numbers_come_one_after_the_other(group):
    meeting = hold(plan_meeting(group))
    paragraph_of(meeting, 1)
    assert "not the next number" in refused(paragraph_of, meeting, 3)
    second = paragraph_of(meeting, 2)
    assert "only the last number" in refused(Paragraph.objects.get(number=1).delete)
    second.delete()
    paragraph_of(meeting, 2)
    move = Paragraph.objects.filter(number=2)
    assert "number_stays" in refused(lambda: move.update(number=7))


def test_minutes_are_written_of_a_meeting_that_is_held(group):
    assert "no minutes are written there" in refused(paragraph_of, plan_meeting(group), 1)


@pytest.mark.parametrize(
    ("old", "new"), [("planned", "verified"), ("held", "planned"), ("held", "cancelled")]
)
def test_no_other_move_than_those_of_the_table(group, old, new):
    meeting = plan_meeting(group)
    if old == "held":
        hold(meeting)
    assert "Invalid transition" in refused(status_to, meeting, new)


def test_minutes_stand_when_each_party_has_verified_them(group, members):
    meeting = hold(plan_meeting(group))
    paragraph_of(meeting, 1)
    verify(meeting, members[:1])
    assert "a party has not verified" in refused(status_to, meeting, "verified")
    verify(meeting, members[1:])
    status_to(meeting, "verified")


def test_only_who_was_there_for_the_party_verifies(group, members):
    meeting = hold(plan_meeting(group))
    Attendance.objects.create(meeting=meeting, term=members[0], name="x", is_present=False)
    facts = {
        "meeting": meeting,
        "user": members[0].user,
        "name": "Test",
        "role": "coordinator",
        "content_sha256": SHA,
        "content_version": 1,
        "method": "totp",
    }
    absent = {"party": members[0].seat.party, "term": members[0]}
    assert "only who was there" in refused(lambda: Verification.objects.create(**facts, **absent))
    Attendance.objects.update(is_present=True)
    another = {"party": members[1].seat.party, "term": members[0]}
    assert "only who was there" in refused(lambda: Verification.objects.create(**facts, **another))
    Verification.objects.create(**facts, **absent)


def test_verified_minutes_change_by_no_statement(group, members):
    meeting = hold(plan_meeting(group))
    paragraph = paragraph_of(meeting, 1)
    ParagraphText.objects.create(paragraph=paragraph, part="decision", text="Vi beslutar.")
    SteeringDecision.objects.create(paragraph=paragraph)
    FollowUp.objects.create(
        paragraph=paragraph, responsible_name="Test Ansvarig", due_on=date(2026, 12, 1)
    )
    verify(meeting, members)
    status_to(meeting, "verified")

    for statement in (
        "UPDATE partnerships_paragraph SET heading = 'x'",
        "DELETE FROM partnerships_paragraph",
        "UPDATE partnerships_paragraphtext SET text = 'x'",
        "DELETE FROM partnerships_paragraphtext",
        "UPDATE partnerships_steeringdecision SET matter_title = 'x'",
        "DELETE FROM partnerships_steeringdecision",
        "UPDATE partnerships_attendance SET is_present = false",
        "DELETE FROM partnerships_attendance",
        "UPDATE partnerships_followup SET due_on = '2027-01-01'",
        "DELETE FROM partnerships_followup",
        "UPDATE partnerships_verification SET name = 'x'",
        "DELETE FROM partnerships_verification",
        "UPDATE partnerships_steeringmeeting SET place = 'x'",
        "DELETE FROM partnerships_steeringmeeting",
        "TRUNCATE partnerships_paragraph CASCADE",
    ):
        assert refused(run, statement)
    FollowUp.objects.update(done_at=meeting.starts_at, done_note="Gjort.")
    assert FollowUp.objects.get().done_note == "Gjort."
