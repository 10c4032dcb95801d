"""Who may see what: the list and the question must always agree."""

import pytest

from applications import rules, workflow
from applications.models import Application, Status
from partnerships.models import Role
from partnerships.models.people import ICLD_ROLES
from tests.factories import cases
from tests.factories.parties import make_partnership, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def everyone(robertsfors, machakos, vara, icld):
    """One person for every role on every side."""
    people = [
        make_person(f"Test {role} {organisation.name}", organisation, role)
        for organisation in (robertsfors, machakos, vara, icld)
        for role in Role
        if (organisation == icld) == (role in ICLD_ROLES)
    ]
    return [*people, make_person("Test Utan Roll", robertsfors)]


@pytest.fixture
def every_case(partnership, coordinator, officer, decider, vara, poti, stranger):
    """A case in every state, and one draft of somebody else."""
    withdrawn = workflow.withdraw(cases.submitted(partnership, by=coordinator), by=coordinator)
    rejected = cases.in_assessment(partnership, by=coordinator, officer=officer)
    cases.decide(rejected, by=decider, outcome="rejected", reason="Nej.")
    made = [
        cases.empty_draft(partnership, by=coordinator),
        cases.submitted(partnership, by=coordinator),
        cases.in_assessment(partnership, by=coordinator, officer=officer),
        cases.approved(partnership, by=coordinator, decider=decider),
        Application.objects.get(pk=rejected.pk),
        withdrawn,
        cases.empty_draft(make_partnership(vara, poti), by=stranger),
    ]
    assert {case.status for case in made} == set(Status)
    return made


def test_the_list_and_the_rule_agree_for_every_person_and_case(everyone, every_case):
    for person in everyone:
        listed = set(Application.objects.visible_to(person).values_list("pk", flat=True))
        allowed = {case.pk for case in every_case if rules.may_view(person, case)}
        assert listed == allowed, person.name


def test_an_officer_sees_no_draft_and_a_party_sees_its_own(every_case, officer, coordinator):
    drafts = [case for case in every_case if case.status == Status.DRAFT]
    assert drafts

    assert not Application.objects.visible_to(officer).filter(status=Status.DRAFT).exists()
    own = Application.objects.visible_to(coordinator).filter(status=Status.DRAFT)
    assert list(own) == [drafts[0]]
