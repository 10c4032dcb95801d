"""Calendar files, read back by another library: the same instant on every clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject

from partnerships.calendars import Method, feed, invitation
from partnerships.clocks import HOME, Clock, NoSuchTime, clock_of, clocks_of, span, times
from partnerships.models import Country, Organisation, OrganisationKind, PartySide, SteeringMeeting
from tests.factories.steering import make_group, plan_meeting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

NAIROBI = Clock(ZoneInfo("Africa/Nairobi"), "Nairobi")
HANOI = Clock(ZoneInfo("Asia/Ho_Chi_Minh"), "Hanoi")
AT = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
# The hours before, in and after both nights when the clock is changed in 2027, and plain days.
MOMENTS = [
    datetime(2027, 3, 27, 9, 0, tzinfo=UTC),
    *(datetime(2027, 3, 28, hour, 30, tzinfo=UTC) for hour in (0, 1, 2)),
    datetime(2027, 6, 15, 7, 0, tzinfo=UTC),
    *(datetime(2027, 10, 31, hour, 30, tzinfo=UTC) for hour in (0, 1, 2)),
    datetime(2027, 11, 1, 8, 0, tzinfo=UTC),
    datetime(2027, 12, 31, 23, 30, tzinfo=UTC),
]


@pytest.fixture
def group(partnership):
    return make_group(partnership)


def read(content: bytes):
    return vobject.readOne(content.decode())


@pytest.mark.parametrize("clock", [HOME, NAIROBI, HANOI], ids=lambda clock: clock.city)
@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_another_library_reads_the_same_instant(group, clock, moment):
    meeting = plan_meeting(group, moment)

    content = invitation(meeting, method=Method.REQUEST, clock=clock, language="sv", at=AT)

    event = read(content).vevent
    assert event.dtstart.value.astimezone(UTC) == moment
    assert event.dtend.value.astimezone(UTC) == moment + timedelta(hours=2)
    local = moment.astimezone(clock.zone)
    # Of an hour that the night has twice, a local time means the first: the second is in UTC.
    by_clock = f"DTSTART;TZID={clock.key}:{local:%Y%m%dT%H%M}00"
    assert (f"DTSTART:{moment:%Y%m%dT%H%M}00Z" if local.fold else by_clock) in content.decode()


def test_an_invitation_names_method_number_sequence_and_only_its_reader(group):
    meeting = plan_meeting(group)
    SteeringMeeting.objects.filter(pk=meeting.pk).update(sequence=3, title="Årsmöte; budget, plan")
    meeting.refresh_from_db()

    content = invitation(
        meeting,
        method=Method.REQUEST,
        clock=NAIROBI,
        language="en",
        at=AT,
        to=('Musa, "M"', "musa@example.org"),
    )

    calendar = read(content)
    event = calendar.vevent
    assert (calendar.method.value, event.sequence.value) == ("REQUEST", "3")
    assert event.uid.value.partition("@")[0] == str(meeting.uid)
    assert event.summary.value == "Årsmöte; budget, plan"
    assert event.location.value == "Rådhuset"
    assert event.attendee.value == "mailto:musa@example.org"
    assert event.organizer.value.startswith("mailto:")


def test_a_long_title_with_line_ends_breaks_no_calendar(group):
    meeting = plan_meeting(group)
    meeting.title = "Å" * 150 + "\nEND:VEVENT"
    calendar = read(invitation(meeting, method=Method.PUBLISH, clock=HOME, language="sv", at=AT))
    assert calendar.vevent.summary.value == meeting.title


def test_a_feed_holds_every_meeting_and_no_address(group):
    meetings = [plan_meeting(group, moment) for moment in MOMENTS]

    content = feed(group, meetings, clock=HANOI, language="en", at=AT)

    read_back = sorted(one.dtstart.value.astimezone(UTC) for one in read(content).vevent_list)
    assert read_back == MOMENTS
    assert "mailto" not in content.decode()
    assert read(content).method.value == "PUBLISH"


def test_the_zone_is_described_as_the_standard_asks(group):
    meeting = plan_meeting(group, datetime(2027, 6, 15, 7, 0, tzinfo=UTC))
    words = invitation(meeting, method=Method.REQUEST, clock=HOME, language="sv", at=AT).decode()
    _first, daylight, standard = words.split("BEGIN:VTIMEZONE")[1].split("TZOFFSETTO")[:3]
    # By the clock that stood until then: 02:00 in March, 03:00 in October.
    assert "DTSTART:20260329T020000" in daylight
    assert "RDATE:20270328T020000" in daylight
    assert "RDATE:20271031T030000" in standard


def test_an_empty_feed_is_a_calendar_too(group):
    assert read(feed(group, [], clock=HOME, language="sv", at=AT)).version.value == "2.0"


@pytest.mark.parametrize(
    ("day", "hour", "said"),
    [
        (date(2027, 3, 28), time(2, 30), "There is no 02:30 on 2027-03-28 in Stockholm"),
        (date(2027, 10, 31), time(2, 0), "02:00 comes twice on 2027-10-31 in Stockholm"),
    ],
)
def test_an_hour_that_the_night_lacks_or_has_twice_is_refused(day, hour, said):
    with pytest.raises(NoSuchTime, match=said):
        HOME.at(day, hour)


@pytest.mark.parametrize(
    ("day", "hour", "moment"),
    [
        (date(2027, 3, 28), time(1, 59), datetime(2027, 3, 28, 0, 59, tzinfo=UTC)),
        (date(2027, 3, 28), time(3, 0), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        (date(2027, 10, 31), time(3, 0), datetime(2027, 10, 31, 2, 0, tzinfo=UTC)),
    ],
)
def test_the_hours_beside_are_those_of_the_clock(day, hour, moment):
    assert HOME.at(day, hour) == moment
    assert NAIROBI.at(day, time(2, 30)) == datetime(
        day.year, day.month, day.day - 1, 23, 30, tzinfo=UTC
    )


def test_times_stand_beside_each_other_with_the_day_where_it_is_new():
    clocks = [HOME, NAIROBI, HANOI]
    morning = datetime(2027, 4, 15, 8, 0, tzinfo=UTC)
    evening = datetime(2027, 4, 15, 18, 0, tzinfo=UTC)
    assert times(morning, clocks) == "2027-04-15 10:00 Stockholm · 11:00 Nairobi · 15:00 Hanoi"
    assert span(evening, evening + timedelta(hours=1), clocks) == (
        "2027-04-15 20:00–21:00 Stockholm · 21:00–22:00 Nairobi · 2027-04-16 01:00–02:00 Hanoi"
    )


def test_each_person_writes_by_the_clock_of_their_own_party(
    partnership, coordinator, partner_coordinator, officer
):
    parties = list(partnership.parties.order_by("pk"))
    clocks = [clock_of(one, parties).city for one in (coordinator, partner_coordinator, officer)]
    assert clocks == ["Stockholm", "Nairobi", "Stockholm"]


def test_three_parties_have_three_clocks_and_vietnam_s_is_hanoi(partnership):
    hanoi = Organisation.objects.create(
        kind=OrganisationKind.objects.get(code="local-authority"),
        country=Country.objects.get(code="VN"),
        name="Hai Chau",
    )
    partnership.parties.create(organisation=hanoi, side=PartySide.PARTNER)
    parties = list(partnership.parties.order_by("pk"))
    assert [clock.city for clock in clocks_of(parties)] == ["Stockholm", "Nairobi", "Hanoi"]
