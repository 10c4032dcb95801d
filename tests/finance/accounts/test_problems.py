"""What is wrong with accounts, said at the row and the cell."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from finance.accounts.problems import problems
from finance.models import DeviationComment, Receipt, Statement
from tests.factories import money

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def statement(partnership, decider) -> Statement:
    """The accounts of a year with 100 000 SEK for travel, and 100 000 used."""
    grant = money.make_grant(partnership, by=decider, amounts={1: 100_000})
    return money.open_accounts(grant)


def attach(statement, line=None) -> Receipt:
    return Receipt.objects.create(
        statement=statement,
        line=line,
        file="receipts/x.pdf",
        file_name="kvitto.pdf",
        content_type="application/pdf",
        size_bytes=1,
        sha256="a" * 64,
    )


def said(statement, *, blocks: bool = True) -> list[tuple[str, str]]:
    return [(one.page, one.anchor) for one in problems(statement) if one.blocks is blocks]


def test_complete_accounts_have_no_problem(statement):
    attach(statement, money.add_cost(statement, "100000.00"))

    assert problems(statement) == []


def test_empty_accounts_say_so(statement):
    [deviation, empty] = problems(statement)

    assert empty.text == "There is no cost in the accounts yet."
    assert deviation.page == "deviations"


def test_above_the_grant_is_explained_and_does_not_block(statement):
    attach(statement, money.add_cost(statement, "100000.01"))

    [found] = problems(statement)

    assert (found.blocks, found.anchor) == (False, "sums")
    assert found.text.replace("\u00a0", " ") == (
        "The accounts are 100 000,01 kr. At most 100 000,00 kr can be paid for this year: "
        "0,01 kr is at your own cost."
    )


def test_a_line_below_zero_needs_a_comment(statement):
    attach(statement, money.add_cost(statement, "100000.00"))
    line = money.add_cost(statement, "-10.00", voucher="B 7")
    attach(statement, line)

    assert said(statement) == [("accounts", f"line-{line.pk}-comment")]
    assert problems(statement)[0].text == ("Line B 7, comment: a sum below zero needs a comment.")
    line.comment = "Återköp"
    line.save()
    assert problems(statement) == []


@pytest.mark.parametrize(
    ("day", "is_inside"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_a_line_is_of_the_accounting_year(statement, day, is_inside):
    line = money.add_cost(statement, "100000.00", booked_on=day)
    attach(statement, line)

    expected = [] if is_inside else [("accounts", f"line-{line.pk}-booked_on")]
    assert said(statement) == expected


def test_each_line_has_its_receipt_or_is_among_those_for_the_whole(statement):
    line = money.add_cost(statement, "100000.00")

    assert said(statement) == [("accounts", f"line-{line.pk}-receipt")]
    whole = attach(statement)
    assert said(statement) == []
    assert said(statement, blocks=False) == [("accounts", f"line-{line.pk}-receipt")]
    whole.set_aside_at = whole.uploaded_at
    whole.save()
    assert said(statement) == [("accounts", f"line-{line.pk}-receipt")]


def test_salaries_are_not_written_among_the_lines(statement):
    salary = statement.guideline.categories.get(is_salary=True)
    line = money.add_cost(statement, "100000.00", category=salary)
    attach(statement, line)

    assert ("accounts", f"line-{line.pk}-category") in said(statement)


def test_a_kind_without_budget_and_a_deviation_ask_for_a_comment(statement, machakos):
    food = statement.guideline.categories.get(code="board-lodging")
    attach(statement, money.add_cost(statement, "89999.99"))
    attach(statement, money.add_cost(statement, "1.00", organisation=machakos, category=food))

    found = said(statement)

    travel = statement.guideline.categories.get(code="travel")
    grantee = statement.grant.grantee
    assert found == [
        ("deviations", f"deviation-{grantee.pk}-{travel.pk}"),
        ("deviations", f"deviation-{machakos.pk}-{food.pk}"),
    ]
    for party, kind in ((grantee, travel), (machakos, food)):
        DeviationComment.objects.create(
            statement=statement, organisation=party, category=kind, text="Billigare resor"
        )
    assert problems(statement) == []


# --- The salary sheet -------------------------------------------------------------------


@pytest.fixture
def sheet(statement) -> Statement:
    """Accounts whose only open questions are about salaries."""
    attach(statement, money.add_cost(statement, "100000.00"))
    DeviationComment.objects.create(
        statement=statement,
        organisation=statement.grant.grantee,
        category=statement.guideline.categories.get(is_salary=True),
        text="Utan budget",
    )
    return statement


def add(sheet, first, last, *, days="1", cost="4800.00", **facts):
    return money.add_salary(
        sheet, days, cost, first_on=date(2026, *first), last_on=date(2026, *last), **facts
    )


def test_a_day_costs_at_most_the_rate_of_the_guidelines(sheet):
    add(sheet, (1, 1), (1, 5))
    row = add(sheet, (2, 1), (2, 5), cost="4800.01")

    [found] = [one for one in problems(sheet) if one.blocks]

    assert found.anchor == f"salary-{row.pk}-day_cost"
    assert found.text.replace("\u00a0", " ") == (
        "Test Lönesson, 2026-02-01, cost per day: a day costs 4 800,01 kr; salaries are paid "
        "with at most 4 800,00 kr a day."
    )


def test_no_more_days_than_there_are_between_the_first_and_the_last(sheet):
    add(sheet, (1, 1), (1, 5), days="5")
    row = add(sheet, (2, 1), (2, 5), days="5.01")

    assert said(sheet) == [("salaries", f"salary-{row.pk}-days")]


def test_nobody_works_400_days_a_year(sheet):
    last = None
    for month in range(1, 11):
        last = add(sheet, (month, 1), (month, 28), days="40", cost="100.00")

    found = problems(sheet)

    assert f"salary-{last.pk}-days" in {one.anchor for one in found}
    assert any("400 days in all in a year of 365 days" in one.text for one in found)


def test_two_rows_of_one_person_share_no_day_however_the_name_is_written(sheet):
    add(sheet, (1, 1), (1, 31))
    row = add(sheet, (1, 31), (2, 3), person="test  LÖNESSON")
    add(sheet, (2, 4), (2, 5))
    add(sheet, (1, 10), (1, 12), person="Test Annansson")

    assert said(sheet) == [("salaries", f"salary-{row.pk}-first_on")]


def test_a_short_row_inside_a_long_one_is_found_and_the_next_after_it_too(sheet):
    add(sheet, (1, 1), (6, 30))
    inner = add(sheet, (2, 1), (2, 2))
    later = add(sheet, (3, 1), (3, 2))

    assert {anchor for _page, anchor in said(sheet)} == {
        f"salary-{inner.pk}-first_on",
        f"salary-{later.pk}-first_on",
    }


def test_salaries_are_for_the_grantees_staff_and_the_accounting_year(sheet, machakos):
    other = money.add_salary(sheet, organisation=machakos, person="Demo Person")
    early = sheet.first_on - timedelta(days=1)
    outside = money.add_salary(sheet, first_on=early, last_on=sheet.first_on)

    anchors = {anchor for _page, anchor in said(sheet)}

    assert f"salary-{other.pk}-organisation" in anchors
    assert f"salary-{outside.pk}-first_on" in anchors
    assert Decimal(outside.amount) == Decimal("8000.00")
