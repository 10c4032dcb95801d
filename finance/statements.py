"""Opening, adding up and closing the accounts of a year."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from finance import grants
from finance.budgets import AccountingYear
from finance.ledger import NOTHING
from finance.models import Grant, Guideline, Statement


def open_statement(grant: Grant, year: AccountingYear, guideline: Guideline) -> Statement:
    """Open the accounts of ``year``, against the budget that counts now.

    A second one of the same year is refused by the database.
    """
    return Statement.objects.create(
        grant=grant,
        year=year.number,
        first_on=year.first,
        last_on=year.last,
        budget=grants.budget_of(grant),
        guideline=guideline,
    )


def total(statement: Statement) -> Decimal:
    """Return what the accounts add up to, SEK with öre: costs and salaries; two queries."""
    costs = statement.lines.aggregate(sum=Sum("amount"))["sum"]
    salaries = statement.salaries.aggregate(sum=Sum("amount"))["sum"]
    return (costs or NOTHING) + (salaries or NOTHING)


def freeze(statement: Statement, *, at: datetime) -> None:
    """Let nobody write the accounts any more; Postgres holds it."""
    statement.frozen_at = at
    statement.save(update_fields=["frozen_at"])


def thaw(statement: Statement) -> None:
    """Let the parties write the accounts again: a supplement names them."""
    statement.frozen_at = statement.controlled_at = None
    statement.save(update_fields=["frozen_at", "controlled_at"])
