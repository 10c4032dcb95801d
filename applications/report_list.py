"""Reports as ICLD follows them: due, late, in control, with what each says of money."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.models import Report, ReportStatus, ReportSupplement
from finance import ledger
from finance.ledger import Balance
from partnerships.models import User

SOON_DAYS = 30
SOON, LATE, CONTROL, SUPPLEMENT, APPROVED = "soon", "late", "control", "supplement", "approved"
STATES: dict[str, Promise | str] = {
    LATE: _("late"),
    SOON: _("due within 30 days"),
    CONTROL: _("in control"),
    SUPPLEMENT: _("wait for a supplement"),
    APPROVED: pgettext_lazy("a report", "approved"),
}


@dataclass(frozen=True)
class Row:
    """One report of the list; ``balance`` is of its year, None for a final report."""

    report: Report
    balance: Balance | None
    days_late: int

    @property
    def reported(self) -> Decimal | None:
        """What the accounts came to when they were handed in."""
        if self.balance is None or self.report.status == ReportStatus.DRAFT:
            return None
        return self.balance.reported


def is_in(state: str, today: date) -> Q:
    """Return the condition of a state; being supplemented is a state of its own."""
    draft = Q(status=ReportStatus.DRAFT)
    asked = Exists(ReportSupplement.objects.all().open().filter(report=OuterRef("pk")).order_by())
    submitted = Q(status=ReportStatus.SUBMITTED)
    return {
        LATE: draft & Q(due_on__lt=today),
        SOON: draft & Q(due_on__range=(today, today + timedelta(days=SOON_DAYS))),
        CONTROL: submitted & ~Q(asked),
        SUPPLEMENT: submitted & Q(asked),
        APPROVED: Q(status=ReportStatus.APPROVED),
    }[state]


def counts(user: User, today: date) -> list[tuple[str, Promise | str, int]]:
    """Return each state with its word and how many reports are in it; one query."""
    found = Report.objects.all().visible_to(user).order_by()
    numbers = found.aggregate(
        **{state: Count("pk", filter=is_in(state, today)) for state in STATES}
    )
    return [(state, word, numbers[state]) for state, word in STATES.items()]


def for_list(reports: QuerySet[Report]) -> QuerySet[Report]:
    """Load what a row shows: what waits for ICLD, then what is to be written, then what is
    over, each with what was due first at the top."""
    loaded = reports.select_related("application__partnership", "officer")
    # By the alphabet backwards: submitted, draft, approved.
    return loaded.order_by("-status", "due_on", "pk")


def rows_of(reports: Iterable[Report], today: date) -> list[Row]:
    """Return a row for each report, in their order; one query more, for the money."""
    shown = list(reports)
    money = ledger.balances_of({report.grant_id for report in shown})
    return [
        Row(
            report,
            money.get(report.grant_id, {}).get(report.year or 0),
            max(0, (today - report.due_on).days) if report.status == ReportStatus.DRAFT else 0,
        )
        for report in shown
    ]
