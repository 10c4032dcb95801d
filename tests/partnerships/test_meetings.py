"""Meetings: planned, changed, called, opened and cancelled, with the letters of each."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from icld_portal.models import Event, Letter, LetterAttachment
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships import workflow
from partnerships.agenda import waiting_for
from partnerships.models import (
    AgendaItem,
    Attendance,
    MeetingStatus,
    SeatKind,
    SteeringMeeting,
    Verification,
)
from partnerships.models.matters import addresses_of
from partnerships.quorum import parties_of, quorum, sitting
from partnerships.workflow import agenda as agendas
from partnerships.workflow.attendance import Guest, save_attendance
from partnerships.workflow.meetings import (
    MeetingFacts,
    call_again,
    call_meeting,
    call_problems,
    cancel_meeting,
    change_meeting,
    hold_meeting,
    plan_meetings,
)
from tests.factories.cases import empty_draft
from tests.factories.steering import (
    make_group,
    plan_meeting,
    seat_somebody,
    verified_decision,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

BEGINS = datetime(2027, 4, 15, 8, 0, tzinfo=UTC)
LONG_BEFORE = BEGINS - timedelta(days=30)


@pytest.fixture
def group(partnership):
    return make_group(partnership)


@pytest.fixture
def seated(group, partnership):
    """Anna has a login in Robertsfors; Musa sits for Machakos without one."""
    swedish, partner = partnership.parties.order_by("pk")
    return [
        seat_somebody(group, swedish, SeatKind.COORDINATOR, "Test Annasson"),
        seat_somebody(group, partner, SeatKind.COORDINATOR, "Test Musa", with_login=False),
    ]


@pytest.fixture
def meeting(group, seated):
    return plan_meeting(group, BEGINS)


def facts_of(meeting: SteeringMeeting, **changed) -> MeetingFacts:
    names = ("starts_at", "ends_at", "title", "place", "link", "language")
    return MeetingFacts(**({name: getattr(meeting, name) for name in names} | changed))


def letters() -> list[tuple[str, str]]:
    return sorted(Letter.objects.values_list("kind", "to_email"))


def calendar_words(address: str) -> list[str]:
    files = LetterAttachment.objects.filter(letter__to_email=address).order_by("pk")
    return [bytes(one.content).decode() for one in files]


def test_a_year_is_planned_at_once_and_nobody_gets_a_letter(group, seated, coordinator):
    days = [BEGINS + timedelta(days=90 * number) for number in range(3)]
    planned = [MeetingFacts(day, day + timedelta(hours=2), place="Rådhuset") for day in days]

    plan_meetings(group, planned, by=coordinator)

    found = SteeringMeeting.objects.order_by("starts_at").values_list("starts_at", "status")
    assert list(found) == [(day, "planned") for day in days]
    assert Event.objects.filter(verb="plan_meeting").count() == 3
    assert letters() == []


def test_a_form_sent_twice_plans_nothing_twice(group, coordinator):
    planned = [MeetingFacts(BEGINS, BEGINS + timedelta(hours=2))]
    plan_meetings(group, planned, by=coordinator)

    with pytest.raises(NotReady, match="already meets 2027-04-15 10:00 Stockholm · 11:00 Nairobi"):
        plan_meetings(group, planned, by=coordinator)

    assert SteeringMeeting.objects.count() == 1


@pytest.mark.parametrize("person", ["stranger", "member", "officer"])
def test_only_who_runs_the_group_plans(group, person, request):
    planned = [MeetingFacts(BEGINS, BEGINS + timedelta(hours=2))]
    with pytest.raises(PermissionDenied):
        plan_meetings(group, planned, by=request.getfixturevalue(person))


def test_the_call_goes_to_everybody_who_sits_in_their_language_and_clock(
    meeting, seated, coordinator
):
    AgendaItem.objects.create(meeting=meeting, title="Budget 2028")

    called = call_meeting(meeting, by=coordinator, at=LONG_BEFORE)

    anna, musa = seated
    assert called.status == MeetingStatus.CALLED
    assert called.called_at == LONG_BEFORE
    to_anna, to_musa = Letter.objects.order_by("pk")
    assert (to_anna.to_email, to_anna.to_user_id, to_anna.language) == (
        anna.user.email,
        anna.user_id,
        "sv",
    )
    assert (to_musa.to_email, to_musa.to_user_id, to_musa.language) == (musa.email, None, "en")
    assert "När: 2027-04-15 10:00–12:00 Stockholm · 11:00–13:00 Nairobi" in to_anna.body
    assert "1. Budget 2028" in to_musa.body
    # Who has no login is not sent to a page that asks for one.
    assert "/steering-meetings/" in to_anna.body
    assert "/steering-meetings/" not in to_musa.body
    (stockholm,), (nairobi,) = calendar_words(anna.user.email), calendar_words(musa.email)
    assert "DTSTART;TZID=Europe/Stockholm:20270415T100000" in stockholm
    assert "DTSTART;TZID=Africa/Nairobi:20270415T110000" in nairobi
    assert "METHOD:REQUEST" in stockholm
    assert anna.user.email not in nairobi
    assert all(
        "majority" not in words and "majoritet" not in words
        for words in (stockholm, nairobi, to_anna.body, to_musa.body)
    )


def test_a_meeting_is_called_once(meeting, coordinator):
    call_meeting(meeting, by=coordinator, at=LONG_BEFORE)
    with pytest.raises(WrongStatus):
        call_meeting(meeting, by=coordinator, at=LONG_BEFORE)
    assert Letter.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "at", "said"),
    [
        ({}, BEGINS, "too late to call"),
        ({"place": "", "link": ""}, LONG_BEFORE, "Write a place or a link"),
    ],
)
def test_what_speaks_against_a_call_is_said_and_nothing_is_sent(
    meeting, coordinator, changed, at, said
):
    SteeringMeeting.objects.filter(pk=meeting.pk).update(**changed)
    with pytest.raises(NotReady, match=said):
        call_meeting(meeting, by=coordinator, at=at)
    assert letters() == []


def test_a_group_of_vacant_seats_is_not_called(group, coordinator):
    meeting = plan_meeting(group, BEGINS)
    with pytest.raises(NotReady, match="Nobody who sits that day"):
        call_meeting(meeting, by=coordinator, at=LONG_BEFORE)


def test_who_has_no_address_is_named_before_the_call(meeting, seated):
    seated[1].email = ""
    seated[1].save()
    texts = [one.text for one in call_problems(meeting, at=LONG_BEFORE) if not one.blocks]
    assert texts == [
        "Test Musa has no e-mail address and must be called in another way.",
        "The agenda is empty.",
    ]


def test_another_time_after_the_call_is_told_with_a_higher_number(meeting, seated, coordinator):
    call_meeting(meeting, by=coordinator, at=LONG_BEFORE)
    moved = facts_of(meeting, starts_at=BEGINS + timedelta(hours=1))

    change_meeting(meeting, moved, by=coordinator)

    assert [kind for kind, _address in letters()] == ["meeting_called"] * 2 + [
        "meeting_changed"
    ] * 2
    first, second = calendar_words(seated[1].email)
    assert ("SEQUENCE:0" in first, "SEQUENCE:1" in second) == (True, True)
    number = f"UID:{meeting.uid}@"
    assert number in first
    assert number in second
    assert "METHOD:REQUEST" in second


def test_another_language_of_the_minutes_is_no_news_to_calendars(meeting, coordinator):
    call_meeting(meeting, by=coordinator, at=LONG_BEFORE)
    change_meeting(meeting, facts_of(meeting, language="sv"), by=coordinator)
    assert [kind for kind, _address in letters()] == ["meeting_called"] * 2


def test_a_plan_is_changed_without_letters(meeting, coordinator):
    change_meeting(meeting, facts_of(meeting, place="Gamla rådhuset"), by=coordinator)
    assert letters() == []


def test_the_call_is_sent_again_to_who_sits_now(meeting, seated, coordinator):
    call_meeting(meeting, by=coordinator, at=LONG_BEFORE)
    seated[1].email = "ny@example.org"
    seated[1].save()

    call_again(meeting, by=coordinator, at=LONG_BEFORE)

    (words,) = calendar_words("ny@example.org")
    assert "SEQUENCE:1" in words


def test_cancelling_takes_a_called_meeting_out_of_calendars(meeting, seated, coordinator):
    call_meeting(meeting, by=coordinator, at=LONG_BEFORE)

    cancel_meeting(meeting, by=coordinator, at=LONG_BEFORE)

    _call, words = calendar_words(seated[0].user.email)
    assert all(line in words for line in ("METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:1"))
    with pytest.raises(WrongStatus):
        change_meeting(meeting, facts_of(meeting), by=coordinator)


def test_cancelling_a_plan_writes_to_nobody(meeting, coordinator):
    cancel_meeting(meeting, by=coordinator, at=LONG_BEFORE)
    assert letters() == []


def test_the_minutes_open_at_the_very_second_of_the_meeting(meeting, coordinator):
    with pytest.raises(NotReady, match="when the meeting has begun: 2027-04-15 10:00 Stockholm"):
        hold_meeting(meeting, by=coordinator, at=BEGINS - timedelta(seconds=1))
    assert hold_meeting(meeting, by=coordinator, at=BEGINS).status == MeetingStatus.HELD


def test_the_agenda_takes_up_what_waits_once_and_in_order(meeting, coordinator):
    draft = empty_draft(meeting.group.partnership, by=coordinator)
    (value,) = (one.value for one in waiting_for(meeting, coordinator))
    agendas.add_item(meeting, "Öppnande", "", by=coordinator)

    assert agendas.add_matters(meeting, [value, "plan:other"], by=coordinator) == 1
    assert agendas.add_matters(meeting, [value], by=coordinator) == 0

    second = meeting.agenda.get(matter_key=draft.key)
    agendas.move_item(second, down=False, by=coordinator)
    agendas.move_item(second, down=False, by=coordinator)
    kinds = meeting.agenda.order_by("sort_order").values_list("matter_kind", flat=True)
    assert list(kinds) == [value.partition(":")[0], "free"]
    assert waiting_for(meeting, coordinator) == []


def test_what_is_overdue_and_the_last_minutes_wait_for_the_group(
    partnership, coordinator, stranger
):
    group = make_group(partnership, "Efterföljarna")
    meeting = plan_meeting(group, BEGINS)
    overdue = verified_decision(group, due_on=date(2026, 11, 20), heading="Brunnen")
    verified_decision(
        group, due_on=date(2099, 1, 1), starts_at=datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
    )
    last = overdue.paragraph.meeting

    waiting = waiting_for(meeting, coordinator)

    follow_up = overdue.paragraph.follow_up
    assert [(one.title, one.key) for one in waiting] == [
        (f"Follow-up of {overdue.paragraph.sign}: Brunnen", str(follow_up.pk)),
        ("Minutes of the meeting 2026-11-20", f"minutes-{last.pk}"),
    ]
    points = [(one.kind.value, one.key) for one in waiting]
    assert addresses_of(points, coordinator) == {
        points[0]: f"/steering-follow-ups/{follow_up.pk}/",
        points[1]: last.get_absolute_url(),
    }
    assert addresses_of([*points, ("follow_up", "minutes-x"), ("follow_up", "")], stranger) == {}
    assert agendas.add_matters(meeting, [one.value for one in waiting], by=coordinator) == 2
    assert waiting_for(meeting, coordinator) == []


def test_an_agenda_is_written_until_the_meeting(meeting, coordinator, member):
    item = agendas.add_item(meeting, "Öppnande", "", by=coordinator)
    with pytest.raises(PermissionDenied):
        agendas.add_item(meeting, "Nej", "", by=member)
    hold_meeting(meeting, by=coordinator, at=BEGINS)
    for deed in (
        lambda: agendas.add_item(meeting, "Sent", "", by=coordinator),
        lambda: agendas.add_matters(meeting, [], by=coordinator),
        lambda: agendas.change_item(item, "Sent", "", by=coordinator),
        lambda: agendas.move_item(item, down=True, by=coordinator),
        lambda: agendas.remove_item(item, by=coordinator),
    ):
        with pytest.raises(WrongStatus):
            deed()
    assert list(meeting.agenda.values_list("title", flat=True)) == ["Öppnande"]


def test_an_agenda_has_room_for_sixty(meeting, coordinator):
    AgendaItem.objects.bulk_create(
        AgendaItem(meeting=meeting, sort_order=number, title=str(number)) for number in range(60)
    )
    with pytest.raises(NotReady, match="at most 60 items"):
        agendas.add_item(meeting, "Sextioett", "", by=coordinator)


def test_who_was_there_is_kept_with_roles_that_tell_no_side(meeting, seated, coordinator, group):
    swedish = group.partnership.parties.order_by("pk").first()
    politician = seat_somebody(group, swedish, SeatKind.POLITICIAN_OPPOSITION, "Test Bosson")
    held = hold_meeting(meeting, by=coordinator, at=BEGINS)

    save_attendance(
        held, {seated[0].pk, politician.pk}, [Guest("Tolk Tolksson", "tolk")], by=coordinator
    )

    rows = Attendance.objects.order_by("pk").values_list("name", "role", "is_present")
    assert sorted(rows) == [
        ("Test Annasson", "coordinator, Robertsfors kommun", True),
        ("Test Bosson", "politician, Robertsfors kommun", True),
        ("Test Musa", "coordinator, Machakos County", False),
        ("Tolk Tolksson", "tolk", True),
    ]


def test_attendance_is_open_while_the_minutes_are(meeting, seated, coordinator, officer):
    with pytest.raises(WrongStatus):
        save_attendance(meeting, set(), [], by=coordinator)
    held = hold_meeting(meeting, by=coordinator, at=BEGINS)
    with pytest.raises(PermissionDenied):
        save_attendance(held, set(), [], by=officer)
    with pytest.raises(NotReady, match="at most 40 guests"):
        save_attendance(held, set(), [Guest("x")] * 41, by=coordinator)


def test_another_attendance_lapses_what_was_verified_and_the_same_does_not(
    meeting, seated, coordinator
):
    held = hold_meeting(meeting, by=coordinator, at=BEGINS)
    save_attendance(held, {seated[0].pk}, [], by=coordinator)
    held.refresh_from_db()
    verified = Verification.objects.create(
        meeting=held,
        party=seated[0].seat.party,
        term=seated[0],
        user=seated[0].user,
        name="Test Annasson",
        role="coordinator",
        content_sha256="a" * 64,
        content_version=held.content_version,
        method="totp",
    )

    same = save_attendance(held, {seated[0].pk}, [], by=coordinator)
    verified.refresh_from_db()
    assert (same.content_version, verified.lapsed_at) == (held.content_version, None)

    other = save_attendance(held, {term.pk for term in seated}, [], by=coordinator)
    other.refresh_from_db()
    verified.refresh_from_db()
    assert other.content_version == held.content_version + 1
    assert (verified.lapsed_by, verified.lapsed_reason) == (coordinator.name, "attendance")


@pytest.mark.parametrize(
    ("present", "words"),
    [
        ("01", "2 of 4 filled seats, somebody from each party: not quorate"),
        ("013", "3 of 4 filled seats, somebody from each party: quorate"),
        ("023", "3 of 4 filled seats, nobody from Machakos County: not quorate"),
        ("", "0 of 4 filled seats, nobody from Robertsfors kommun, Machakos County: not quorate"),
    ],
)
def test_a_quorum_is_more_than_half_of_the_filled_seats_and_both_parties(
    meeting, seated, group, present, words
):
    swedish = group.partnership.parties.order_by("pk").first()
    others = [
        seat_somebody(group, swedish, kind, f"Test Till{number}")
        for number, kind in enumerate((SeatKind.LEADING_OFFICIAL, SeatKind.POLITICIAN_MAJORITY))
    ]
    terms = [*seated, *others]
    rows = [
        Attendance(meeting=meeting, term=terms[int(number)], name="x", is_present=True)
        for number in present
    ]

    found = quorum(meeting, terms=sitting(meeting), rows=rows, parties=parties_of(group))

    assert found.words == words


def test_reminders_go_out_seven_days_and_one_day_before_each_once(meeting, coordinator):
    call_meeting(meeting, by=coordinator, at=LONG_BEFORE)
    told = []
    for days in (8, 7, 6, 1):
        at = BEGINS - timedelta(days=days)
        told.append((days, workflow.remind_of_meetings(at=at), workflow.remind_of_meetings(at=at)))
    assert told == [(8, 0, 0), (7, 1, 0), (6, 0, 0), (1, 1, 0)]
    assert [kind for kind, _to in letters()].count("meeting_reminder") == 4
    assert workflow.remind_of_meetings(at=BEGINS) == 0


def test_a_meeting_called_the_day_before_is_not_reminded_of(meeting, coordinator):
    call_meeting(meeting, by=coordinator, at=BEGINS - timedelta(days=1))
    assert workflow.remind_of_meetings(at=BEGINS - timedelta(hours=12)) == 0


def test_a_cancelled_meeting_and_a_plan_are_not_reminded_of(meeting, group, coordinator):
    call_meeting(meeting, by=coordinator, at=LONG_BEFORE)
    cancel_meeting(meeting, by=coordinator, at=LONG_BEFORE)
    plan_meeting(group, BEGINS + timedelta(hours=5))
    assert workflow.remind_of_meetings(at=BEGINS - timedelta(days=1)) == 0


def test_who_left_before_the_meeting_is_not_called(meeting, seated, coordinator):
    seated[0].to_on = date(2027, 4, 14)
    seated[0].save()
    call_meeting(meeting, by=coordinator, at=LONG_BEFORE)
    assert [to for _kind, to in letters()] == [seated[1].email]


def test_who_sits_no_longer_on_the_day_it_is_moved_to_is_told_once(meeting, seated, coordinator):
    call_meeting(meeting, by=coordinator, at=LONG_BEFORE)
    seated[0].to_on = date(2027, 4, 20)
    seated[0].save()
    moved = facts_of(
        meeting, starts_at=BEGINS + timedelta(days=7), ends_at=BEGINS + timedelta(days=7, hours=1)
    )

    change_meeting(meeting, moved, by=coordinator)
    change_meeting(meeting, replace(moved, place="Torget"), by=coordinator)
    cancel_meeting(meeting, by=coordinator, at=LONG_BEFORE)

    address = seated[0].user.email
    assert [kind for kind, to in letters() if to == address] == ["meeting_called", "meeting_left"]
    _call, left = calendar_words(address)
    assert all(line in left for line in ("METHOD:CANCEL", "SEQUENCE:1"))


def test_a_cancelled_meeting_leaves_the_calendar_of_who_has_left_since(
    meeting, seated, coordinator
):
    call_meeting(meeting, by=coordinator, at=LONG_BEFORE)
    seated[0].to_on = date(2027, 4, 1)
    seated[0].save()

    cancel_meeting(meeting, by=coordinator, at=LONG_BEFORE)

    cancelled = [to for kind, to in letters() if kind == "meeting_cancelled"]
    assert cancelled == sorted([seated[0].user.email, seated[1].email])


def test_a_meeting_on_the_first_day_of_the_group_counts_days_as_stockholm_does(group, coordinator):
    night = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)  # 2026-01-01 00:30 in Stockholm
    facts = MeetingFacts(starts_at=night, ends_at=night + timedelta(hours=1), place="Rådhuset")

    assert len(plan_meetings(group, [facts], by=coordinator)) == 1

    earlier = replace(facts, starts_at=night - timedelta(hours=1))
    with pytest.raises(NotReady):
        plan_meetings(group, [earlier], by=coordinator)
