"""The agenda of a decision meeting: its cases ranked, bundles together, held against the pots."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, count, repeat
from typing import NamedTuple

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
from applications.ranking import Listed, in_order
from applications.snapshots import handed_in_sums
from finance.sums import asked_beside
from icld_portal.among import among
from icld_portal.plain_rows import plain_rows
from partnerships.models import User


class Place(NamedTuple):
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
    facts = (*Listed._fields, "budget_id", F("budget__region"), asked_beside("budget"))
    rows = plain_rows(cases.order_by().values_list(*facts))
    if not rows:
        return []
    # Column by column: a meeting has some thousand cases, and the page shows a few of them.
    numbers, references, bundles, budgets, regions, asked = zip(*rows, strict=True)
    if handed_in := handed_in_sums(budgets):
        asked = tuple(map(handed_in.get, budgets, asked))
    proposed = _agreed(numbers) | _proposed(meeting)
    granted = map(proposed.get, numbers, asked)
    sums = dict(zip(numbers, zip(regions, asked, granted, strict=True), strict=True))
    listed = list(map(Listed, numbers, references, bundles))
    return _places(in_order(listed, moves, meeting, means), sums, means, pots)


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


def _places(
    in_place: Sequence[int],
    sums: Mapping[int, tuple[str, int, int]],
    means: Mapping[int, Decimal],
    pots: Sequence[PotState],
) -> list[Place]:
    """Return the places of cases in order, from the region, asked and given sum of each."""
    regions, asked, granted = zip(*(sums[pk] for pk in in_place), strict=True)
    over = _over(regions, granted, pots) if pots else repeat(False)
    running = accumulate(granted)
    return list(
        map(Place, in_place, count(1), map(means.get, in_place), asked, granted, running, over)
    )


def _over(
    regions: Iterable[str], granted: Iterable[int], pots: Sequence[PotState]
) -> Iterator[bool]:
    """Yield for each case in order whether its sum would overspend a pot that pays for it."""
    used = [0] * len(pots)
    # What is confirmed stands in the list itself.
    rooms = [state.left_sek + state.confirmed_sek for state in pots]
    for region, amount_sek in zip(regions, granted, strict=True):
        over = False
        for number, state in enumerate(pots):
            if state.pays_for(region):
                used[number] += amount_sek
                over = over or (amount_sek > 0 and used[number] > rooms[number])
        yield over


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
