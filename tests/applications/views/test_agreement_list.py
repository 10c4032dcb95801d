"""Where agreements wait: the list of ICLD, the home page of who signs, the grant's page."""

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from applications import workflow
from applications.models import Agreement, Application, Condition
from tests.factories import cases
from tests.factories.parties import make_partnership

pytestmark = pytest.mark.django_db
HERE = "/agreements/"


@pytest.fixture
def approved(partnership, coordinator, decider, signatory, partner_signatory) -> Application:
    return cases.approved(partnership, by=coordinator, decider=decider)


@pytest.fixture
def made(approved, officer) -> Agreement:
    return cases.agreement(approved, by=officer)


def counted(response) -> dict[str, int]:
    return {state: number for state, _word, number in response.context["counts"]}


def shown(response) -> list[str]:
    return [row.application.reference for row in response.context["rows"]]


def test_each_case_is_counted_by_whom_it_waits_for(
    made, partnership, coordinator, officer, decider, icld, robertsfors, signatory, signed_in
):
    to_make = cases.approved(partnership, by=coordinator, decider=decider)
    cases.in_assessment(partnership, by=coordinator, officer=decider)
    browser = signed_in(officer, "en")

    first = browser.get(HERE)
    assert counted(first) == {"to-make": 1, "icld": 1, "parties": 1, "signed": 0}
    assert shown(first) == [to_make.reference, made.application.reference]

    cases.sign(made, by=decider, organisation=icld)
    assert shown(browser.get(HERE, {"state": "icld"})) == []
    assert shown(browser.get(HERE, {"state": "parties"})) == [made.application.reference]

    cases.sign(made, by=signatory, organisation=robertsfors)
    row = browser.get(HERE, {"state": "parties"}).context["rows"][0]
    assert row.awaited == ["Machakos County"]

    workflow.cancel_agreement(made, by=officer, reason="Fel.")
    assert counted(browser.get(HERE)) == {"to-make": 2, "icld": 0, "parties": 0, "signed": 0}


def test_a_signed_one_waits_for_nobody(made, decider, reader, signed_in):
    for party in made.parties.all():
        by = decider if party.is_office else cases.signatory_of(party.organisation)
        cases.sign(made, by=by, organisation=party.organisation)

    found = signed_in(reader, "en").get(HERE, {"state": "signed"})

    assert shown(found) == [made.application.reference]
    assert "signed by all" in found.content.decode()


def test_a_conflict_hides_it_from_list_and_counts(made, reader, signed_in):
    browser = signed_in(reader)
    assert counted(browser.get(HERE))["parties"] == 1

    workflow.declare(made.application, by=reader, has_conflict=True, reason="Gift.")

    assert (shown(browser.get(HERE)), sum(counted(browser.get(HERE)).values())) == ([], 0)


@pytest.mark.parametrize(
    "query", ["state=x", "page=0", "page=9", "sort=sum", "state=signed&page=x"]
)
def test_an_address_that_is_not_understood_is_not_found(made, reader, signed_in, query):
    assert signed_in(reader).get(f"{HERE}?{query}").status_code == 404


def test_thirty_agreements_take_as_many_queries_as_one(
    made, partnership, coordinator, decider, officer, signed_in, django_assert_num_queries
):
    browser = signed_in(officer)
    browser.get(HERE)
    with CaptureQueriesContext(connection) as few:
        browser.get(HERE)
    for _number in range(29):
        parties = [party.organisation for party in partnership.parties.order_by("pk")]
        case = cases.approved(make_partnership(*parties), by=coordinator, decider=decider)
        cases.agreement(case, by=officer)

    with django_assert_num_queries(len(few)):
        assert len(browser.get(HERE).context["rows"]) == 25
    assert len(few) <= 25


def test_who_signs_is_shown_it_at_home_until_it_is_signed(
    made, approved, signatory, coordinator, robertsfors, signed_in
):
    link = f'href="/applications/{approved.reference}/agreement/"'
    browser = signed_in(signatory, "en")
    assert link in browser.get("/home/").content.decode()
    assert link not in signed_in(coordinator, "en").get("/home/").content.decode()

    cases.sign(made, by=signatory, organisation=robertsfors)

    assert link not in browser.get("/home/").content.decode()


def test_the_grant_shows_the_agreement_and_the_conditions(
    made, approved, signatory, reader, stranger, signed_in, django_assert_max_num_queries
):
    Condition.objects.create(
        application=approved, text="Utse en expert.", due_on="2027-09-01", is_released=True
    )
    address = f"/grants/{approved.reference}/"

    browser = signed_in(signatory, "en")
    page = browser.get(address).content.decode()
    assert "Sign the agreement" in page
    assert "Utse en expert." in page
    with django_assert_max_num_queries(25):
        browser.get(address)
    assert "Awaited: ICLD" in signed_in(reader, "en").get(address).content.decode()
    assert signed_in(stranger).get(address).status_code == 404


def test_icld_counts_on_the_list_of_grants_and_a_party_does_not(
    made, reader, coordinator, signed_in
):
    assert "/agreements/?state=parties" in signed_in(reader).get("/grants/").content.decode()
    assert "/agreements/" not in signed_in(coordinator).get("/grants/").content.decode()


def test_a_condition_that_is_met_is_never_rewritten(approved, decider):
    condition = Condition.objects.create(
        application=approved, text="Utse en expert.", due_on="2027-09-01", is_released=True
    )
    workflow.meet_condition(condition, by=decider, note="Anna Andersson.")

    with pytest.raises(DatabaseError, match="met_stays"):
        Condition.objects.filter(pk=condition.pk).update(note="Någon annan.")
