"""Reports as a list shows them: in the reader's words, and whether they are late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from applications.models import Report, ReportStatus
from applications.models.reports import REPORT_WORDS
from icld_portal.localize import STOCKHOLM
from partnerships.models import User


@dataclass(frozen=True)
class ReportRow:
    """One report of a list; ``is_late`` also of one that was handed in after its day."""

    report: Report
    word: str
    is_late: bool

    @property
    def is_draft(self) -> bool:
        """Whether the parties have yet to hand it in."""
        return self.report.status == ReportStatus.DRAFT


def rows_of(reports: Iterable[Report], user: User, *, today: date) -> list[ReportRow]:
    """Return the rows of a list as ``user`` reads them."""
    return [
        ReportRow(report, word_for(report, office=user.office), is_late(report, today=today))
        for report in reports
    ]


def word_for(report: Report, *, office: bool) -> str:
    """Return the status in the words of ICLD, or of the parties."""
    status = ReportStatus(report.status)
    return str(status.label if office else REPORT_WORDS[status])


def is_late(report: Report, *, today: date) -> bool:
    """Whether the report came, or has not come, after its day; decided by the clock in Sweden."""
    came_on = report.received_at.astimezone(STOCKHOLM).date() if report.received_at else today
    return came_on > report.due_on
