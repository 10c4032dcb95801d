"""A party's grants at a glance: what is due, what is paid, what is left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from applications.models import Report, ReportStatus
from finance import ledger
from finance.ledger import Balance
from finance.models import Grant, YearBalance
from icld_portal.among import among
from partnerships.models import User

WIDTH = 200


@dataclass(frozen=True)
class Row:
    """One grant, all its years together, and the report that comes next, if one does."""

    grant: Grant
    balance: Balance
    next_report: Report | None
    is_late: bool

    @property
    def paid_width(self) -> int:
        """How much of the bar is paid, of WIDTH."""
        return self._share(self.balance.paid)

    @property
    def approved_width(self) -> int:
        """How much of the bar is approved and not paid, of WIDTH."""
        return self._share(self.balance.payable)

    @property
    def reported_width(self) -> int:
        """How much of the bar is reported and not approved; never beyond its end."""
        reported = min(self.balance.reported, self.balance.granted)
        return self._share(max(reported - self.balance.approved, ledger.NOTHING))

    def _share(self, amount: object) -> int:
        granted = self.balance.granted
        return int(WIDTH * amount / granted) if granted else 0  # type: ignore[operator]


def total_of(user: User) -> Balance:
    """Return what all grants ``user`` may see add up to; one query."""
    grants = Grant.objects.all().visible_to(user).order_by()
    years = YearBalance.objects.filter(grant__in=grants).order_by()
    sums = years.aggregate(**{name: Sum(name) for name in ledger.SUMS})
    return Balance(*(sums[name] or ledger.NOTHING for name in ledger.SUMS))


def rows_of(grants: Iterable[Grant], user: User, today: date) -> list[Row]:
    """Return a row for each grant, in their order; two queries."""
    shown = list(grants)
    money = ledger.balances_of(grant.pk for grant in shown)
    open_reports = (
        Report.objects.all()
        .visible_to(user)
        .filter(among("grant", (grant.pk for grant in shown)), status=ReportStatus.DRAFT)
        .select_related("application")
        .order_by("-due_on", "-pk")
    )
    coming = {report.grant_id: report for report in open_reports}
    return [_row(grant, money.get(grant.pk, {}), coming.get(grant.pk), today) for grant in shown]


def _row(grant: Grant, years: dict[int, Balance], report: Report | None, today: date) -> Row:
    is_late = report is not None and report.due_on < today
    return Row(grant, ledger.total(years), report, is_late)
