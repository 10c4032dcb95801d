"""Reminding of reports: some days before they are due, and once when they are late."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from applications.models import Report
from applications.reports import letters
from finance.models import Pause
from icld_portal.localize import STOCKHOLM

REMINDER_DAYS = (60, 30, 7)
OVERDUE = -1


def send_reminders(*, at: datetime | None = None) -> int:
    """Remind of every report that is due soon or late; return of how many.

    Each is reminded of once at 60, 30 and 7 days before its day, and once when that day has
    passed. When the worker was down over a threshold, only the nearest one is made up for; of
    a report that opened after a threshold nobody is reminded by it. While a grant is paused
    nobody is reminded; what was reached then is made up for when the work begins again.
    """
    at = at or timezone.now()
    today = timezone.localtime(at, STOCKHOLM).date()
    last = today + timedelta(days=max(REMINDER_DAYS))
    resting = Pause.objects.all().on(today).values("grant")
    near = Report.objects.all().open().filter(due_on__lte=last).exclude(grant__in=resting)
    near = near.exclude(reminded_days=OVERDUE)
    return sum(
        _remind(pk, today=today) for pk in list(near.order_by("pk").values_list("pk", flat=True))
    )


@transaction.atomic
def _remind(pk: int, *, today: date) -> bool:
    locked = Report.objects.all().open().select_for_update(of=("self",))
    report = locked.select_related("application__partnership").filter(pk=pk).first()
    days = due_reminder(report, today=today) if report else None
    if report is None or days is None:
        return False
    if days == OVERDUE:
        letters.remind_overdue(report)
    else:
        letters.remind(report, days=(report.due_on - today).days)
    report.reminded_days = days
    report.save(update_fields=["reminded_days"])
    return True


def due_reminder(report: Report, *, today: date) -> int | None:
    """Return which threshold the report has reached and was not reminded of, or None.

    A number of days before, or ``OVERDUE``; the day itself is still in time.
    """
    left = (report.due_on - today).days
    if left < 0:
        return None if report.reminded_days == OVERDUE else OVERDUE
    opened_on = timezone.localtime(report.opened_at, STOCKHOLM).date()
    reached = [
        days
        for days in REMINDER_DAYS
        if left <= days and opened_on < report.due_on - timedelta(days=days)
    ]
    nearest = min(reached, default=None)
    if nearest is None or (report.reminded_days is not None and report.reminded_days <= nearest):
        return None
    return nearest
