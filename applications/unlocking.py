"""What of a handed-in case its parties may write now: the named parts of an open supplement."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import prefetch_related_objects

from applications.models import (
    Application,
    PartKind,
    Supplement,
    SupplementPart,
    SupplementState,
)
from applications.models.supplements import NAMED_PARTS
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


def supplements_of(application: Application) -> list[Supplement]:
    """Return every supplement of a case by number; one query for each case that was loaded."""
    kept: list[Supplement] | None = getattr(application, "_supplements", None)
    if kept is None:
        kept = list(application.supplements.order_by("number"))
        for supplement in kept:
            supplement.application = application
        application._supplements = kept  # type: ignore[attr-defined]
    return kept


def unlocked_in(application: Application) -> Unlocked | None:
    """Return the open supplement of a case, also one that is overdue; one query more for its
    parts. None is asked for a case that was loaded ``knowing_supplements`` and has none."""
    if not getattr(application, "has_open_supplement", True):
        return None
    for supplement in supplements_of(application):
        if supplement.state == SupplementState.OPEN:
            prefetch_related_objects([supplement], NAMED_PARTS)
            return Unlocked(supplement, {part.place: part for part in supplement.parts.all()})
    return None


def check(application: Application, places: Collection[Place], *, at: datetime) -> None:
    """See that each of ``places`` may be written at ``at``; call it under the case's lock.

    Raises WrongStatus when a place is locked, TooLate when the day has passed.
    """
    unlocked = unlocked_in(application) if places else None
    if unlocked is None or not set(places) <= unlocked.parts.keys():
        raise WrongStatus("edit")
    if not unlocked.supplement.is_open_at(at):
        raise TooLate("edit")
