"""ICLD's check of an added partner: the same as one of the register, or refused."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, ProgrammingError, transaction

from applications import beginning, completeness
from applications.models import Activity, Application
from applications.workflow import submit
from icld_portal.events import events_of
from icld_portal.models import Letter
from icld_portal.problems import NotReady
from partnerships import workflow
from partnerships.models import Invitation, Membership, Organisation, Partnership, Party, Role
from tests.factories.cases import (
    add_cost,
    approve_by_both,
    empty_draft,
    ready_draft,
    submitted,
    written_draft,
)
from tests.factories.parties import make_partnership, make_person
from tests.partnerships.test_register import UNCHECKED, added_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def added(coordinator) -> Organisation:
    """Machakos County once more, added under another name."""
    return added_by(coordinator, "Machakos Government")


@pytest.fixture
def joint(robertsfors, added) -> Partnership:
    return make_partnership(robertsfors, added)


def pair(user) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in Membership.objects.filter(user=user).select_related("organisation"):
        found.setdefault(str(one.organisation_id), set()).add(one.role)
    return found


def test_partnership_and_people_and_invitations_move(
    joint, added, machakos, officer, coordinator, partner_coordinator
):
    newcomer = make_person("Ny", added, Role.ADMINISTRATOR)
    waiting, double = (
        Invitation.objects.create(
            organisation=added, email=email, roles=[Role.MEMBER], token_sha256=digit * 64
        )
        for email, digit in (("a@example.org", "a"), ("b@example.org", "b"))
    )
    Invitation.objects.create(
        organisation=machakos, email="B@example.org", roles=[Role.MEMBER], token_sha256="c" * 64
    )

    workflow.merge_organisation(added, into=machakos, by=officer)

    added.refresh_from_db()
    assert (added.name, added.merged_into, added.is_checked) == (machakos.name, machakos, True)
    assert {party.organisation for party in joint.parties.filter(side="partner")} == {machakos}
    both = {str(added.pk), str(machakos.pk)}
    assert pair(newcomer) == {key: {"administrator"} for key in both}
    assert pair(partner_coordinator) == {key: {"coordinator"} for key in both}
    waiting.refresh_from_db()
    double.refresh_from_db()
    assert (waiting.organisation, waiting.revoked_at) == (machakos, None)
    assert (double.organisation, double.revoked_by) == (added, officer)
    events = [events_of(one).latest("pk") for one in (added, machakos)]
    assert [event.verb for event in events] == ["merge_into", "take_in"]
    assert events[1].facts == {"organisation_id": added.pk, "name": "Machakos Government"}
    letter = Letter.objects.get(kind="organisation_merged")
    assert (letter.to_email, "Machakos County" in letter.subject) == (coordinator.email, True)


def test_what_was_handed_in_stays_to_the_letter_and_has_the_new_people(
    joint, added, machakos, officer, coordinator, partner_coordinator, signed_in
):
    case = submitted(joint, by=coordinator)
    before = (case.content_sha256, [one.content_sha256 for one in case.approvals.valid()])
    assert not Application.objects.visible_to(partner_coordinator).filter(pk=case.pk).exists()

    workflow.merge_organisation(added, into=machakos, by=officer)

    case.refresh_from_db()
    assert (case.content_sha256, [one.content_sha256 for one in case.approvals.valid()]) == before
    page = signed_in(partner_coordinator).get(case.get_absolute_url())
    assert (page.status_code, "Machakos County" in page.content.decode()) == (200, True)
    assert partner_coordinator.organisations.filter(merged_into=None).get() == machakos


def test_a_draft_keeps_its_approvals_and_can_be_handed_in(
    joint, added, machakos, officer, coordinator
):
    draft = ready_draft(joint, by=coordinator)
    workflow.merge_organisation(added, into=machakos, by=officer)
    assert draft.approvals.valid().count() == 2
    assert submit(Application.objects.get(pk=draft.pk), by=coordinator).status == "submitted"


def test_whoever_comes_or_goes_later_comes_and_goes_in_both(
    joint, added, machakos, officer, partner_coordinator
):
    keeper = make_person("Nyckel", machakos, Role.ADMINISTRATOR)
    workflow.merge_organisation(added, into=machakos, by=officer)

    workflow.change_roles(machakos, partner_coordinator, [Role.SIGNATORY], by=keeper)
    assert pair(partner_coordinator)[str(added.pk)] == {"signatory"}
    workflow.remove_member(machakos, partner_coordinator, by=keeper)
    assert pair(partner_coordinator) == {}
    late = make_person("Sen", machakos, Role.MEMBER)
    assert pair(late)[str(added.pk)] == {"member"}


def test_an_earlier_case_is_copied_with_what_its_partner_does(
    joint, added, machakos, officer, coordinator
):
    draft = written_draft(joint, by=coordinator)
    Activity.objects.create(application=draft, year=1, organisation=added, text="Värdskap")
    add_cost(draft, 5_000)
    draft.budget.lines.filter(amount_sek=5_000).update(organisation=added)
    approve_by_both(draft)
    source = submit(Application.objects.get(pk=draft.pk), by=coordinator)
    workflow.merge_organisation(added, into=machakos, by=officer)

    made = beginning.start_from(source, "project", by=coordinator)

    assert made.activities.get(text="Värdskap").organisation == machakos
    assert made.budget.lines.get(amount_sek=5_000).organisation == machakos
    assert beginning.left_out(source, made) == []


def test_two_parties_of_one_partnership_never_become_one(
    robertsfors, added, machakos, officer, signed_in
):
    make_partnership(robertsfors, machakos, added)
    there = f"{UNCHECKED}{added.pk}/merge/"
    browser = signed_in(officer, "en")
    for answer in (
        browser.get(there, {"into": machakos.pk}),
        browser.post(there, {"into": machakos.pk}),
    ):
        assert (answer.status_code, "one party twice" in answer.content.decode()) == (422, True)
    with pytest.raises(NotReady):
        workflow.merge_organisation(added, into=machakos, by=officer)
    added.refresh_from_db()
    assert (added.merged_into, added.is_checked, added.parties.count()) == (None, False, 1)


def test_only_a_checked_partner_of_the_same_country_takes_in(
    added, machakos, poti, robertsfors, icld, coordinator, officer
):
    unchecked = added_by(coordinator, "Kisumu")
    for wrong in (added, poti, robertsfors, icld, unchecked):
        with pytest.raises(NotReady):
            workflow.merge_organisation(added, into=wrong, by=officer)
    with pytest.raises(NotReady):
        workflow.merge_organisation(machakos, into=added, by=officer)
    workflow.merge_organisation(added, into=machakos, by=officer)
    for one, other in ((added, machakos), (unchecked, added)):
        with pytest.raises(NotReady):
            workflow.merge_organisation(one, into=other, by=officer)


def test_the_page_shows_who_gets_access_before_anything_happens(
    joint, added, machakos, officer, coordinator, signed_in
):
    make_person("Nykomling Nyberg", added, Role.ADMINISTRATOR)
    case = submitted(joint, by=coordinator)
    there = f"{UNCHECKED}{added.pk}/merge/"
    browser = signed_in(officer)
    page = browser.get(there, {"into": machakos.pk}).content.decode()
    assert all(word in page for word in ("Nykomling Nyberg", joint.name, case.reference))
    assert Party.objects.filter(organisation=added).count() == 1

    answer = browser.post(there, {"into": machakos.pk})

    assert answer.url == f"/organisations/{machakos.pk}/"
    assert browser.get(there).status_code == 404
    assert browser.get(f"/organisations/{added.pk}/").url == answer.url
    assert browser.get(f"/organisations/{added.pk}/people/").status_code == 404
    assert (
        "Machakos Government" not in browser.get("/organisations/?text=Machakos").content.decode()
    )


@pytest.mark.parametrize("into", ["x", "9" * 30, "-1", "\x00", ""])
def test_a_nonsense_choice_says_so(added, officer, signed_in, into):
    there = f"{UNCHECKED}{added.pk}/merge/"
    browser = signed_in(officer)
    assert browser.get(there, {"into": into}).status_code == 422
    assert browser.post(there, {"into": into}).status_code == 422
    assert browser.get(there).status_code == 200


def test_a_conflict_of_interest_hides_the_case_also_here(
    joint, added, machakos, officer, coordinator, signed_in
):
    case = submitted(joint, by=coordinator)
    officer.interests.create(case_reference=case.reference, has_conflict=True, reason="Syskon")
    page = signed_in(officer).get(f"{UNCHECKED}{added.pk}/merge/", {"into": machakos.pk})
    assert case.reference not in page.content.decode()


def test_a_refused_partner_can_be_read_but_not_handed_in_with(
    joint, added, officer, coordinator, signed_in
):
    draft = empty_draft(joint, by=coordinator)
    inviter = make_person("Inbjudare", joint.parties.get(is_grantee=True).organisation, Role.MEMBER)
    invitation = Invitation.objects.create(
        organisation=added,
        email="a@example.org",
        roles=[Role.ADMINISTRATOR],
        token_sha256="a" * 64,
        invited_by=inviter,
    )
    there = f"{UNCHECKED}{added.pk}/refuse/"
    browser = signed_in(officer)
    assert browser.post(there, {"reason": " "}).status_code == 422
    assert browser.post(there, {"reason": "Ett bolag, ingen kommun."}).url == UNCHECKED

    added.refresh_from_db()
    invitation.refresh_from_db()
    assert (added.refused_at is not None, invitation.revoked_by) == (True, officer)
    letters = Letter.objects.filter(kind="organisation_refused")
    assert {letter.to_user_id for letter in letters} == {coordinator.pk, inviter.pk}
    assert all("Ett bolag" in letter.body for letter in letters)
    assert signed_in(coordinator).get(f"/applications/{draft.key}/").status_code == 200
    draft = Application.objects.with_facts().get(pk=draft.pk)
    found = [one for one in completeness.problems(draft) if one.anchor == "parties"]
    assert [(one.blocks, "Ett bolag" in one.text) for one in found] == [(True, True)]
    assert not browser.get(UNCHECKED).context["page_obj"].object_list
    assert browser.post(there, {"reason": "Igen"}).status_code == 422


def test_nothing_is_begun_with_a_refused_partner(
    robertsfors, joint, added, officer, coordinator, signed_in
):
    workflow.refuse_organisation(added, reason="Ett bolag.", by=officer)
    with pytest.raises(NotReady):
        workflow.found_partnership("Ny", swedish=robertsfors, partners=[added], by=coordinator)
    page = signed_in(coordinator).get(f"/partnerships/new/?partner={added.pk}")
    assert added.pk not in dict(page.context["form"].fields["partners"].choices)
    with pytest.raises(NotReady):
        empty_draft(joint, by=coordinator)


def test_a_refusal_can_be_mended(added, machakos, officer, signed_in):
    workflow.refuse_organisation(added, reason="Ett bolag.", by=officer)
    page = signed_in(officer).get(f"{UNCHECKED}{added.pk}/")
    assert "Ett bolag." in page.content.decode()
    workflow.accept_organisation(
        added, name=added.name, country=added.country, kind=added.kind, by=officer
    )
    added.refresh_from_db()
    assert (added.is_checked, added.refused_at, added.refusal_reason) == (True, None, "")
    with pytest.raises(NotReady):
        workflow.refuse_organisation(added, reason="För sent.", by=officer)


def test_others_neither_merge_nor_refuse(added, machakos, reader, coordinator, signed_in):
    for person in (reader, coordinator):
        for deed, data in (("merge", {"into": machakos.pk}), ("refuse", {"reason": "Nej"})):
            answer = signed_in(person).post(f"{UNCHECKED}{added.pk}/{deed}/", data)
            assert answer.status_code == 403
        with pytest.raises(PermissionDenied):
            workflow.merge_organisation(added, into=machakos, by=person)
        with pytest.raises(PermissionDenied):
            workflow.refuse_organisation(added, reason="Nej", by=person)


def test_the_database_lets_no_partnership_have_a_merged_party(
    robertsfors, added, machakos, officer
):
    workflow.merge_organisation(added, into=machakos, by=officer)
    with pytest.raises(ProgrammingError), transaction.atomic():
        make_partnership(robertsfors, added)
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=added.pk).update(is_checked=False)


def test_who_acts_for_both_acts_for_one(added, machakos, officer, signed_in):
    person = make_person("Båda", machakos, Role.MEMBER)
    Membership.objects.create(user=person, organisation=added, role=Role.MEMBER)
    browser = signed_in(person)
    browser.post("/act-for/", {"organisation": added.pk})
    workflow.merge_organisation(added, into=machakos, by=officer)
    browser.get("/home/")
    assert "acts_for" not in browser.session
    assert "/act-for/" not in browser.get("/home/").content.decode()
