"""A paused grant: who is told, what moves and by how much, and what cannot be."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction

from applications.models import Report
from applications.reports import opening, reminders
from applications.timeline import timeline
from applications.workflow import changing, ending
from finance.models import Pause
from finance.pauses import paused_days
from icld_portal.models import Letter
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from tests.factories.running import ended_early, grant_of, noon, signed_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
YEAR_ENDS = date(2028, 6, 30)
DUE = date(2028, 8, 29)


@pytest.fixture
def case(partnership, coordinator, partner_coordinator, decider):
    return signed_case(partnership, coordinator, decider)


@pytest.fixture
def report(case) -> Report:
    """The report of the year, open, due on 29 August."""
    opening.open_due(at=noon(date(2028, 6, 1)))
    return case.reports.get(kind="year")


def pause(case, officer, first_on, last_on, **facts) -> Pause:
    return ending.pause_grant(
        grant_of(case), first_on=first_on, last_on=last_on, reason="Val.", by=officer, **facts
    )


def due(report) -> date:
    return Report.objects.get(pk=report.pk).due_on


@pytest.mark.parametrize(
    ("first_on", "last_on", "moved"),
    [
        # In the middle of the time for writing: every day of it.
        (date(2028, 8, 1), date(2028, 8, 31), 31),
        # On the last day that the report was due.
        (DUE, DUE, 1),
        # The day after: nothing was waiting any more.
        (DUE + timedelta(days=1), date(2028, 10, 1), 0),
        # In the year that is reported: the writing had not begun.
        (date(2028, 1, 1), YEAR_ENDS, 0),
        # Over the end of the year: the days after it.
        (date(2028, 6, 1), date(2028, 7, 10), 10),
    ],
)
def test_the_time_for_writing_stands_still(case, report, officer, first_on, last_on, moved):
    assert due(report) == DUE

    pause(case, officer, first_on, last_on)

    assert due(report) == DUE + timedelta(days=moved)
    assert Report.objects.get(pk=report.pk).paused_days == moved


def test_a_report_that_opens_later_gets_the_same_day(case, officer):
    pause(case, officer, date(2028, 6, 20), date(2028, 7, 10))
    opening.open_due(at=noon(date(2028, 6, 1)))

    report = case.reports.get(kind="year")
    assert (report.due_on, report.paused_days) == (DUE + timedelta(days=10), 10)


def test_a_pause_moves_the_day_into_the_next_one():
    first = Pause(first_on=date(2028, 8, 20), back_on=date(2028, 9, 9))
    second = Pause(first_on=date(2028, 9, 10), back_on=date(2028, 9, 20))
    writing = {"written_from": date(2028, 7, 1)}

    assert paused_days(DUE, pauses=[second, first], **writing) == 30
    assert paused_days(DUE, pauses=[second], **writing) == 0


def test_both_parties_are_told_and_the_timeline_says_it(case, officer, coordinator):
    pause(case, officer, date(2028, 8, 1), date(2028, 8, 31))

    letters = Letter.objects.filter(kind="grant_paused")
    assert {letter.language for letter in letters} == {"sv", "en"}
    assert all("2028-08-31" in letter.body for letter in letters)
    said = [one for one in timeline(case, coordinator) if one.words == "The grant was paused"]
    assert [one.facts for one in said] == ["2028-08-01 – 2028-08-31: Val."]


def test_nobody_is_reminded_while_the_work_rests_and_later_once(case, report, officer):
    reminders.send_reminders(at=noon(date(2028, 7, 31)))
    written = Letter.objects.filter(kind="report_reminder").count()
    assert written
    pause(case, officer, date(2028, 8, 1), date(2028, 8, 31))

    assert reminders.send_reminders(at=noon(date(2028, 8, 25))) == 0
    assert reminders.send_reminders(at=noon(date(2028, 9, 1))) == 2
    report.refresh_from_db()
    assert (report.due_on, report.reminded_days) == (date(2028, 9, 29), 30)


def test_a_pause_that_is_ended_sooner_gives_the_days_back(case, report, officer):
    rest = pause(case, officer, date(2028, 8, 1), date(2028, 8, 31))

    ended = ending.end_pause(rest, back_on=date(2028, 8, 11), by=officer)

    assert ended.days == 10
    assert due(report) == DUE + timedelta(days=10)
    assert Letter.objects.filter(kind="pause_ended").exists()
    with pytest.raises(WrongStatus):
        ending.end_pause(rest, back_on=date(2028, 8, 2), by=officer)
    assert pause(case, officer, date(2028, 8, 11), date(2028, 8, 12)).days == 2


def test_one_that_never_began_has_no_day_and_stands_in_nobody_s_way(case, report, officer):
    rest = pause(case, officer, date(2028, 8, 1), date(2028, 8, 31))

    ending.end_pause(rest, back_on=rest.first_on, by=officer)

    assert due(report) == DUE
    assert pause(case, officer, date(2028, 8, 1), date(2028, 8, 1)).days == 1


@pytest.mark.parametrize("back_on", [date(2028, 7, 31), date(2028, 9, 1)])
def test_work_begins_again_within_the_pause(case, officer, back_on):
    rest = pause(case, officer, date(2028, 8, 1), date(2028, 8, 31))

    with pytest.raises(NotReady) as stopped:
        ending.end_pause(rest, back_on=back_on, by=officer)
    assert [problem.anchor for problem in stopped.value.problems] == ["back_on"]


@pytest.mark.parametrize(
    ("first_on", "last_on", "anchors"),
    [
        (date(2027, 6, 30), date(2027, 7, 2), ["first_on"]),
        (date(2028, 8, 2), date(2028, 8, 1), ["last_on"]),
        (date(2028, 1, 1), date(2030, 1, 2), ["last_on"]),
    ],
)
def test_days_that_cannot_be_are_refused(case, officer, first_on, last_on, anchors):
    with pytest.raises(NotReady) as stopped:
        pause(case, officer, first_on, last_on)
    assert [problem.anchor for problem in stopped.value.problems] == anchors
    assert not Pause.objects.exists()


def test_pauses_do_not_overlap_by_no_way(case, officer):
    rest = pause(case, officer, date(2028, 8, 1), date(2028, 8, 31))

    with pytest.raises(NotReady):
        pause(case, officer, date(2028, 8, 31), date(2028, 9, 2))
    facts = {"grant": rest.grant, "reason": "x", "made_by": officer}
    with pytest.raises(IntegrityError), transaction.atomic():
        Pause.objects.create(
            first_on=date(2028, 8, 31),
            last_on=date(2028, 9, 2),
            back_on=date(2028, 9, 3),
            **facts,
        )
    pause(case, officer, date(2028, 9, 1), date(2028, 9, 2))


def test_without_a_reason_or_the_right_nothing_rests(case, coordinator, officer):
    grant, days = grant_of(case), {"first_on": DUE, "last_on": DUE}

    with pytest.raises(NotReady):
        ending.pause_grant(grant, reason=" ", by=officer, **days)
    with pytest.raises(PermissionDenied):
        ending.pause_grant(grant, reason="Ja.", by=coordinator, **days)


def test_a_longer_time_counts_the_pause_anew(case, report, officer, coordinator, decider):
    """The pause lay between the year and the report; by now it lies in the year."""
    pause(case, officer, date(2028, 7, 11), date(2028, 7, 20))
    assert due(report) == DUE + timedelta(days=10)
    change = changing.begin_change(case, by=coordinator)
    facts = {"reason": "Regn.", "end_on": date(2028, 9, 30), "decision": None, "words": []}
    changing.save_change(change, by=coordinator, version=1, **facts)
    changing.submit_change(change, by=coordinator, version=2)

    changing.approve_change(change, by=decider, reason="Ja.")

    report.refresh_from_db()
    assert (report.due_on, report.paused_days) == (DUE + timedelta(days=92), 0)


def test_a_grant_that_has_ended_does_not_rest(case, officer, decider):
    ended_early(case, date(2027, 9, 30), by=officer, decider=decider, at=noon(date(2027, 8, 1)))

    with pytest.raises(WrongStatus):
        pause(case, officer, DUE, DUE)


def test_what_was_told_is_not_changed(case, officer):
    rest = pause(case, officer, date(2028, 8, 1), date(2028, 8, 31))

    for change in ({"reason": "Annat"}, {"first_on": date(2028, 7, 1)}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Pause.objects.filter(pk=rest.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rest.delete()
