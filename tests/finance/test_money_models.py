"""What the database holds of budgets, accounts, payments and the ledger, whoever writes."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from finance import grants, ledger, statements, sums
from finance.budgets import DecidedLine
from finance.models import (
    Budget,
    BudgetLine,
    BudgetSum,
    EntryKind,
    Grant,
    GrantBudgetLine,
    LedgerEntry,
    PaymentStatus,
    Receipt,
    Repayment,
    Review,
    Statement,
    YearBalance,
)
from tests.factories import cases, money
from tests.refusals import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def grant(partnership, decider) -> Grant:
    return money.make_grant(partnership, by=decider, amounts={1: 500_000, 2: 300_000})


@pytest.fixture
def statement(grant) -> Statement:
    return money.open_accounts(grant)


# --- The decided budget -----------------------------------------------------------------


def test_a_grant_opens_with_its_budget_and_what_is_granted_is_booked(grant):
    budget = grants.budget_of(grant)

    assert budget.version == 1
    assert {line.year: line.amount_sek for line in budget.lines.all()} == {1: 500_000, 2: 300_000}
    assert {year: one.granted for year, one in ledger.balances(grant).items()} == {
        1: Decimal(500_000),
        2: Decimal(300_000),
    }


def test_lines_that_do_not_add_up_open_no_grant(partnership, decider):
    with pytest.raises(ValueError, match="add up"):
        grants.open_grant(
            reference="2025-0002",
            title="Fel summa",
            grant_type="project",
            partnership=partnership,
            grantee=partnership.parties.get(side="swedish").organisation,
            start_on=date(2026, 1, 1),
            end_on=date(2026, 12, 31),
            amounts={1: 100},
            lines=[],
            by=decider,
            at=timezone.now(),
        )


def test_another_budget_is_a_new_version_and_books_the_difference(grant, decider):
    [first, second] = grants.budget_of(grant).lines.all()
    lines = [
        DecidedLine(1, first.organisation, first.category, 0, 450_000),
        DecidedLine(2, second.organisation, second.category, 0, 350_000),
    ]

    made = grants.change_budget(
        grant, lines, reason="Flyttas till år 2", by=decider, at=timezone.now()
    )

    assert made.version == 2
    assert {year: one.granted for year, one in ledger.balances(grant).items()} == {
        1: Decimal(450_000),
        2: Decimal(350_000),
    }
    booked = grant.entries.filter(kind=EntryKind.CHANGED).values_list("year", "amount")
    assert sorted(booked) == [(1, Decimal(-50_000)), (2, Decimal(50_000))]
    with refused():
        GrantBudgetLine.objects.create(
            budget=grant.budgets.get(version=1),
            year=3,
            organisation=first.organisation,
            category=first.category,
            amount_sek=1,
        )


def test_the_sum_of_a_budget_is_that_of_its_lines_and_changes_with_them_alone(
    partnership, coordinator
):
    budget = cases.empty_draft(partnership, by=coordinator).budget
    other = cases.empty_draft(partnership, by=coordinator, grant_type="dissemination").budget
    assert sums.asked_by_budget([budget.pk]) == {}
    facts = {"organisation": partnership.parties.get(side="swedish").organisation, "year": 1}
    facts["category"] = budget.guideline.categories.get(code="travel")
    line, second = (
        BudgetLine.objects.create(budget=budget, amount_sek=amount, **facts)
        for amount in (1_000, 234)
    )
    assert sums.asked_by_budget([budget.pk]) == {budget.pk: 1_234}

    BudgetLine.objects.filter(pk=line.pk).update(amount_sek=2_000, budget=other)
    assert sums.asked_by_budget([budget.pk, other.pk]) == {budget.pk: 234, other.pk: 2_000}
    second.delete()
    assert sums.asked_by_budget([budget.pk]) == {budget.pk: 0}

    for write in (
        lambda: BudgetSum.objects.update(asked_sek=1),
        lambda: BudgetSum.objects.filter(budget=other).delete(),
        lambda: BudgetSum.objects.create(budget=make_budget(other), asked_sek=1),
    ):
        with refused():
            write()


def make_budget(like: Budget) -> Budget:
    """Return a budget without a line."""
    like.pk = None
    like.save(force_insert=True)
    return like


# --- The ledger -------------------------------------------------------------------------


def test_nothing_is_approved_above_what_is_granted_that_year(grant, statement, decider):
    money.book(grant, EntryKind.APPROVED, "500000.00", by=decider, statement=statement)

    with refused():
        money.book(grant, EntryKind.APPROVED, "0.01", by=decider, statement=statement)


def test_nothing_is_paid_above_what_is_approved(grant, statement, decider):
    money.book(grant, EntryKind.APPROVED, "1000.00", by=decider, statement=statement)

    with refused():
        money.book(
            grant,
            EntryKind.PAID,
            "1000.01",
            by=decider,
            payment=money.make_payment(statement, "1000.01"),
        )


def test_a_payment_is_booked_once(grant, statement, decider):
    money.book(grant, EntryKind.APPROVED, "3000.00", by=decider, statement=statement)
    payment = money.make_payment(statement)
    money.book(grant, EntryKind.PAID, "1000.00", by=decider, payment=payment)

    with refused(IntegrityError):
        money.book(grant, EntryKind.PAID, "1000.00", by=decider, payment=payment)


def test_less_is_approved_only_after_what_was_paid_too_much_is_claimed(grant, statement, decider):
    money.book(grant, EntryKind.APPROVED, "1000.00", by=decider, statement=statement)
    payment = money.make_payment(statement)
    money.book(grant, EntryKind.PAID, "1000.00", by=decider, payment=payment)
    with refused():
        money.book(grant, EntryKind.APPROVED, "-400.00", by=decider, statement=statement)

    claim = Repayment.objects.create(
        grant=grant, year=1, number=1, amount=400, reason="Dubbel faktura", claimed_by=decider
    )
    money.book(grant, EntryKind.REPAYMENT, "-400.00", by=decider, repayment=claim)
    money.book(grant, EntryKind.APPROVED, "-400.00", by=decider, statement=statement)

    balance = ledger.balances(grant)[1]
    assert (balance.approved, balance.paid, balance.payable) == (600, 600, 0)
    assert balance.left == Decimal("499400.00")
    assert ledger.total(ledger.balances(grant)).left == Decimal("799400.00")


def test_a_year_is_never_given_less_than_is_approved_in_it(grant, statement, decider):
    money.book(grant, EntryKind.APPROVED, "400000.00", by=decider, statement=statement)
    [first, second] = grants.budget_of(grant).lines.all()
    lines = [
        DecidedLine(1, first.organisation, first.category, 0, 399_999),
        DecidedLine(2, second.organisation, second.category, 0, 400_001),
    ]

    with refused():
        grants.change_budget(grant, lines, reason="För lite", by=decider, at=timezone.now())


@pytest.mark.parametrize("statement_of_sql", ["UPDATE {} SET amount = 1", "DELETE FROM {}"])
def test_entries_are_only_added(grant, statement_of_sql):
    with refused(), connection.cursor() as cursor:
        cursor.execute(statement_of_sql.format(LedgerEntry._meta.db_table))


def test_the_balance_of_a_year_is_the_sum_of_its_entries_and_changes_with_them_alone(
    grant, statement, decider
):
    money.book(grant, EntryKind.REPORTED, "700000.10", by=decider, statement=statement)
    money.book(grant, EntryKind.APPROVED, "400.25", by=decider, statement=statement)
    money.book(grant, EntryKind.APPROVED, "-0.05", by=decider, statement=statement)

    assert ledger.balances(grant)[1] == ledger.Balance(
        Decimal(500_000), Decimal("700000.10"), Decimal("400.20"), Decimal(0)
    )
    for write in (
        lambda: YearBalance.objects.update(paid=1),
        lambda: YearBalance.objects.all().delete(),
        lambda: YearBalance.objects.create(
            grant=grant, year=3, granted=1, reported=0, approved=0, paid=0
        ),
    ):
        with refused():
            write()


def test_an_entry_has_its_source(grant, decider):
    for kind in (EntryKind.GRANTED, EntryKind.REPORTED, EntryKind.APPROVED, EntryKind.PAID):
        with refused(IntegrityError):
            money.book(grant, kind, "1.00", by=decider)


# --- The accounts -----------------------------------------------------------------------


def test_accounts_add_up_to_the_ore(statement):
    money.add_cost(statement, "33.33")
    money.add_cost(statement, "33.33")
    money.add_cost(statement, "33.34")
    money.add_salary(statement, "0.33", "4799.99")

    assert statements.total(statement) == Decimal("1684.00")


def test_another_currency_is_its_amount_times_its_rate(statement):
    facts = {"currency": "KES", "rate_on": date(2026, 5, 1), "rate": Decimal("0.081234")}
    money.add_cost(statement, "812.34", amount_currency=Decimal(10_000), **facts)

    with refused(IntegrityError):
        money.add_cost(statement, "812.35", amount_currency=Decimal(10_000), **facts)
    with refused(IntegrityError):
        money.add_cost(statement, "812.34", currency="KES")
    with refused(IntegrityError):
        money.add_cost(statement, "812.34", rate=Decimal(1))


def test_a_salary_is_days_times_the_cost_of_a_day(statement):
    with refused(IntegrityError):
        money.add_salary(statement, amount=Decimal("7999.99"))


def test_accounts_that_are_handed_in_are_written_by_nobody(statement):
    cost, salary = money.add_cost(statement), money.add_salary(statement)
    statements.freeze(statement, at=timezone.now())

    for write in (
        lambda: money.add_cost(statement),
        lambda: money.add_salary(statement),
        cost.delete,
        salary.delete,
        lambda: Receipt.objects.create(statement=statement, file_name="x", size_bytes=1),
        lambda: Statement.objects.filter(pk=statement.pk).update(first_on=date(2020, 1, 1)),
        statement.delete,
    ):
        with refused():
            write()

    statements.thaw(statement)
    money.add_cost(statement)
    assert statement.lines.count() == 2


# --- Control and payment ----------------------------------------------------------------


def test_a_review_is_of_one_row_and_gives_its_reason(statement, officer):
    cost = money.add_cost(statement)
    facts = {"statement": statement, "reviewed_by": officer, "approved": Decimal(1)}

    with refused(IntegrityError):
        Review.objects.create(verdict="approved", **facts)
    with refused(IntegrityError):
        Review.objects.create(line=cost, verdict="adjusted", **facts)
    with refused(IntegrityError):
        Review.objects.create(
            line=cost, salary=money.add_salary(statement), verdict="approved", **facts
        )
    Review.objects.create(line=cost, verdict="adjusted", reason="Moms", **facts)


def test_a_payment_goes_from_one_person_to_another_and_out_once(grant, statement, decider, officer):
    payment = money.make_payment(statement)
    bank = money.make_bank_details(grant.grantee, by=decider)
    now = timezone.now()

    def change(**facts):
        type(payment).objects.filter(pk=payment.pk).update(**facts)

    with refused():  # due → approved is no move
        change(status=PaymentStatus.APPROVED)
    with refused(IntegrityError):
        change(status=PaymentStatus.PREPARED)
    change(status=PaymentStatus.PREPARED, prepared_by=officer, prepared_at=now, bank_details=bank)
    with refused(IntegrityError):
        change(status=PaymentStatus.APPROVED, approved_by=officer, approved_at=now)
    change(status=PaymentStatus.APPROVED, approved_by=decider, approved_at=now)
    with refused(IntegrityError):
        change(status=PaymentStatus.PAID, paid_on=now.date())
    change(held_reason="Nya bankuppgifter")
    export = money.make_export(by=decider)
    with refused():
        change(export=export)
    change(held_reason="")
    change(export=export)
    for facts in ({"export": money.make_export(by=decider)}, {"amount": 1}, {"export": None}):
        with refused():
            change(**facts)
    with refused(IntegrityError):
        change(
            status=PaymentStatus.DUE,
            prepared_by=None,
            prepared_at=None,
            approved_by=None,
            approved_at=None,
            bank_details=None,
        )
    change(status=PaymentStatus.PAID, paid_on=now.date())
    with refused():
        change(status=PaymentStatus.APPROVED, paid_on=None)


def test_one_payment_of_a_statement_is_under_way(statement):
    money.make_payment(statement)

    with refused(IntegrityError):
        money.make_payment(statement)
