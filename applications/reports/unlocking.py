"""What of a handed-in report its parties may write now: the named parts of an open supplement."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from applications.models import Report, ReportSupplement, ReportSupplementPart
from applications.unlocking import Place, TooLate
from icld_portal.workflow import WrongStatus


@dataclass(frozen=True)
class Unlocked:
    """An open supplement of a report by its places."""

    supplement: ReportSupplement
    parts: dict[Place, ReportSupplementPart] = field(default_factory=dict)

    def names(self, kind: str, pk: int = 0) -> bool:
        """Whether the part is one of those that ICLD has named."""
        return (kind, pk) in self.parts


def unlocked_in(report: Report) -> Unlocked | None:
    """Return the open supplement of a report, also one that is overdue; two queries at most."""
    supplement = report.supplements.open().first()
    if supplement is None:
        return None
    parts = supplement.parts.select_related("question")
    return Unlocked(supplement, {part.place: part for part in parts})


def check(report: Report, places: Collection[Place], *, at: datetime) -> None:
    """See that each of ``places`` may be written at ``at``; call it under the report's lock.

    Raises WrongStatus when a place is locked, TooLate when the day has passed.
    """
    unlocked = unlocked_in(report) if places else None
    if unlocked is None or not set(places) <= unlocked.parts.keys():
        raise WrongStatus("edit")
    if not unlocked.supplement.is_open_at(at):
        raise TooLate("edit")
