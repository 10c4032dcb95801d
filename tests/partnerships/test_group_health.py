"""The list of steering groups: how each fares, what needs attention, what a reader may see."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
import time_machine
from django.utils import timezone

from icld_portal.models import PreparedFile
from icld_portal.prepared import Refused
from partnerships import group_files, group_health
from partnerships.models import Country, Election, MeetingStatus, SeatKind, SteeringGroup
from tests.factories.parties import make_partnership
from tests.factories.steering import (
    decide,
    held_meeting,
    make_group,
    plan_meeting,
    seat_somebody,
    verify,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def group(partnership) -> SteeringGroup:
    return make_group(partnership)


def fares(user, group) -> SteeringGroup:
    return group_health.groups_with_health(user, on=TODAY, at=NOW).get(pk=group.pk)


def needing(user, what: str) -> list[SteeringGroup]:
    groups = group_health.groups_with_health(user, on=TODAY, at=NOW)
    return list(group_health.needing(groups, what))


def test_meetings_around_now_are_the_last_and_the_next(group, coordinator):
    assert (fares(coordinator, group).last_met_at, fares(coordinator, group).next_meets_at) == (
        None,
        None,
    )
    held = [held_meeting(group, NOW - timedelta(days=days)) for days in (400, 30)]
    coming = [plan_meeting(group, NOW + timedelta(days=days)) for days in (90, 30)]
    plan_meeting(group, NOW - timedelta(days=1))
    gone = plan_meeting(group, NOW + timedelta(days=2))
    gone.status = MeetingStatus.CANCELLED
    gone.save()
    found = fares(coordinator, group)
    assert (found.last_met_at, found.next_meets_at) == (held[1].starts_at, coming[1].starts_at)


def test_seats_are_counted_as_they_stand_on_the_day(group, partnership, coordinator):
    assert fares(coordinator, group).vacant == 8
    party = partnership.parties.get(is_grantee=True)
    kinds = (SeatKind.POLITICIAN_MAJORITY, SeatKind.COORDINATOR, SeatKind.LEADING_OFFICIAL)
    terms = [seat_somebody(group, party, kind, "Test", with_login=False) for kind in kinds]
    terms[2].to_on = TODAY - timedelta(days=1)
    terms[2].save()
    names = {"name_sv": "Val", "name_en": "Elections"}
    sweden = Country.objects.get(code="SE")
    Election.objects.create(country=sweden, held_on=TODAY + timedelta(days=1), **names)
    assert fares(coordinator, group).before_election == 0
    Election.objects.create(country=sweden, held_on=TODAY, **names)
    found = fares(coordinator, group)
    assert (found.vacant, found.before_election) == (6, 1)


def test_only_what_verified_minutes_ask_for_and_is_late_is_overdue(group, coordinator):
    meeting = held_meeting(group, NOW - timedelta(days=30))
    for days in (-1, 0, 1):
        decide(meeting, due_on=TODAY + timedelta(days=days))
    assert fares(coordinator, group).overdue == 0
    verify(meeting)
    assert fares(coordinator, group).overdue == 1
    meeting.paragraphs.get(number=1).follow_up.__class__.objects.update(done_at=NOW)
    assert fares(coordinator, group).overdue == 0


def test_each_need_finds_its_groups_and_an_ended_one_needs_nothing(
    group, partnership, vara, poti, officer
):
    well = make_group(make_partnership(vara, poti), "Mår bra")
    for seat in well.seats.all():
        seat.terms.create(name="Test", from_on=date(2026, 1, 1))
    plan_meeting(well, NOW + timedelta(days=9))
    assert needing(officer, group_health.ANY) == [group]
    assert needing(officer, group_health.VACANT) == [group]
    assert needing(officer, group_health.NO_MEETING) == [group]
    assert needing(officer, group_health.OVERDUE) == []
    assert needing(officer, group_health.ELECTION) == []
    group.ended_on = TODAY
    group.save()
    assert needing(officer, group_health.ANY) == []
    listed = group_health.groups_with_health(officer, on=TODAY, at=NOW)
    assert list(listed) == [well, group]


def test_the_list_is_filtered_and_refuses_what_it_does_not_know(
    group, vara, poti, officer, coordinator, signed_in
):
    other = make_group(make_partnership(vara, poti), "Georgisk")
    browser, here = signed_in(officer), "/steering-groups/"
    assert list(browser.get(here).context["page_obj"]) == [other, group]
    assert list(browser.get(f"{here}?country=KE").context["page_obj"]) == [group]
    assert list(browser.get(f"{here}?country=SE").context["page_obj"]) == [other, group]
    assert len(browser.get(f"{here}?attention=vacant").context["page_obj"]) == 2
    assert "Inget" not in browser.get(f"{here}?attention=overdue").content.decode()
    for query in ("country=XX", "attention=x", "vacant=1", "country=KE&country=GE"):
        answer = browser.get(f"{here}?{query}")
        assert answer.status_code == 400
        assert not answer.context["page_obj"].object_list
    assert browser.get(f"{here}?page=2").status_code == 404
    assert list(signed_in(coordinator).get(here).context["page_obj"]) == [group]


def test_the_list_asks_for_no_more_with_thirty_groups(
    group, robertsfors, machakos, officer, coordinator, signed_in, django_assert_max_num_queries
):
    browsers = [signed_in(officer), signed_in(coordinator)]
    asked = []
    for rows in (1, 30):
        for number in range(1, rows):
            made = make_group(make_partnership(robertsfors, machakos), f"Grupp {number}")
            plan_meeting(made, timezone.now() + timedelta(days=2))
        for browser in browsers:
            browser.get("/steering-groups/")  # The first one asks for more.
            with django_assert_max_num_queries(25) as queries:
                browser.get("/steering-groups/")
            asked.append(len(queries))
    assert asked[:2] == asked[2:]


def made(by, **facts) -> bytes:
    out = io.BytesIO()
    facts = {"query": "", "format": "csv", "organisation": None} | facts
    group_files.make_group_list(by, facts, out, lambda done, total: None)
    return out.getvalue()


def test_the_list_as_a_file_holds_what_its_owner_may_read_when_it_is_made(
    group, vara, poti, officer, coordinator
):
    make_group(make_partnership(vara, poti), "Georgisk")
    held_meeting(group, NOW - timedelta(days=30))
    with time_machine.travel(NOW):
        text = made(coordinator).decode("utf-8-sig")
        (row,) = csv.DictReader(io.StringIO(text), delimiter=";")
        assert (row["Styrgrupp"], row["Senaste möte"], row["Tomma platser"]) == (
            group.name,
            "2026-11-01",
            "6",
        )
        sheet = openpyxl.load_workbook(io.BytesIO(made(officer, format="xlsx")))["Sheet1"]
        assert [sheet.cell(line, 1).value for line in (2, 3)] == ["Georgisk", group.name]
        assert "Georgisk" not in made(officer, query="country=KE").decode()
        coordinator.memberships.all().delete()
        del coordinator.roles
        with pytest.raises(Refused):
            made(coordinator)


@pytest.mark.parametrize("sent", [{"format": "exe"}, {}, {"format": "csv", "query": "country=XX"}])
def test_what_cannot_be_made_is_not_ordered(group, coordinator, signed_in, sent):
    answer = signed_in(coordinator).post("/steering-groups/file/", sent)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/steering-groups/")
    assert not PreparedFile.objects.exists()


def test_the_list_is_ordered_as_a_file(group, coordinator, signed_in):
    answer = signed_in(coordinator).post("/steering-groups/file/", {"format": "csv"})
    order = PreparedFile.objects.get()
    assert (answer.url, order.kind, order.owner) == (
        order.get_absolute_url(),
        "steering_groups",
        coordinator,
    )
