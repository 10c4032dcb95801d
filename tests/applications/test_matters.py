"""What the cases are to steering groups: what waits, what can be decided about, where it is."""

import pytest

from applications import workflow
from applications.drafting import editing
from applications.matters import CASES
from applications.models import Application, Following, Risk
from partnerships.models import MatterKind
from tests.factories import cases, steering

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(partnership):
    return steering.make_group(partnership)


@pytest.fixture
def project(partnership, coordinator) -> Application:
    return cases.written_draft(partnership, by=coordinator)


def kinds(matters) -> list[tuple[str, str]]:
    return [(matter.kind.value, matter.key) for matter in matters]


def grave_risk(case: Application, by) -> Risk:
    with editing(case, by=by) as draft:
        return Risk.objects.create(
            application=draft,
            text="Val",
            probability=5,
            consequence=5,
            measure="Plan",
            owner="Båda",
        )


def test_a_draft_waits_until_a_verified_decision_is_about_it(group, project, coordinator):
    plan = (MatterKind.PLAN.value, project.key)
    meeting = steering.held_meeting(group)
    steering.decide(meeting, about=project)
    assert kinds(CASES.open_for(group, coordinator)) == [plan]

    steering.verify(meeting)

    assert kinds(CASES.open_for(group, coordinator)) == []


def test_a_project_can_be_decided_about_as_a_plan_and_as_an_application(
    group, project, coordinator
):
    assert kinds(CASES.known_to(group, coordinator)) == [
        ("plan", project.key),
        ("application", project.key),
    ]

    cases.approve_by_both(project)
    handed_in = workflow.submit(Application.objects.get(pk=project.pk), by=coordinator)
    assert {key for _kind, key in kinds(CASES.known_to(group, coordinator))} == {project.key}
    workflow.withdraw(handed_in, by=coordinator)
    assert kinds(CASES.known_to(group, coordinator)) == []


def test_a_grave_risk_of_a_case_it_follows_waits_and_is_known(group, project, coordinator):
    risk = grave_risk(project, coordinator)
    point = ("risk", f"{project.key}-{risk.pk}")
    assert point not in kinds(CASES.open_for(group, coordinator))

    Following.objects.create(group=group, application=project)

    assert point in kinds(CASES.open_for(group, coordinator))
    assert point in kinds(CASES.known_to(group, coordinator))


def test_a_draft_is_no_matter_for_icld_nor_for_strangers(
    group, project, coordinator, officer, stranger, outsider
):
    for person in (officer, stranger, outsider):
        assert CASES.open_for(group, person) == []
        assert CASES.known_to(group, person) == []
    assert CASES.open_for(group, coordinator)


def test_addresses_are_of_what_the_reader_may_open(
    group, project, coordinator, officer, django_assert_num_queries
):
    points = {("plan", project.key), ("risk", f"{project.key}-7"), ("free", ""), ("report", "x")}
    assert coordinator.roles
    with django_assert_num_queries(1):
        found = CASES.addresses_of(points, coordinator)

    assert found == {
        ("plan", project.key): project.get_absolute_url(),
        ("risk", f"{project.key}-7"): project.get_absolute_url(),
    }
    assert CASES.addresses_of(points, officer) == {}


def test_a_group_that_has_taken_up_a_risk_of_the_case_deals_with_it(
    group, project, partnership, coordinator, reader
):
    risk = grave_risk(project, coordinator)
    meeting = steering.plan_meeting(group)
    meeting.agenda.create(
        title="Val", matter_kind=MatterKind.RISK, matter_key=f"{project.key}-{risk.pk}"
    )
    other = steering.make_group(partnership, "En annan grupp")
    cases.approve_by_both(project)
    case = workflow.submit(Application.objects.get(pk=project.pk), by=coordinator)

    groups = type(group).objects.filter(CASES.dealing_with({case.reference}))

    assert list(groups) == [group]
    assert other not in groups
