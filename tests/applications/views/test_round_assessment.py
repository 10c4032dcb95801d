"""How far a round's assessing has come, and sharing it evenly."""

import pytest

from applications import workflow
from applications.models import Assignment
from tests.factories import cases

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(partnership, coordinator, officer):
    return cases.in_assessment(partnership, by=coordinator, officer=officer)


def address(case, page="") -> str:
    return f"/office/rounds/{case.round.deadline_on}/assessment/{page}"


def test_the_page_tells_how_far_each_case_and_assessor_has_come(signed_in, case, officer, decider):
    first, second = (cases.asked(case, by=officer) for _person in range(2))
    workflow.declare(case, by=second, has_conflict=True, reason="Jäv.")
    cases.scored(case, by=first)
    cases.agreed(case, by=officer)

    page = signed_in(decider).get(address(case))

    (row,) = page.context["page_obj"]
    assert (row.given, row.declared, row.conflicts, row.handed_in) == (2, 1, 1, 1)
    assert (row.is_begun, row.is_agreed) == (True, True)
    totals = page.context["totals"]
    assert (totals.cases, totals.given, totals.handed_in, totals.agreed) == (1, 1, 0, 1)
    assert [(load["given"], load["handed_in"]) for load in page.context["loads"]] in (
        [(1, 1), (1, 0)],
        [(1, 0), (1, 1)],
    )


def test_a_case_with_a_conflict_is_in_no_number(signed_in, case, officer, decider):
    cases.asked(case, by=officer)
    workflow.declare(case, by=decider, has_conflict=True, reason="Jäv.")

    page = signed_in(decider).get(address(case))

    assert (page.context["totals"].cases, len(page.context["page_obj"])) == (0, 0)
    assert page.context["loads"] == []


def test_a_round_is_shared_on_its_page_and_a_second_click_changes_nothing(
    signed_in, case, officer, assessor, outsider
):
    client = signed_in(officer, "en")
    sent = {"assessors": [assessor.pk, outsider.pk], "per_case": "2"}

    first = client.post(address(case, "share/"), sent, follow=True)
    again = client.post(address(case, "share/"), sent, follow=True)

    assert "2 assessments were asked for" in first.content.decode()
    assert "has its assessors already" in again.content.decode()
    assert Assignment.objects.count() == 2


@pytest.mark.parametrize(
    "sent", [{}, {"per_case": "0"}, {"per_case": "6"}, {"per_case": "two"}, {"per_case": "9" * 20}]
)
def test_impossible_numbers_are_refused(signed_in, case, officer, assessor, sent):
    form = {"assessors": [assessor.pk]} | sent if sent else {"per_case": "1"}

    assert signed_in(officer).post(address(case, "share/"), form).status_code == 422
    assert not Assignment.objects.exists()


def test_only_case_keepers_share(signed_in, case, reader, assessor):
    client = signed_in(reader)

    assert client.get(address(case)).status_code == 200
    assert client.get(address(case)).context["form"] is None
    sent = {"assessors": [assessor.pk], "per_case": "1"}
    assert client.post(address(case, "share/"), sent).status_code == 403


@pytest.mark.parametrize("deadline", ["2026-99-01", "sample", "1999-01-01"])
def test_a_round_that_is_none_is_not_found(signed_in, officer, deadline):
    path = f"/office/rounds/{deadline}/assessment/"

    assert signed_in(officer).get(path).status_code == 404


def test_what_is_open_all_year_has_its_own_page(signed_in, officer):
    assert signed_in(officer).get("/office/rounds/all-year/assessment/").status_code == 200


def test_the_page_asks_as_often_for_one_case_as_for_a_full_page(
    signed_in, partnership, coordinator, officer, case, django_assert_max_num_queries
):
    client = signed_in(officer)
    cases.asked(case, by=officer)
    client.get(address(case))
    with django_assert_max_num_queries(25) as short:
        client.get(address(case))

    for _number in range(29):
        cases.asked(cases.submitted(partnership, by=coordinator), by=officer)

    with django_assert_max_num_queries(25) as long:
        assert len(client.get(address(case)).context["page_obj"]) == 25
    assert len(long) == len(short)
