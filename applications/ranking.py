"""The order of a meeting's list: by score, bundles together, then as people have moved it."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q

from applications.models import Application, Meeting, Move, Target
from applications.models.application import ApplicationQuerySet

NO_MEAN = Decimal(-1)
# A case with those it is bundled with: they move together.
Unit = list[dict[str, Any]]


def in_order(
    rows: list[dict[str, Any]],
    moves: Sequence[Move],
    meeting: Meeting | None,
    means: Mapping[int, Decimal],
) -> list[dict[str, Any]]:
    """Return ``rows`` (pk, reference, bundle_id) in the order of the list.

    Whoever may not see a case reads the others in the same order: with moves the order is
    that of all that ``reckoned`` names, of which ``rows`` are some. One query more then.
    """
    if not moves or meeting is None:
        return [row for unit in _by_score(rows, means) for row in unit]
    mine = {row["pk"]: row for row in rows}
    everything: Any = reckoned(meeting, mine).order_by().values("pk", "reference", "bundle_id")
    whole = _moved(_by_score(list(everything), means), moves)
    return [mine[row["pk"]] for unit in whole for row in unit if row["pk"] in mine]


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


def _by_score(rows: Iterable[dict[str, Any]], means: Mapping[int, Decimal]) -> list[Unit]:
    """Return the units, the best first; a bundle stands where its best case does."""

    def worth(row: dict[str, Any]) -> tuple[Decimal, str]:
        return (means.get(row["pk"], NO_MEAN), row["reference"])

    units: dict[Any, Unit] = {}
    for row in rows:
        units.setdefault(row["bundle_id"] or f"case {row['pk']}", []).append(row)
    for unit in units.values():
        unit.sort(key=worth, reverse=True)
    return sorted(units.values(), key=lambda unit: worth(unit[0]), reverse=True)


def _moved(units: list[Unit], moves: Sequence[Move]) -> list[Unit]:
    """Return the units after every move that still counts, made one after the other."""
    of_case = {row["pk"]: unit for unit in units for row in unit}
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
