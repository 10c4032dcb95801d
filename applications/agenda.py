"""The agenda of a decision meeting: its cases ranked, bundles together, held against the pots."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any

from django.db.models import F, Prefetch, Q, Sum

from applications.models import (
    Application,
    Consensus,
    Meeting,
    Move,
    Outcome,
    PendingDecision,
    PendingOutcome,
    PendingYear,
    Round,
    Status,
)
from applications.models.application import ApplicationQuerySet
from applications.pots import PotState
from applications.ranking import in_order
from applications.snapshots import asked_sums
from icld_portal.among import among
from partnerships.models import User


@dataclass(frozen=True)
class Place:
    """One case on the list, whole SEK: what it asks, what it would be given, what is left then.

    ``granted_sek`` is the proposed sum, else what the assessors have agreed on, else what is
    asked; nothing for what is rejected or postponed. ``does_not_fit`` says that with
    everything ranked above it a pot would be overspent.
    """

    application_id: int
    rank: int
    mean: Decimal | None
    asked_sek: int
    granted_sek: int
    running_sek: int
    does_not_fit: bool


@dataclass(frozen=True)
class AgendaRow:
    """A place with what the page shows of its case."""

    place: Place
    application: Application
    pending: PendingDecision | None
    move: Move | None


def on_agenda(of_round: Round, user: User) -> ApplicationQuerySet:
    """Return the undecided cases of this round, of earlier ones and of no round."""
    return Application.objects.visible_to(user).filter(
        Q(round=None) | Q(round__deadline_on__lte=of_round.deadline_on),
        status=Status.IN_ASSESSMENT,
    )


def of_meeting(meeting: Meeting | None, of_round: Round, user: User) -> ApplicationQuerySet:
    """Return the cases to list: those on the agenda, or after the release those dealt with."""
    if meeting is None or meeting.is_open:
        return on_agenda(of_round, user)
    dealt_with = meeting.pending.values("application")
    return Application.objects.visible_to(user).filter(pk__in=dealt_with)


def ranked(
    cases: ApplicationQuerySet,
    meeting: Meeting | None,
    pots: Sequence[PotState],
    means: dict[int, Decimal],
    moves: Sequence[Move] = (),
) -> list[Place]:
    """Return every case in its place: the best mean first, a bundle where its best case stands.

    Four queries, however many cases, and one more once cases were moved by hand; ``means``
    are the agreed scores of all that ``ranking.reckoned`` names, by application id.
    """
    facts = ("pk", "reference", "bundle_id", "budget_id")
    rows: Any = list(cases.order_by().values(*facts, region=F("budget__region")))
    asked = asked_sums(row["budget_id"] for row in rows)
    proposed = _agreed(row["pk"] for row in rows) | _proposed(meeting)
    for row in rows:
        row["mean"] = means.get(row["pk"])
        row["asked_sek"] = asked.get(row["budget_id"], 0)
        row["granted_sek"] = proposed.get(row["pk"], row["asked_sek"])
    return _places(in_order(rows, moves, meeting, means), pots)


def _agreed(cases: Iterable[int]) -> dict[int, int]:
    """Return what the assessors have agreed to propose for each case; nothing for a refusal."""
    agreed = Consensus.objects.filter(among("application", cases), agreed_at__isnull=False)
    sums = agreed.annotate(sum=Sum("years__amount_sek", default=0))
    return {
        application: total if recommendation == Outcome.APPROVED else 0
        for application, recommendation, total in sums.values_list(
            "application", "recommendation", "sum"
        )
    }


def _proposed(meeting: Meeting | None) -> dict[int, int]:
    """Return what is proposed for each case that has a proposal; nothing for a refusal."""
    if meeting is None:
        return {}
    found = dict.fromkeys(meeting.pending.values_list("application", flat=True), 0)
    years = PendingYear.objects.filter(
        pending__meeting=meeting, pending__outcome=PendingOutcome.APPROVED
    )
    for application, amount in years.values_list("pending__application", "amount_sek"):
        found[application] += amount
    return found


def _places(rows: list[dict[str, Any]], pots: Sequence[PotState]) -> list[Place]:
    running, used = 0, [0] * len(pots)
    places = []
    for rank, row in enumerate(rows, start=1):
        running += row["granted_sek"]
        over = False
        for number, state in enumerate(pots):
            if state.pays_for(row["region"]):
                used[number] += row["granted_sek"]
                # What is confirmed stands in the list itself.
                room = state.left_sek + state.confirmed_sek
                over = over or (row["granted_sek"] > 0 and used[number] > room)
        facts = itemgetter("pk", "mean", "asked_sek", "granted_sek")(row)
        pk, mean, asked_sek, granted_sek = facts
        places.append(Place(pk, rank, mean, asked_sek, granted_sek, running, over))
    return places


def rows_of(
    places: Sequence[Place], meeting: Meeting | None, moves: Sequence[Move] = ()
) -> list[AgendaRow]:
    """Return the shown places with their cases, proposals and last moves; three queries."""
    last = {move.application_id: move for move in moves}
    # Without a meeting there is nothing proposed to it: a proposal alone has no meeting either.
    proposed = meeting.pending.all() if meeting else PendingDecision.objects.none()
    pending = proposed.select_related("proposed_by", "confirmed_by")
    cases = (
        Application.objects.filter(among("pk", (place.application_id for place in places)))
        .select_related("partnership", "country")
        .prefetch_related(Prefetch("pending_decisions", pending, to_attr="in_this_meeting"))
        .in_bulk()
    )
    return [
        AgendaRow(
            place,
            cases[place.application_id],
            next(iter(cases[place.application_id].in_this_meeting), None),  # type: ignore[attr-defined]
            last.get(place.application_id),
        )
        for place in places
    ]
