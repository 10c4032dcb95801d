"""What accounts add up to: to the öre, whatever is written."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finance import grants
from finance.accounts import ore
from finance.accounts.totals import Typed, Unsaved, salary_category, totals
from finance.budgets import DecidedLine
from finance.models import AccountLine, EntryKind, Grant, SalaryRow, Statement
from tests.factories import money

amounts = st.decimals(
    min_value=Decimal("-99999.99"), max_value=Decimal("99999.99"), places=2
).filter(bool)
days = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("366"), places=2)
costs = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("4800"), places=2)
rates = st.decimals(min_value=Decimal("0.000001"), max_value=Decimal("99"), places=6)


@pytest.fixture
def grant(partnership, decider) -> Grant:
    return money.make_grant(partnership, by=decider, amounts={1: 500_000, 2: 300_000})


@pytest.fixture
def statement(grant) -> Statement:
    return money.open_accounts(grant)


def test_what_is_decided_used_and_left_is_told_by_kind_party_and_in_all(statement, machakos):
    local = statement.guideline.categories.get(code="board-lodging")
    money.add_cost(statement, "450000.00")
    money.add_cost(statement, "1234.50", organisation=machakos, category=local)
    money.add_salary(statement, "2", "4000.00")

    sums = totals(statement)

    assert [(str(one.category.code), one.organisation.name, one.used) for one in sums.kinds] == [
        (salary_category(statement).code, "Robertsfors kommun", Decimal("8000.00")),
        ("travel", "Robertsfors kommun", Decimal("450000.00")),
        ("board-lodging", "Machakos County", Decimal("1234.50")),
    ]
    assert (sums.decided, sums.used, sums.left) == (
        500_000,
        Decimal("459234.50"),
        Decimal("40765.50"),
    )
    assert [(one.name, one.used) for one in sums.by_party] == [
        ("Robertsfors kommun", Decimal("458000.00")),
        ("Machakos County", Decimal("1234.50")),
    ]
    assert sums.share == 91
    assert sums.payable == Decimal("459234.50")


def test_at_most_what_is_granted_can_be_paid(statement):
    money.add_cost(statement, "500000.01")

    sums = totals(statement)

    assert (sums.payable, sums.above) == (Decimal("500000.00"), Decimal("0.01"))


def test_what_other_years_have_used_of_the_whole_grant_cannot_be_paid_again(grant, decider):
    first, second = money.open_accounts(grant), money.open_accounts(grant, 2)
    money.book(grant, EntryKind.APPROVED, "500000.00", by=decider, statement=first)
    money.add_cost(second, "400000.00")

    assert totals(second).payable == Decimal("300000.00")


@pytest.mark.parametrize(
    ("used", "deviates"),
    [("450000.00", False), ("449999.99", True), ("550000.00", False), ("550000.01", True)],
)
def test_ten_per_cent_more_or_less_need_no_comment_and_one_ore_further_does(
    statement, used, deviates
):
    money.add_cost(statement, used)

    assert bool(totals(statement).deviating) is deviates


def test_a_kind_without_a_budget_always_deviates(statement):
    money.add_salary(statement, "0.01", "1.00")
    money.add_cost(statement, "500000.00")

    [kind] = totals(statement).deviating
    assert (kind.is_decided, kind.is_unexplained, kind.share) == (False, True, 0)


def test_a_row_being_typed_counts_instead_of_the_one_that_is_stored(statement):
    line = money.add_cost(statement, "100.00")
    salary = money.add_salary(statement)
    row = Unsaved(line.organisation_id, line.category_id, Decimal("33.33"))

    assert totals(statement, Typed(row, without_line=line.pk)).used == Decimal("8033.33")
    assert totals(statement, Typed(row, without_salary=salary.pk)).used == Decimal("133.33")


def test_the_budget_is_the_version_of_the_accounts(grant, decider):
    statement = money.open_accounts(grant)
    [first, second] = grants.budget_of(grant).lines.all()
    lines = [
        DecidedLine(1, first.organisation, first.category, 0, 400_000),
        DecidedLine(2, second.organisation, second.category, 0, 400_000),
    ]
    grants.change_budget(grant, lines, reason="Flyttas", by=decider, at=timezone.now())

    sums = totals(statement)

    assert (sums.decided, sums.granted) == (500_000, 400_000)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lines=st.lists(st.tuples(amounts, st.integers(0, 3), st.booleans()), max_size=30),
    rows=st.lists(st.tuples(days, costs), max_size=10),
)
def test_every_sum_is_exact_and_the_parts_add_up(statement, machakos, lines, rows):
    AccountLine.objects.filter(statement=statement).delete()
    SalaryRow.objects.filter(statement=statement).delete()
    kinds = [one for one in statement.guideline.categories.all() if not one.is_salary]
    for amount, kind, is_partner in lines:
        party = machakos if is_partner else statement.grant.grantee
        money.add_cost(statement, str(amount), organisation=party, category=kinds[kind])
    for number, cost in rows:
        SalaryRow.objects.create(
            statement=statement,
            organisation=statement.grant.grantee,
            person="Test Lönesson",
            first_on=statement.first_on,
            last_on=statement.last_on,
            days=number,
            day_cost=cost,
            amount=ore.salary(number, cost),
        )

    sums = totals(statement)

    exact = sum((Fraction(amount) for amount, *_rest in lines), Fraction(0))
    exact += sum((Fraction(ore.salary(*row)) for row in rows), Fraction(0))
    assert Fraction(sums.used) == exact
    assert sums.used.as_tuple().exponent == -2
    for parts in (sums.kinds, sums.by_party, sums.by_category):
        assert sum(part.used for part in parts) == sums.used
        assert sum(part.left for part in parts) == sums.left
    assert sums.payable == max(0, min(sums.used, Decimal(500_000)))


@settings(max_examples=100, deadline=None)
@given(number=days, cost=costs, rate=rates)
def test_a_product_becomes_ore_half_an_ore_upwards(number, cost, rate):
    for got, exact in (
        (ore.salary(number, cost), Fraction(number) * Fraction(cost)),
        (ore.in_sek(cost, rate), Fraction(cost) * Fraction(rate)),
    ):
        whole = exact * 100
        assert Fraction(got) * 100 == int(whole + Fraction(1, 2))


@pytest.mark.django_db
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(number=days, cost=costs)
def test_postgres_rounds_alike(number, cost):
    with connection.cursor() as cursor:
        cursor.execute("SELECT round(%s::numeric * %s::numeric, 2)", [number, cost])
        assert cursor.fetchone()[0] == ore.salary(number, cost)


def test_a_third_is_rounded_once_and_the_rest_is_seen():
    third = (Decimal(100) / 3).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)

    assert ore.salary(Decimal(1), Decimal(100) / 3) == third == Decimal("33.33")
    assert ore.in_sek(Decimal("0.05"), Decimal("0.1")) == Decimal("0.01")
    assert ore.in_sek(Decimal("-0.05"), Decimal("0.1")) == Decimal("-0.01")
