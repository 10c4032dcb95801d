"""Reports open by themselves on their day, once, and are reminded of."""

import threading
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from applications.models import Report, ReportKind
from applications.reports import opening, reminders
from applications.timeline import timeline
from finance import grants
from finance.models import Grant
from icld_portal.events import events_of
from icld_portal.localize import STOCKHOLM
from icld_portal.models import Letter
from partnerships.models import Role
from tests.factories import cases
from tests.factories.parties import make_person
from tests.factories.running import ended_early, signed_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
YEAR_ENDS = date(2028, 6, 30)
OPENS = YEAR_ENDS - timedelta(days=30)
DUE = YEAR_ENDS + timedelta(days=60)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=STOCKHOLM)


@pytest.fixture
def case(partnership, coordinator, partner_coordinator, decider):
    return signed_case(partnership, coordinator, decider)


def opened(case) -> list[tuple[str, int | None]]:
    return list(case.reports.order_by("first_on", "-kind").values_list("kind", "year"))


def test_a_report_opens_on_its_day_and_not_the_day_before(case):
    assert opening.open_due(at=noon(OPENS - timedelta(days=1))) == 0
    assert opening.open_due(at=noon(OPENS)) == 2
    assert opened(case) == [("year", 1), ("final", None)]


def test_a_yearly_report_has_the_dates_of_the_agreement_and_accounts_against_the_budget(case):
    opening.open_due(at=noon(OPENS))

    report = case.reports.get(kind=ReportKind.YEAR)
    grant = Grant.objects.get(reference=case.reference)
    assert (report.first_on, report.last_on, report.due_on) == (date(2027, 7, 1), YEAR_ENDS, DUE)
    assert report.statement.budget == grants.budget_of(grant)
    assert report.statement.guideline == case.budget.guideline
    assert report.sheet.question_set.purpose == "report"
    final = case.reports.get(kind=ReportKind.FINAL)
    assert (final.first_on, final.last_on, final.statement) == (date(2027, 7, 1), YEAR_ENDS, None)
    assert final.due_on == YEAR_ENDS + timedelta(days=90)
    assert final.sheet.question_set.purpose == "final_report"


def test_each_year_of_a_longer_case_opens_on_its_own_day(
    partnership, coordinator, partner_coordinator, decider
):
    case = signed_case(partnership, coordinator, decider, years=3)

    assert opening.open_due(at=noon(OPENS)) == 1
    assert opened(case) == [("year", 1)]
    assert opening.open_due(at=noon(date(2029, 5, 31))) == 1
    assert opened(case) == [("year", 1), ("year", 2)]
    assert opening.open_due(at=noon(date(2030, 5, 31))) == 2
    assert sorted(opened(case), key=str) == [
        ("final", None),
        ("year", 1),
        ("year", 2),
        ("year", 3),
    ]


def test_run_again_it_opens_nothing_and_writes_nothing(case):
    opening.open_due(at=noon(OPENS))
    written = Letter.objects.count()

    assert opening.open_due(at=noon(OPENS + timedelta(days=3))) == 0
    assert Letter.objects.count() == written


def test_nothing_opens_before_all_have_signed(partnership, coordinator, decider):
    case = cases.approved(partnership, by=coordinator, decider=decider)
    cases.agreement(case, by=decider)

    assert opening.open_due(at=noon(DUE)) == 0


def test_nothing_more_opens_of_a_grant_that_has_ended_early(case, officer, decider):
    ended_early(case, date(2027, 9, 30), by=officer, decider=decider, at=noon(date(2027, 8, 1)))

    assert opening.open_due(at=noon(DUE)) == 0


def test_the_last_year_and_its_report_move_with_the_end_of_the_grant(case):
    later = timedelta(days=92)
    Grant.objects.update(end_on=YEAR_ENDS + later)

    assert opening.open_due(at=noon(OPENS)) == 0
    assert opening.open_due(at=noon(OPENS + later)) == 2
    report = case.reports.get(kind=ReportKind.YEAR)
    assert (report.last_on, report.due_on) == (YEAR_ENDS + later, DUE + later)


def test_the_coordinators_of_both_parties_are_told_in_their_language(
    case, coordinator, partner_coordinator, machakos
):
    opening.open_due(at=noon(OPENS))

    told = Letter.objects.filter(kind="report_opened", subject__contains="2028-08-29")
    assert set(told.values_list("to_user_id", "language")) == {
        (coordinator.pk, "sv"),
        (partner_coordinator.pk, "en"),
    }
    url = case.reports.get(kind=ReportKind.YEAR).get_absolute_url()
    assert all(url in letter.body for letter in told)


def test_a_party_without_coordinator_is_told_through_those_who_write(
    partnership, coordinator, machakos, decider
):
    manager = make_person("Demo Manager", machakos, Role.PROJECT_MANAGER, language="en")
    signed_case(partnership, coordinator, decider)

    opening.open_due(at=noon(OPENS))

    told = Letter.objects.filter(kind="report_opened").values_list("to_user_id", flat=True)
    assert {coordinator.pk, manager.pk} <= set(told)


def test_the_opening_stands_in_the_timeline_of_the_case(case, coordinator):
    opening.open_due(at=noon(OPENS))

    moments = [one for one in timeline(case, coordinator) if one.words == "A report opened"]
    assert sorted(one.facts for one in moments) == ["Final report", "Report of year 1"]
    report = case.reports.get(kind=ReportKind.YEAR)
    assert events_of(report).get().facts == {"year": 1, "due": "2028-08-29"}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_open_one(partnership, coordinator, partner_coordinator, decider):
    case = signed_case(partnership, coordinator, decider)
    found: list[int] = []
    together = threading.Barrier(6)

    def work() -> None:
        together.wait()
        found.append(opening.open_due(at=noon(OPENS)))
        connection.close()

    workers = [threading.Thread(target=work) for _number in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(found) == 2
    assert sorted(opened(case), key=str) == [("final", None), ("year", 1)]
    assert Letter.objects.filter(kind="report_opened").count() == 4


# --- Reminders ----------------------------------------------------------------------------


@pytest.fixture
def report(case) -> Report:
    opening.open_due(at=noon(OPENS))
    report = case.reports.get(kind=ReportKind.YEAR)
    # The final report is due later, and would be reminded of in between.
    Report.objects.exclude(pk=report.pk).update(reminded_days=-1)
    return report


def kinds() -> list[str]:
    letters = Letter.objects.filter(kind__in=["report_reminder", "report_overdue"])
    return sorted(letters.values_list("kind", flat=True))


@pytest.mark.parametrize("days", [60, 30, 7])
def test_reminded_once_at_each_threshold(report, days):
    at = noon(DUE - timedelta(days=days))

    assert [reminders.send_reminders(at=at) for _run in range(2)] == [1, 0]
    report.refresh_from_db()
    assert report.reminded_days == days
    assert set(kinds()) == {"report_reminder"}


def test_all_of_them_in_turn_and_then_once_that_it_is_late(report, decider):
    days = [DUE + timedelta(days=number) for number in range(-90, 40)]

    assert sum(reminders.send_reminders(at=noon(day)) for day in days) == 4
    report.refresh_from_db()
    assert report.reminded_days == reminders.OVERDUE
    late = Letter.objects.filter(kind="report_overdue").values_list("to_user_id", flat=True)
    assert decider.pk in late  # keeps the case at ICLD


def test_the_day_itself_is_in_time(report):
    assert reminders.due_reminder(report, today=DUE) == 7
    report.reminded_days = 7
    assert reminders.due_reminder(report, today=DUE) is None
    assert reminders.due_reminder(report, today=DUE + timedelta(days=1)) == reminders.OVERDUE


def test_only_the_nearest_threshold_is_made_up_for(report):
    assert reminders.send_reminders(at=noon(DUE - timedelta(days=5))) == 1
    report.refresh_from_db()
    assert report.reminded_days == 7


def test_a_threshold_before_the_opening_is_not_told_of(report):
    report.opened_at = noon(date(2028, 8, 1))

    assert reminders.due_reminder(report, today=DUE - timedelta(days=20)) is None


def test_what_is_handed_in_is_not_reminded_of(report):
    Report.objects.filter(pk=report.pk).update(
        status="submitted", received_at=timezone.now(), content_sha256="a" * 64
    )

    assert reminders.send_reminders(at=noon(DUE + timedelta(days=1))) == 0
