"""What decisions ask for: listed, done once, reminded of."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import noticeboard
from icld_portal.models import Event, Letter
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships import workflow
from partnerships.models import FollowUp, SeatTerm, User
from tests.factories import steering

pytestmark = pytest.mark.django_db
HERE = "/steering-follow-ups/"
EIGHT = datetime(2026, 12, 10, 7, 0, tzinfo=UTC)


@pytest.fixture
def group(partnership):
    return steering.make_group(partnership)


@pytest.fixture
def sitting(group) -> SeatTerm:
    """Who sits for Robertsfors, with a login."""
    return steering.coordinators(group)[0]


@pytest.fixture
def today():
    return timezone.localdate()


def follow_up(group, responsible=None, **facts) -> FollowUp:
    return steering.verified_decision(
        group, "Ordna ett seminarium.", responsible=responsible, **facts
    ).paragraph.follow_up


def shown(page) -> list[int]:
    return [one.pk for one in page.context["page_obj"]]


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_the_list_has_what_waits_what_is_overdue_and_what_is_done(
    group, sitting, today, coordinator, stranger, reader, signed_in
):
    late = follow_up(group, sitting, due_on=today - timedelta(days=1))
    later = steering.HELD_AT + timedelta(days=1)
    soon = follow_up(group, sitting, due_on=today, starts_at=later)
    unverified = steering.held_meeting(group, later)
    steering.decide(unverified, due_on=today)
    browser = signed_in(coordinator)

    assert shown(browser.get(HERE)) == [late.pk, soon.pk]
    assert shown(browser.get(HERE, {"state": "overdue"})) == [late.pk]
    assert shown(browser.get(HERE, {"state": "done"})) == []
    workflow.finish(late, note="Klart.", by=coordinator)
    assert shown(browser.get(HERE, {"state": "done"})) == [late.pk]
    assert shown(browser.get(HERE)) == [soon.pk]
    assert shown(signed_in(reader).get(HERE)) == [soon.pk]
    assert shown(signed_in(stranger).get(HERE)) == []
    assert signed_in(stranger).get(f"{HERE}{soon.pk}/").status_code == 404


@pytest.mark.parametrize("query", ["state=x", "group=0", "x=1", "state=done&state=done"])
def test_an_address_that_is_not_understood_shows_no_rows(
    group, today, coordinator, signed_in, query
):
    follow_up(group, due_on=today)

    page = signed_in(coordinator).get(f"{HERE}?{query}")

    assert (page.status_code, shown(page)) == (400, [])


def test_who_is_responsible_says_that_it_is_done(group, sitting, today, signed_in):
    one = follow_up(group, sitting, due_on=today)
    browser = signed_in(sitting.user)
    here = f"{HERE}{one.pk}/"

    refused = browser.post(here, {"note": "  "})
    kept = browser.post(here, {"note": "Seminariet hölls."}, follow=True)

    assert refused.status_code == 422
    assert "Seminariet hölls." in kept.content.decode()
    one.refresh_from_db()
    assert (one.done_by, one.done_note) == (sitting.user, "Seminariet hölls.")
    assert Event.objects.filter(verb="finish", subject_id=one.pk).count() == 1


def test_who_runs_the_group_may_and_a_reader_or_a_former_member_may_not(
    group, sitting, today, partner_coordinator, member, reader, signed_in
):
    one = follow_up(group, sitting, due_on=today)
    for person in (member, reader):
        with pytest.raises(PermissionDenied):
            workflow.finish(one, note="Klart.", by=person)
        page = signed_in(person).post(f"{HERE}{one.pk}/", {"note": "Klart."})
        assert page.status_code == 403
    sitting.user.memberships.all().delete()
    with pytest.raises(PermissionDenied):
        workflow.finish(one, note="Klart.", by=fresh(sitting.user))

    workflow.finish(one, note="Klart.", by=partner_coordinator)

    assert FollowUp.objects.get().done_by == partner_coordinator


def test_what_is_done_stays_done(group, sitting, today, coordinator, signed_in):
    one = follow_up(group, sitting, due_on=today)
    workflow.finish(one, note="Klart.", by=coordinator)

    with pytest.raises(WrongStatus):
        workflow.finish(one, note="Nej.", by=coordinator)
    late = signed_in(coordinator, "en").post(f"{HERE}{one.pk}/", {"note": "Nej."}, follow=True)
    assert "Somebody has marked it as done already" in late.content.decode()
    for change in ({"done_at": None, "done_by": None, "done_note": ""}, {"done_note": "Nej."}):
        with pytest.raises(DatabaseError, match="done_stays"), transaction.atomic():
            FollowUp.objects.update(**change)
    assert FollowUp.objects.get().done_note == "Klart."


def test_it_needs_verified_minutes_and_a_note(group, today, coordinator):
    meeting = steering.held_meeting(group)
    one = steering.decide(meeting, due_on=today).paragraph.follow_up
    with pytest.raises(WrongStatus):
        workflow.finish(one, note="Klart.", by=coordinator)
    steering.verify(meeting)

    with pytest.raises(NotReady):
        workflow.finish(one, note=" \n", by=coordinator)


# --- Reminders ------------------------------------------------------------------------


def test_a_reminder_goes_out_a_week_before_and_when_it_is_overdue_once_each(group, sitting):
    due_on = EIGHT.date() + timedelta(days=7)
    one = follow_up(group, sitting, due_on=due_on)

    sent = [
        workflow.remind_of_follow_ups(at=EIGHT + timedelta(days=days))
        for days in (-1, 0, 0, 3, 7, 8, 8, 30)
    ]

    assert sent == [0, 1, 0, 0, 0, 1, 0, 0]
    letters = Letter.objects.filter(kind="follow_up").order_by("pk")
    assert [letter.subject for letter in letters] == [
        "Påminnelse: § 1/2026 Projektplanen",
        "Försenat: § 1/2026 Projektplanen",
    ]
    assert {letter.to_email for letter in letters} == {sitting.user.email}
    assert f"{HERE}{one.pk}/" in letters[0].body
    told = noticeboard.notices_of(fresh(sitting.user)).filter(kind="follow_up")
    assert list(told) == list(reversed(letters))


def test_the_day_is_stockholm_s(group, sitting):
    follow_up(group, sitting, due_on=EIGHT.date())
    last_second = datetime(2026, 12, 10, 22, 59, 59, tzinfo=UTC)

    assert workflow.remind_of_follow_ups(at=last_second) == 1
    assert workflow.remind_of_follow_ups(at=last_second + timedelta(seconds=1)) == 1
    letters = Letter.objects.filter(kind="follow_up").order_by("pk")
    assert [letter.subject[:8] for letter in letters] == ["Påminnel", "Försenat"]


def test_what_is_done_or_was_decided_within_the_week_is_not_reminded_of(
    group, sitting, coordinator
):
    held_on = steering.HELD_AT.date()
    follow_up(group, sitting, due_on=held_on + timedelta(days=6))
    assert workflow.remind_of_follow_ups(at=steering.HELD_AT + timedelta(days=1)) == 0
    workflow.finish(FollowUp.objects.get(), note="Klart.", by=coordinator)

    assert workflow.remind_of_follow_ups(at=EIGHT) == 0


def test_who_has_no_login_gets_no_link_and_for_who_has_left_the_coordinators_are_told(
    group, sitting, partnership
):
    partner = partnership.parties.get(side="partner")
    coordinator = steering.coordinators(group)[1]
    without = steering.seat_somebody(
        group, partner, "leading_official", "Test Official", with_login=False
    )
    later = steering.HELD_AT + timedelta(days=1)
    follow_up(group, sitting, due_on=EIGHT.date())
    follow_up(group, without, due_on=EIGHT.date(), starts_at=later)
    sitting.user.memberships.all().delete()

    assert workflow.remind_of_follow_ups(at=EIGHT) == 2

    instead, letter = Letter.objects.filter(kind="follow_up").order_by("pk")
    assert (letter.to_email, letter.language) == (without.email, "en")
    assert "http" not in letter.body
    # The one who left is a coordinator too, and is no longer written to.
    assert instead.to_email == coordinator.user.email
    assert f"beslutat att {sitting.name} gör följande" in instead.body


def test_for_who_was_only_named_or_sits_no_longer_the_coordinators_are_told(group, partnership):
    partner = partnership.parties.get(side="partner")
    without = steering.seat_somebody(
        group, partner, "leading_official", "Test Official", with_login=False
    )
    later = steering.HELD_AT + timedelta(days=1)
    follow_up(group, due_on=EIGHT.date())
    follow_up(group, without, due_on=EIGHT.date(), starts_at=later)
    SeatTerm.objects.filter(pk=without.pk).update(to_on=EIGHT.date() - timedelta(days=5))

    assert workflow.remind_of_follow_ups(at=EIGHT) == 2

    told = Letter.objects.filter(kind="follow_up").values_list("to_email", flat=True)
    both = [term.user.email for term in steering.coordinators(group)]
    assert sorted(told) == sorted(both * 2)


# --- Pages ----------------------------------------------------------------------------


def test_it_stands_on_the_home_page_of_who_is_responsible_until_it_is_done(
    group, sitting, today, coordinator, signed_in
):
    one = follow_up(group, sitting, due_on=today)
    link = f'href="{HERE}{one.pk}/"'
    assert link in signed_in(sitting.user).get("/home/").content.decode()
    assert link not in signed_in(coordinator).get("/home/").content.decode()

    workflow.finish(one, note="Klart.", by=coordinator)

    assert link not in signed_in(sitting.user).get("/home/").content.decode()


def test_thirty_take_as_many_queries_as_one(group, sitting, today, officer, signed_in):
    follow_up(group, sitting, due_on=today)

    def queries(person, address: str) -> int:
        browser = signed_in(person)
        browser.get(address)
        with CaptureQueriesContext(connection) as asked:
            browser.get(address)
        return len(asked)

    def counted() -> list[int]:
        one = FollowUp.objects.first().pk
        asked = [(sitting.user, "/home/"), (sitting.user, HERE), (officer, HERE)]
        return [queries(*what) for what in [*asked, (sitting.user, f"{HERE}{one}/")]]

    before = counted()
    meeting = steering.held_meeting(group, steering.HELD_AT + timedelta(days=1))
    for _number in range(29):
        steering.decide(meeting, responsible=sitting, due_on=today)
    steering.verify(meeting)

    assert counted() == before
    assert max(before) <= 25
    assert len(shown(signed_in(officer).get(HERE, {"page": 2}))) == 5
