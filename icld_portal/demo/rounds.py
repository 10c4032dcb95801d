"""The demo's three rounds, counted from today: one decided, one closed, one open."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from applications.models import Round
from icld_portal.localize import STOCKHOLM

DEADLINES = ((3, 15), (10, 15))  # 15 March and 15 October
DAYS_TO_DECISION = 70
NOTE_SV = "Demo: omgången öppnade tidigare än en månad före sista dagen, så att det går att prova."
NOTE_EN = (
    "Demo: this round opened earlier than a month before its deadline, so that you can try it."
)


@dataclass(frozen=True)
class Span:
    """A stretch of time; things happen in it one after the other."""

    begin: datetime
    end: datetime

    def at(self, part: float) -> datetime:
        """Return the moment at ``part`` (0-1) of the span."""
        return self.begin + (self.end - self.begin) * part


@dataclass(frozen=True)
class DemoRound:
    """A round, when its cases are written and handed in, and when ICLD works on them."""

    round: Round
    written: Span
    handled: Span


def month_before(day: date) -> date:
    """Return the same day of the month before: 15 October gives 15 September."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=day.day)


def deadlines_around(today: date) -> tuple[date, date, date]:
    """Return the two deadlines before ``today`` and the one that is to come, or is today."""
    years = range(today.year - 2, today.year + 2)
    days = [date(year, month, day) for year in years for month, day in DEADLINES]
    coming = next(number for number, day in enumerate(days) if day >= today)
    return days[coming - 2], days[coming - 1], days[coming]


def make_rounds(now: datetime) -> dict[str, DemoRound]:
    """Make the three rounds: ``decided``, ``closed`` and ``open`` at the moment ``now``."""
    today = timezone.localtime(now, STOCKHOLM).date()
    decided_on, closed_on, open_on = deadlines_around(today)
    opens_on = max(
        closed_on + timedelta(days=1), min(month_before(open_on), today - timedelta(days=14))
    )
    early = opens_on != month_before(open_on)
    decided = _round(decided_on, month_before(decided_on))
    closed = _round(closed_on, month_before(closed_on))
    opened = _round(
        open_on, opens_on, note_sv=NOTE_SV if early else "", note_en=NOTE_EN if early else ""
    )
    return {
        "decided": DemoRound(
            decided,
            Span(decided.opens_at, decided.closes_at - timedelta(hours=1)),
            Span(decided.closes_at, decided.closes_at + timedelta(days=DAYS_TO_DECISION)),
        ),
        "closed": DemoRound(
            closed,
            Span(closed.opens_at, closed.closes_at - timedelta(hours=1)),
            Span(closed.closes_at, min(now, closed.closes_at + timedelta(days=30))),
        ),
        "open": DemoRound(opened, Span(opened.opens_at, now), Span(now, now)),
    }


def _round(deadline_on: date, opens_on: date, **notes: str) -> Round:
    return Round.objects.get_or_create(
        deadline_on=deadline_on, defaults={"opens_on": opens_on, **notes}
    )[0]
