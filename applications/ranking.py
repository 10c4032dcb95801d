"""The order of a meeting's list: by score, bundles together, then as people have moved it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q

from applications.models import Application, Meeting, Move, Target
from applications.models.application import ApplicationQuerySet

NO_MEAN = Decimal(-1)


class Listed(NamedTuple):
    """What the order of a case depends on, beside its mean."""

    pk: int
    reference: str
    bundle_id: int | None


# A case with those it is bundled with: they move together.
Unit = list[Listed]


def in_order(
    cases: Collection[Listed],
    moves: Sequence[Move],
    meeting: Meeting | None,
    means: Mapping[int, Decimal],
) -> list[int]:
    """Return the ids of ``cases`` in the order of the list.

    Whoever may not see a case reads the others in the same order: with moves the order is
    that of all that ``reckoned`` names, of which ``cases`` are some. One query more then.
    """
    if not moves or meeting is None:
        return [case.pk for unit in _by_score(cases, means) for case in unit]
    mine = {case.pk for case in cases}
    rows = reckoned(meeting, mine).order_by().values_list(*Listed._fields)
    whole = _moved(_by_score(map(Listed._make, rows), means), moves)
    return [case.pk for unit in whole for case in unit if case.pk in mine]


def reckoned(meeting: Meeting | None, cases: Any) -> ApplicationQuerySet:
    """Return ``cases`` and whatever was moved or has something above it: they make the order."""
    if meeting is None:
        return Application.objects.filter(pk__in=cases)
    return Application.objects.filter(
        Q(pk__in=cases)
        | Q(pk__in=meeting.moves.values("application"))
        | Q(pk__in=meeting.moves.filter(above__isnull=False).values("above"))
    )


def moves_of(meeting: Meeting | None) -> list[Move]:
    """Return what was moved by hand, in the order made."""
    if meeting is None:
        return []
    return list(meeting.moves.select_related("moved_by", "application", "above"))


def _by_score(cases: Iterable[Listed], means: Mapping[int, Decimal]) -> list[Unit]:
    """Return the units, the best first; a bundle stands where its best case does."""

    def worth(case: Listed) -> tuple[Decimal, str]:
        return (means.get(case.pk, NO_MEAN), case.reference)

    units: dict[int, Unit] = {}
    for case in sorted(cases, key=worth, reverse=True):
        # A case of no bundle is a unit of its own.
        units.setdefault(case.bundle_id or -case.pk, []).append(case)
    return list(units.values())


def _moved(units: list[Unit], moves: Sequence[Move]) -> list[Unit]:
    """Return the units after every move that still counts, made one after the other."""
    of_case = {case.pk: unit for unit in units for case in unit}
    for move in _counting(moves, of_case):
        unit, above = of_case[move.application_id], of_case.get(move.above_id or 0)
        if move.target == Target.ABOVE and (above is None or above is unit):
            continue
        units = [one for one in units if one is not unit]
        place = len(units)
        if above is not None:
            place = next(number for number, one in enumerate(units) if one is above)
        units.insert(place, unit)
    return units


def _counting(moves: Sequence[Move], of_case: dict[int, Unit]) -> list[Move]:
    """Return the moves of cases on the list; what was put back by score undoes the earlier."""
    counting: list[Move] = []
    for move in moves:
        unit = of_case.get(move.application_id)
        if unit is None:
            continue
        if move.target == Target.SCORE:
            counting = [one for one in counting if of_case[one.application_id] is not unit]
        else:
            counting.append(move)
    return counting
