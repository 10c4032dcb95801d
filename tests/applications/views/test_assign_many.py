"""Giving many cases to officers: the proposal, the deed once, and what had moved on."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from applications import workflow
from applications.models import Application
from applications.workflow import Order
from icld_portal.models import Event
from partnerships.models import Membership, Role, User
from tests.factories import cases

pytestmark = pytest.mark.django_db
ADDRESS = "/office/applications/assign/"


@pytest.fixture
def three(partnership, coordinator) -> list[Application]:
    """Three cases that have just been handed in, the oldest first."""
    return [cases.submitted(partnership, by=coordinator) for _number in range(3)]


def picks(those) -> str:
    return "&".join(f"pick={case.reference}" for case in those)


def orders_on(response) -> list[str]:
    return [row["order"] for row in response.context["rows"] if row["order"]]


def officers_of(those) -> list[str]:
    return [Application.objects.get(pk=case.pk).officer.name for case in those]


def test_the_proposal_names_the_cases_and_changes_nothing(signed_in, officer, decider, three):
    client = signed_in(officer, "en")

    asked = client.get(f"{ADDRESS}?{picks(three)}")
    shown = client.get(f"{ADDRESS}?{picks(three)}&officer={officer.pk}&officer={decider.pk}")

    assert "Show who gets what" in asked.content.decode()
    page = shown.content.decode()
    assert all(case.reference in page for case in three)
    given = [row["to"].name for row in shown.context["rows"]]
    assert sorted(given) == sorted([decider.name, officer.name, decider.name])
    assert not Application.objects.exclude(officer=None).exists()


def test_cases_are_shared_evenly_and_a_double_click_does_it_once(
    signed_in, officer, decider, three
):
    client = signed_in(officer, "en")
    shown = client.get(f"{ADDRESS}?{picks(three)}&officer={officer.pk}&officer={decider.pk}")
    form = {"order": orders_on(shown), "query": "status=submitted"}

    first = client.post(ADDRESS, form, follow=True)
    second = client.post(ADDRESS, form, follow=True)

    assert sorted(officers_of(three)) == sorted([decider.name, officer.name, decider.name])
    assert Event.objects.filter(verb="assign").count() == 3
    assert first.redirect_chain[-1][0] == "/office/applications/?status=submitted"
    assert "3 cases were given out." in first.content.decode()
    assert "given out already" in second.content.decode()


def test_what_moved_on_meanwhile_is_named_and_left_alone(
    signed_in, officer, decider, coordinator, three
):
    client = signed_in(officer, "en")
    shown = client.get(f"{ADDRESS}?{picks(three)}&officer={officer.pk}")
    workflow.withdraw(three[0], by=coordinator)
    workflow.assign(three[1], to=decider, by=decider)

    done = client.post(ADDRESS, {"order": orders_on(shown)}, follow=True).content.decode()

    assert "1 case was given out." in done
    left = f"Had moved on meanwhile, and are left as they are: {three[1].reference}"
    assert left in done
    assert three[0].reference in done[done.index("Had moved on") :][:120]
    assert officers_of(three[1:]) == [decider.name, officer.name]


def test_nobody_gets_a_case_of_their_own_organisation(
    signed_in, officer, decider, robertsfors, three
):
    Membership.objects.create(user=decider, organisation=robertsfors, role=Role.MEMBER)
    client = signed_in(officer, "en")

    shown = client.get(f"{ADDRESS}?{picks(three)}&officer={decider.pk}")

    assert orders_on(shown) == []
    order = f"{three[0].reference}:{decider.pk}:-"
    assert (
        "left as they are" in client.post(ADDRESS, {"order": [order]}, follow=True).content.decode()
    )
    assert not Application.objects.exclude(officer=None).exists()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "pick=abc",
        "pick=2027-0001%00",
        "pick=1999-0001",
        "all=1&query=colour%3Dred",
        "all=1&query=status%3Dapproved",
        "&".join(f"pick=2027-{number:04d}" for number in range(201)),
        f"all=1&query={'a' * 2000}",
    ],
)
def test_picks_that_are_not_understood_lead_back_with_the_reason(signed_in, officer, three, query):
    response = signed_in(officer, "en").get(f"{ADDRESS}?{query}", follow=True)

    assert response.redirect_chain[-1][0].startswith("/office/applications/?")
    assert list(response.context["messages"])


@pytest.mark.parametrize(
    "order",
    ["", "abc", "2027-0001", "2027-0001:x:-", "2027-0001:1:x", f"2027-0001:{'9' * 30}:-", "\x00"],
)
def test_orders_that_are_not_ours_change_nothing(signed_in, officer, three, order):
    response = signed_in(officer, "en").post(ADDRESS, {"order": [order]}, follow=True)

    assert "Nothing was changed" in response.content.decode()
    assert not Application.objects.exclude(officer=None).exists()


def test_the_whole_choice_is_given_out(signed_in, officer, three):
    client = signed_in(officer)

    shown = client.get(f"{ADDRESS}?all=1&query=status%3Dsubmitted&officer={officer.pk}")
    client.post(ADDRESS, {"order": orders_on(shown)})

    assert officers_of(three) == [officer.name] * 3


def test_a_case_that_is_gone_is_named(signed_in, officer, coordinator, three):
    workflow.reopen(three[0], by=coordinator)

    page = signed_in(officer, "en").get(f"{ADDRESS}?{picks(three)}").content.decode()

    assert f"Not to be seen any more: {three[0].reference}" in " ".join(page.split()).replace(
        "</p>", ""
    )


def test_only_those_who_keep_cases_give_them_out(signed_in, reader, coordinator, officer, three):
    order = {"order": [f"{three[0].reference}:{officer.pk}:-"]}
    for person in (reader, coordinator):
        assert signed_in(person).get(f"{ADDRESS}?{picks(three)}").status_code == 403
        assert signed_in(person).post(ADDRESS, order).status_code == 403
    with pytest.raises(PermissionDenied):
        workflow.assign_all([Order(three[0].reference, officer.pk, None)], [officer], by=reader)


def test_thirty_cases_take_as_many_queries_as_one(
    signed_in, officer, partnership, coordinator, django_assert_num_queries
):
    client = signed_in(officer)
    made = [cases.submitted(partnership, by=coordinator)]
    one = f"{ADDRESS}?{picks(made)}&officer={officer.pk}"
    client.get(one)
    with django_assert_num_queries(10):
        client.get(one)
    made += [cases.submitted(partnership, by=coordinator) for _number in range(29)]

    with django_assert_num_queries(10):
        shown = client.get(f"{ADDRESS}?{picks(made)}&officer={officer.pk}")
    with django_assert_num_queries(12):
        client.post(ADDRESS, {"order": orders_on(shown)})

    assert Application.objects.filter(officer=officer).count() == 30


@pytest.mark.django_db(transaction=True)
def test_two_who_give_out_the_same_cases_at_once_agree(officer, decider, three):
    def give(to: User):
        try:
            orders = [Order(case.reference, to.pk, None) for case in three]
            return workflow.assign_all(orders, [to], by=to)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(give, (officer, decider)))

    assert sorted(len(result.done) for result in results) == [0, 3]
    assert sorted(len(result.moved) for result in results) == [0, 3]
    assert len(set(officers_of(three))) == 1
    assert Event.objects.filter(verb="assign").count() == 3
