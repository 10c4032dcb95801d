"""The life of an application, deed by deed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from applications import workflow
from applications.drafting import editing
from applications.models import Application, Outcome, Round, Status
from applications.statuses import MOVES
from finance.models import Grant
from icld_portal.events import events_of
from icld_portal.models import Event, Letter
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from tests.factories import cases

pytestmark = pytest.mark.django_db


def test_the_table_of_deeds_and_the_moves_postgres_allows_are_the_same():
    table = {
        (source, transition.target)
        for transition in workflow.TRANSITIONS
        for source in transition.sources
    }

    assert table == MOVES


def test_a_ready_draft_is_handed_in_frozen_and_both_parties_are_told(partnership, coordinator):
    draft = cases.ready_draft(partnership, by=coordinator)
    arrived = timezone.now()

    case = workflow.submit(draft, by=coordinator, at=arrived)

    assert (case.status, case.received_at) == (Status.SUBMITTED, arrived)
    assert case.reference == f"{arrived.year}-0001"
    assert len(case.content_sha256) == 64
    assert [event.verb for event in events_of(case)] == ["start", "sign", "sign", "submit"]
    signatories = {
        cases.signatory_of(party.organisation).email for party in case.case_parties.all()
    }
    assert set(Letter.objects.values_list("to_email", flat=True)) == {
        coordinator.email,
        "contact@example.org",
        *signatories,
    }
    with pytest.raises(WrongStatus), editing(case, by=coordinator):
        pass


def test_an_empty_draft_is_refused_with_its_gaps_and_stays_a_draft(partnership, coordinator):
    draft = cases.empty_draft(partnership, by=coordinator)

    with pytest.raises(NotReady) as stopped:
        workflow.submit(draft, by=coordinator)

    assert {problem.page for problem in stopped.value.problems} >= {"basics", "areas", "budget"}
    draft.refresh_from_db()
    assert (draft.status, draft.reference) == (Status.DRAFT, None)
    assert [event.verb for event in events_of(draft)] == ["start"]
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("late", "accepted"),
    [(timedelta(seconds=-1), True), (timedelta(0), False)],
    ids=["23:59:59", "00:00:00"],
)
def test_the_deadline_is_the_last_second_of_its_day(partnership, coordinator, late, accepted):
    draft = cases.ready_draft(partnership, by=coordinator)
    at = draft.round.closes_at + late

    if accepted:
        assert workflow.submit(draft, by=coordinator, at=at).status == Status.SUBMITTED
    else:
        with pytest.raises(NotReady) as stopped:
            workflow.submit(draft, by=coordinator, at=at)
        assert [problem.anchor for problem in stopped.value.problems] == ["round"]


@pytest.mark.parametrize(
    ("deadline", "last"),
    [
        ("2027-03-15", datetime(2027, 3, 15, 22, 59, 59, tzinfo=UTC)),
        ("2027-10-15", datetime(2027, 10, 15, 21, 59, 59, tzinfo=UTC)),
    ],
    ids=["winter time", "summer time"],
)
def test_a_round_closes_by_the_clock_in_stockholm(deadline, last):
    Round.objects.create(opens_on="2027-02-15", deadline_on=deadline)
    found = Round.objects.get(deadline_on=deadline)

    assert found.is_open_at(last)
    assert not found.is_open_at(last + timedelta(seconds=1))
    assert Round.objects.all().open_at(last).filter(pk=found.pk).exists()
    assert not Round.objects.all().open_at(last + timedelta(seconds=1)).exists()


@pytest.mark.parametrize("who", ["member", "partner_coordinator", "stranger", "officer"])
def test_only_the_grantee_hands_in(partnership, coordinator, who, request):
    draft = cases.ready_draft(partnership, by=coordinator)

    with pytest.raises(PermissionDenied):
        workflow.submit(draft, by=request.getfixturevalue(who))


def test_a_decision_opens_the_grant_once(partnership, coordinator, officer, decider):
    case = cases.in_assessment(partnership, by=coordinator, officer=officer)

    cases.decide(case, by=decider, outcome=Outcome.APPROVED, reason="Stark.", amounts={1: 90_000})

    grant = Grant.objects.all().with_totals().get(reference=case.reference)
    assert (grant.total_sek, grant.grantee.code) == (90_000, "2409")
    with pytest.raises(WrongStatus):
        cases.decide(case, by=decider, outcome=Outcome.REJECTED, reason="Nej.")
    assert Grant.objects.count() == 1


@pytest.mark.parametrize(
    ("amounts", "reason", "anchor"),
    [
        ({1: 100_001}, "Ja.", "year-1"),
        ({1: -1}, "Ja.", "year-1"),
        ({2: 1}, "Ja.", "year-2"),
        ({}, "Ja.", "year-1"),
        ({1: 100_000}, " ", "reason"),
    ],
)
def test_a_decision_out_of_bounds_changes_nothing(
    partnership, coordinator, decider, amounts, reason, anchor
):
    case = cases.in_assessment(partnership, by=coordinator, officer=decider)

    with pytest.raises(NotReady) as stopped:
        cases.decide(case, by=decider, outcome=Outcome.APPROVED, reason=reason, amounts=amounts)

    assert anchor in [problem.anchor for problem in stopped.value.problems]
    case.refresh_from_db()
    assert case.status == Status.IN_ASSESSMENT
    assert not Grant.objects.exists()


def test_an_officer_does_not_decide(partnership, coordinator, officer):
    case = cases.in_assessment(partnership, by=coordinator, officer=officer)

    with pytest.raises(PermissionDenied):
        cases.decide(case, by=officer, outcome=Outcome.REJECTED, reason="Nej.")


def test_an_illegal_status_by_raw_sql_is_refused(partnership, coordinator):
    case = cases.submitted(partnership, by=coordinator)

    with (
        pytest.raises(DatabaseError, match="pgtrigger"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE applications_application SET status = 'approved' WHERE id = %s", [case.pk]
        )
    assert Application.objects.get(pk=case.pk).status == Status.SUBMITTED


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE icld_portal_event SET verb = 'never'",
        "DELETE FROM icld_portal_event",
        "TRUNCATE icld_portal_event",
        "UPDATE applications_answer SET text = 'later'",
        "UPDATE finance_budgetline SET amount_sek = amount_sek + 1",
        "DELETE FROM applications_risk",
        "UPDATE applications_application SET title_sv = 'later'",
        "DELETE FROM applications_application",
        "UPDATE finance_guideline SET day_rate_sek = 4900",
        "UPDATE finance_guidelineamount SET amount_sek = 1",
        "UPDATE applications_questionset SET title_sv = 'later'",
        "UPDATE applications_question SET text_sv = 'later'",
        "DELETE FROM applications_section",
    ],
)
def test_what_is_frozen_is_frozen_by_the_database(partnership, coordinator, statement):
    cases.submitted(partnership, by=coordinator)
    events = Event.objects.count()

    with (
        pytest.raises(DatabaseError, match="pgtrigger"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert Event.objects.count() == events


def test_a_draft_that_missed_its_deadline_moves_to_the_open_round_with_its_content(
    partnership, coordinator
):
    draft = cases.ready_draft(partnership, by=coordinator)
    late = draft.round.closes_at
    with pytest.raises(WrongStatus):
        workflow.move_to_open_round(draft, by=coordinator, at=late - timedelta(seconds=1))
    with pytest.raises(NotReady):
        workflow.move_to_open_round(draft, by=coordinator, at=late)
    following = Round.objects.create(
        opens_on=draft.round.deadline_on, deadline_on=draft.round.deadline_on + timedelta(days=200)
    )

    workflow.move_to_open_round(draft, by=coordinator, at=late)
    case = workflow.submit(draft, by=coordinator, at=late)

    assert (case.round, case.status) == (following, Status.SUBMITTED)
    assert [event.verb for event in events_of(case)] == [
        "start",
        "sign",
        "sign",
        "move_to_open_round",
        "submit",
    ]


def test_a_stranger_does_not_move_a_draft(partnership, coordinator, stranger):
    draft = cases.ready_draft(partnership, by=coordinator)

    with pytest.raises(PermissionDenied):
        workflow.move_to_open_round(draft, by=stranger, at=draft.round.closes_at)
