"""The forecast: what is promised, paid and to be expected in each calendar year."""

from decimal import Decimal

import pytest
from django.utils import timezone

from finance import grants, outlook
from finance.models import EntryKind, Frame, Grant, Statement
from partnerships.models import Role
from tests.factories import money
from tests.factories.parties import make_partnership, make_person

pytestmark = pytest.mark.django_db
PAGE = "/office/forecast/"


@pytest.fixture
def grant(partnership, decider) -> Grant:
    """Years 2026 and 2027, whose reports are due in 2027 and 2028."""
    return money.make_grant(partnership, by=decider, amounts={1: 500_000, 2: 300_000})


@pytest.fixture
def treasurer(icld):
    return make_person("Test Ekonomsson", icld, Role.OFFICE_FINANCE)


def years(user) -> dict[int, outlook.Sums]:
    return {row.year: row.sums for row in outlook.by_year(outlook.cells(user, days=60))}


def test_a_year_is_expected_in_the_year_its_report_is_due_until_it_is_controlled(
    grant, officer, decider
):
    assert {year: sums.expected for year, sums in years(officer).items()} == {
        2027: Decimal(500_000),
        2028: Decimal(300_000),
    }

    accounts = money.open_accounts(grant)
    money.book(grant, EntryKind.APPROVED, "400000.25", by=decider, statement=accounts)
    now = timezone.now()
    Statement.objects.filter(pk=accounts.pk).update(frozen_at=now, controlled_at=now)
    assert years(officer)[2027].expected == Decimal("400000.25")

    payment = money.make_payment(accounts, "400000.25")
    money.book(grant, EntryKind.PAID, "400000.25", by=decider, payment=payment)
    assert years(officer)[2027] == outlook.Sums(
        Decimal(500_000), Decimal("400000.25"), Decimal("400000.25"), Decimal(0)
    )


def test_what_is_released_is_not_expected_any_more(grant, officer, decider):
    expected = years(officer)[2028].expected
    assert expected

    grants.release(grant, [2], reason="Krig", by=decider, at=timezone.now())

    assert years(officer)[2028] == outlook.Sums()
    assert years(officer)[2027].expected


def test_a_conflict_of_interest_takes_the_grant_out_of_the_sums(grant, officer):
    officer.interests.create(case_reference=grant.reference, has_conflict=True, reason="Släkt")
    officer.stands_anew()

    assert years(officer) == {}


def test_a_frame_is_set_by_icld_and_held_against_the_year(
    grant, treasurer, officer, signed_in, in_english
):
    assert signed_in(officer).get("/office/forecast/frame/2027/").status_code == 403
    browser = signed_in(treasurer, "en")
    page = browser.get("/office/forecast/frame/2027/")
    seen = {"seen": page.context["form"].seen}
    assert browser.get("/office/forecast/frame/3027/").status_code == 404
    wrong = browser.post("/office/forecast/frame/2027/", seen | {"amount_sek": "400.000"})
    assert wrong.status_code == 422
    browser.post("/office/forecast/frame/2027/", seen | {"amount_sek": "400 000"})

    assert Frame.objects.get().amount_sek == 400_000
    stale = browser.post("/office/forecast/frame/2027/", seen | {"amount_sek": "1"})
    assert stale.status_code == 422
    text = browser.get(PAGE + "?year=2027").content.decode()
    assert "−100\u00a0000,00\u00a0kr" in text
    assert "Kenya" in text


@pytest.mark.parametrize("query", ["?year=abc", "?year=1999", "?wrong=1", "?year=２０２７"])
def test_a_year_that_is_not_there_is_refused(grant, officer, signed_in, query):
    assert signed_in(officer).get(PAGE + query).status_code == 404


def test_nothing_granted_is_said_so_and_parties_see_nothing(officer, coordinator, signed_in):
    assert signed_in(officer).get(PAGE).status_code == 200
    assert signed_in(coordinator).get(PAGE).status_code == 403


def test_thirty_grants_take_as_many_queries_as_one(
    grant, officer, decider, vara, poti, signed_in, django_assert_max_num_queries
):
    browser = signed_in(officer)
    browser.get(PAGE)
    with django_assert_max_num_queries(25) as one:
        browser.get(PAGE)
    for number in range(30):
        money.make_grant(
            make_partnership(vara, poti),
            by=decider,
            amounts={1: 100_000},
            reference=f"2025-{1000 + number}",
        )
    with django_assert_max_num_queries(len(one)):
        text = browser.get(PAGE).content.decode()
    assert "3\u00a0500\u00a0000,00\u00a0kr" in text
