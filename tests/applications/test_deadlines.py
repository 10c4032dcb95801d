"""More time for one case, reminders of the deadline, and the partner's clock."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from applications import completeness, deadlines, jobs, workflow
from applications.models import Application, Reminder, Status
from applications.models.rounds import end_of
from applications.timeline import timeline
from icld_portal.events import events_of
from icld_portal.localize import STOCKHOLM
from icld_portal.models import Letter
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.models import Role
from tests.factories import cases
from tests.factories.parties import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return cases.written_draft(partnership, by=coordinator)


def prolong(draft, by, days=5, reason="The mayor was ill."):
    until = draft.round.deadline_on + timedelta(days=days)
    return deadlines.prolong(draft, deadline_on=until, reason=reason, by=by)


@pytest.mark.parametrize(
    ("late", "accepted"), [(timedelta(seconds=-1), True), (timedelta(0), False)]
)
def test_a_prolonged_case_is_taken_to_the_last_second_of_its_own_day(
    draft, officer, coordinator, late, accepted
):
    cases.approve_by_both(draft)
    prolong(draft, officer)
    draft = Application.objects.get(pk=draft.pk)
    at = end_of(draft.round.deadline_on + timedelta(days=5)) + late

    if accepted:
        assert workflow.submit(draft, by=coordinator, at=at).status == Status.SUBMITTED
    else:
        assert [one.anchor for one in completeness.round_problems(draft, at)] == ["round"]
        with pytest.raises(NotReady):
            workflow.submit(draft, by=coordinator, at=at)


def test_the_reason_is_kept_and_both_parties_are_told(draft, officer, coordinator):
    prolong(draft, officer)

    event = events_of(draft).get(verb="prolong")
    assert (event.actor_id, event.facts["reason"]) == (officer.pk, "The mayor was ill.")
    (moment,) = [one for one in timeline(draft, coordinator) if one.who == officer.name]
    assert "The mayor was ill." in moment.facts
    told = Letter.objects.filter(kind="prolonged")
    assert {letter.to_email for letter in told} == {coordinator.email, "contact@example.org"}
    assert all("The mayor was ill." in letter.body for letter in told)


@pytest.mark.parametrize(
    ("days", "reason", "anchor"),
    [(0, "Why", "deadline_on"), (-1, "Why", "deadline_on"), (5, " ", "reason")],
)
def test_a_case_gets_more_time_never_less_and_never_without_a_reason(
    draft, officer, days, reason, anchor
):
    with pytest.raises(NotReady) as refused:
        prolong(draft, officer, days, reason)

    assert [problem.anchor for problem in refused.value.problems] == [anchor]
    draft.refresh_from_db()
    assert draft.own_deadline_on is None


@pytest.mark.parametrize("who", ["coordinator", "stranger", "reader"])
def test_only_icld_s_officers_and_administrators_give_more_time(draft, who, request):
    with pytest.raises(PermissionDenied):
        prolong(draft, request.getfixturevalue(who))


def test_what_is_handed_in_needs_no_more_time(draft, officer, coordinator):
    cases.approve_by_both(draft)
    workflow.submit(draft, by=coordinator)
    with pytest.raises(WrongStatus):
        prolong(draft, officer)


def test_the_page_gives_more_time_by_the_code_the_applicant_tells(
    draft, office_administrator, signed_in
):
    browser = signed_in(office_administrator, "en")
    until = draft.round.deadline_on + timedelta(days=7)
    sent = {"code": draft.key.upper(), "deadline_on": until.isoformat(), "reason": "A strike."}

    refused = browser.post(reverse("applications:prolong"), sent | {"code": "bbbbbbbb"})
    done = browser.post(reverse("applications:prolong"), sent)

    assert refused.status_code == 422
    assert "There is no draft with this code." in refused.content.decode()
    assert done.status_code == 302
    draft.refresh_from_db()
    assert draft.own_deadline_on == until
    assert browser.get(f"/applications/{draft.key}/").status_code == 404


@pytest.mark.parametrize(
    ("who", "status"), [("coordinator", 403), ("reader", 403), ("officer", 200)]
)
def test_the_page_is_for_officers_and_administrators(who, status, request, signed_in):
    browser = signed_in(request.getfixturevalue(who))
    assert browser.get(reverse("applications:prolong")).status_code == status


def noon(draft, days):
    """Noon in Stockholm, ``days`` before the draft's deadline."""
    day = draft.deadline_on - timedelta(days=days)
    return datetime(day.year, day.month, day.day, 12, tzinfo=STOCKHOLM)


@pytest.fixture
def begun_long_ago(draft):
    Application.objects.filter(pk=draft.pk).update(created_at=timezone.now() - timedelta(days=30))
    return Application.objects.get(pk=draft.pk)


def test_each_reminder_goes_out_once_to_those_who_can_act(
    begun_long_ago, coordinator, signatory, member, partner_coordinator
):
    draft = begun_long_ago
    sent = [deadlines.send_reminders(at=noon(draft, days)) for days in (15, 14, 14, 13, 3, 2, 1, 0)]

    assert sent == [0, 1, 0, 0, 1, 0, 1, 0]
    letters = Letter.objects.filter(kind="reminder")
    writers = {coordinator.email, signatory.email, partner_coordinator.email}
    assert {letter.to_email for letter in letters} == writers
    assert letters.count() == 3 * len(writers)
    assert list(Reminder.objects.values_list("days_before", flat=True)) == [14, 3, 1]


def test_a_missed_reminder_is_made_up_for_once(begun_long_ago):
    assert deadlines.send_reminders(at=noon(begun_long_ago, 2)) == 1
    assert Reminder.objects.get().days_before == 3


def test_nobody_is_reminded_of_what_is_handed_in_or_was_begun_after_the_day(draft, coordinator):
    cases.approve_by_both(draft)
    assert deadlines.send_reminders(at=noon(draft, 14)) == 1
    late = cases.empty_draft(draft.partnership, by=coordinator, grant_type="steering_group")
    Application.objects.filter(pk=late.pk).update(created_at=noon(late, 5))
    workflow.submit(draft, by=coordinator)

    assert deadlines.send_reminders(at=noon(late, 4)) == 0
    assert deadlines.send_reminders(at=noon(late, 3)) == 1


def test_a_prolonged_case_is_reminded_of_its_own_day(begun_long_ago, officer):
    draft = begun_long_ago
    assert deadlines.send_reminders(at=noon(draft, 3)) == 1
    prolong(draft, officer)
    draft = Application.objects.get(pk=draft.pk)

    assert deadlines.send_reminders(at=noon(draft, 3)) == 1
    dates = set(Reminder.objects.values_list("deadline_on", flat=True))
    assert dates == {draft.round.deadline_on, draft.own_deadline_on}


def test_a_person_with_two_roles_gets_one_reminder(begun_long_ago, robertsfors):
    person = make_person("Test Flerroll", robertsfors, Role.PROJECT_MANAGER, Role.SIGNATORY)
    deadlines.send_reminders(at=noon(begun_long_ago, 1))
    assert Letter.objects.filter(kind="reminder", to_email=person.email).count() == 1


def test_the_partner_sees_the_deadline_on_its_own_clock(partnership, coordinator, signed_in):
    draft = cases.empty_draft(partnership, by=coordinator)
    draft.round.deadline_on = timezone.datetime(2031, 3, 15).date()
    draft = Application.objects.all().for_page().get(pk=draft.pk)
    draft.round.deadline_on = timezone.datetime(2031, 3, 15).date()

    assert deadlines.local_deadlines(draft) == [("Kenya", "2031-03-16 01:59:59")]

    page = signed_in(coordinator, "en").get(draft.get_absolute_url()).content.decode()
    assert "in Kenya" in page


def test_the_hourly_job_reminds_once(begun_long_ago):
    with time_machine.travel(noon(begun_long_ago, 3), tick=False):
        for _hour in range(2):
            jobs.remind_of_deadlines(timestamp=0)
    assert Reminder.objects.get().days_before == 3
