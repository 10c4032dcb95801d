"""The ledger of a grant: booking signed amounts, and what they add up to.

Rows are only added, and Postgres keeps the balance of each year with them: it refuses a row
by which more would be approved than is granted or more paid than is approved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from finance.models import EntryKind, Grant, LedgerEntry, YearBalance
from icld_portal.among import among
from partnerships.models import User

NOTHING = Decimal("0.00")
SUMS = ("granted", "reported", "approved", "paid")


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


def balances(grant: Grant) -> dict[int, Balance]:
    """Return the balance of each year that has entries, by year of the case; one query."""
    return balances_of([grant.pk]).get(grant.pk, {})


def balances_of(grants: Iterable[int]) -> dict[int, dict[int, Balance]]:
    """Return the balances of several grants by id and year of the case; one query."""
    rows = YearBalance.objects.filter(among("grant", grants)).order_by("year")
    found: dict[int, dict[int, Balance]] = {}
    for grant, year, *sums in rows.values_list("grant", "year", *SUMS):
        found.setdefault(grant, {})[year] = Balance(*sums)
    return found


def by_kind(grant: Grant) -> dict[int, dict[str, Decimal]]:
    """Return what the entries of each kind add up to, by year of the case; one query."""
    sums = grant.entries.order_by("year", "kind").values_list("year", "kind")
    found: dict[int, dict[str, Decimal]] = {}
    for year, kind, amount in sums.annotate(sum=Sum("amount")):
        found.setdefault(year, {})[kind] = amount
    return found


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

    Raises IntegrityError of the database when the bounds would be broken, or when a payment
    or repayment has been booked before.
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
