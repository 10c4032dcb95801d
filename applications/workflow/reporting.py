"""Handing in a report: the deed of the parties, and the move it makes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_lazy

from applications.models import CaseParty, Report, ReportStatus
from applications.reports import approvals, audits, letters, rules
from applications.reports.completeness import problems
from applications.reports.fingerprints import content
from finance import ledger, statements
from finance.account_content import total_of
from finance.models import EntryKind, LedgerEntry
from icld_portal.canonical import fingerprint_of
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


def submit_problems(report: Report, written: Mapping[str, Any]) -> list[Problem]:
    """Return everything that is missing or wrong before the report can be handed in.

    Approvals and the auditor's certificate count if they are of exactly what is ``written``.
    """
    of_parties = approvals.of_parties(report)
    unsigned = approvals.problems(of_parties, sha256=fingerprint_of(written))
    accounts = audits.read_of(written) if report.statement else None
    return problems(report) + audits.problems(report, accounts) + unsigned


@transaction.atomic
def submit_report(report: Report, *, by: User, at: datetime | None = None) -> Report:
    """Hand in ``report``, also a late one: freeze it, book what it reports, tell all.

    ``at`` is when the request reached us. Raises NotReady with every blocking problem,
    WrongStatus if it has been handed in already, PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    report = begin(SUBMIT_REPORT, report, by=by)
    parties = CaseParty.objects.select_related("organisation")
    prefetch_related_objects([report.application], Prefetch("case_parties", parties))
    written = content(report)
    if stops := blocking(submit_problems(report, written)):
        raise NotReady(stops)
    report.sheet.frozen_at = at
    report.sheet.save(update_fields=["frozen_at"])
    book_reported(report, written, by=by, at=at)
    report.received_at = at
    report.submitted_by = by
    report.content_sha256 = fingerprint_of(written)
    return complete(SUBMIT_REPORT, report, by=by, at=at, year=report.year)


def book_reported(report: Report, written: Mapping[str, Any], *, by: User, at: datetime) -> None:
    """Freeze the accounts and book what is ``written`` in them, less what was reported before.

    A supplement that changes the accounts books the difference. A final report has none.
    """
    if report.statement is None:
        return
    grant = ledger.locked(report.grant)
    year = report.statement.year
    entries = LedgerEntry.objects.filter(grant=grant, kind=EntryKind.REPORTED, year=year)
    before = sum(entries.values_list("amount", flat=True), ledger.NOTHING)
    change = total_of(written) - before
    ledger.book(grant, year, EntryKind.REPORTED, change, by=by, at=at, statement=report.statement)
    statements.freeze(report.statement, at=at)
