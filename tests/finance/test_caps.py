"""The sums of the budget guidelines: met exactly they pass, one krona more does not."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from finance import caps
from finance.budgets import salary_sek, years_between
from finance.models import Budget, BudgetLine, GrantType, Guideline, LimitKind, PartyCount, Per
from finance.programme import TABLE, amounts
from icld_portal.localize import money
from icld_portal.problems import blocking
from partnerships.models import BudgetRegion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
EUROPE, AFRICA_ASIA = BudgetRegion.EUROPE, BudgetRegion.AFRICA_ASIA
TWO, THREE, MULTI = PartyCount.TWO, PartyCount.THREE, PartyCount.MULTI
CEILING, GUIDE = LimitKind.CEILING, LimitKind.GUIDE

# The programme's table, written out once more by hand: grant type, region, parties,
# per, kind, whole SEK.
CELLS = [
    ("preparation", EUROPE, TWO, "case", CEILING, 220_000),
    ("preparation", AFRICA_ASIA, TWO, "case", CEILING, 275_000),
    ("preparation", EUROPE, THREE, "case", CEILING, 275_000),
    ("preparation", AFRICA_ASIA, THREE, "case", CEILING, 330_000),
    ("preparation", EUROPE, MULTI, "case", GUIDE, 275_000),
    ("preparation", AFRICA_ASIA, MULTI, "case", GUIDE, 330_000),
    ("development", EUROPE, TWO, "case", CEILING, 220_000),
    ("development", AFRICA_ASIA, TWO, "case", CEILING, 275_000),
    ("development", EUROPE, THREE, "case", CEILING, 275_000),
    ("development", AFRICA_ASIA, THREE, "case", CEILING, 330_000),
    ("development", EUROPE, MULTI, "case", CEILING, 275_000),
    ("development", AFRICA_ASIA, MULTI, "case", CEILING, 330_000),
    ("steering_group", EUROPE, TWO, "year", GUIDE, 300_000),
    ("steering_group", AFRICA_ASIA, TWO, "year", GUIDE, 300_000),
    ("steering_group", EUROPE, THREE, "year", GUIDE, 400_000),
    ("steering_group", AFRICA_ASIA, THREE, "year", GUIDE, 400_000),
    ("steering_group", EUROPE, MULTI, "year", GUIDE, 400_000),
    ("steering_group", AFRICA_ASIA, MULTI, "year", GUIDE, 400_000),
    ("project", EUROPE, TWO, "year", CEILING, 450_000),
    ("project", AFRICA_ASIA, TWO, "year", CEILING, 500_000),
    ("project", EUROPE, THREE, "year", CEILING, 600_000),
    ("project", AFRICA_ASIA, THREE, "year", CEILING, 650_000),
    ("project", EUROPE, MULTI, "year", CEILING, 600_000),
    ("project", AFRICA_ASIA, MULTI, "year", CEILING, 650_000),
    ("dissemination", EUROPE, TWO, "case", CEILING, 50_000),
    ("dissemination", AFRICA_ASIA, TWO, "case", CEILING, 50_000),
    ("dissemination", EUROPE, THREE, "case", CEILING, 50_000),
    ("dissemination", AFRICA_ASIA, THREE, "case", CEILING, 50_000),
    ("dissemination", EUROPE, MULTI, "case", CEILING, 50_000),
    ("dissemination", AFRICA_ASIA, MULTI, "case", CEILING, 50_000),
]


@pytest.fixture
def guideline(db) -> Guideline:
    return Guideline.objects.get(version=1)


@pytest.fixture
def make_budget(guideline):
    def make(grant_type="project", region=AFRICA_ASIA, parties=TWO, years=1, **options) -> Budget:
        return Budget.objects.create(
            guideline=guideline,
            grant_type=grant_type,
            region=region,
            parties=parties,
            years=years,
            **options,
        )

    return make


@pytest.fixture
def cost(robertsfors):
    """Return a function that adds one expense, whole SEK."""

    def add(budget: Budget, sek: int, year: int = 1, organisation=robertsfors) -> BudgetLine:
        return BudgetLine.objects.create(
            budget=budget,
            year=year,
            organisation=organisation,
            category=budget.guideline.categories.get(code="travel"),
            amount_sek=sek,
        )

    return add


@pytest.fixture
def salary(robertsfors):
    """Return a function that adds one salary line."""

    def add(budget: Budget, days: str, day_cost_sek: int, organisation=robertsfors) -> BudgetLine:
        return BudgetLine.objects.create(
            budget=budget,
            year=1,
            organisation=organisation,
            category=budget.guideline.categories.get(is_salary=True),
            days=Decimal(days),
            day_cost_sek=day_cost_sek,
            amount_sek=salary_sek(Decimal(days), day_cost_sek),
        )

    return add


def test_the_published_table_is_the_programmes(guideline):
    stored = guideline.amounts.values_list(
        "grant_type", "region", "parties", "per", "kind", "amount_sek"
    )

    assert sorted(map(tuple, stored)) == sorted(
        (grant_type, str(region), str(parties), per, str(kind), sek)
        for grant_type, region, parties, per, kind, sek in CELLS
    )
    assert {row[0] for row in TABLE} == set(GrantType)
    assert len(amounts(guideline)) == len(CELLS)


@pytest.mark.parametrize(("grant_type", "region", "parties", "per", "kind", "sek"), CELLS)
def test_a_limit_met_exactly_passes_and_one_krona_more_is_named(
    make_budget, cost, grant_type, region, parties, per, kind, sek
):
    years = 3 if per == "year" else 1
    budget = make_budget(grant_type, region, parties, years)
    for year in range(1, years + 1):
        cost(budget, sek, year)
    assert caps.budget_problems(budget) == []

    cost(budget, 1, years)

    (problem,) = caps.budget_problems(budget)
    assert money(sek) in problem.text
    assert money(sek + 1) in problem.text
    assert problem.blocks
    if kind == CEILING:
        assert "ceiling" in problem.text
        assert problem.anchor == ("budget-total" if per == Per.CASE else f"year-{years}")
    else:
        assert "guide value" in problem.text
        assert problem.anchor == "guide_reason"


def test_a_guide_value_is_passed_with_a_reason_and_still_shown(make_budget, cost):
    budget = make_budget("steering_group", guide_reason="Fem parter i två länder.")
    cost(budget, 300_001)

    (problem,) = caps.budget_problems(budget)

    assert not problem.blocks
    assert problem.anchor == "year-1"
    assert blocking(caps.budget_problems(budget)) == []


def test_a_ceiling_is_not_passed_with_a_reason(make_budget, cost):
    budget = make_budget("project", guide_reason="Det behövs.")
    cost(budget, 500_001)

    assert [problem.blocks for problem in caps.budget_problems(budget)] == [True]


@pytest.mark.parametrize(("parties", "share"), [(TWO, 150_000), (THREE, 200_000), (MULTI, 200_000)])
def test_a_steering_groups_work_effort_has_its_own_guide_value(make_budget, salary, parties, share):
    budget = make_budget("steering_group", parties=parties)
    salary(budget, str(Decimal(share) / 4_800), 4_800) if share == 150_000 else salary(
        budget, "50", 4_000
    )
    assert caps.totals(budget).work_effort_by_year == {1: share}
    assert caps.budget_problems(budget) == []

    salary(budget, "1", 1)

    (problem,) = caps.budget_problems(budget)
    assert "Work effort" in problem.text
    assert money(share) in problem.text
    assert problem.blocks


def test_the_day_rate_is_met_at_4800_and_passed_at_4801(make_budget, salary):
    budget = make_budget()
    line = salary(budget, "31.25", 4_800)
    assert line.amount_sek == 150_000
    assert caps.budget_problems(budget) == []

    above = salary(budget, "1", 4_801)

    (problem,) = caps.budget_problems(budget)
    assert problem.anchor == f"line-{above.pk}"
    assert money(4_801) in problem.text
    assert money(4_800) in problem.text
    assert problem.blocks


def test_a_partners_salary_is_refused(make_budget, salary, machakos):
    budget = make_budget()
    salary(budget, "10", 1_000, organisation=machakos)

    (problem,) = caps.budget_problems(budget)

    assert "Swedish party only" in problem.text


def test_a_year_after_the_end_of_the_case_is_refused(make_budget, cost):
    budget = make_budget(years=1)
    cost(budget, 100, year=2)

    assert any("after the end" in problem.text for problem in caps.budget_problems(budget))


@pytest.mark.parametrize(
    ("region", "parties", "project", "steering", "total"),
    [
        (AFRICA_ASIA, TWO, 1_500_000, 900_000, 2_400_000),
        (EUROPE, TWO, 1_350_000, 900_000, 2_250_000),
        (AFRICA_ASIA, THREE, 1_950_000, 1_200_000, 3_150_000),
    ],
)
def test_three_years_of_project_and_steering_group_add_up(
    make_budget, cost, region, parties, project, steering, total
):
    asked = 0
    for grant_type, most in (("project", project), ("steering_group", steering)):
        budget = make_budget(grant_type, region, parties, years=3)
        for year in (1, 2, 3):
            cost(budget, most // 3, year)
        assert caps.budget_problems(budget) == []
        assert caps.totals(budget).total_sek == most
        asked += most

    assert asked == total


def test_totals_are_told_by_year_category_and_party(
    make_budget, cost, salary, robertsfors, machakos
):
    budget = make_budget(years=2)
    travel = cost(budget, 1_000)
    cost(budget, 500, year=2, organisation=machakos)
    work = salary(budget, "2.5", 4_001)

    sums = caps.totals(budget)

    assert work.amount_sek == 10_003
    assert sums.total_sek == 11_503
    assert sums.by_year == {1: 11_003, 2: 500}
    assert sums.by_category == {travel.category_id: 1_500, work.category_id: 10_003}
    assert sums.by_party == {robertsfors.pk: 11_003, machakos.pk: 500}
    assert sums.work_effort_by_year == {1: 10_003, 2: 0}


@pytest.mark.parametrize(
    ("regions", "expected"),
    [
        ([EUROPE], EUROPE),
        ([AFRICA_ASIA], AFRICA_ASIA),
        ([EUROPE, AFRICA_ASIA], AFRICA_ASIA),
    ],
)
def test_a_case_over_two_regions_takes_the_higher_amount(guideline, regions, expected):
    assert caps.region_of(guideline, "project", THREE, regions) == expected


def test_the_database_refuses_a_salary_that_is_not_days_times_cost(make_budget, salary):
    line = salary(make_budget(), "10", 4_000)
    line.amount_sek += 1

    with pytest.raises(IntegrityError), transaction.atomic():
        line.save()


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        ("2027-01-01", "2027-12-31", 1),
        ("2027-01-01", "2028-01-01", 2),
        ("2027-07-01", "2030-06-30", 3),
        ("2027-07-01", "2030-07-01", 4),
        ("2028-02-29", "2029-02-28", 1),
        ("2028-02-29", "2029-03-01", 2),
        ("2027-05-05", "2027-05-05", 1),
    ],
)
def test_a_begun_year_of_the_case_counts_as_one(start, end, years):
    assert years_between(date.fromisoformat(start), date.fromisoformat(end)) == years
