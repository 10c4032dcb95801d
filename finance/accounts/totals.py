"""What the accounts of a year add up to: per party and kind of cost, and in all.

Sums are made by Postgres over rows of any number; SEK with öre throughout.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from finance import ledger
from finance.ledger import NOTHING
from finance.models import (
    AccountLine,
    CostCategory,
    GrantBudgetLine,
    SalaryRow,
    Statement,
)
from finance.versions import guideline_of_statement
from partnerships.models import Organisation

# One kind of cost of one party: their ids.
Key = tuple[int, int]
MOST_PERCENT = 999


@dataclass(frozen=True)
class KindSum:
    """One kind of cost of one party: what was decided for the year, and what is accounted."""

    organisation: Organisation
    category: CostCategory
    decided: Decimal
    used: Decimal
    percent: int
    comment: str = ""

    @property
    def key(self) -> Key:
        """Its party and its kind of cost."""
        return self.organisation.pk, self.category.pk

    @property
    def anchor(self) -> str:
        """What the comment on it is called on its page."""
        return f"deviation-{self.organisation.pk}-{self.category.pk}"

    @property
    def left(self) -> Decimal:
        """What is decided and not used; below zero when more is used."""
        return self.decided - self.used

    @property
    def is_decided(self) -> bool:
        """Whether the decided budget has this kind of cost for this party."""
        return bool(self.decided)

    @property
    def deviates(self) -> bool:
        """Whether the difference is above the per cent that need a comment."""
        return abs(self.left) * 100 > self.decided * self.percent

    @property
    def is_unexplained(self) -> bool:
        """Whether a comment is missing."""
        return self.deviates and not self.comment.strip()

    @property
    def share(self) -> int:
        """How much of what was decided is used, in whole per cent, rounded down."""
        return share_of(self.used, self.decided)


@dataclass(frozen=True)
class Total:
    """A sum over several kinds: its name, what was decided and what is used."""

    name: str
    decided: Decimal
    used: Decimal

    @property
    def left(self) -> Decimal:
        """What is decided and not used."""
        return self.decided - self.used

    @property
    def share(self) -> int:
        """How much of what was decided is used, in whole per cent, rounded down."""
        return share_of(self.used, self.decided)


@dataclass(frozen=True)
class Totals:
    """All sums of one year's accounts. ``payable`` is the most that can be paid for them."""

    kinds: list[KindSum]
    granted: Decimal
    payable: Decimal

    @property
    def decided(self) -> Decimal:
        """What the budget of the accounts has for the year."""
        return sum((kind.decided for kind in self.kinds), NOTHING)

    @property
    def used(self) -> Decimal:
        """What the accounts add up to."""
        return sum((kind.used for kind in self.kinds), NOTHING)

    @property
    def left(self) -> Decimal:
        """What is decided and not used; below zero when more is used."""
        return self.decided - self.used

    @property
    def above(self) -> Decimal:
        """What is used above what can be paid: at the parties' own cost."""
        return self.used - self.payable

    @property
    def share(self) -> int:
        """How much of what was decided is used, in whole per cent, rounded down."""
        return share_of(self.used, self.decided)

    @property
    def by_category(self) -> list[Total]:
        """One sum for each kind of cost, in the order of the guidelines."""
        return _grouped((str(kind.category), kind) for kind in self.kinds)

    @property
    def by_party(self) -> list[Total]:
        """One sum for each party."""
        return _grouped((kind.organisation.name, kind) for kind in self.kinds)

    @property
    def deviating(self) -> list[KindSum]:
        """The kinds that need a comment, with or without one."""
        return [kind for kind in self.kinds if kind.deviates]


@dataclass(frozen=True)
class Unsaved:
    """A row as it stands on a page: counted instead of the stored row ``pk``, if any."""

    organisation: int
    category: int
    amount: Decimal


@dataclass(frozen=True)
class Typed:
    """What is left out of the stored rows and put in their place, while somebody types."""

    row: Unsaved | None = None
    without_line: int | None = None
    without_salary: int | None = None


def totals(statement: Statement, typed: Typed | None = None) -> Totals:
    """Add up the accounts against their version of the budget; seven queries at most."""
    typed = typed or Typed()
    guideline = guideline_of_statement(statement)
    categories = {category.pk: category for category in guideline.categories.all()}
    decided, used = decided_of(statement), used_of(statement, typed)
    keys = set(decided) | set(used)
    if strange := {category for _party, category in keys} - set(categories):
        categories |= CostCategory.objects.in_bulk(strange)
    parties = Organisation.objects.in_bulk({party for party, _category in keys})
    comments = {
        (comment.organisation_id, comment.category_id): comment.text
        for comment in statement.deviations.all()
    }
    grantee = statement.grant.grantee_id
    kinds = [
        KindSum(
            parties[party],
            categories[category],
            decided.get((party, category), NOTHING),
            used.get((party, category), NOTHING),
            guideline.deviation_percent,
            comments.get((party, category), ""),
        )
        for party, category in keys
    ]
    kinds.sort(key=lambda kind: _place(kind, grantee))
    granted, most = _within_grant(statement)
    spent = sum(used.values(), NOTHING)
    return Totals(kinds, granted, max(NOTHING, min(spent, most)))


def decided_of(statement: Statement) -> dict[Key, Decimal]:
    """Return what the budget of the accounts has for their year, by party and kind."""
    lines = GrantBudgetLine.objects.filter(budget=statement.budget_id, year=statement.year)
    rows = lines.order_by().values_list("organisation", "category", "amount_sek")
    return {(party, category): Decimal(sek) for party, category, sek in rows if sek}


def used_of(statement: Statement, typed: Typed) -> dict[Key, Decimal]:
    """Return what is accounted by party and kind; salaries count as the salary category."""
    used: dict[Key, Decimal] = {}
    lines = AccountLine.objects.filter(statement=statement).exclude(pk=typed.without_line or 0)
    for party, category, amount in (
        lines.order_by().values_list("organisation", "category").annotate(Sum("amount"))
    ):
        used[party, category] = amount
    salaries = SalaryRow.objects.filter(statement=statement).exclude(pk=typed.without_salary or 0)
    kind = salary_category(statement).pk
    rows = [
        Unsaved(party, kind, amount)
        for party, amount in salaries.order_by().values_list("organisation").annotate(Sum("amount"))
    ]
    for row in [*rows, *([typed.row] if typed.row else [])]:
        key = row.organisation, row.category
        used[key] = used.get(key, NOTHING) + row.amount
    return used


def salary_category(statement: Statement) -> CostCategory:
    """Return the kind of cost that the rows of the salary sheet are."""
    categories = guideline_of_statement(statement).categories.all()
    return next(category for category in categories if category.is_salary)


def expense_categories(statement: Statement) -> list[CostCategory]:
    """Return the kinds of cost a line of the accounts can be: all but salaries."""
    categories = guideline_of_statement(statement).categories.all()
    return [category for category in categories if not category.is_salary]


def share_of(part: Decimal, whole: Decimal) -> int:
    """Return how many whole per cent ``part`` is, rounded down, between 0 and 999."""
    if not whole:
        return 0
    return min(MOST_PERCENT, max(0, int(part * 100 // whole)))


def _within_grant(statement: Statement) -> tuple[Decimal, Decimal]:
    """Return what is granted in the year, and the most that can be paid for it."""
    balances = ledger.balances(statement.grant)
    year = balances.get(statement.year, ledger.Balance())
    others = ledger.total({n: one for n, one in balances.items() if n != statement.year})
    whole = ledger.total(balances)
    return year.granted, min(year.granted, whole.granted - others.approved)


def _place(kind: KindSum, grantee: int) -> tuple[int, bool, str, int]:
    order = kind.category.sort_order
    own = kind.organisation.pk != grantee
    return order, own, kind.organisation.name, kind.category.pk


def _grouped(named: Iterable[tuple[str, KindSum]]) -> list[Total]:
    groups: dict[str, list[KindSum]] = {}
    for name, kind in named:
        groups.setdefault(name, []).append(kind)
    return [_total(name, kinds) for name, kinds in groups.items()]


def _total(name: str, kinds: list[KindSum]) -> Total:
    decided = sum((kind.decided for kind in kinds), NOTHING)
    return Total(name, decided, sum((kind.used for kind in kinds), NOTHING))
