"""What is granted, approved, paid and still to be expected, by calendar year, kind and country."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    DateField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import ExtractYear

from finance.ledger import NOTHING
from finance.models import Frame, Grant, GrantType, Guideline, Statement, YearBalance
from partnerships.models import Country, Party, PartySide, User

# A report is handed in this long after its year where no guidelines say otherwise.
USUAL_REPORT_DAYS = 60


@dataclass(frozen=True)
class Sums:
    """Money of some years of some grants, SEK with öre."""

    granted: Decimal = NOTHING
    approved: Decimal = NOTHING
    paid: Decimal = NOTHING
    expected: Decimal = NOTHING

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.granted + other.granted,
            self.approved + other.approved,
            self.paid + other.paid,
            self.expected + other.expected,
        )


@dataclass(frozen=True)
class Cell:
    """The sums of one calendar year, one grant type and one country."""

    year: int
    grant_type: str
    country: int | None
    sums: Sums


@dataclass(frozen=True)
class YearRow:
    """One calendar year against the programme's frame for it, if it has one."""

    year: int
    sums: Sums
    frame_sek: int | None

    @property
    def spoken_for(self) -> Decimal:
        """What is paid or expected to be."""
        return self.sums.paid + self.sums.expected

    @property
    def left(self) -> Decimal | None:
        """What the frame has left; below zero when more is expected than it holds."""
        return None if self.frame_sek is None else self.frame_sek - self.spoken_for


def report_days() -> int:
    """Return how many days after its year a report is due, by the newest guidelines."""
    newest = Guideline.objects.published().order_by("-version").first()
    return newest.report_days if newest else USUAL_REPORT_DAYS


def cells(user: User, *, days: int) -> list[Cell]:
    """Return the money of the grants ``user`` may see; one query.

    A year of a grant is paid in the calendar year in which its report is due, ``days`` after
    the year ends. Until the accounts are approved all of it is expected, then what is
    approved and not paid; of a grant that is closed nothing more is left.
    """
    controlled = Statement.objects.filter(
        grant=OuterRef("grant"), year=OuterRef("year"), controlled_at__isnull=False
    )
    rows = (
        YearBalance.objects.filter(grant__in=_visible(user))
        .annotate(
            due_year=ExtractYear(_due_on(days)),
            country=Subquery(_country()),
            expected=Case(
                When(
                    ~Exists(controlled) & ~Q(grant__status=Grant.Status.CLOSED),
                    then=F("granted") - F("paid"),
                ),
                default=F("approved") - F("paid"),
            ),
        )
        .order_by()
        .values("due_year", "grant__grant_type", "country")
        .annotate(
            sum_granted=Sum("granted"),
            sum_approved=Sum("approved"),
            sum_paid=Sum("paid"),
            sum_expected=Sum("expected"),
        )
    )
    return [
        Cell(
            row["due_year"],
            row["grant__grant_type"],
            row["country"],
            Sums(row["sum_granted"], row["sum_approved"], row["sum_paid"], row["sum_expected"]),
        )
        for row in rows
    ]


def _visible(user: User) -> QuerySet[Grant]:
    return Grant.objects.all().visible_to(user).order_by()


def _due_on(days: int) -> Func:
    """SQL: the day on which the report of the balance's year is due."""
    return Func(
        F("grant__start_on"),
        F("year"),
        template=f"(%(expressions)s + interval '{days:d} days')",
        arg_joiner=" + interval '1 year' * ",
        output_field=DateField(),
    )


def _country() -> QuerySet[Party, int | None]:
    """The country of the grant's first partner."""
    partners = Party.objects.filter(
        partnership=OuterRef("grant__partnership"), side=PartySide.PARTNER
    )
    return partners.order_by("pk").values_list("organisation__country", flat=True)[:1]


def by_year(found: Iterable[Cell]) -> list[YearRow]:
    """Return a row for each calendar year that has money or a frame; one query."""
    frames = dict(Frame.objects.values_list("year", "amount_sek"))
    sums = _grouped(found, lambda cell: cell.year)
    years = sorted({*sums, *frames})
    return [YearRow(year, sums.get(year, Sums()), frames.get(year)) for year in years]


def by_type(found: Iterable[Cell]) -> list[tuple[str, Sums]]:
    """Return the sums of each grant type that has money, in the order of the chain."""
    sums = _grouped(found, lambda cell: cell.grant_type)
    return [(str(kind.label), sums[kind.value]) for kind in GrantType if kind.value in sums]


def by_country(found: Iterable[Cell]) -> list[tuple[str, Sums]]:
    """Return the sums of each cooperation country, by name; one query."""
    sums = _grouped(found, lambda cell: cell.country)
    known = Country.objects.in_bulk([pk for pk in sums if pk is not None])
    named = [(str(known[pk]) if pk else "–", one) for pk, one in sums.items()]
    return sorted(named, key=lambda row: row[0])


def _grouped(found: Iterable[Cell], key: Callable[[Cell], Any]) -> dict[Any, Sums]:
    sums: dict[Any, Sums] = {}
    for cell in found:
        name = key(cell)
        sums[name] = sums.get(name, Sums()) + cell.sums
    return sums


def total(rows: Iterable[Sums]) -> Sums:
    """Return all of them together."""
    return sum(rows, Sums())
