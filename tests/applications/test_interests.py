"""Declarations of interest and who is given a case: the deeds and what the database holds."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, transaction

from applications import rules, workflow
from applications.models import Application, Assignment
from icld_portal import prepared
from icld_portal.events import events_of
from icld_portal.models import Letter, PreparedFile
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.models import Interest, User
from tests.factories import cases

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(partnership, coordinator) -> Application:
    return cases.submitted(partnership, by=coordinator)


def fresh(user: User) -> User:
    """The person as the next request meets them."""
    return User.objects.get(pk=user.pk)


def sees(user: User, case: Application) -> bool:
    case = Application.objects.get(pk=case.pk)
    listed = Application.objects.visible_to(fresh(user)).filter(pk=case.pk).exists()
    assert rules.may_view(fresh(user), case) == listed
    return listed


def test_a_conflict_hides_the_case_and_gives_it_up(case, officer, decider):
    workflow.take_up(case, by=officer)

    workflow.declare(case, by=officer, has_conflict=True, reason="Min kusin.")

    case.refresh_from_db()
    assert case.officer is None
    assert not sees(officer, case)
    assert sees(decider, case)


def test_who_has_a_conflict_neither_takes_up_keeps_nor_decides(case, officer, decider):
    for person in (officer, decider):
        workflow.declare(case, by=person, has_conflict=True, reason="Min kusin.")

    with pytest.raises(PermissionDenied):
        workflow.take_up(case, by=fresh(officer))
    with pytest.raises(PermissionDenied):
        workflow.assign(case, to=None, by=fresh(officer))
    cases_other = cases.make_person("Test Annan", officer.memberships.get().organisation, "officer")
    taken = workflow.take_up(case, by=cases_other)
    with pytest.raises(PermissionDenied):
        workflow.assign(taken, to=fresh(officer), by=cases_other)
    with pytest.raises(PermissionDenied):
        cases.decide(taken, by=fresh(decider), outcome="rejected", reason="Nej.")


def test_a_conflict_needs_a_reason(case, officer):
    with pytest.raises(NotReady):
        workflow.declare(case, by=officer, has_conflict=True, reason=" ")

    assert not Interest.objects.exists()


def test_a_conflict_found_later_replaces_the_first_answer(case, officer):
    workflow.declare(case, by=officer, has_conflict=False)
    workflow.declare(case, by=officer, has_conflict=False)
    workflow.declare(case, by=officer, has_conflict=True, reason="Min kusin har börjat där.")

    first, second = Interest.objects.order_by("pk")
    assert (first.has_conflict, first.withdrawn_by) == (False, officer)
    assert (second.has_conflict, second.withdrawn_at) == (True, None)
    assert not sees(officer, case)
    with pytest.raises(PermissionDenied):
        workflow.declare(case, by=fresh(officer), has_conflict=False)


def test_a_party_declares_nothing_and_loses_nothing(case, coordinator, stranger, robertsfors):
    for person in (coordinator, stranger):
        with pytest.raises(PermissionDenied):
            workflow.declare(case, by=person, has_conflict=True, reason="Jag vill.")
    assert sees(coordinator, case)


def test_a_draft_is_not_declared_about(partnership, coordinator, officer):
    draft = cases.empty_draft(partnership, by=coordinator)

    with pytest.raises(WrongStatus):
        workflow.declare(draft, by=officer, has_conflict=False)


def test_only_an_administrator_takes_a_mistake_back(case, officer, office_administrator, decider):
    interest = workflow.declare(case, by=officer, has_conflict=True, reason="Fel ärende.")
    for person in (officer, decider):
        with pytest.raises(PermissionDenied):
            workflow.withdraw_declaration(interest, case, by=fresh(person), reason="Misstag.")
    with pytest.raises(NotReady):
        workflow.withdraw_declaration(interest, case, by=office_administrator, reason=" ")

    workflow.withdraw_declaration(interest, case, by=office_administrator, reason="Misstag.")

    assert sees(officer, case)
    assert not rules.has_declared(fresh(officer), case)
    event = events_of(case).get(verb="withdraw_declaration")
    assert event.facts == {"person_id": officer.pk, "reason": "Misstag."}
    with pytest.raises(WrongStatus):
        workflow.withdraw_declaration(interest, case, by=office_administrator, reason="Igen.")


def test_an_administrator_does_not_take_back_their_own(case, office_administrator):
    interest = workflow.declare(case, by=office_administrator, has_conflict=True, reason="Jäv.")

    with pytest.raises(PermissionDenied):
        workflow.withdraw_declaration(
            interest, case, by=fresh(office_administrator), reason="Ångrar mig."
        )


@pytest.mark.parametrize(
    "change",
    [
        {"has_conflict": False},
        {"reason": "Något annat."},
        {"case_reference": "2026-9999"},
    ],
)
def test_a_declaration_is_never_rewritten(case, officer, change):
    interest = workflow.declare(case, by=officer, has_conflict=True, reason="Jäv.")

    with pytest.raises(Error), transaction.atomic():
        Interest.objects.filter(pk=interest.pk).update(**change)
    with pytest.raises(Error), transaction.atomic():
        interest.delete()


def test_large_files_prepared_before_are_taken_away(case, officer, decider, settings):
    settings.PREPARED_FILES = {"greeting": "tests.icld_portal.makers.make_greeting"}
    mine = prepared.order("greeting", by=officer, title="Allt", word="hej")
    others = prepared.order("greeting", by=decider, title="Allt", word="hej")

    workflow.declare(case, by=officer, has_conflict=True, reason="Jäv.")

    assert list(PreparedFile.objects.all()) == [others]
    assert mine.pk != others.pk


def test_an_outsider_sees_a_case_given_to_them_after_declaring(case, outsider, officer):
    assert not sees(outsider, case)
    workflow.give(case, to=outsider, by=officer)
    assert not sees(outsider, case)

    workflow.declare(case, by=outsider, has_conflict=False)

    assert sees(outsider, case)
    workflow.take_from(Assignment.objects.get(), by=officer)
    assert not sees(outsider, case)


def test_an_outsider_declares_about_nothing_but_what_is_given_to_them(case, outsider):
    with pytest.raises(PermissionDenied):
        workflow.declare(case, by=outsider, has_conflict=False)


def test_asking_twice_is_asking_once_and_tells_by_letter(case, assessor, officer):
    for _time in range(2):
        workflow.give(case, to=assessor, by=officer)

    assert Assignment.objects.get().assessor == assessor
    assert Letter.objects.filter(to_user_id=assessor.pk, kind="assess").count() == 1
    assert events_of(case).filter(verb="give").count() == 1


def test_nobody_assesses_a_case_of_their_own_or_with_a_conflict(
    case, assessor, outsider, reader, coordinator, officer, robertsfors
):
    outsider.memberships.create(organisation=robertsfors, role="member")
    workflow.declare(case, by=assessor, has_conflict=True, reason="Jäv.")

    for person in (fresh(outsider), fresh(assessor), reader, coordinator):
        with pytest.raises(PermissionDenied):
            workflow.give(case, to=person, by=officer)
    for person in (assessor, reader, coordinator, outsider):
        with pytest.raises(PermissionDenied):
            workflow.give(case, to=officer, by=fresh(person))


def test_a_decided_case_is_given_to_nobody(partnership, coordinator, decider, assessor, officer):
    decided = cases.approved(partnership, by=coordinator, decider=decider)

    with pytest.raises(WrongStatus):
        workflow.give(decided, to=assessor, by=officer)


def test_a_round_is_shared_evenly_around_conflicts(
    partnership, coordinator, assessor, outsider, decider, officer, robertsfors
):
    made = [cases.submitted(partnership, by=coordinator) for _number in range(6)]
    workflow.give(made[0], to=assessor, by=officer)
    workflow.declare(made[1], by=assessor, has_conflict=True, reason="Jäv.")
    people = [assessor, outsider, decider]

    given = workflow.give_evenly(made[0].round, people, per_case=2, by=officer)

    assert given == 11
    assert workflow.give_evenly(made[0].round, people, per_case=2, by=officer) == 0
    loads = sorted(person.assignments.count() for person in people)
    assert loads == [4, 4, 4]
    assert all(case.assignments.count() == 2 for case in made)
    assert not made[1].assignments.filter(assessor=assessor).exists()


@pytest.mark.parametrize("per_case", [0, 6])
def test_a_round_is_not_shared_over_impossible_numbers(case, officer, assessor, per_case):
    with pytest.raises(NotReady):
        workflow.give_evenly(case.round, [assessor], per_case=per_case, by=officer)
    with pytest.raises(NotReady):
        workflow.give_evenly(case.round, [], per_case=1, by=officer)
