"""The pages of meetings, agendas and attendance, and the secret links to calendars."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications.models import Following
from icld_portal.models import Letter
from partnerships.models import (
    AgendaItem,
    CalendarLink,
    MeetingStatus,
    SeatKind,
    SteeringMeeting,
    User,
)
from partnerships.workflow.meetings import call_meeting, cancel_meeting, hold_meeting
from tests.factories import cases
from tests.factories.parties import make_partnership
from tests.factories.steering import make_group, plan_meeting, seat_somebody

pytestmark = pytest.mark.django_db

BEGINS = datetime(2027, 4, 15, 8, 0, tzinfo=UTC)


@pytest.fixture
def group(partnership):
    return make_group(partnership)


@pytest.fixture
def seated(group, partnership):
    return [
        seat_somebody(group, party, SeatKind.COORDINATOR, f"Test Sittande {number}")
        for number, party in enumerate(partnership.parties.order_by("pk"))
    ]


@pytest.fixture
def meeting(group, seated):
    return plan_meeting(group, timezone.now() + timedelta(days=30))


@pytest.fixture
def held(group, seated, coordinator):
    begun = plan_meeting(group, timezone.now() - timedelta(hours=1))
    return hold_meeting(begun, by=coordinator, at=timezone.now())


def plan_data(**changed) -> dict[str, str]:
    return {
        "day_1": "2027-04-15",
        "day_2": "2027-10-14",
        "starts": "10:00",
        "ends": "12:00",
        "zone": "Europe/Stockholm",
        "language": "sv",
        "place": "Rådhuset",
    } | changed


def test_a_year_is_planned_on_one_page(group, coordinator, signed_in):
    browser = signed_in(coordinator)
    address = f"/steering-groups/{group.pk}/meetings/plan/"
    assert 'value="Europe/Stockholm" selected' in browser.get(address).content.decode()

    answer = browser.post(address, plan_data())

    assert answer.url == f"/steering-groups/{group.pk}/meetings/"
    begins = SteeringMeeting.objects.order_by("starts_at").values_list("starts_at", flat=True)
    assert list(begins) == [BEGINS, datetime(2027, 10, 14, 8, 0, tzinfo=UTC)]


def test_a_partner_writes_by_the_clock_of_their_own_country(group, partner_coordinator, signed_in):
    browser = signed_in(partner_coordinator, "en")
    address = f"/steering-groups/{group.pk}/meetings/plan/"
    assert 'value="Africa/Nairobi" selected' in browser.get(address).content.decode()

    browser.post(address, plan_data(zone="Africa/Nairobi", day_2=""))

    made = SteeringMeeting.objects.get()
    assert made.starts_at == datetime(2027, 4, 15, 7, 0, tzinfo=UTC)
    page = browser.get(made.get_absolute_url()).content.decode()
    assert "2027-04-15 09:00–11:00 Stockholm</span> · " in page
    assert "10:00–12:00 Nairobi</span>" in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"day_1": "", "day_2": ""}, "Write at least one day."),
        ({"day_2": "2027-04-15"}, "This day is written twice."),
        ({"ends": "10:00"}, "The meeting must end later than it begins"),
        ({"starts": "25:00"}, "Write the time as hours and minutes"),
        ({"day_2": "2027-03-28", "starts": "02:30", "ends": "04:00"}, "There is no 02:30"),
        ({"day_2": "2027-10-31", "starts": "02:30", "ends": "04:00"}, "comes twice on 2027-10-31"),
        ({"zone": "Asia/Tokyo"}, "Select a valid choice"),
        ({"link": "javascript:alert(1)"}, "Enter a valid URL"),
        ({"place": "x" * 100_000}, "The text is too long"),
        ({"day_1": "2020-01-01"}, "is outside the days of the steering group"),
    ],
)
def test_a_plan_that_is_not_understood_plans_nothing_and_says_why(
    group, coordinator, signed_in, changed, said
):
    address = f"/steering-groups/{group.pk}/meetings/plan/"
    answer = signed_in(coordinator, "en").post(address, plan_data(**changed))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not SteeringMeeting.objects.exists()


def test_a_second_editor_is_told_what_the_first_has_saved(group, coordinator, signed_in):
    meeting = plan_meeting(group, BEGINS)
    address = f"/steering-meetings/{meeting.pk}/change/"
    first, second = signed_in(coordinator, "en"), signed_in(coordinator, "en")
    form = first.get(address).context["form"]
    sent = {**form.initial, "starts": "10:00", "ends": "12:00", "seen": form.seen}

    assert first.post(address, sent | {"place": "Gamla rådhuset"}).status_code == 302
    answer = second.post(address, sent | {"place": "Nya rådhuset"})

    assert answer.status_code == 422
    assert "Somebody else has saved this page" in answer.content.decode()
    assert SteeringMeeting.objects.get().place == "Gamla rådhuset"


def test_the_call_shows_every_reader_and_then_writes_to_them(
    meeting, seated, coordinator, signed_in
):
    browser = signed_in(coordinator)
    address = f"/steering-meetings/{meeting.pk}/call/"
    page = browser.get(address).content.decode()
    assert all(term.email in page for term in seated)

    browser.post(address)
    browser.post(address)

    assert Letter.objects.filter(kind="meeting_called").count() == 2
    meeting.refresh_from_db()
    assert meeting.status == MeetingStatus.CALLED
    browser.post(address, {"again": "yes"})
    assert Letter.objects.filter(kind="meeting_called").count() == 4


def test_the_call_is_a_notice_to_who_may_see_the_meeting_alone(
    meeting, seated, coordinator, signed_in
):
    call_meeting(meeting, by=coordinator, at=timezone.now())
    reader = seated[0].user
    letter = Letter.objects.get(to_user_id=reader.pk)
    browser = signed_in(reader)
    assert letter.subject in browser.get("/notices/").content.decode()
    assert browser.get("/home/").context["unread_notices"]() == 1

    reader.memberships.all().delete()

    assert letter.subject not in browser.get("/notices/").content.decode()
    assert browser.get(f"/notices/{letter.pk}/").status_code == 404
    assert browser.get("/notices/").context["unread_notices"]() == 0


def test_minutes_are_not_opened_before_the_meeting_and_then_ask_who_is_there(
    meeting, group, coordinator, signed_in
):
    browser = signed_in(coordinator, "en")
    browser.post(f"/steering-meetings/{meeting.pk}/hold/")
    meeting.refresh_from_db()
    assert meeting.status == MeetingStatus.PLANNED
    begun = plan_meeting(group, timezone.now() - timedelta(seconds=1))

    answer = browser.post(f"/steering-meetings/{begun.pk}/hold/")

    assert answer.url == f"/steering-meetings/{begun.pk}/attendance/"


def test_attendance_is_written_by_whoever_sits_there(held, seated, signed_in):
    browser = signed_in(seated[1].user, "en")
    address = f"/steering-meetings/{held.pk}/attendance/"
    seen = browser.get(address).context["form"].seen

    answer = browser.post(
        address,
        {
            "seen": seen,
            "present": [term.pk for term in seated],
            "guests": "Tolk Tolksson, tolk\n\nProjektledare\n",
        },
    )

    assert answer.url == f"/steering-meetings/{held.pk}/"
    guests = held.attendance.filter(term=None).order_by("pk").values_list("name", "role")
    assert list(guests) == [("Tolk Tolksson", "tolk"), ("Projektledare", "")]
    page = browser.get(answer.url).content.decode()
    assert "2 of 2 filled seats, somebody from each party: quorate" in page


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"present": ["0"]}, "Select a valid choice"),
        ({"guests": ", tolk"}, "Write the name first"),
        ({"guests": "x" * 121}, "At most 120 characters"),
        ({"guests": "\n".join(["x"] * 41)}, "at most 40 guests"),
    ],
)
def test_attendance_that_is_not_understood_is_not_kept(held, coordinator, signed_in, sent, said):
    browser = signed_in(coordinator, "en")
    address = f"/steering-meetings/{held.pk}/attendance/"
    seen = browser.get(address).context["form"].seen
    answer = browser.post(address, {"seen": seen, **sent})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not held.attendance.exists()


def test_the_agenda_is_ordered_by_buttons(meeting, coordinator, signed_in):
    browser = signed_in(coordinator, "en")
    address = f"/steering-meetings/{meeting.pk}/agenda/"
    for title in ("First", "Second", "Third"):
        browser.post(address, {"title": title})
    third = AgendaItem.objects.get(title="Third")

    browser.post(f"{address}{third.pk}/", {"wish": "up"})
    browser.post(f"{address}{AgendaItem.objects.get(title='First').pk}/", {"wish": "remove"})

    found = AgendaItem.objects.order_by("sort_order").values_list("title", flat=True)
    assert list(found) == ["Third", "Second"]


def test_an_item_of_another_meeting_is_not_found(meeting, group, coordinator, signed_in):
    other = plan_meeting(group, timezone.now() + timedelta(days=60))
    item = AgendaItem.objects.create(meeting=other, title="Other")
    address = f"/steering-meetings/{meeting.pk}/agenda/{item.pk}/"
    assert signed_in(coordinator).post(address, {"wish": "remove"}).status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
def test_the_pages_ask_the_same_for_one_row_and_thirty(group, seated, coordinator, signed_in, rows):
    meetings = [plan_meeting(group, BEGINS + timedelta(days=number)) for number in range(rows)]
    first = meetings[0]
    AgendaItem.objects.bulk_create(
        AgendaItem(meeting=first, sort_order=number, title=f"Item {number}")
        for number in range(rows)
    )
    browser = signed_in(coordinator)
    browser.get("/home/")
    asked = {}
    for address in (
        f"/steering-groups/{group.pk}/meetings/",
        first.get_absolute_url(),
        f"{first.get_absolute_url()}agenda/",
        f"{first.get_absolute_url()}call/",
    ):
        browser.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        asked[address] = len(queries)
    assert list(asked.values()) == QUERIES


QUERIES = [9, 11, 13, 11]


def make_link(browser: Client, group) -> str:
    page = browser.post(f"/steering-groups/{group.pk}/calendar/", {"wish": "make"})
    address = page.context["address"]
    assert address in page.content.decode()
    return address.removeprefix("http://127.0.0.1:8000")


def test_a_secret_link_answers_anybody_who_holds_it_without_signing_in(
    meeting, group, seated, signed_in
):
    address = make_link(signed_in(seated[1].user), group)

    answer = Client().get(address)

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    words = answer.content.decode()
    assert f"UID:{meeting.uid}" in words
    assert "TZID=Africa/Nairobi" in words
    assert "@example.org" not in words
    assert "Set-Cookie" not in answer.headers
    # The page never shows it again, and the table cannot tell it.
    page = signed_in(seated[1].user).get(f"/steering-groups/{group.pk}/calendar/")
    token = address.split("/")[-1].removesuffix(".ics")
    assert token not in page.content.decode()
    assert not CalendarLink.objects.filter(token_sha256__contains=token).exists()


def end_membership(user: User) -> None:
    user.memberships.all().delete()


def lock_out(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("ended", [end_membership, lock_out])
def test_a_link_dies_with_the_right_to_see_the_group(group, seated, signed_in, ended):
    address = make_link(signed_in(seated[0].user), group)
    others = make_link(signed_in(seated[1].user), group)
    ended(seated[0].user)
    assert [Client().get(one).status_code for one in (address, others)] == [404, 200]


def test_a_conflict_of_interest_closes_an_officer_s_link_and_pages(
    meeting, group, partnership, coordinator, officer, signed_in
):
    case = cases.submitted(partnership, by=coordinator)
    Following.objects.create(application=case, group=group)
    browser = signed_in(officer)
    address = make_link(browser, group)
    pages = [address, meeting.get_absolute_url(), f"/steering-groups/{group.pk}/meetings/"]
    assert [browser.get(page).status_code for page in pages] == [200, 200, 200]

    officer.interests.create(case_reference=case.reference, has_conflict=True, reason="Syskon")

    assert [browser.get(page).status_code for page in pages] == [404, 404, 404]


def test_a_link_is_closed_by_its_owner_and_by_a_new_one(group, seated, signed_in):
    browser = signed_in(seated[0].user)
    first = make_link(browser, group)
    second = make_link(browser, group)
    assert [Client().get(one).status_code for one in (first, second)] == [404, 200]

    # Somebody else's button closes nothing of mine.
    signed_in(seated[1].user).post(f"/steering-groups/{group.pk}/calendar/", {"wish": "revoke"})
    assert Client().get(second).status_code == 200
    browser.post(f"/steering-groups/{group.pk}/calendar/", {"wish": "revoke"})
    assert Client().get(second).status_code == 404


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 5000, "%00", "å"])
def test_a_made_up_token_opens_nothing(group, token):
    assert Client().get(f"/calendars/{token}.ics").status_code == 404


def test_a_feed_says_what_was_called_off_but_not_plans_that_came_to_nothing(
    meeting, group, coordinator, signed_in
):
    cancel_meeting(plan_meeting(group, BEGINS), by=coordinator, at=timezone.now())
    called = call_meeting(meeting, by=coordinator, at=timezone.now())
    cancel_meeting(called, by=coordinator, at=timezone.now())

    words = Client().get(make_link(signed_in(coordinator), group)).content.decode()

    assert words.count("BEGIN:VEVENT") == 1
    assert "STATUS:CANCELLED" in words


@pytest.mark.parametrize("rows", [1, 30])
def test_a_feed_asks_the_same_for_one_meeting_and_thirty(group, coordinator, signed_in, rows):
    for number in range(rows):
        plan_meeting(group, BEGINS + timedelta(days=number))
    address = make_link(signed_in(coordinator), group)
    Client().get(address)
    with CaptureQueriesContext(connection) as queries:
        Client().get(address)
    assert len(queries) == 5


def test_one_meeting_is_taken_along_as_a_file(meeting, coordinator, signed_in):
    answer = signed_in(coordinator).get(f"/steering-meetings/{meeting.pk}/meeting.ics")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="meeting.ics"'
    assert b"METHOD:PUBLISH" in answer.content


def test_another_partnership_s_meeting_is_not_found(vara, machakos, meeting, stranger, signed_in):
    """Machakos works with both; Vara sees its own group alone."""
    own = plan_meeting(make_group(make_partnership(vara, machakos), "Varas grupp"), BEGINS)
    browser = signed_in(stranger)
    pages = [browser.get(one.get_absolute_url()).status_code for one in (own, meeting)]
    assert pages == [200, 404]


def test_a_meeting_past_midnight_by_the_reader_s_clock_is_changed_by_stockholm_s(
    meeting, coordinator, partner_coordinator, signed_in
):
    SteeringMeeting.objects.filter(pk=meeting.pk).update(
        # 22:00-23:30 in Stockholm, 23:00-00:30 in Nairobi
        starts_at=datetime(2027, 6, 15, 20, 0, tzinfo=UTC),
        ends_at=datetime(2027, 6, 15, 21, 30, tzinfo=UTC),
    )
    address = f"/steering-meetings/{meeting.pk}/change/"
    browser = signed_in(partner_coordinator, "en")
    form = browser.get(address).context["form"]
    sent = {name: str(value) for name, value in form.initial.items()} | {"seen": form.seen}

    assert (sent["zone"], sent["starts"]) == ("Europe/Stockholm", "22:00:00")
    sent |= {"starts": "22:00", "ends": "23:30", "title": "Evening"}
    assert browser.post(address, sent).status_code == 302
    meeting.refresh_from_db()
    assert meeting.starts_at == datetime(2027, 6, 15, 20, 0, tzinfo=UTC)


def test_a_second_click_on_remove_says_that_it_is_done(meeting, coordinator, signed_in):
    item = AgendaItem.objects.create(meeting=meeting, title="Budget")
    browser = signed_in(coordinator)
    address = f"/steering-meetings/{meeting.pk}/agenda/{item.pk}/"
    assert browser.post(address, {"wish": "remove"}).status_code == 302

    again = browser.post(address, {"wish": "remove"}, follow=True)

    assert "Det är redan borttaget." in again.content.decode()
    assert browser.get(address).status_code == 404
