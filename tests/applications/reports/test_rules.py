"""Who may see what of reports: the list and the question must always agree."""

import pytest

from applications.models import Report, ReportStatus
from applications.reports import rules
from partnerships.models import Role, User
from partnerships.models.people import ICLD_ROLES
from tests.factories import cases, reports
from tests.factories.parties import make_partnership, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(partnership, coordinator, decider):
    return cases.approved(partnership, by=coordinator, decider=decider)


@pytest.fixture
def every_report(case, vara, poti, stranger, decider):
    """A draft, one in control, the final one, and one of somebody else."""
    handed_in = reports.open_report(case)
    Report.objects.filter(pk=handed_in.pk).update(
        status=ReportStatus.SUBMITTED,
        received_at=handed_in.opened_at,
        content_sha256="a" * 64,
    )
    other = cases.approved(make_partnership(vara, poti), by=stranger, decider=decider)
    reports.open_report(other)
    reports.open_report(case, year=None)
    return list(Report.objects.select_related("application"))


@pytest.fixture
def auditor(every_report) -> User:
    """Somebody without any membership, invited to one report."""
    person = User.objects.create_user("revisor@example.org", name="Test Revisorsson")
    reports.invite_auditor(every_report[0], person)
    return person


@pytest.fixture
def everyone(robertsfors, machakos, vara, icld, auditor, case):
    """One person for every role on every side, an auditor, and one with a conflict."""
    people = [
        make_person(f"Test {role} {organisation.name}", organisation, role)
        for organisation in (robertsfors, machakos, vara, icld)
        for role in Role
        if (organisation == icld) == (role in ICLD_ROLES)
    ]
    biased = make_person("Test Jävig", icld, Role.OFFICER)
    biased.interests.create(case_reference=case.reference, has_conflict=True, reason="Släkt")
    return [*people, biased, auditor, make_person("Test Utan Roll", robertsfors)]


def test_the_lists_and_the_rules_agree_for_every_person_and_report(everyone, every_report):
    for person in everyone:
        person = User.objects.get(pk=person.pk)
        for asked, may in (
            (Report.objects.all().visible_to(person), rules.may_view_report),
            (Report.objects.all().readable_by(person), rules.may_read_report),
        ):
            allowed = {report.pk for report in every_report if may(person, report)}
            assert set(asked.values_list("pk", flat=True)) == allowed, (person.name, may.__name__)


def test_an_auditor_sees_one_report_and_icld_reads_no_draft(every_report, auditor, officer):
    assert Report.objects.all().visible_to(auditor).count() == 1
    readable = Report.objects.all().readable_by(officer)
    assert {report.status for report in readable} == {ReportStatus.SUBMITTED}
    assert Report.objects.all().visible_to(officer).count() == len(every_report)
