"""What is payable for a year: the approved cost within what remains of year and grant."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from finance import ledger, statements
from finance.ledger import NOTHING
from finance.models import PaymentStatus, Statement, Verdict
from icld_portal.problems import Problem


@dataclass(frozen=True)
class Payable:
    """How the sum came about, step by step; SEK with öre.

    ``cost`` is what the control has approved of what was ``reported``; ``year_left`` what is
    granted for the year, ``grant_left`` what remains of the whole grant when the other
    years have had theirs; ``payable`` the least of them. ``paid`` has gone out already.
    """

    reported: Decimal
    cost: Decimal
    year_left: Decimal
    grant_left: Decimal
    payable: Decimal
    paid: Decimal

    @property
    def not_approved(self) -> Decimal:
        """What was reported and not approved as cost."""
        return self.reported - self.cost

    @property
    def above(self) -> Decimal:
        """What is approved as cost and has no room in the grant: the parties bear it."""
        return max(self.cost - self.payable, NOTHING)

    @property
    def to_pay(self) -> Decimal:
        """What is to be paid once this is approved."""
        return max(self.payable - self.paid, NOTHING)

    @property
    def to_claim(self) -> Decimal:
        """What is to be paid back once this is approved."""
        return max(self.paid - self.payable, NOTHING)

    @classmethod
    def from_data(cls, data: Mapping[str, str]) -> "Payable":
        """Return the steps as they were kept with an approval."""
        return cls(**{field.name: Decimal(data[field.name]) for field in fields(cls)})

    def as_data(self) -> dict[str, Any]:
        """Return every step as text, to be kept with the approval."""
        derived = {"to_pay": self.to_pay, "to_claim": self.to_claim}
        return {name: str(amount) for name, amount in (asdict(self) | derived).items()}


def payable_of(statement: Statement) -> Payable:
    """Return what the control as it stands makes payable; rows without a review count 0.

    Call it under the grant's lock where it is to be booked; five queries.
    """
    cost = statement.reviews.aggregate(sum=Sum("approved"))["sum"] or NOTHING
    of_years = ledger.balances(statement.grant)
    year = of_years.get(statement.year, ledger.Balance())
    whole = ledger.total(of_years)
    grant_left = whole.granted - (whole.approved - year.approved)
    return Payable(
        reported=statements.total(statement),
        cost=cost,
        year_left=year.granted,
        grant_left=grant_left,
        payable=max(min(cost, year.granted, grant_left), NOTHING),
        paid=year.paid,
    )


@dataclass(frozen=True)
class Progress:
    """How far the control of the lines has come."""

    rows: int
    reviewed: int
    queries: int

    @property
    def unreviewed(self) -> int:
        """How many rows nobody has looked at."""
        return self.rows - self.reviewed


def progress_of(statement: Statement) -> Progress:
    """Count rows, reviews and open queries; three queries."""
    counted = statement.reviews.aggregate(
        reviewed=Count("pk"), queries=Count("pk", filter=Q(verdict=Verdict.QUERY))
    )
    rows = statement.lines.count() + statement.salaries.count()
    return Progress(rows, counted["reviewed"], counted["queries"])


def control_problems(statement: Statement, so_far: Progress | None = None) -> list[Problem]:
    """Return what of the lines and the money stops the accounts from being approved.

    ``so_far`` is given by a page that has counted already.
    """
    found = []
    so_far = so_far or progress_of(statement)
    if so_far.unreviewed:
        text = ngettext(
            "%(n)d line has not been controlled.",
            "%(n)d lines have not been controlled.",
            so_far.unreviewed,
        )
        found.append(Problem(text % {"n": so_far.unreviewed}, anchor="lines"))
    if so_far.queries:
        text = ngettext(
            "%(n)d line has a query that is not settled.",
            "%(n)d lines have queries that are not settled.",
            so_far.queries,
        )
        found.append(Problem(text % {"n": so_far.queries}, anchor="lines"))
    with_bank = statement.payments.filter(status=PaymentStatus.APPROVED, export__isnull=False)
    if with_bank.exists():
        text = _("A payment of this year is with the bank. Mark it as paid first.")
        found.append(Problem(text, anchor="payments"))
    return found
