"""Opening and freezing a case's budget."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from finance import caps
from finance.models import Budget, BudgetLine, CostCategory, Guideline, PartyCount
from partnerships.models import Organisation, Party, PartySide


def open_budget(grant_type: str, parties: Sequence[Party], *, on: date) -> Budget:
    """Make an empty budget under the guidelines in force on the day ``on``.

    Raises Guideline.DoesNotExist when no version is in force.
    """
    guideline = Guideline.objects.all().in_force_on(on)
    count = PartyCount.of(len(parties))
    regions = [
        party.organisation.country.region for party in parties if party.side == PartySide.PARTNER
    ]
    return Budget.objects.create(
        guideline=guideline,
        grant_type=grant_type,
        parties=count,
        region=caps.region_of(guideline, grant_type, count, regions),
    )


def salary_sek(days: Decimal, day_cost_sek: int) -> int:
    """Return days times the cost of a day in whole SEK, half a krona rounded up.

    Postgres rounds the same way in the constraint that holds the line together.
    """
    return int((days * day_cost_sek).to_integral_value(rounding=ROUND_HALF_UP))


def years_between(start_on: date, end_on: date) -> int:
    """Return how many accounting years a case has: a begun year counts as one.

    2027-01-01 to 2027-12-31 is one year, to 2028-01-01 two.
    """
    years = 1
    while end_on >= _years_after(start_on, years):
        years += 1
    return years


def _years_after(start_on: date, years: int) -> date:
    try:
        return start_on.replace(year=start_on.year + years)
    except ValueError:  # 29 February begins a year that has no such day
        return start_on.replace(year=start_on.year + years, day=28) + timedelta(days=1)


@dataclass(frozen=True)
class AccountingYear:
    """One year of a case, counted from its start; the last one ends with the case."""

    number: int
    first: date
    last: date


def accounting_years(start_on: date, end_on: date, numbers: Iterable[int]) -> list[AccountingYear]:
    """Return the first and the last day of each of the years ``numbers`` of a case."""
    found = []
    for number in sorted(numbers):
        first = _years_after(start_on, number - 1)
        last = _years_after(start_on, number) - timedelta(days=1)
        found.append(AccountingYear(number, first, min(last, end_on) if first <= end_on else last))
    return found


def shared_by_weight(total_sek: int, weights: Sequence[int]) -> list[int]:
    """Return ``total_sek`` shared out in proportion to ``weights``, in whole SEK.

    The parts add up to the total to the krona: what rounding down leaves goes, a krona
    each, to the parts that lost most by it, the earlier one first where two lost as much.
    Without any weight every part is 0.
    """
    whole = sum(weights)
    if not whole:
        return [0 for _weight in weights]
    parts = [total_sek * weight // whole for weight in weights]
    lost = [total_sek * weight % whole for weight in weights]
    places = sorted(range(len(weights)), key=lambda place: (-lost[place], place))
    for place in places[: total_sek - sum(parts)]:
        parts[place] += 1
    return parts


@dataclass(frozen=True)
class DecidedLine:
    """What one kind of cost of one party gets in one year, whole SEK, of what was asked for."""

    year: int
    organisation: Organisation
    category: CostCategory
    asked_sek: int
    amount_sek: int


def decided_lines(budget: Budget, amounts: Mapping[int, int]) -> list[DecidedLine]:
    """Return the budget of a decision; ``amounts`` is what each year gets, whole SEK.

    Where less was granted than asked for, every sum of the year is reduced in the same
    proportion, to the krona: the parties and ICLD move money by a change request.
    """
    lines = budget.lines.select_related("category", "organisation")
    asked: dict[tuple[int, int, int], list[BudgetLine]] = {}
    for line in lines.order_by("year", "category__sort_order", "organisation", "pk"):
        asked.setdefault((line.year, line.category_id, line.organisation_id), []).append(line)
    found = []
    for year, amount in sorted(amounts.items()):
        groups = [group for key, group in asked.items() if key[0] == year]
        sums = [sum(line.amount_sek for line in group) for group in groups]
        shared = shared_by_weight(amount, sums)
        for group, asked_sek, decided_sek in zip(groups, sums, shared, strict=True):
            of = group[0]
            found.append(DecidedLine(year, of.organisation, of.category, asked_sek, decided_sek))
    return found


def freeze(budget: Budget, *, at: datetime) -> None:
    """Let nobody write the budget's lines any more; Postgres holds it."""
    budget.frozen_at = at
    budget.save(update_fields=["frozen_at"])


def unfreeze(budget: Budget) -> None:
    """Let the parties write the lines again: their application is a draft once more."""
    budget.frozen_at = None
    budget.save(update_fields=["frozen_at"])
