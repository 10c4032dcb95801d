"""What the reports are to steering groups: what waits, what is decided about, who sees it."""

import pytest

from applications import workflow
from applications.models import Report
from applications.reports.matters import REPORTS, key_of
from partnerships.models import AgendaItem, Interest, SteeringGroup
from partnerships.models.matters import addresses_of
from tests.factories import cases, reports, steering

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(partnership):
    return steering.make_group(partnership)


@pytest.fixture
def report(partnership, coordinator, decider) -> Report:
    return reports.open_report(cases.approved(partnership, by=coordinator, decider=decider))


def keys(matters) -> list[str]:
    return [matter.key for matter in matters]


def take_up(group, report: Report) -> None:
    meeting = steering.plan_meeting(group)
    AgendaItem.objects.create(
        meeting=meeting,
        sort_order=1,
        title="Redovisningen",
        matter_kind="report",
        matter_key=key_of(report),
    )


def test_a_report_being_written_waits_for_the_group_and_can_be_decided_about(
    group, report, coordinator, stranger
):
    assert keys(REPORTS.open_for(group, coordinator)) == [key_of(report)]
    assert keys(REPORTS.known_to(group, coordinator)) == [key_of(report)]
    assert REPORTS.open_for(group, stranger) == []


def test_what_is_handed_in_waits_no_more_but_can_be_decided_about(group, report, coordinator):
    reports.approve_report(reports.write_report(report, by=coordinator))
    workflow.submit_report(report, by=coordinator)

    assert REPORTS.open_for(group, coordinator) == []
    assert keys(REPORTS.known_to(group, coordinator)) == [key_of(report)]


def test_its_page_is_found_by_those_who_may_open_it(report, coordinator, stranger):
    point = ("report", key_of(report))

    assert addresses_of([point], coordinator) == {point: report.get_absolute_url()}
    assert addresses_of([point], stranger) == {}
    assert addresses_of([("report", "nothing-year-1")], coordinator) == {}


def test_a_conflict_in_the_case_hides_a_group_that_has_taken_its_report_up(group, report, officer):
    assert SteeringGroup.objects.all().visible_to(officer).filter(pk=group.pk).exists()
    take_up(group, report)

    Interest.objects.create(
        user=officer,
        case_reference=report.application.reference,
        has_conflict=True,
        reason="Släkt.",
    )
    officer = type(officer).objects.get(pk=officer.pk)

    assert not SteeringGroup.objects.all().visible_to(officer).filter(pk=group.pk).exists()
