"""What of a handed-in case its parties may write now: the named parts of an open supplement."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from applications.models import Application, PartKind, Supplement, SupplementPart
from icld_portal.workflow import WrongStatus

# A part of a case that can be unlocked: what kind, and which question or slot (0 for a whole).
Place = tuple[str, int]
WHOLE_PARTS = (PartKind.RESULTS, PartKind.ACTIVITIES, PartKind.RISKS, PartKind.BUDGET)


class TooLate(WrongStatus):
    """The day to answer by has passed."""


@dataclass(frozen=True)
class Unlocked:
    """An open supplement by its places."""

    supplement: Supplement
    parts: dict[Place, SupplementPart] = field(default_factory=dict)

    def names(self, kind: str, pk: int = 0) -> bool:
        """Whether the part is one of those that ICLD has named."""
        return (kind, pk) in self.parts


def unlocked_in(application: Application) -> Unlocked | None:
    """Return the open supplement of a case, also one that is overdue.

    Two queries, once for each ``application`` that was loaded.
    """
    kept: Any = getattr(application, "_unlocked", application)
    if kept is application:
        found = application.supplements.open().with_parts().first()
        kept = None
        if found is not None:
            found.application = application
            kept = Unlocked(found, {part.place: part for part in found.parts.all()})
        application._unlocked = kept  # type: ignore[attr-defined]
    known: Unlocked | None = kept
    return known


def check(application: Application, places: Collection[Place], *, at: datetime) -> None:
    """See that each of ``places`` may be written at ``at``; call it under the case's lock.

    Raises WrongStatus when a place is locked, TooLate when the day has passed.
    """
    unlocked = unlocked_in(application) if places else None
    if unlocked is None or not set(places) <= unlocked.parts.keys():
        raise WrongStatus("edit")
    if not unlocked.supplement.is_open_at(at):
        raise TooLate("edit")
