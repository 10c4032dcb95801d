"""Handing in a report: the deed of the parties, and the move it makes."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from applications.models import Report, ReportStatus
from applications.reports import approvals, letters, rules
from applications.reports.completeness import problems
from applications.reports.fingerprints import fingerprint
from finance import ledger, statements
from finance.models import EntryKind, LedgerEntry
from icld_portal.problems import NotReady, Problem, blocking
from icld_portal.workflow import Transition, begin, complete
from partnerships.models import User

SUBMIT_REPORT = Transition(
    "submit_report",
    frozenset({ReportStatus.DRAFT}),
    ReportStatus.SUBMITTED,
    rules.may_submit,
    gettext_lazy("Hand in the report"),
    letters.tell_submitted,
)


def submit_problems(report: Report, *, sha256: str = "") -> list[Problem]:
    """Return everything that is missing or wrong before the report can be handed in.

    With ``sha256`` only approvals of exactly that content count.
    """
    return problems(report) + approvals.problems(approvals.of_parties(report), sha256=sha256)


@transaction.atomic
def submit_report(report: Report, *, by: User, at: datetime | None = None) -> Report:
    """Hand in ``report``, also a late one: freeze it, book what it reports, tell all.

    ``at`` is when the request reached us. Raises NotReady with every blocking problem,
    WrongStatus if it has been handed in already, PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    report = begin(SUBMIT_REPORT, report, by=by)
    sha256 = fingerprint(report)
    if stops := blocking(submit_problems(report, sha256=sha256)):
        raise NotReady(stops)
    report.sheet.frozen_at = at
    report.sheet.save(update_fields=["frozen_at"])
    book_reported(report, by=by, at=at)
    report.received_at = at
    report.submitted_by = by
    report.content_sha256 = sha256
    return complete(SUBMIT_REPORT, report, by=by, at=at, year=report.year)


def book_reported(report: Report, *, by: User, at: datetime) -> None:
    """Freeze the accounts and book what they add up to, less what was reported before.

    A supplement that changes the accounts books the difference. A final report has none.
    """
    if report.statement is None:
        return
    grant = ledger.locked(report.grant)
    year = report.statement.year
    entries = LedgerEntry.objects.filter(grant=grant, kind=EntryKind.REPORTED, year=year)
    before = sum(entries.values_list("amount", flat=True), ledger.NOTHING)
    change = statements.total(report.statement) - before
    ledger.book(grant, year, EntryKind.REPORTED, change, by=by, at=at, statement=report.statement)
    statements.freeze(report.statement, at=at)
