"""Sums in SEK with öre: how a product becomes öre, here and in Postgres alike."""

from decimal import ROUND_HALF_UP, Decimal

ORE = Decimal("0.01")


def to_ore(amount: Decimal) -> Decimal:
    """Return ``amount`` in whole öre, half an öre away from zero, as Postgres rounds."""
    return amount.quantize(ORE, rounding=ROUND_HALF_UP)


def salary(days: Decimal, day_cost: Decimal) -> Decimal:
    """Return what ``days`` cost, SEK with öre."""
    return to_ore(days * day_cost)


def in_sek(amount: Decimal, rate: Decimal) -> Decimal:
    """Return an amount of another currency in SEK; ``rate`` is SEK for one unit."""
    return to_ore(amount * rate)
