"""The ledger of a grant: booking signed amounts, and what they add up to.

Rows are only added; Postgres refuses a row by which more would be approved than is granted
or more paid than is approved, in any year.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from finance.models import EntryKind, Grant, LedgerEntry
from partnerships.models import User

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Balance:
    """How a year of a grant stands, or all of it; SEK with öre."""

    granted: Decimal = NOTHING
    reported: Decimal = NOTHING
    approved: Decimal = NOTHING
    paid: Decimal = NOTHING

    @property
    def left(self) -> Decimal:
        """What is granted and not approved as used."""
        return self.granted - self.approved

    @property
    def payable(self) -> Decimal:
        """What is approved and not paid."""
        return self.approved - self.paid

    def __add__(self, other: "Balance") -> "Balance":
        return Balance(
            self.granted + other.granted,
            self.reported + other.reported,
            self.approved + other.approved,
            self.paid + other.paid,
        )


# Which sum each kind of entry is part of; what is to be paid back counts against what is paid.
SUM_OF = {
    EntryKind.GRANTED: "granted",
    EntryKind.CHANGED: "granted",
    EntryKind.REPORTED: "reported",
    EntryKind.APPROVED: "approved",
    EntryKind.PAID: "paid",
    EntryKind.REPAYMENT: "paid",
}


def balances(grant: Grant) -> dict[int, Balance]:
    """Return the balance of each year that has entries, by year of the case; one query."""
    sums = LedgerEntry.objects.filter(grant=grant).order_by().values_list("year", "kind")
    found: dict[int, dict[str, Decimal]] = {}
    for year, kind, amount in sums.annotate(Sum("amount")):
        of_year = found.setdefault(year, {})
        name = SUM_OF[EntryKind(kind)]
        of_year[name] = of_year.get(name, NOTHING) + amount
    return {year: Balance(**found[year]) for year in sorted(found)}


def total(of_years: Mapping[int, Balance]) -> Balance:
    """Return the balance of all years together."""
    return sum(of_years.values(), Balance())


def locked(grant: Grant) -> Grant:
    """Lock the grant until the transaction ends: its sums are read and booked by one at a time."""
    return Grant.objects.select_for_update(no_key=True).get(pk=grant.pk)


def book(
    grant: Grant,
    year: int,
    kind: EntryKind,
    amount: Decimal,
    *,
    by: User,
    at: datetime,
    note: str = "",
    **source: Any,
) -> LedgerEntry | None:
    """Add a row; nothing for the amount 0. ``source`` is what the amount comes from: a
    ``budget``, ``statement``, ``payment`` or ``repayment``, and the entry it ``corrects``.

    Raises IntegrityError or InternalError of the database when the bounds would be broken,
    or when a payment or repayment has been booked before.
    """
    if not amount:
        return None
    return LedgerEntry.objects.create(
        grant=grant,
        year=year,
        kind=kind,
        amount=amount,
        booked_by=by,
        booked_at=at,
        note=note,
        **source,
    )
