"""Opening reports on their day: by the dates of the signed agreement, and never by hand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from applications.models import (
    Agreement,
    AgreementStatus,
    AnswerSheet,
    Application,
    Purpose,
    QuestionSet,
    Report,
    ReportKind,
    ReportStatus,
)
from applications.reports import letters
from finance import ledger, statements
from finance.budgets import AccountingYear
from finance.models import Grant
from finance.pauses import ONE_DAY, paused_days
from finance.versions import guideline_of
from icld_portal import events
from icld_portal.localize import STOCKHOLM, day

PURPOSES = {ReportKind.YEAR: Purpose.REPORT, ReportKind.FINAL: Purpose.FINAL_REPORT}
# Agreements that are looked through at a time.
PORTION = 200


@dataclass(frozen=True)
class PlannedReport:
    """A report that the agreement promises, with the day on which it opens."""

    kind: ReportKind
    year: int | None
    first: date
    last: date
    due_on: date
    opens_on: date

    @property
    def handle(self) -> tuple[str, int | None]:
        """What tells the reports of one case apart."""
        return str(self.kind), self.year


def open_due(*, at: datetime | None = None) -> int:
    """Open every report whose day has come and that is not open yet; return how many.

    Run as often as it likes, by several workers at once: each report opens once.
    """
    at = at or timezone.now()
    today = timezone.localtime(at, STOCKHOLM).date()
    active = Grant.objects.filter(status=Grant.Status.ACTIVE).order_by()
    # The final report opens last: with it, all of the case are open.
    unfinished = (
        Agreement.objects.filter(
            status=AgreementStatus.SIGNED, application__reference__in=active.values("reference")
        )
        .exclude(application__reports__kind=ReportKind.FINAL)
        .order_by("pk")
    )
    opened = 0
    for pk in list(unfinished.values_list("pk", flat=True)):
        opened += open_reports_of(pk, today=today, at=at)
    return opened


@transaction.atomic
def open_reports_of(agreement: int, *, today: date, at: datetime) -> int:
    """Open what is due of one case; return how many reports that was."""
    signed = Agreement.objects.select_related("application__budget").get(pk=agreement)
    case = signed.application
    # Two workers at once meet here: the second finds the reports that the first has opened.
    grant = ledger.locked(Grant.objects.get(reference=case.reference))
    known = set(case.reports.values_list("kind", "year"))
    before = timedelta(days=guideline_of(case.budget).report_opens_days)
    waiting = [
        one
        for one in planned(signed.content, grant, before)
        if one.opens_on <= today and one.handle not in known
    ]
    for one in waiting:
        open_report(one, case, grant, due_on=one.due_on, at=at)
    return len(waiting)


def planned(content: dict[str, Any], grant: Grant, before: timedelta) -> Iterator[PlannedReport]:
    """Return the reports an agreement promises, in their order; each opens ``before`` its end.

    Where the grant ends on another day by now, the last year ends with it, and its report and
    the final one are due as many days later or earlier.
    """
    moved = grant.end_on - date.fromisoformat(content["end_on"])
    years = [
        row
        for row in sorted(content["years"], key=lambda row: row["year"])
        if date.fromisoformat(row["first"]) <= grant.end_on
    ]
    for row in years:
        last, due = date.fromisoformat(row["last"]), date.fromisoformat(row["report_on"])
        if row is years[-1]:
            last, due = grant.end_on, max(due + moved, grant.end_on + timedelta(days=1))
        first = date.fromisoformat(row["first"])
        yield PlannedReport(ReportKind.YEAR, row["year"], first, last, due, last - before)
    due = max(date.fromisoformat(content["final_on"]) + moved, grant.end_on + timedelta(days=1))
    last = grant.end_on
    yield PlannedReport(ReportKind.FINAL, None, grant.start_on, last, due, last - before)


def open_report(
    one: PlannedReport,
    case: Application,
    grant: Grant,
    *,
    due_on: date,
    at: datetime,
    paused: bool = True,
) -> Report:
    """Open a report with an empty form; a yearly one with its accounts, against the budget that
    counts now. ``due_on`` is moved by the pauses of the grant, if it can be ``paused``."""
    form = QuestionSet.objects.all().in_force(case.grant_type, PURPOSES[one.kind])
    statement = None
    if one.year is not None:
        span = AccountingYear(one.year, one.first, one.last)
        statement = statements.open_statement(grant, span, case.budget.guideline)
    pauses = list(grant.pauses.all()) if paused else []
    moved = paused_days(due_on, written_from=one.last + ONE_DAY, pauses=pauses)
    report = Report.objects.create(
        application=case,
        grant=grant,
        kind=one.kind,
        year=one.year,
        first_on=one.first,
        last_on=one.last,
        due_on=due_on + timedelta(days=moved),
        paused_days=moved,
        sheet=AnswerSheet.objects.create(question_set=form),
        statement=statement,
        language=case.language,
        opened_at=at,
    )
    events.record(report, "open_report", by=None, at=at, year=one.year, due=day(report.due_on))
    letters.tell_opened(report)
    return report


def count_pauses_anew(grant: Grant, reports: Iterable[Report]) -> None:
    """Give every report that is being written the days that the pauses take from it, counted
    from the day that was agreed. Call it with the reports and the grant locked."""
    pauses = list(grant.pauses.all())
    for report in reports:
        if report.status != ReportStatus.DRAFT:
            continue
        agreed = report.due_on - timedelta(days=report.paused_days)
        moved = paused_days(agreed, written_from=report.last_on + ONE_DAY, pauses=pauses)
        if moved != report.paused_days:
            report.due_on, report.paused_days = agreed + timedelta(days=moved), moved
            # Reminders of another day say nothing of this one.
            report.reminded_days = None
            report.save(update_fields=["due_on", "paused_days", "reminded_days"])
