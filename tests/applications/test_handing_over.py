"""Somebody leaves: what they hold in the cases goes over, or is shown to whoever decides."""

import pytest

from applications import holding
from applications import workflow as case_workflow
from applications.models import Application, SectionWork
from applications.workspace import assign
from icld_portal.models import Event
from partnerships import workflow
from partnerships.models import Role
from tests.factories import cases
from tests.factories.parties import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(robertsfors):
    return make_person("Test Nyckelsson", robertsfors, Role.ADMINISTRATOR)


@pytest.fixture
def successor(robertsfors):
    return make_person("Test Efterträdarsson", robertsfors, Role.MEMBER)


def contact_of(draft) -> tuple[str, str]:
    party = draft.case_parties.get(is_grantee=True)
    return party.contact_name, party.contact_email


def in_charge(draft, person) -> SectionWork:
    section = draft.sheet.question_set.sections.first()
    assign(draft, {section.pk: person.pk}, by=person)
    return SectionWork.objects.get(application=draft, section=section)


@pytest.fixture
def held(partnership, coordinator):
    """A draft that both have approved; the coordinator is its contact and writes a part."""
    draft = cases.written_draft(partnership, by=coordinator)
    draft.case_parties.filter(is_grantee=True).update(
        contact_name=coordinator.name, contact_email=coordinator.email.upper()
    )
    in_charge(draft, coordinator)
    cases.approve_by_both(draft)
    return Application.objects.get(pk=draft.pk)


def test_contact_person_and_parts_of_drafts_go_over(
    held, robertsfors, coordinator, successor, administrator
):
    workflow.hand_over(robertsfors, coordinator, to=successor, by=administrator)

    assert contact_of(held) == (successor.name, successor.email)
    assert SectionWork.objects.get(assignee=successor).application == held
    assert not held.approvals.valid().exists()
    assert [one.lapsed_reason for one in held.approvals.all()] == ["parties", "parties"]
    facts = Event.objects.get(verb="hand_over").facts
    assert (facts["contacts"], facts["sections"]) == (1, 1)


def test_without_anything_to_change_approvals_stand(
    held, robertsfors, coordinator, successor, administrator
):
    held.case_parties.filter(is_grantee=True).update(contact_email="other@example.org")
    workflow.hand_over(robertsfors, coordinator, to=successor, by=administrator)
    assert held.approvals.valid().count() == 2


def test_what_was_handed_in_keeps_its_contact_person(
    partnership, robertsfors, coordinator, successor, administrator
):
    case = cases.submitted(partnership, by=coordinator)
    before, sha256 = contact_of(case), case.content_sha256
    workflow.hand_over(robertsfors, coordinator, to=successor, by=administrator)
    case.refresh_from_db()
    assert (contact_of(case), case.content_sha256) == (before, sha256)


def test_whoever_gets_no_writing_role_writes_no_part(
    held, robertsfors, coordinator, successor, administrator
):
    workflow.change_roles(robertsfors, coordinator, [Role.STEERING], by=administrator)
    workflow.hand_over(robertsfors, coordinator, to=successor, by=administrator)
    assert not SectionWork.objects.filter(assignee=successor).exists()


def test_the_page_shows_it_first(held, robertsfors, coordinator, administrator, signed_in):
    there = f"/organisations/{robertsfors.pk}/people/{coordinator.pk}/"
    browser = signed_in(administrator)
    for page in (browser.get(there), browser.post(f"{there}remove/")):
        words = page.content.decode()
        assert page.status_code == 200
        assert words.count(f'href="{held.get_absolute_url()}"') == 2
    assert held.approvals.valid().count() == 2


def test_icld_s_cases_go_over_but_assessments_are_shown(
    partnership, coordinator, officer, icld, office_administrator, signed_in
):
    case = cases.in_assessment(partnership, by=coordinator, officer=officer)
    case_workflow.give(case, to=officer, by=office_administrator)
    colleague = make_person("Test Kollegasson", icld, Role.READER)
    there = f"/organisations/{icld.pk}/people/{officer.pk}/"
    browser = signed_in(office_administrator)
    page = browser.get(there).content.decode()
    assert page.count(case.reference) == 4

    browser.post(f"{there}hand-over/", {"to": colleague.pk})

    case.refresh_from_db()
    assert case.officer == colleague
    assert [one.assessor for one in case.assignments.all()] == [officer]
    assert Event.objects.get(verb="hand_over").facts["cases"] == 1


def test_a_case_stays_where_the_new_officer_has_a_conflict_of_interest(
    partnership, coordinator, officer, icld, office_administrator
):
    case = cases.in_assessment(partnership, by=coordinator, officer=officer)
    colleague = make_person("Test Kollegasson", icld, Role.OFFICER)
    colleague.interests.create(case_reference=case.reference, has_conflict=True, reason="Syskon")
    workflow.hand_over(icld, officer, to=colleague, by=office_administrator)
    case.refresh_from_db()
    assert case.officer == officer


def test_a_conflict_hides_what_a_colleague_holds(
    partnership, coordinator, officer, icld, office_administrator, signed_in
):
    case = cases.in_assessment(partnership, by=coordinator, officer=officer)
    office_administrator.interests.create(
        case_reference=case.reference, has_conflict=True, reason="Syskon"
    )
    page = signed_in(office_administrator).get(f"/organisations/{icld.pk}/people/{officer.pk}/")
    assert case.reference not in page.content.decode()
    assert not holding.held_by(officer, icld, reader=office_administrator).cases


def test_thirty_drafts_cost_the_page_as_much_as_one(
    held, robertsfors, coordinator, administrator, signed_in, django_assert_max_num_queries
):
    there = f"/organisations/{robertsfors.pk}/people/{coordinator.pk}/"
    browser = signed_in(administrator)
    browser.get(there)
    with django_assert_max_num_queries(20) as one:
        browser.get(there)
    for _number in range(29):
        draft = cases.empty_draft(held.partnership, by=coordinator)
        draft.case_parties.filter(is_grantee=True).update(contact_email=coordinator.email)
        in_charge(draft, coordinator)
    with django_assert_max_num_queries(len(one)):
        assert browser.get(there).content.decode().count("<li>") >= 60
