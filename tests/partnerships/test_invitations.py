"""Invitations: single use, hashed, two weeks, for one address."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from icld_portal.models import Event, Letter
from icld_portal.problems import NotReady
from partnerships import rules, workflow
from partnerships.models import Invitation, Membership, Organisation, Role, User
from tests.applications.test_parallel import at_once
from tests.factories.cases import empty_draft
from tests.factories.parties import make_partnership, make_person

pytestmark = pytest.mark.django_db
NEW = {
    "name": "Ny Medarbetarsson",
    "language": "en",
    "password": "fyra ord om vatten",
    "repeated": "fyra ord om vatten",
}


@pytest.fixture
def administrator(robertsfors) -> User:
    return make_person("Test Administratorsson", robertsfors, Role.ADMINISTRATOR)


def invited(administrator, robertsfors, email="new@example.org", roles=(Role.COORDINATOR,)):
    """Return an invitation and the way in that its letter shows."""
    made = workflow.invite(robertsfors, email, roles, by=administrator)
    return made, link()


def link() -> str:
    body = Letter.objects.filter(kind="invitation").first().body
    return re.search(r"/invitations/[^/\s]+/", body)[0]


def roles_of(user, organisation) -> set[str]:
    found = Membership.objects.filter(user=user, organisation=organisation)
    return set(found.values_list("role", flat=True))


def test_a_new_colleague_gets_a_login_and_the_roles(
    administrator, robertsfors, client, django_assert_max_num_queries
):
    made, way_in = invited(administrator, robertsfors)
    with django_assert_max_num_queries(10):
        page = client.get(way_in)
    assert page.status_code == 200
    assert "Robertsfors kommun" in page.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()

    answer = client.post(way_in, NEW)

    assert (answer.status_code, answer.url) == (302, "/home/")
    person = User.objects.get(email="new@example.org")
    assert (person.name, person.language) == ("Ny Medarbetarsson", "en")
    assert person.check_password("fyra ord om vatten")
    assert roles_of(person, robertsfors) == {"coordinator"}
    made.refresh_from_db()
    assert (made.accepted_by, made.revoked_at) == (person, None)
    assert client.get("/home/").status_code == 200
    verbs = Event.objects.filter(subject_id=robertsfors.pk).values_list("verb", flat=True)
    assert list(verbs) == ["invite", "accept"]


def test_the_token_is_kept_only_hashed(administrator, robertsfors):
    made, way_in = invited(administrator, robertsfors)
    token = way_in.split("/")[2]
    assert len(token) >= 43
    assert token not in str(vars(made))
    assert token not in str(Event.objects.values_list("facts", flat=True))


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_letter_is_in_the_chosen_language(administrator, robertsfors, language):
    workflow.invite(robertsfors, "x@example.org", ["finance"], by=administrator, language=language)
    letter = Letter.objects.get()
    assert letter.language == language
    assert ("Du är inbjuden" in letter.subject) is (language == "sv")
    assert ("ekonom" in letter.body) is (language == "sv")


def test_looking_at_an_invitation_does_not_accept_it(administrator, robertsfors, client):
    made, way_in = invited(administrator, robertsfors)
    client.get(way_in)
    client.head(way_in)
    made.refresh_from_db()
    assert made.accepted_at is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "kort", "repeated": "kort"},
        {"password": "password1234", "repeated": "password1234"},
        {"password": "123456789012345", "repeated": "123456789012345"},
        {"password": "new@example.org", "repeated": "new@example.org"},
        {"repeated": "någonting helt annat"},
        {"name": ""},
        {"name": "a\x00b"},
        {"language": "xx"},
    ],
)
def test_a_wrong_answer_makes_nobody_and_leaves_the_invitation_open(
    administrator, robertsfors, client, wrong
):
    made, way_in = invited(administrator, robertsfors)
    assert client.post(way_in, NEW | wrong).status_code == 422
    assert not User.objects.filter(email="new@example.org").exists()
    made.refresh_from_db()
    assert made.accepted_at is None


def test_an_invitation_works_once(administrator, robertsfors, client):
    _made, way_in = invited(administrator, robertsfors)
    client.post(way_in, NEW)
    client.logout()
    for answer in (client.get(way_in), client.post(way_in, NEW | {"name": "En Till"})):
        assert answer.status_code == 410
    assert User.objects.filter(email="new@example.org").count() == 1
    assert not User.objects.filter(name="En Till").exists()


def test_two_weeks_later_it_is_too_old(administrator, robertsfors, client):
    made, way_in = invited(administrator, robertsfors)
    made.invited_at -= timedelta(days=14, seconds=1)
    made.expires_at -= timedelta(days=14, seconds=1)
    made.save()
    page = client.post(way_in, NEW)
    assert page.status_code == 410
    assert "för gammal" in page.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()


def test_a_withdrawn_invitation_says_so(administrator, robertsfors, client, signed_in):
    made, way_in = invited(administrator, robertsfors)
    signed_in(administrator).post(f"/organisations/invitations/{made.pk}/revoke/")
    page = client.post(way_in, NEW)
    assert page.status_code == 410
    assert "återkallad" in page.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()


def test_sending_again_makes_a_new_link_and_closes_the_old(
    administrator, robertsfors, client, signed_in
):
    made, old = invited(administrator, robertsfors)
    signed_in(administrator).post(f"/organisations/invitations/{made.pk}/resend/")
    new = link()
    assert new != old
    assert client.post(old, NEW).status_code == 404
    assert client.post(new, NEW).status_code == 302


@pytest.mark.parametrize("token", ["x", "0" * 43, "a" * 5000, "%00", "åäö", "..%2F"])
def test_guessing_finds_nothing(administrator, robertsfors, client, token):
    invited(administrator, robertsfors)
    for answer in (
        client.get(f"/invitations/{token}/"),
        client.post(f"/invitations/{token}/", NEW),
    ):
        assert answer.status_code == 404
    assert not User.objects.filter(email="new@example.org").exists()


def test_the_hash_is_not_a_way_in(administrator, robertsfors, client):
    made, _way_in = invited(administrator, robertsfors)
    assert client.get(f"/invitations/{made.token_sha256}/").status_code == 404


def test_somebody_with_a_login_accepts_signed_in_as_that_address(
    administrator, robertsfors, stranger, signed_in, client
):
    _made, way_in = invited(administrator, robertsfors, stranger.email.upper())
    page = client.get(way_in).content.decode()
    assert "/account/login/?next=/invitations/" in page
    assert client.post(way_in, NEW).status_code == 403

    assert signed_in(stranger).post(way_in).status_code == 302

    assert roles_of(stranger, robertsfors) == {"coordinator"}
    assert User.objects.filter(email=stranger.email).get().name == stranger.name


def test_signing_in_leads_back_to_the_invitation(administrator, robertsfors, stranger, client):
    _made, way_in = invited(administrator, robertsfors, stranger.email)
    sign_in = {"login": stranger.email, "password": "a long test password", "next": way_in}
    assert client.post("/account/login/", sign_in).url == way_in
    assert '<form method="post">' in client.get(way_in).content.decode()
    assert client.post(way_in).url == "/home/"
    assert roles_of(stranger, robertsfors) == {"coordinator"}


def test_whoever_is_invited_but_has_not_accepted_sees_nothing(
    administrator, robertsfors, coordinator, partnership, stranger, signed_in
):
    draft = empty_draft(partnership, by=coordinator)
    invited(administrator, robertsfors, stranger.email)
    browser = signed_in(stranger)
    for there in (
        draft.get_absolute_url(),
        partnership.get_absolute_url(),
        f"/organisations/{robertsfors.pk}/people/",
    ):
        assert browser.get(there).status_code == 404


def test_another_person_cannot_take_the_invitation(
    administrator, robertsfors, stranger, member, signed_in
):
    made, way_in = invited(administrator, robertsfors, stranger.email)
    assert signed_in(member).post(way_in).status_code == 403
    token = way_in.split("/")[2]
    with pytest.raises(PermissionDenied):
        workflow.accept(made, token, by=member)
    _made, for_new = invited(administrator, robertsfors, "other@example.org")
    assert signed_in(stranger).post(for_new, NEW).status_code == 403
    assert roles_of(member, robertsfors) == {"member"}
    assert roles_of(stranger, robertsfors) == set()
    assert not User.objects.filter(email="other@example.org").exists()


def test_a_closed_login_accepts_nothing(administrator, robertsfors, stranger):
    made, way_in = invited(administrator, robertsfors, stranger.email)
    stranger.is_active = False
    stranger.save()
    with pytest.raises(PermissionDenied):
        workflow.accept(made, way_in.split("/")[2], by=stranger)


@pytest.mark.django_db(transaction=True)
def test_two_who_accept_at_once_make_one_person(administrator, robertsfors):
    made, way_in = invited(administrator, robertsfors)
    token = way_in.split("/")[2]

    def accept(place):
        try:
            return workflow.accept_as_new(
                made, token, name=f"Nummer {place}", language="sv", password="fyra ord om vatten"
            ).name
        except workflow.InvitationClosed as error:
            return error.state

    answers = at_once(4, accept)

    assert sorted(answers).count("accepted") == 3
    assert User.objects.filter(email="new@example.org").count() == 1
    assert Event.objects.filter(verb="accept").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_organisations_that_invite_the_same_stranger_make_one_person(
    administrator, robertsfors, vara
):
    other = make_person("Vara Administratorsson", vara, Role.ADMINISTRATOR)
    ways = [invited(administrator, robertsfors), invited(other, vara)]

    def accept(place):
        made, way_in = ways[place]
        try:
            workflow.accept_as_new(
                made,
                way_in.split("/")[2],
                name="Ny",
                language="sv",
                password="fyra ord om vatten",
            )
        except NotReady:
            return "told"
        return "made"

    assert sorted(at_once(2, accept)) == ["made", "told"]
    assert User.objects.filter(email="new@example.org").count() == 1
    assert Invitation.objects.unanswered().count() == 1


def test_only_administrators_invite_to_their_own_organisation(
    administrator, robertsfors, vara, coordinator, member, stranger, officer, signed_in
):
    there = f"/organisations/{robertsfors.pk}/people/invite/"
    sent = {"email": "x@example.org", "language": "sv", "roles": ["coordinator"]}
    for person in (coordinator, member, stranger, officer):
        browser = signed_in(person)
        assert browser.get(there).status_code == 403, person
        assert browser.post(there, sent).status_code == 403, person
        with pytest.raises(PermissionDenied):
            workflow.invite(robertsfors, "x@example.org", ["coordinator"], by=person)
    with pytest.raises(PermissionDenied):
        workflow.invite(vara, "x@example.org", ["coordinator"], by=administrator)
    assert not Letter.objects.exists()

    answer = signed_in(administrator).post(there, sent)

    assert answer.url == f"/organisations/{robertsfors.pk}/people/"
    assert Invitation.objects.get().roles == ["coordinator"]


def test_a_party_cannot_give_a_role_of_icld(administrator, robertsfors, signed_in):
    with pytest.raises(PermissionDenied):
        workflow.invite(robertsfors, "x@example.org", ["decider"], by=administrator)
    there = f"/organisations/{robertsfors.pk}/people/invite/"
    sent = {"email": "x@example.org", "language": "sv", "roles": ["decider"]}
    assert signed_in(administrator).post(there, sent).status_code == 422
    assert not Invitation.objects.exists()


def test_icld_invites_administrators_of_any_organisation_and_its_own_people(
    office_administrator, officer, robertsfors, icld, signed_in
):
    browser = signed_in(office_administrator)
    sent = {"email": "first@example.org", "language": "sv", "roles": ["decider"]}
    browser.post(f"/organisations/{robertsfors.pk}/people/invite/", sent)
    assert Invitation.objects.get(organisation=robertsfors).roles == ["administrator"]
    browser.post(f"/organisations/{icld.pk}/people/invite/", sent)
    assert Invitation.objects.get(organisation=icld).roles == ["decider"]
    with pytest.raises(PermissionDenied):
        workflow.invite(robertsfors, "x@example.org", ["coordinator"], by=office_administrator)
    with pytest.raises(PermissionDenied):
        workflow.invite(robertsfors, "x@example.org", ["administrator"], by=officer)


def test_the_swedish_party_invites_the_first_administrator_of_its_partner(
    partnership, coordinator, member, stranger, machakos, signed_in
):
    page = signed_in(coordinator).get(partnership.get_absolute_url()).content.decode()
    there = f"/organisations/{machakos.pk}/people/invite/"
    assert there in page
    assert there not in signed_in(member).get(partnership.get_absolute_url()).content.decode()
    assert signed_in(stranger).get(there).status_code == 403

    sent = {"email": "first@example.org", "language": "en"}
    answer = signed_in(coordinator).post(there, sent, follow=True)

    assert answer.status_code == 200
    made = Invitation.objects.get()
    assert (made.roles, made.language) == (["administrator"], "en")
    assert "first@example.org" in answer.content.decode()
    assert (
        signed_in(stranger).post(f"/organisations/invitations/{made.pk}/revoke/").status_code == 404
    )


def test_a_partner_with_people_or_other_friends_is_invited_by_icld(
    partnership, coordinator, machakos, poti, robertsfors, vara
):
    assert rules.may_invite_administrator(coordinator, machakos)
    assert not rules.may_invite_administrator(coordinator, poti)
    make_partnership(robertsfors, poti)
    assert rules.may_invite_administrator(coordinator, poti)
    make_partnership(vara, poti)
    assert not rules.may_invite_administrator(coordinator, poti)
    assert not rules.may_invite_administrator(coordinator, vara)
    make_person("First", machakos, Role.MEMBER)
    assert not rules.may_invite_administrator(coordinator, machakos)


def test_members_and_waiting_addresses_are_not_invited_again(
    administrator, robertsfors, coordinator
):
    invited(administrator, robertsfors)
    for email in (coordinator.email.upper(), "NEW@example.org"):
        with pytest.raises(NotReady) as refused:
            workflow.invite(robertsfors, email, ["member"], by=administrator)
        assert [problem.anchor for problem in refused.value.problems] == ["email"]
    assert Letter.objects.count() == 1


def test_there_is_an_end_to_open_invitations(administrator, robertsfors, monkeypatch):
    monkeypatch.setattr(workflow.invitations, "MOST_UNANSWERED", 2)
    for number in range(2):
        workflow.invite(robertsfors, f"p{number}@example.org", ["member"], by=administrator)
    with pytest.raises(NotReady):
        workflow.invite(robertsfors, "p3@example.org", ["member"], by=administrator)


@pytest.mark.parametrize("email", ["", "not an address", "a@b", "x" * 300 + "@example.org"])
def test_what_is_no_address_gets_no_letter(administrator, robertsfors, signed_in, email):
    sent = {"email": email, "language": "sv", "roles": ["member"]}
    there = f"/organisations/{robertsfors.pk}/people/invite/"
    assert signed_in(administrator).post(there, sent).status_code == 422
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    "facts",
    [
        {"roles": []},
        {"roles": ["king"]},
        {"token_sha256": "plain"},
        {"accepted_at": timezone.now(), "revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(days=1)},
        {"language": "xx"},
    ],
)
def test_the_database_refuses_impossible_invitations(robertsfors, facts):
    sane = {"email": "x@example.org", "roles": ["member"], "token_sha256": "a" * 64}
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(organisation=robertsfors, **(sane | facts))
    assert Organisation.objects.filter(pk=robertsfors.pk).exists()
