"""The year of a steering group: what stands in it, who reads it, and the paper."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from icld_portal.models import PreparedFile
from icld_portal.prepared import Refused
from partnerships import summary_files, workflow
from partnerships.models import Attendance, SeatKind, SteeringGroup, User
from partnerships.summaries import summary_of, years_of
from tests.factories import cases, steering
from tests.reading_pdf import failures, text_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 12, 15)


@pytest.fixture
def group(partnership) -> SteeringGroup:
    return steering.make_group(partnership)


@pytest.fixture
def year(group, partnership, coordinator) -> SteeringGroup:
    """A year with two meetings, three decisions, and people who came and went."""
    swedish, partner = steering.coordinators(group)
    politician = steering.seat_somebody(
        group, swedish.seat.party, SeatKind.POLITICIAN_OPPOSITION, "Test Politikersson"
    )
    politician.to_on = date(2026, 6, 30)
    politician.save()
    newcomer = steering.seat_somebody(
        group, partner.seat.party, SeatKind.LEADING_OFFICIAL, "Test Official"
    )
    newcomer.from_on = date(2026, 9, 1)
    newcomer.save()
    meeting = steering.held_meeting(group, datetime(2026, 3, 10, 9, 0, tzinfo=UTC))
    absent = {"is_present": False, "name": politician.name}
    Attendance.objects.create(meeting=meeting, term=politician, **absent)
    Attendance.objects.create(meeting=meeting, name="Test Gästsson")
    draft = cases.empty_draft(partnership, by=coordinator)
    first = steering.decide(meeting, about=draft, due_on=DAY)
    steering.decide(meeting, due_on=DAY - timedelta(days=1))
    steering.decide(meeting, due_on=DAY)
    steering.verify(meeting)
    workflow.finish(first.paragraph.follow_up, note="Klart.", by=coordinator)
    steering.held_meeting(group, datetime(2026, 12, 31, 22, 59, tzinfo=UTC))
    steering.verified_decision(group, starts_at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    return group


def in_english(group, year: int = 2026, on: date = DAY) -> dict[str, list[str]]:
    with translation.override("en"):
        return {part.title: part.lines for part in summary_of(group, year, on=on)}


def test_it_tells_of_meetings_decisions_follow_ups_and_people(year):
    found = in_english(year)

    assert found["Meetings held"] == [
        "2026-03-10: 2 of 3 members present, minutes verified",
        "2026-12-31: 2 of 2 members present, minutes not verified",
    ]
    assert found["Decisions in verified minutes"] == [
        "application: 1",
        "other matter: 2",
        "§ 1/2026 Projektplanen",
        "§ 2/2026 Projektplanen",
        "§ 3/2026 Projektplanen",
    ]
    assert found["Follow-ups of these decisions"] == ["1 done", "2 waiting, 1 of them overdue"]
    assert found["Members who came and went"] == [
        "2026-06-30: last day of Test Politikersson, politician, Robertsfors kommun",
        "2026-09-01: Test Official came, leading official, Machakos County",
    ]
    assert found["Vacant seats on 2026-12-15"] == [
        "Robertsfors kommun: politician",
        "Robertsfors kommun: politician",
        "Robertsfors kommun: leading official",
        "Machakos County: politician",
        "Machakos County: politician",
    ]


def test_a_year_without_anything_says_so(group):
    found = in_english(group)

    assert found["Meetings held"] == ["None."]
    assert found["Members who came and went"] == ["None."]


def test_a_group_that_has_ended_has_the_vacancies_of_its_last_day(group):
    seated = {seat.pk for seat in group.seats.filter(terms__isnull=False)}
    for term in steering.coordinators(group):
        term.to_on = date(2026, 6, 30)
        term.save()
        seated.add(term.seat_id)
    group.ended_on = date(2026, 6, 30)

    vacant = in_english(group)["Vacant seats on 2026-06-30"]

    assert len(vacant) == group.seats.count() - len(seated)
    assert not [line for line in vacant if "coordinator" in line]


def test_a_summary_is_plain_text_that_a_report_can_take_over(year):
    with translation.override("sv"):
        meetings = summary_of(year, 2026, on=DAY)[0]

    assert meetings.title == "Hållna möten"
    assert meetings.text.splitlines() == meetings.lines


def test_the_years_run_from_its_beginning_to_its_end(group):
    assert years_of(group, on=date(2028, 1, 1)) == [2028, 2027, 2026]
    group.ended_on = date(2027, 6, 1)
    assert years_of(group, on=date(2028, 1, 1)) == [2027, 2026]
    assert years_of(group, on=date(2025, 1, 1)) == []


def test_the_parties_and_icld_read_it_and_others_find_nothing(
    year, coordinator, partner_coordinator, reader, stranger, outsider, signed_in
):
    here = f"/steering-groups/{year.pk}/years/2026/"
    for person in (coordinator, partner_coordinator, reader):
        page = signed_in(person, "en").get(here)
        assert "2026-03-10: 2 of 3 members present" in page.content.decode()
        assert "opposition" not in page.content.decode()
    for person in (stranger, outsider):
        assert signed_in(person).get(here).status_code == 404
        assert signed_in(person).post(f"{here}file/", {"language": "sv"}).status_code == 404
    for wrong in (2025, 2099, 0, 99999999999):
        there = f"/steering-groups/{year.pk}/years/{wrong}/"
        assert signed_in(coordinator).get(there).status_code == 404


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_paper_has_every_line_of_the_summary(year, coordinator, language):
    out = io.BytesIO()
    with translation.override(language):
        facts = {"group": year.pk, "year": 2026}
        made = summary_files.make_year(coordinator, facts, out, lambda done, total: None)
        lines = [line for part in summary_of(year, 2026, on=DAY) for line in part.lines[:1]]

    text = " ".join(text_of(out.getvalue()).split())
    assert made.file_name.endswith(f"{language}.pdf")
    assert all(line in text for line in lines)
    assert failures(out.getvalue()) == set()


def test_it_is_ordered_in_the_language_one_asks_for(year, coordinator, signed_in):
    here = f"/steering-groups/{year.pk}/years/2026/file/"
    signed_in(coordinator, "sv").post(here, {"language": "en"})
    assert PreparedFile.objects.get().language == "en"

    refused = signed_in(coordinator).post(here, {"language": "fr"})

    assert refused.status_code == 302
    assert PreparedFile.objects.count() == 1


def test_who_has_left_gets_no_paper(year, coordinator):
    coordinator.memberships.all().delete()
    person, facts = User.objects.get(pk=coordinator.pk), {"group": year.pk, "year": 2026}

    with pytest.raises(Refused):
        summary_files.make_year(person, facts, io.BytesIO(), lambda done, total: None)


def test_the_group_s_page_shows_its_newest_decisions_and_keeps_its_bound(
    year, coordinator, officer, signed_in
):
    def queries(person, address: str) -> int:
        browser = signed_in(person)
        browser.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address).status_code == 200
        return len(asked)

    here = year.get_absolute_url()
    page = signed_in(coordinator).get(here)
    assert [row.paragraph.sign for row in page.context["decisions"].rows] == [
        "§ 1/2027",
        "§ 3/2026",
        "§ 2/2026",
    ]
    for person in (coordinator, officer):
        assert queries(person, here) <= 25
        assert queries(person, f"{here}years/2026/") <= 25
