"""Making grants, accounts and entries of the ledger for tests."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from finance import grants, ledger, statements
from finance.accounts import ore
from finance.budgets import DecidedLine, accounting_years
from finance.models import (
    AccountLine,
    BankDetails,
    EntryKind,
    Grant,
    Guideline,
    Payment,
    PaymentExport,
    SalaryRow,
    Statement,
)
from partnerships.models import Organisation, Partnership, User

START_ON = date(2026, 1, 1)
BANKGIRO = "50501055"


def make_grant(
    partnership: Partnership, *, by: User, amounts: dict[int, int], reference: str = "2025-0001"
) -> Grant:
    """Return a project's grant that begins on New Year's Day 2026, all of it for travel."""
    grantee = partnership.parties.get(side="swedish").organisation
    travel = Guideline.objects.get(version=1).categories.get(code="travel")
    return grants.open_grant(
        reference=reference,
        title="Rent vatten i två kommuner",
        grant_type="project",
        partnership=partnership,
        grantee=grantee,
        start_on=START_ON,
        end_on=date(2025 + max(amounts), 12, 31),
        amounts=amounts,
        lines=[
            DecidedLine(year, grantee, travel, amount, amount) for year, amount in amounts.items()
        ],
        by=by,
        at=timezone.now(),
    )


def open_accounts(grant: Grant, year: int = 1) -> Statement:
    """Return the accounts of a year of the grant, just opened."""
    [span] = accounting_years(grant.start_on, grant.end_on, [year])
    return statements.open_statement(grant, span, Guideline.objects.get(version=1))


def add_cost(statement: Statement, amount: str = "1000.00", **facts) -> AccountLine:
    """Add a cost of the grantee for travel, SEK with öre."""
    known = {
        "organisation": statement.grant.grantee,
        "category": statement.guideline.categories.get(code="travel"),
        "voucher": "A 1",
        "booked_on": statement.first_on,
        "text": "Tåg",
    }
    return AccountLine.objects.create(
        statement=statement, amount=Decimal(amount), **(known | facts)
    )


def add_salary(
    statement: Statement, days: str = "2", day_cost: str = "4000.00", **facts
) -> SalaryRow:
    """Add days that somebody invented has worked."""
    known = {
        "organisation": statement.grant.grantee,
        "person": "Test Lönesson",
        "first_on": statement.first_on,
        "last_on": statement.last_on,
        "amount": ore.salary(Decimal(days), Decimal(day_cost)),
    }
    return SalaryRow.objects.create(
        statement=statement, days=Decimal(days), day_cost=Decimal(day_cost), **(known | facts)
    )


def book(grant: Grant, kind: EntryKind, amount: str, *, by: User, year: int = 1, **source):
    """Add an entry to the ledger, now."""
    return ledger.book(grant, year, kind, Decimal(amount), by=by, at=timezone.now(), **source)


def make_bank_details(organisation: Organisation, *, by: User) -> BankDetails:
    """Return a bankgiro of the organisation, as its newest version."""
    return BankDetails.objects.create(
        organisation=organisation,
        version=organisation.bank_details.count() + 1,
        kind="bankgiro",
        account=BANKGIRO,
        holder=organisation.name,
        entered_by=by,
    )


def make_export(*, by: User) -> PaymentExport:
    """Return an empty export of payments."""
    return PaymentExport.objects.create(
        number=PaymentExport.objects.count() + 1,
        made_by=by,
        pay_on=timezone.localdate(),
        content={},
        content_sha256="a" * 64,
    )


def make_payment(statement: Statement, amount: str = "1000.00") -> Payment:
    """Return a payment that has become due."""
    return Payment.objects.create(
        grant=statement.grant,
        statement=statement,
        year=statement.year,
        number=statement.payments.count() + 1,
        amount=Decimal(amount),
    )
