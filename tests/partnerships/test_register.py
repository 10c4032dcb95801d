"""The register: profiles, partners that a party adds, ICLD's check."""

import pytest
from django.core.exceptions import PermissionDenied

from icld_portal.problems import NotReady
from partnerships import workflow
from partnerships.models import Country, Organisation, OrganisationKind, Partnership
from tests.factories.cases import empty_draft, submitted
from tests.factories.parties import make_partnership

pytestmark = pytest.mark.django_db
ADD = "/organisations/add/"
UNCHECKED = "/office/organisations/"


def sent(country="KE", kind="local-authority", name="Kisumu City") -> dict[str, object]:
    return {
        "name": name,
        "country": Country.objects.get(code=country).pk,
        "kind": OrganisationKind.objects.get(code=kind).pk,
    }


def test_a_profile_is_where_new_applications_begin(
    robertsfors, partnership, coordinator, signed_in
):
    facts = {
        "contact_name": "Kontakta Kontaktsson",
        "contact_email": "kontakt@example.org",
        "contact_phone": "+46 934 140 00",
        "postal_address": "Storgatan 13\n915 31 Robertsfors",
    }
    there = f"/organisations/{robertsfors.pk}/profile/"
    assert signed_in(coordinator).post(there, facts).status_code == 302
    party = empty_draft(partnership, by=coordinator).case_parties.get(is_grantee=True)
    assert (party.contact_name, party.contact_email, party.contact_phone) == (
        "Kontakta Kontaktsson",
        "kontakt@example.org",
        "+46 934 140 00",
    )
    assert "Storgatan 13" in signed_in(coordinator).get(there).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"contact_email": "x"}, {"contact_name": "a\x00b"}, {"postal_address": "x" * 401}],
)
def test_a_wrong_profile_is_refused(robertsfors, coordinator, signed_in, wrong):
    there = f"/organisations/{robertsfors.pk}/profile/"
    assert signed_in(coordinator).post(there, wrong).status_code == 422
    assert Organisation.objects.get(pk=robertsfors.pk).contact_name == ""


def test_others_neither_change_nor_see_a_profile(
    robertsfors, coordinator, member, stranger, officer, signed_in
):
    robertsfors.postal_address = "Storgatan 13"
    robertsfors.save()
    there = f"/organisations/{robertsfors.pk}/profile/"
    for person, status in ((member, 403), (officer, 403), (stranger, 404)):
        assert signed_in(person).get(there).status_code == status
        assert signed_in(person).post(there, {}).status_code == status
        with pytest.raises(PermissionDenied):
            workflow.save_profile(robertsfors, {}, by=person)
    page = f"/organisations/{robertsfors.pk}/"
    assert "Storgatan 13" in signed_in(member).get(page).content.decode()
    assert "Storgatan 13" not in signed_in(stranger).get(page).content.decode()


def test_a_partner_is_added_and_ticked_in_the_new_partnership(robertsfors, coordinator, signed_in):
    browser = signed_in(coordinator)
    answer = browser.post(ADD, sent())
    added = Organisation.objects.get(name="Kisumu City")
    assert (added.is_checked, answer.url) == (False, f"/partnerships/new/?partner={added.pk}")
    page = browser.get(answer.url)
    assert page.context["form"].fields["partners"].choices[0][0] == added.pk
    assert page.context["form"]["partners"].value() == [str(added.pk)]

    browser.post(
        "/partnerships/new/",
        {"name": "Ett", "swedish": robertsfors.pk, "partners": [added.pk], "action": "found"},
    )

    assert Partnership.objects.get().parties.filter(organisation=added).exists()


@pytest.mark.parametrize("partner", ["x", "9" * 30, "1,2", "-1", "\x00"])
def test_a_nonsense_partner_in_the_address_ticks_nothing(coordinator, signed_in, partner):
    assert signed_in(coordinator).get("/partnerships/new/", {"partner": partner}).status_code == 200


@pytest.mark.parametrize(
    "facts",
    [
        {"name": ""},
        {"name": "a\x00b"},
        {"country": ""},
        {"country": "9" * 30},
        {"kind": "x"},
    ],
)
def test_a_partner_that_cannot_be_one_is_refused(coordinator, signed_in, facts):
    before = Organisation.objects.count()
    assert signed_in(coordinator).post(ADD, sent() | facts).status_code == 422
    assert Organisation.objects.count() == before


def test_closed_countries_swedish_kinds_and_names_that_exist_are_refused(
    coordinator, machakos, signed_in
):
    closed = Country.objects.filter(is_open=False).exclude(code="SE").first()
    wrong = [
        sent(closed.code if closed else "SE"),
        sent(kind="municipality"),
        sent(name="machakos COUNTY", country="KE"),
    ]
    for facts in wrong:
        assert signed_in(coordinator).post(ADD, facts).status_code == 422
        with pytest.raises(NotReady):
            workflow.add_partner(
                str(facts["name"]),
                country=Country.objects.get(pk=facts["country"]),
                kind=OrganisationKind.objects.get(pk=facts["kind"]),
                by=coordinator,
            )


def test_only_writers_of_a_swedish_party_add_partners(
    member, partner_coordinator, officer, coordinator, signed_in
):
    for person in (member, partner_coordinator, officer):
        assert signed_in(person).get(ADD).status_code == 403
        assert signed_in(person).post(ADD, sent()).status_code == 403
    assert signed_in(coordinator).get(ADD).status_code == 200


def added_by(coordinator, name="Kisumu City") -> Organisation:
    return workflow.add_partner(
        name,
        country=Country.objects.get(code="KE"),
        kind=OrganisationKind.objects.get(code="local-authority"),
        by=coordinator,
    )


def test_icld_sees_that_a_partner_waits_for_its_check(
    robertsfors, coordinator, officer, office_administrator, signed_in
):
    added = added_by(coordinator)
    partnership = make_partnership(robertsfors, added)
    pages = [
        f"/organisations/{added.pk}/",
        "/organisations/?text=Kisumu",
        partnership.get_absolute_url(),
        "/partnerships/",
    ]
    for there in pages:
        assert "status-warning" in signed_in(officer).get(there).content.decode(), there
    browser = signed_in(office_administrator)
    assert "Kisumu City" in browser.get(UNCHECKED).content.decode()

    answer = browser.post(
        f"{UNCHECKED}{added.pk}/", sent(name="Kisumu County", kind="regional-authority")
    )

    assert answer.url == UNCHECKED
    added.refresh_from_db()
    assert (added.name, added.is_checked) == ("Kisumu County", True)
    for there in pages:
        assert "status-warning" not in signed_in(officer).get(there).content.decode()
    assert browser.get(f"{UNCHECKED}{added.pk}/").status_code == 404


def test_icld_sees_it_in_the_work_list_and_on_the_case_too(
    robertsfors, machakos, coordinator, officer, signed_in
):
    case = submitted(make_partnership(robertsfors, machakos), by=coordinator)
    pages = ["/office/applications/", case.get_absolute_url(), f"{case.get_absolute_url()}read/"]
    mark = "waits for ICLD"
    browser = signed_in(officer, "en")
    assert [mark in browser.get(there).content.decode() for there in pages] == [False] * 3
    Organisation.objects.filter(pk=machakos.pk).update(is_checked=False)
    assert [mark in browser.get(there).content.decode() for there in pages] == [True] * 3


def test_a_name_that_exists_is_not_accepted_twice(
    coordinator, machakos, office_administrator, signed_in
):
    added = added_by(coordinator)
    answer = signed_in(office_administrator).post(
        f"{UNCHECKED}{added.pk}/", sent(name="Machakos County")
    )
    assert answer.status_code == 422
    assert not Organisation.objects.get(pk=added.pk).is_checked


def test_only_icld_officers_and_administrators_check(coordinator, reader, signed_in):
    added = added_by(coordinator)
    for person in (coordinator, reader):
        for there in (UNCHECKED, f"{UNCHECKED}{added.pk}/"):
            assert signed_in(person).get(there).status_code == 403
            assert signed_in(person).post(there, sent()).status_code == 403
        with pytest.raises(PermissionDenied):
            workflow.accept_organisation(
                added, name="X", country=added.country, kind=added.kind, by=person
            )


def test_the_list_to_check_asks_a_constant_number_of_questions(
    coordinator, office_administrator, signed_in, django_assert_max_num_queries
):
    added_by(coordinator, "Kommun 0")
    browser = signed_in(office_administrator)
    with django_assert_max_num_queries(10):
        assert len(browser.get(UNCHECKED).context["page_obj"].object_list) == 1
    for number in range(1, 30):
        added_by(coordinator, f"Kommun {number}")
    with django_assert_max_num_queries(10):
        assert len(browser.get(UNCHECKED).context["page_obj"].object_list) == 25
