"""The grants a person may see, and what they add up to."""

import pytest

from applications.models import Outcome
from finance.models import Grant
from tests.factories import cases
from tests.factories.parties import make_partnership, make_person

pytestmark = pytest.mark.django_db
QUERIES = 7


def approve(partnership, by, decider, *, years=1, sek=100_000) -> Grant:
    case = cases.in_assessment(partnership, by=by, officer=decider, sek=sek, years=years)
    amounts = dict.fromkeys(range(1, years + 1), sek)
    cases.decide(case, by=decider, outcome=Outcome.APPROVED, reason="Stark.", amounts=amounts)
    return Grant.objects.get(reference=case.reference)


@pytest.fixture
def grant(partnership, coordinator, decider) -> Grant:
    return approve(partnership, coordinator, decider, years=2, sek=450_000)


@pytest.fixture
def other_grant(vara, poti, stranger, decider) -> Grant:
    return approve(make_partnership(vara, poti), stranger, decider)


def shown(response) -> list[str]:
    return [grant.reference for grant in response.context["page_obj"]]


def test_icld_sees_all_and_a_party_its_own(
    signed_in, reader, coordinator, partner_coordinator, stranger, grant, other_grant
):
    assert shown(signed_in(reader).get("/grants/")) == [other_grant.reference, grant.reference]
    assert shown(signed_in(coordinator).get("/grants/")) == [grant.reference]
    assert shown(signed_in(partner_coordinator).get("/grants/")) == [grant.reference]
    assert shown(signed_in(stranger).get("/grants/")) == [other_grant.reference]


def test_somebody_in_both_parties_sees_the_sum_once(signed_in, robertsfors, machakos, grant):
    both = make_person("Test Dubbelsson", robertsfors, "member")
    both.memberships.create(organisation=machakos, role="member")

    response = signed_in(both).get("/grants/")

    assert (response.context["number"], response.context["total_sek"]) == (1, 900_000)
    assert [row.total_sek for row in response.context["page_obj"]] == [900_000]


def test_a_grant_shows_each_year_and_leads_to_its_case(signed_in, coordinator, grant):
    page = signed_in(coordinator, "en").get(f"/grants/{grant.reference}/").content.decode()

    # Granted and left, of two years and in all.
    assert page.count("450\u00a0000,00\u00a0kr") == 4
    assert page.count("900\u00a0000,00\u00a0kr") == 2
    assert f'href="/applications/{grant.reference}/"' in page


def test_anothers_grant_is_not_found(client, signed_in, stranger, reader, grant):
    address = f"/grants/{grant.reference}/"
    assert signed_in(reader).get(address).status_code == 200
    assert signed_in(stranger).get(address).status_code == 404
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("query", ["page=0", "page=2", "page=x", "page=" + "9" * 30, "sort=sum"])
def test_an_address_that_is_not_understood_shows_no_rows(signed_in, reader, grant, query):
    response = signed_in(reader).get(f"/grants/?{query}")

    assert response.status_code == 400
    assert grant.reference not in response.content.decode()


def test_thirty_grants_take_as_many_queries_as_one(
    signed_in, reader, coordinator, decider, partnership, grant, django_assert_num_queries
):
    client = signed_in(reader)
    client.get("/grants/")
    with django_assert_num_queries(QUERIES):
        assert len(shown(client.get("/grants/"))) == 1

    for _number in range(29):
        approve(partnership, coordinator, decider)

    with django_assert_num_queries(QUERIES):
        assert len(shown(client.get("/grants/"))) == 25
