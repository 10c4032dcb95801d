"""The work list: what it shows, to whom, and what it refuses to guess."""

from datetime import timedelta

import pytest
from django.utils import timezone

from applications import workflow
from applications.models import PartKind, Supplement
from applications.workflow import Asked
from icld_portal.localize import STOCKHOLM
from tests.factories import cases
from tests.factories.parties import make_partnership

pytestmark = pytest.mark.django_db
ADDRESS = "/office/applications/"
QUERIES = 15
# Where the list opens it also asks which decisions wait for the reader.
OPENING = QUERIES + 1


@pytest.fixture
def two_cases(partnership, vara, poti, coordinator, stranger, officer):
    """A project with Kenya in assessment, and a steering group with Georgia just handed in."""
    first = cases.in_assessment(partnership, by=coordinator, officer=officer, sek=123_456)
    other = make_partnership(vara, poti)
    second = cases.submitted(other, by=stranger, grant_type="steering_group")
    return first, second


def references(response) -> list[str]:
    return [row["reference"] for row in response.context["applications"]]


def test_the_newest_is_first_with_its_facts(signed_in, officer, two_cases):
    first, second = two_cases

    response = signed_in(officer, "en").get(ADDRESS)

    assert references(response) == [second.reference, first.reference]
    page = response.content.decode()
    for shown in ("Machakos County", "Kenya", "123\u00a0456\u00a0kr", officer.name, "nobody yet"):
        assert shown in page


def test_a_draft_is_not_in_the_list(signed_in, officer, partnership, coordinator):
    cases.ready_draft(partnership, by=coordinator)

    response = signed_in(officer).get(ADDRESS)

    assert references(response) == []
    assert [tab["number"] for tab in response.context["tabs"]] == [0] * 6


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("status=in_assessment", [0]),
        ("status=submitted", [1]),
        ("grant_type=steering_group", [1]),
        ("country=KE", [0]),
        ("officer=none", [1]),
        ("text=MACHAKOS", [0]),
        ("text=poti", [1]),
        ("text=rent+vatten", [1, 0]),
        ("text=clean+water", [1, 0]),
        ("text=100%25", []),
        ("country=KE&status=submitted", []),
    ],
)
def test_a_filter_shows_what_it_says(signed_in, officer, two_cases, query, shown):
    response = signed_in(officer).get(f"{ADDRESS}?{query}")

    assert references(response) == [two_cases[number].reference for number in shown]


def test_round_officer_and_reference_find_their_case(signed_in, officer, two_cases):
    first, second = two_cases
    client = signed_in(officer)

    assert references(client.get(f"{ADDRESS}?officer={officer.pk}")) == [first.reference]
    assert references(client.get(f"{ADDRESS}?text={second.reference}")) == [second.reference]
    rounds = client.get(f"{ADDRESS}?round={first.round_id}")
    assert references(rounds) == [second.reference, first.reference]
    assert references(client.get(f"{ADDRESS}?round=none")) == []


def test_the_numbers_per_status_follow_the_other_filters(signed_in, officer, two_cases):
    response = signed_in(officer, "en").get(f"{ADDRESS}?status=submitted&country=KE")

    numbers = {tab["label"]: tab["number"] for tab in response.context["tabs"]}
    assert (numbers["all"], numbers["in assessment"], numbers["submitted"]) == (1, 1, 0)


@pytest.fixture
def asked_and_agreed(partnership, vara, poti, coordinator, officer, decider):
    """Three cases with a supplement asked for, overdue, answered; three approved ones."""
    awaited, overdue, answered = (
        cases.in_assessment(partnership, by=coordinator, officer=officer) for _one in "123"
    )
    for case in (awaited, overdue, answered):
        asked = Asked(PartKind.BUDGET, 0, "Förklara resorna.")
        due_on = timezone.localdate() + timedelta(days=5)
        supplement = workflow.ask_supplement(case, [asked], due_on=due_on, by=officer)
    workflow.hand_in_supplement(supplement, by=coordinator, answer="Inget ändras.")
    yesterday = timezone.localdate(timezone=STOCKHOLM) - timedelta(days=1)
    Supplement.objects.filter(application=overdue).update(due_on=yesterday)
    to_make, to_sign, signed = (
        cases.approved(partnership, by=coordinator, decider=decider) for _one in "123"
    )
    cases.agreement(to_sign, by=decider)
    made = cases.agreement(signed, by=decider)
    for party in made.parties.select_related("organisation"):
        by = decider if party.is_office else cases.signatory_of(party.organisation)
        cases.sign(made, by=by, organisation=party.organisation)
    return {
        "supplement=awaited": awaited,
        "supplement=overdue": overdue,
        "supplement=answered": answered,
        "agreement=to-make": to_make,
        "agreement=to-sign": to_sign,
        "agreement=signed": signed,
    }


def test_supplements_and_agreements_are_chosen_by_how_far_they_have_come(
    signed_in, officer, asked_and_agreed, django_assert_max_num_queries
):
    client = signed_in(officer, "en")
    client.get(ADDRESS)
    for query, case in asked_and_agreed.items():
        # One more than without letters: the officer was told that an answer came.
        with django_assert_max_num_queries(QUERIES + 1):
            assert references(client.get(f"{ADDRESS}?{query}")) == [case.reference], query
    page = client.get(f"{ADDRESS}?columns=agreement&status=approved").content.decode()
    for words in ("not made yet", "to be signed", "signed by all"):
        assert f">{words}</td>" in page


def test_a_cancelled_agreement_is_to_be_made_again(signed_in, officer, asked_and_agreed):
    case = asked_and_agreed["agreement=to-sign"]
    workflow.cancel_agreement(case.agreements.get(), reason="Fel belopp.", by=officer)
    shown = references(signed_in(officer).get(f"{ADDRESS}?agreement=to-make"))
    assert case.reference in shown
    assert references(signed_in(officer).get(f"{ADDRESS}?agreement=to-sign")) == []


@pytest.mark.parametrize(
    "query",
    [
        "status=approvd",
        "status=draft",
        "round=abc",
        "round=999999",
        "country=ZZ",
        "officer=0",
        "grant_type=loan",
        "supplement=late",
        "supplement=awaited&supplement=answered",
        "agreement=open",
        "agreement=%00",
        "page=0",
        "page=2",
        "page=-1",
        "page=abc",
        "page=99999999999999999999",
        "page=",
        "colour=red",
        "status=submitted&status=approved",
        "text=%00",
        f"text={'a' * 101}",
    ],
)
def test_what_is_not_understood_is_refused_without_rows(signed_in, officer, two_cases, query):
    client = signed_in(officer, "en")
    assert len(references(client.get(ADDRESS))) == 2

    response = client.get(f"{ADDRESS}?{query}")

    assert response.status_code == 400
    assert references(response) == []
    page = response.content.decode()
    assert 'class="error-summary"' in page
    assert two_cases[0].reference not in page


@pytest.mark.parametrize(
    "query",
    ["", "&page=2", "&status=submitted", "&status=in_assessment", "&sort=title", "&sort=-round"],
)
def test_a_text_that_every_case_holds_shows_the_list_as_without_it(
    signed_in, officer, two_cases, partnership, coordinator, query
):
    for _number in range(26):
        cases.submitted(partnership, by=coordinator)
    client = signed_in(officer)
    plain = client.get(f"{ADDRESS}?view=none{query}")

    found = client.get(f"{ADDRESS}?text=rent+vatten{query}")

    assert references(plain)
    assert references(found) == references(plain)
    numbers = [[tab["number"] for tab in shown.context["tabs"]] for shown in (plain, found)]
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("page", ["0", "-1", "3", "abc", "", "9" * 20, "9" * 5_000])
def test_a_page_of_what_a_text_finds_that_is_none_is_refused(signed_in, officer, two_cases, page):
    response = signed_in(officer).get(f"{ADDRESS}?text=rent+vatten&page={page}")

    assert (response.status_code, references(response)) == (400, [])


def test_who_has_declared_a_conflict_finds_and_counts_the_others_alone(
    signed_in, decider, two_cases
):
    client = signed_in(decider)
    assert len(references(client.get(f"{ADDRESS}?text=rent+vatten"))) == 2

    workflow.declare(two_cases[0], by=decider, has_conflict=True, reason="My brother.")

    for query in ("view=none", "text=rent+vatten"):
        shown = client.get(f"{ADDRESS}?{query}")
        assert references(shown) == [two_cases[1].reference]
        assert [tab["number"] for tab in shown.context["tabs"]][:2] == [1, 1]


def test_only_icld_sees_the_list(client, signed_in, coordinator, reader, two_cases):
    assert client.get(ADDRESS).status_code == 302
    assert signed_in(coordinator).get(ADDRESS).status_code == 403
    assert signed_in(reader).get(ADDRESS).status_code == 200


def test_thirty_rows_take_as_many_queries_as_one(
    signed_in, officer, partnership, coordinator, django_assert_num_queries
):
    client = signed_in(officer)
    cases.submitted(partnership, by=coordinator)
    client.get(ADDRESS)
    with django_assert_num_queries(OPENING):
        assert len(references(client.get(ADDRESS))) == 1

    for _number in range(29):
        cases.submitted(partnership, by=coordinator)

    with django_assert_num_queries(OPENING):
        assert len(references(client.get(ADDRESS))) == 25
    with django_assert_num_queries(QUERIES):
        assert len(references(client.get(f"{ADDRESS}?page=2"))) == 5


def test_an_officer_who_left_is_still_a_filter(signed_in, officer, decider, two_cases):
    officer.memberships.all().delete()

    response = signed_in(decider).get(f"{ADDRESS}?officer={officer.pk}")

    assert references(response) == [two_cases[0].reference]


def test_a_search_shows_where_the_word_stands(
    signed_in, officer, two_cases, django_assert_num_queries
):
    client = signed_in(officer, "en")
    client.get(ADDRESS)

    with django_assert_num_queries(QUERIES + 1):
        response = client.get(f"{ADDRESS}?text=varandra")

    assert references(response) == [two_cases[1].reference, two_cases[0].reference]
    assert response.content.decode().count("<mark>varandra</mark>") == 2
