"""A decision meeting: two people, one pot, everything released together and once."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone, translation

from applications import pots, workflow
from applications.models import (
    Application,
    Condition,
    Decision,
    DecisionYear,
    PendingDecision,
    Pot,
    Status,
)
from finance.models import Grant
from icld_portal.models import Letter
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from tests.applications.test_parallel import at_once
from tests.factories import cases
from tests.factories.parties import make_person
from tests.worker import work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def case(partnership, coordinator, officer) -> Application:
    return cases.in_assessment(partnership, by=coordinator, officer=officer)


@pytest.fixture
def meeting(case):
    return workflow.meeting_of(case.round)


def propose(meeting, case, officer, outcome="approved", sek=100_000, **facts):
    amounts = {1: sek} if outcome == "approved" else {}
    facts = {"reason": "Well planned.", "amounts": amounts} | facts
    return workflow.propose(meeting, case, by=officer, outcome=outcome, **facts)


def decided(meeting, case, officer, decider, **facts) -> PendingDecision:
    pending = propose(meeting, case, officer, **facts)
    return workflow.confirm(meeting, case, by=decider, version=pending.version)


def today():
    return timezone.localdate()


def test_the_proposer_does_not_confirm(meeting, case, decider):
    pending = propose(meeting, case, decider)
    with pytest.raises(NotReady, match="proposed this yourself"):
        workflow.confirm(meeting, case, by=decider, version=pending.version)


def test_not_even_sql_lets_one_person_do_both(meeting, case, officer):
    pending = propose(meeting, case, officer)
    with pytest.raises(IntegrityError, match="pending_takes_two_people"), transaction.atomic():
        PendingDecision.objects.filter(pk=pending.pk).update(
            confirmed_by=officer, confirmed_at=timezone.now()
        )


def test_an_officer_does_not_confirm(meeting, case, officer, icld):
    pending = propose(meeting, case, officer)
    colleague = make_person("Test Kollegasson", icld, "officer")
    with pytest.raises(PermissionDenied):
        workflow.confirm(meeting, case, by=colleague, version=pending.version)


def test_a_new_proposal_takes_the_confirmation_away(meeting, case, officer, decider):
    pending = decided(meeting, case, officer, decider)
    again = propose(meeting, case, officer, sek=50_000, version=pending.version)
    assert again.confirmed_by is None
    with pytest.raises(workflow.StaleProposal):
        workflow.confirm(meeting, case, by=decider, version=pending.version)


def test_the_second_of_two_proposers_is_told(meeting, case, officer, decider):
    propose(meeting, case, officer)
    with pytest.raises(workflow.StaleProposal):
        propose(meeting, case, decider, outcome="rejected", version=0)


def test_a_pot_holds_what_is_confirmed(meeting, case, officer, decider, office_administrator):
    workflow.set_pot(case.round, "all", 99_999, by=office_administrator)
    pending = propose(meeting, case, officer)
    with pytest.raises(NotReady, match="The pot for"):
        workflow.confirm(meeting, case, by=decider, version=pending.version)

    workflow.set_pot(case.round, "all", 100_000, by=office_administrator)
    workflow.confirm(meeting, case, by=decider, version=pending.version)
    assert [state.left_sek for state in pots.states(case.round_id)] == [0]
    with pytest.raises(NotReady, match="granted or confirmed"):
        workflow.set_pot(case.round, "all", 99_999, by=office_administrator)


def test_the_pot_of_another_region_pays_nothing(
    meeting, case, officer, decider, office_administrator
):
    workflow.set_pot(case.round, "europe", 0, by=office_administrator)
    workflow.set_pot(case.round, "africa_asia", 100_000, by=office_administrator)
    assert case.budget.region == "africa_asia"
    decided(meeting, case, officer, decider)


def test_a_decision_alone_is_held_by_the_pot_too(case, decider, office_administrator):
    workflow.set_pot(case.round, "all", 99_999, by=office_administrator)
    with pytest.raises(NotReady, match="pot"):
        cases.decide(case, by=decider, outcome="approved", reason="Good.", amounts={1: 100_000})


def test_the_database_counts_and_refuses_a_krona_too_many(
    partnership, coordinator, officer, decider, office_administrator
):
    case = cases.in_assessment(partnership, by=coordinator, officer=officer)
    workflow.set_pot(case.round, "all", 100_000, by=office_administrator)
    cases.decide(case, by=decider, outcome="approved", reason="Good.", amounts={1: 60_000})
    pot = Pot.objects.get()
    assert pot.granted_sek == 60_000

    decision = Decision.objects.get()
    with pytest.raises(IntegrityError, match="pot_is_not_overspent"), transaction.atomic():
        DecisionYear.objects.create(decision=decision, year=2, amount_sek=40_001)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Pot.objects.filter(pk=pot.pk).update(granted_sek=0)


def test_a_pot_set_late_begins_with_what_is_granted(case, decider, office_administrator):
    cases.decide(case, by=decider, outcome="approved", reason="Good.", amounts={1: 60_000})
    with pytest.raises((NotReady, IntegrityError)), transaction.atomic():
        workflow.set_pot(case.round, "all", 59_999, by=office_administrator)
    assert workflow.set_pot(case.round, "all", 60_000, by=office_administrator)
    assert Pot.objects.get().granted_sek == 60_000


def test_nothing_is_released_before_everything_is_confirmed(meeting, case, officer, decider):
    propose(meeting, case, officer)
    with pytest.raises(NotReady, match="not confirmed"):
        workflow.order_release(meeting, by=decider, held_on=today())


def test_what_stops_a_release_names_no_case_that_is_hidden_from_its_reader(
    meeting, case, officer, decider
):
    propose(meeting, case, officer)
    decider.interests.create(case_reference=case.reference, has_conflict=True, reason="Syskon")
    with pytest.raises(NotReady) as stopped:
        workflow.order_release(meeting, by=decider, held_on=today())
    [problem] = stopped.value.problems
    assert case.reference not in str(problem.text)


def test_a_meeting_is_not_held_tomorrow(meeting, case, officer, decider):
    decided(meeting, case, officer, decider)
    with pytest.raises(NotReady, match="not been held"):
        workflow.order_release(meeting, by=decider, held_on=today() + timedelta(days=1))


def test_an_ordered_meeting_cannot_be_changed_even_by_sql(meeting, case, officer, decider):
    pending = decided(meeting, case, officer, decider)
    workflow.order_release(meeting, by=decider, held_on=today())
    with pytest.raises(WrongStatus):
        propose(meeting, case, officer, version=pending.version)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        PendingDecision.objects.filter(pk=pending.pk).update(reason="Other")
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        pending.years.update(amount_sek=1)


def test_until_the_release_the_parties_see_nothing(
    meeting, case, officer, decider, coordinator, signed_in
):
    decided(meeting, case, officer, decider, reason="kanariefågel")
    client = signed_in(coordinator)
    for path in ("", "read/"):
        page = client.get(case.get_absolute_url() + path).content.decode()
        assert "kanariefågel" not in page
    assert not Letter.objects.filter(body__contains="kanariefågel").exists()


@pytest.mark.django_db(transaction=True)
def test_a_meeting_is_released_once_with_its_letters(
    partnership, coordinator, officer, decider, partner_coordinator
):
    first, second, third = (
        cases.in_assessment(partnership, by=coordinator, officer=officer) for _number in range(3)
    )
    meeting = workflow.meeting_of(first.round)
    wanted = workflow.Wanted("Name a gender expert.", today() + timedelta(days=30))
    decided(meeting, first, officer, decider, conditions=[wanted])
    decided(meeting, second, officer, decider, outcome="rejected")
    decided(meeting, third, officer, decider, outcome="postponed")
    Letter.objects.all().delete()

    workflow.order_release(meeting, by=decider, held_on=today())
    with pytest.raises(WrongStatus):
        workflow.order_release(meeting, by=decider, held_on=today())
    workflow.release(meeting.pk)
    workflow.release(meeting.pk)

    for case in (first, second, third):
        case.refresh_from_db()
    assert [case.status for case in (first, second, third)] == [
        Status.APPROVED,
        Status.REJECTED,
        Status.IN_ASSESSMENT,
    ]
    assert Grant.objects.get().reference == first.reference
    assert Decision.objects.get(application=first).proposed_by == officer
    to_coordinator = Letter.objects.filter(to_email=coordinator.email).values_list("kind")
    assert sorted(kind for (kind,) in to_coordinator) == ["approved", "postponed", "rejected"]
    condition = Condition.objects.get()
    assert condition.is_released
    workflow.meet_condition(condition, by=officer, note="She is named.")
    with pytest.raises(WrongStatus):
        workflow.meet_condition(condition, by=officer, note="Again.")


@pytest.mark.django_db(transaction=True)
def test_a_case_withdrawn_before_the_release_stays_withdrawn(
    meeting, case, officer, decider, coordinator
):
    decided(meeting, case, officer, decider)
    workflow.order_release(meeting, by=decider, held_on=today())
    workflow.withdraw(case, by=coordinator)
    work("papers")
    case.refresh_from_db()
    assert case.status == Status.WITHDRAWN
    assert not Decision.objects.exists()
    meeting.refresh_from_db()
    assert meeting.released_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_release_that_may_not_be_opens_the_meeting_again(meeting, case, officer, decider):
    decided(meeting, case, officer, decider)
    workflow.order_release(meeting, by=decider, held_on=today())
    decider.memberships.all().delete()
    work("papers")
    meeting.refresh_from_db()
    assert meeting.is_open
    assert not Decision.objects.exists()


def in_assessment(number, partnership, coordinator, officer) -> list[Application]:
    return [
        cases.in_assessment(partnership, by=coordinator, officer=officer)
        for _number in range(number)
    ]


@pytest.mark.django_db(transaction=True)
def test_fifty_confirmed_at_once_take_what_the_pot_holds(
    partnership, coordinator, officer, decider, office_administrator
):
    found = in_assessment(50, partnership, coordinator, officer)
    meeting = workflow.meeting_of(found[0].round)
    versions = [propose(meeting, case, officer).version for case in found]
    workflow.set_pot(meeting.round, "all", 20 * 100_000 + 99_999, by=office_administrator)

    confirmed = at_once(50, lambda place: _confirm(meeting, found[place], decider, versions[place]))

    assert confirmed.count(True) == 20
    assert [state.left_sek for state in pots.states(meeting.round_id)] == [99_999]
    # What did not fit is rejected; then the whole meeting is released.
    for case in found:
        if not PendingDecision.objects.filter(application=case, confirmed_at=None).exists():
            continue
        decided(meeting, case, officer, decider, outcome="rejected", version=1)
    workflow.order_release(meeting, by=decider, held_on=today())
    workflow.release(meeting.pk)
    assert Pot.objects.get().granted_sek == 20 * 100_000
    assert Grant.objects.count() == 20


def _confirm(meeting, case, decider, version) -> bool:
    try:
        workflow.confirm(meeting, case, by=decider, version=version)
    except NotReady:
        return False
    return True


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_more_than_the_pot_would_be_confirmed(
    partnership, coordinator, officer, decider, office_administrator, monkeypatch
):
    found = in_assessment(8, partnership, coordinator, officer)
    meeting = workflow.meeting_of(found[0].round)
    versions = [propose(meeting, case, officer).version for case in found]
    workflow.set_pot(meeting.round, "all", 3 * 100_000, by=office_administrator)
    monkeypatch.setattr(pots, "lock", lambda round_id: None)
    read = pots.states

    def read_slowly(*args, **options):
        state = read(*args, **options)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.5)")
        return state

    monkeypatch.setattr(pots, "states", read_slowly)

    confirmed = at_once(8, lambda place: _confirm(meeting, found[place], decider, versions[place]))

    assert confirmed.count(True) > 3


@pytest.mark.django_db(transaction=True)
def test_many_decided_at_once_take_what_the_pot_holds(
    partnership, coordinator, officer, decider, office_administrator
):
    found = in_assessment(24, partnership, coordinator, officer)
    workflow.set_pot(found[0].round, "all", 10 * 100_000 + 99_999, by=office_administrator)
    approval = {"outcome": "approved", "reason": "Good.", "amounts": {1: 100_000}}
    proposals = [cases.propose(case, **approval) for case in found]

    def decide(place):
        try:
            workflow.decide(found[place], by=decider, version=proposals[place].version)
        except NotReady:
            return False
        return True

    assert at_once(24, decide).count(True) == 10
    assert Pot.objects.get().granted_sek == 10 * 100_000
    assert Grant.objects.count() == 10
