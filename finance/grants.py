"""Opening a grant: the moment a decision becomes money; giving it another budget, and letting
go of what nobody will use."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from finance import ledger
from finance.models import (
    CostCategory,
    EntryKind,
    Grant,
    GrantBudget,
    GrantBudgetLine,
    GrantYear,
)
from icld_portal import events
from partnerships.models import Organisation, Partnership, User


class Line(Protocol):
    """What one kind of cost of one party has in one year, whole SEK."""

    @property
    def year(self) -> int:
        """The year of the case."""

    @property
    def organisation(self) -> Organisation:
        """The party."""

    @property
    def category(self) -> CostCategory:
        """The kind of cost."""

    @property
    def amount_sek(self) -> int:
        """The sum."""


def open_grant(
    *,
    reference: str,
    title: str,
    grant_type: str,
    partnership: Partnership,
    grantee: Organisation,
    start_on: date,
    end_on: date,
    amounts: Mapping[int, int],
    lines: Sequence[Line],
    by: User,
    at: datetime,
) -> Grant:
    """Promise ``amounts`` (year of the case → whole SEK), book and record it.

    ``lines`` are the budget of the decision and add up to the amounts. The facts are
    copies: what is decided does not change when a text does. A second grant with the same
    reference is refused by the database.
    """
    grant = Grant.objects.create(
        reference=reference,
        title=title,
        grant_type=grant_type,
        partnership=partnership,
        grantee=grantee,
        start_on=start_on,
        end_on=end_on,
        opened_at=at,
    )
    GrantYear.objects.bulk_create(
        GrantYear(grant=grant, year=year, decided_sek=amount)
        for year, amount in sorted(amounts.items())
    )
    if sums_of(lines) != {year: amount for year, amount in amounts.items() if amount}:
        raise ValueError("the lines do not add up to the amounts")
    _keep_budget(grant, 1, lines, reason="", by=by, at=at)
    total_sek = sum(amounts.values())
    active = Grant.Status.ACTIVE
    events.record(grant, "open_grant", by=by, at=at, to_status=active, total_sek=total_sek)
    return grant


def sums_of(lines: Iterable[Line]) -> dict[int, int]:
    """Return the sum of each year that has any money, whole SEK."""
    sums: dict[int, int] = {}
    for line in lines:
        sums[line.year] = sums.get(line.year, 0) + line.amount_sek
    return {year: amount for year, amount in sorted(sums.items()) if amount}


def budget_of(grant: Grant) -> GrantBudget:
    """Return the version of the decided budget that counts now."""
    return grant.budgets.latest("version")


def change_budget(
    grant: Grant, lines: Sequence[Line], *, reason: str, by: User, at: datetime
) -> GrantBudget:
    """Give the grant a new version of its budget, and book what it changes in each year.

    Call it inside a transaction. The earlier versions stay. Postgres refuses a year that
    would have less than is approved as used in it.
    """
    grant = ledger.locked(grant)
    version = budget_of(grant).version + 1
    made = _keep_budget(grant, version, lines, reason=reason, by=by, at=at)
    events.record(grant, "change_budget", by=by, at=at, version=version)
    return made


def release(grant: Grant, years: Iterable[int], *, reason: str, by: User, at: datetime) -> Decimal:
    """Let go of what is granted for ``years`` and not approved as used; return the sum in SEK.

    Call it under the grant's lock. The versions of the budget stay as they were decided: the
    entry of each year says what was let go and why.
    """
    budget, let_go = budget_of(grant), ledger.NOTHING
    of_years = ledger.balances(grant)
    for year in sorted(years):
        left = of_years.get(year, ledger.Balance()).left
        kind = EntryKind.RELEASED
        ledger.book(grant, year, kind, -left, by=by, at=at, budget=budget, note=reason[:300])
        let_go += left
    return let_go


def _keep_budget(
    grant: Grant, version: int, lines: Sequence[Line], *, reason: str, by: User, at: datetime
) -> GrantBudget:
    made = GrantBudget.objects.create(
        grant=grant, version=version, reason=reason, made_by=by, made_at=at
    )
    GrantBudgetLine.objects.bulk_create(
        GrantBudgetLine(
            budget=made,
            year=line.year,
            organisation=line.organisation,
            category=line.category,
            amount_sek=line.amount_sek,
        )
        for line in lines
    )
    before = ledger.balances(grant)
    now = sums_of(lines)
    kind = EntryKind.GRANTED if version == 1 else EntryKind.CHANGED
    for year in sorted({*before, *now}):
        granted = before[year].granted if year in before else ledger.NOTHING
        change = Decimal(now.get(year, 0)) - granted
        ledger.book(grant, year, kind, change, by=by, at=at, budget=made, note=reason[:300])
    return made
