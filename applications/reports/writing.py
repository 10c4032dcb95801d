"""Writing in a report, or in what a supplement unlocks: one door, which locks the report."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from applications.models import Report, ReportPart, ReportStatus
from applications.reports import approvals, audits, rules, unlocking
from applications.unlocking import Place
from partnerships.models import User

# What the grantee alone writes.
ACCOUNTS: Place = (str(ReportPart.ACCOUNTS), 0)
SALARIES: Place = (str(ReportPart.SALARIES), 0)
AUDIT: Place = (str(ReportPart.AUDIT), 0)
OF_GRANTEE = frozenset({ACCOUNTS, SALARIES, AUDIT})

# What else follows from a write, under the lock: a certificate of other accounts lapses.
Lapse = Callable[[Report, User], object]


def lock_reports(application: int) -> list[Report]:
    """Lock every report of a case until the transaction ends, before its grant is locked: who
    hands in, controls, changes or ends waits for the others in the same order."""
    locked = Report.objects.select_related("statement", "application").select_for_update(
        of=("self",)
    )
    return list(locked.filter(application=application).order_by("pk"))


@contextmanager
def editing(
    report: Report,
    *,
    by: User,
    within: Collection[Place],
    at: datetime | None = None,
    lapse: Collection[Lapse] = (),
) -> Iterator[Report]:
    """Lock a report for one write by ``by``; the content's version counts the writes.

    ``within`` is all that will be written: accounts, salaries and audit are the grantee's,
    the rest belongs to every party. A report that was handed in can be written only where a
    supplement unlocks it, until its day has passed (``at`` is when the request reached us).
    Raises WrongStatus when it can not, PermissionDenied when ``by`` may not write there.
    What is written inside is kept whole or not at all. After it approvals of other content and
    a certificate of other accounts lapse, and each of ``lapse`` is called.
    """
    with transaction.atomic():
        locked = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
        if locked.status != ReportStatus.DRAFT:
            unlocking.check(locked, within, at=at or timezone.now())
        # The parties of a case never change: those the caller has read are not read again.
        is_accounts = bool(OF_GRANTEE & set(within))
        if not (rules.may_account if is_accounts else rules.may_write)(by, report):
            raise PermissionDenied("edit")
        yield locked
        approvals.lapse(locked, by)
        if is_accounts:
            audits.lapse(locked, by)
        for follow in lapse:
            follow(locked, by)
        Report.objects.filter(pk=locked.pk).update(content_version=F("content_version") + 1)
