"""The people of an organisation: roles, leaving, handing over, the last administrator."""

import pytest
from django.core.exceptions import PermissionDenied

from applications.drafting import answers_by_question
from applications.models import Application
from icld_portal.models import Event, Letter
from icld_portal.problems import NotReady
from partnerships import workflow
from partnerships.models import Invitation, Membership, Role, User
from tests.applications.test_parallel import at_once
from tests.factories.cases import empty_draft
from tests.factories.parties import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(robertsfors) -> User:
    return make_person("Test Administratorsson", robertsfors, Role.ADMINISTRATOR)


def roles_of(user, organisation) -> set[str]:
    found = Membership.objects.filter(user=user, organisation=organisation)
    return set(found.values_list("role", flat=True))


def people(organisation) -> str:
    return f"/organisations/{organisation.pk}/people/"


def test_roles_are_changed_and_recorded(administrator, coordinator, robertsfors, signed_in):
    there = f"{people(robertsfors)}{coordinator.pk}/"
    answer = signed_in(administrator).post(there, {"roles": ["finance", "signatory"]})
    assert answer.url == people(robertsfors)
    assert roles_of(coordinator, robertsfors) == {"finance", "signatory"}
    event = Event.objects.get(verb="change_roles")
    assert event.facts == {
        "person_id": coordinator.pk,
        "roles": ["finance", "signatory"],
        "earlier": ["coordinator"],
    }


@pytest.mark.parametrize("roles", [[], ["king"], ["decider"]])
def test_roles_that_do_not_exist_there_are_refused(
    administrator, coordinator, robertsfors, signed_in, roles
):
    there = f"{people(robertsfors)}{coordinator.pk}/"
    assert signed_in(administrator).post(there, {"roles": roles}).status_code == 422
    assert roles_of(coordinator, robertsfors) == {"coordinator"}
    with pytest.raises((PermissionDenied, NotReady)):
        workflow.change_roles(robertsfors, coordinator, roles, by=administrator)


def test_the_last_administrator_is_neither_removed_nor_demoted(
    administrator, coordinator, robertsfors, signed_in
):
    browser, there = signed_in(administrator), f"{people(robertsfors)}{administrator.pk}/"
    assert browser.post(there, {"roles": ["member"]}).status_code == 422
    assert browser.post(f"{there}remove/", {"sure": "yes"}).status_code == 422
    assert roles_of(administrator, robertsfors) == {"administrator"}
    assert not Event.objects.exists()

    workflow.change_roles(robertsfors, coordinator, ["administrator"], by=administrator)
    workflow.remove_member(robertsfors, administrator, by=administrator)

    assert roles_of(administrator, robertsfors) == set()


def test_an_administrator_whose_login_is_closed_does_not_count(
    administrator, coordinator, robertsfors
):
    workflow.change_roles(robertsfors, coordinator, ["administrator"], by=administrator)
    User.objects.filter(pk=coordinator.pk).update(is_active=False)
    with pytest.raises(NotReady):
        workflow.remove_member(robertsfors, administrator, by=administrator)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_at_once_leave_one(administrator, robertsfors):
    other = make_person("Andra Administratorsson", robertsfors, Role.ADMINISTRATOR)
    pairs = [(administrator, other), (other, administrator)]

    def remove(place):
        by, person = pairs[place]
        try:
            workflow.remove_member(robertsfors, person, by=by)
        except (NotReady, PermissionDenied):
            return "told"
        return "removed"

    assert sorted(at_once(2, remove)) == ["removed", "told"]
    assert Membership.objects.filter(role="administrator", organisation=robertsfors).count() == 1


def test_handing_over_gives_everything_to_a_colleague(
    administrator, coordinator, member, robertsfors, signed_in
):
    robertsfors.contact_name, robertsfors.contact_email = coordinator.name, coordinator.email
    robertsfors.save()
    there = f"{people(robertsfors)}{coordinator.pk}/hand-over/"
    answer = signed_in(administrator).post(there, {"to": member.pk})
    assert answer.url == people(robertsfors)
    assert roles_of(member, robertsfors) == {"member", "coordinator"}
    assert roles_of(coordinator, robertsfors) == set()
    robertsfors.refresh_from_db()
    assert robertsfors.contact_email == member.email
    letter = Letter.objects.get(kind="handed_over")
    assert (letter.to_email, coordinator.name in letter.body) == (member.email, True)
    assert Event.objects.get(verb="hand_over").facts["to_id"] == member.pk


def test_the_last_administrator_can_hand_over(administrator, member, robertsfors):
    workflow.hand_over(robertsfors, administrator, to=member, by=administrator)
    assert roles_of(member, robertsfors) == {"member", "administrator"}


def test_nothing_is_handed_to_oneself_or_to_strangers(
    administrator, coordinator, stranger, robertsfors, signed_in
):
    browser = signed_in(administrator)
    there = f"{people(robertsfors)}{coordinator.pk}/hand-over/"
    for to in (coordinator, stranger):
        assert browser.post(there, {"to": to.pk}).status_code == 422
        with pytest.raises(NotReady):
            workflow.hand_over(robertsfors, coordinator, to=to, by=administrator)
    assert roles_of(coordinator, robertsfors) == {"coordinator"}
    assert roles_of(stranger, robertsfors) == set()


def test_a_removed_persons_open_invitation_is_withdrawn(administrator, coordinator, robertsfors):
    Invitation.objects.create(
        organisation=robertsfors,
        email=coordinator.email,
        roles=["administrator"],
        token_sha256="b" * 64,
    )
    workflow.remove_member(robertsfors, coordinator, by=administrator)
    assert Invitation.objects.get().revoked_by == administrator


def test_a_removed_member_with_an_open_tab_writes_nothing(
    administrator, coordinator, robertsfors, partnership, signed_in
):
    draft = empty_draft(partnership, by=coordinator)
    section = draft.sheet.question_set.sections.filter(questions__isnull=False).first()
    there = f"/applications/{draft.handle}/sections/{section.key}/"
    tab = signed_in(coordinator)
    assert tab.get(there).status_code == 200

    workflow.remove_member(robertsfors, coordinator, by=administrator)

    sent = {question.key: "Osparat" for question in section.questions.all()}
    assert tab.post(there, sent).status_code == 404
    assert tab.get(there).status_code == 404
    fresh = Application.objects.get(pk=draft.pk)
    assert fresh.content_version == draft.content_version
    assert answers_by_question(fresh) == {}
    assert tab.get("/home/").status_code == 200


def test_only_administrators_change_people(
    administrator,
    coordinator,
    member,
    stranger,
    officer,
    office_administrator,
    robertsfors,
    vara,
    signed_in,
):
    there = f"{people(robertsfors)}{coordinator.pk}/"
    for person, status in (
        (coordinator, 403),
        (member, 403),
        (stranger, 404),
        (officer, 403),
        (office_administrator, 403),
    ):
        browser = signed_in(person)
        assert browser.get(there).status_code == status, person
        assert browser.post(there, {"roles": ["member"]}).status_code == status
        assert browser.post(f"{there}remove/", {"sure": "yes"}).status_code == status
        assert browser.post(f"{there}hand-over/", {"to": member.pk}).status_code == status
    other = make_person("Vara Administratorsson", vara, Role.ADMINISTRATOR)
    with pytest.raises(PermissionDenied):
        workflow.remove_member(robertsfors, coordinator, by=other)
    assert roles_of(coordinator, robertsfors) == {"coordinator"}
    own = signed_in(other)
    assert own.get(f"{people(vara)}{coordinator.pk}/").status_code == 404


def test_who_sees_the_people(administrator, member, stranger, officer, robertsfors, signed_in):
    for person, status in ((administrator, 200), (member, 200), (officer, 200), (stranger, 404)):
        assert signed_in(person).get(people(robertsfors)).status_code == status
    assert "invite/" not in signed_in(member).get(people(robertsfors)).content.decode()


def test_the_list_of_people_asks_a_constant_number_of_questions(
    administrator, robertsfors, signed_in, django_assert_max_num_queries
):
    browser = signed_in(administrator)
    with django_assert_max_num_queries(12):
        assert len(browser.get(people(robertsfors)).context["page_obj"].object_list) == 1
    for number in range(30):
        make_person(f"Person {number}", robertsfors, Role.MEMBER, Role.FINANCE)
        workflow.invite(robertsfors, f"p{number}@example.org", ["member"], by=administrator)
    with django_assert_max_num_queries(12):
        page = browser.get(people(robertsfors))
    assert len(page.context["page_obj"].object_list) == 25
    assert browser.get(people(robertsfors), {"page": 2}).status_code == 200
