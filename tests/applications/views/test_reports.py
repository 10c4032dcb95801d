"""The list of reports and the page of one: who sees which, and how many questions it asks."""

from datetime import datetime, timedelta

import pytest
import time_machine

from applications.models import Report, rounds
from partnerships.models import Interest
from tests.factories import cases, reports
from tests.factories.parties import make_partnership

pytestmark = pytest.mark.django_db
LIST = "/reports/"


@pytest.fixture
def report(partnership, coordinator, decider) -> Report:
    case = cases.approved(partnership, by=coordinator, decider=decider)
    return reports.open_report(case)


def hand_in(report: Report, at: datetime) -> None:
    Report.objects.filter(pk=report.pk).update(
        status="submitted", received_at=at, content_sha256="a" * 64
    )


def noon_after(report: Report, days: int) -> datetime:
    """Return a moment so many days after the day on which the report is due."""
    return end_of_day(report) + timedelta(days=days, hours=-12)


def end_of_day(report: Report) -> datetime:
    """Return the first moment that is too late, by the clock in Stockholm."""
    return rounds.end_of(report.due_on)


def test_both_parties_and_icld_see_it_and_a_stranger_does_not(
    report, coordinator, partner_coordinator, member, reader, stranger, signed_in
):
    for person in (coordinator, partner_coordinator, member, reader):
        browser = signed_in(person)
        assert report.get_absolute_url() in browser.get(LIST).content.decode()
        assert browser.get(report.get_absolute_url()).status_code == 200
    browser = signed_in(stranger)
    assert report.get_absolute_url() not in browser.get(LIST).content.decode()
    assert browser.get(report.get_absolute_url()).status_code == 404


def test_a_conflict_of_interest_hides_the_report(report, officer, signed_in):
    browser = signed_in(officer)
    assert browser.get(report.get_absolute_url()).status_code == 200

    Interest.objects.create(
        user=officer,
        case_reference=report.application.reference,
        has_conflict=True,
        reason="Släkt.",
    )

    assert browser.get(report.get_absolute_url()).status_code == 404
    assert report.get_absolute_url() not in browser.get(LIST).content.decode()


@pytest.mark.parametrize("slug", ["year-2", "year-4", "year-0", "final", "year-x", "year-01"])
def test_a_report_that_is_not_open_is_not_found(report, slug, coordinator, signed_in):
    address = f"/reports/{report.application.reference}/{slug}/"

    assert signed_in(coordinator).get(address).status_code == 404


@pytest.mark.parametrize(("days", "is_late"), [(0, False), (1, True)])
def test_the_list_is_narrowed_to_what_is_late(report, coordinator, signed_in, days, is_late):
    with time_machine.travel(noon_after(report, days), tick=False):
        browser = signed_in(coordinator)
        shown = browser.get(LIST, {"show": "late"}).content.decode()
        assert (report.get_absolute_url() in shown) is is_late
        assert browser.get(LIST, {"show": "nothing"}).status_code == 404


@pytest.mark.parametrize(("seconds", "is_late"), [(-1, False), (0, True)])
def test_the_last_second_in_stockholm_is_in_time(report, officer, signed_in, seconds, is_late):
    hand_in(report, end_of_day(report) + timedelta(seconds=seconds))

    page = signed_in(officer).get(report.get_absolute_url()).content.decode()
    assert ("kom in för sent" in page) is is_late


def test_the_list_asks_as_often_for_thirty_reports_as_for_one(
    report, robertsfors, machakos, coordinator, decider, signed_in, django_assert_max_num_queries
):
    browser = signed_in(coordinator)
    browser.get(LIST)
    with django_assert_max_num_queries(12):
        browser.get(LIST)
    for _number in range(10):
        partnership = make_partnership(robertsfors, machakos)
        case = cases.approved(partnership, by=coordinator, decider=decider)
        for year in (1, None):
            reports.open_report(case, year)
    with django_assert_max_num_queries(12):
        page = browser.get(LIST).content.decode()
    assert page.count('scope="row"') == 21


def test_a_report_to_hand_in_stands_on_the_home_page_until_it_is_handed_in(
    report, coordinator, partner_coordinator, stranger, signed_in
):
    for person in (coordinator, partner_coordinator):
        assert report.get_absolute_url() in signed_in(person).get("/home/").content.decode()
    assert report.get_absolute_url() not in signed_in(stranger).get("/home/").content.decode()

    hand_in(report, end_of_day(report))

    assert report.get_absolute_url() not in signed_in(coordinator).get("/home/").content.decode()
