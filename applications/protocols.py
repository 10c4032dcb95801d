"""What the protocol of a released meeting says: every case, every sum, every recipient."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from applications.models import (
    Application,
    Condition,
    Meeting,
    Move,
    PendingDecision,
    PendingOutcome,
    Pot,
    Status,
)
from applications.snapshots import asked_sums
from icld_portal.events import subject_type
from icld_portal.models import Letter


@dataclass(frozen=True)
class ProtocolRow:
    """One case of the meeting, whole SEK, as it was released."""

    pending: PendingDecision
    asked_sek: int
    granted_sek: int
    conditions: Sequence[Condition]
    recipients: Sequence[Letter]

    @property
    def application(self) -> Application:
        """The case."""
        return self.pending.application

    @property
    def is_withdrawn(self) -> bool:
        """Whether its parties took it back before the release."""
        return self.application.status == Status.WITHDRAWN


@dataclass(frozen=True)
class Protocol:
    """One meeting with its pots and cases."""

    meeting: Meeting
    pots: Sequence[Pot]
    rows: Sequence[ProtocolRow]
    moves: Sequence[Move]

    @property
    def asked_sek(self) -> int:
        """What its cases asked for together."""
        return sum(row.asked_sek for row in self.rows)

    @property
    def granted_sek(self) -> int:
        """What the meeting granted."""
        return sum(row.granted_sek for row in self.rows)


def protocol_of(meeting: Meeting) -> Protocol:
    """Return what a released meeting decided, in the order of the references; seven queries."""
    pending = list(
        meeting.pending.filter(confirmed_at__isnull=False)
        .select_related(
            "application__partnership", "application__decision", "proposed_by", "confirmed_by"
        )
        .prefetch_related("application__decision__years")
        .order_by("application__reference")
    )
    cases = [row.application_id for row in pending]
    asked = asked_sums(row.application.budget_id for row in pending)
    conditions = _by_case(
        Condition.objects.filter(application__in=cases, is_released=True).order_by("due_on", "pk"),
        "application_id",
    )
    letters = _by_case(
        Letter.objects.filter(
            about_type=subject_type(Application),
            about_id__in=cases,
            kind__in=PendingOutcome.values,
            queued_at__gte=meeting.ordered_at,
        ).order_by("pk"),
        "about_id",
    )
    rows = [
        ProtocolRow(
            row,
            asked.get(row.application.budget_id, 0),
            _granted(row, meeting),
            conditions.get(row.application_id, []),
            letters.get(row.application_id, []),
        )
        for row in pending
    ]
    held = list(Pot.objects.filter(round=meeting.round_id))
    return Protocol(
        meeting, held, rows, list(meeting.moves.select_related("moved_by", "application", "above"))
    )


def _granted(pending: PendingDecision, meeting: Meeting) -> int:
    """What this meeting granted the case; nothing when it was decided otherwise."""
    decision = getattr(pending.application, "decision", None)
    if decision is None or decision.pot_round_id != meeting.round_id:
        return 0
    return sum(year.amount_sek for year in decision.years.all())


def _by_case(rows: Any, key: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, key), []).append(row)
    return found
