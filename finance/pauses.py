"""What a pause does to a day on which something is due."""

from collections.abc import Iterable
from datetime import date, timedelta

from finance.models import Pause

ONE_DAY = timedelta(days=1)


def paused_days(due_on: date, *, written_from: date, pauses: Iterable[Pause]) -> int:
    """Return how many days later something is due that is written from ``written_from`` to
    ``due_on``: the time for writing stands still while the grant is paused.

    A pause that begins after the day, as the earlier ones have moved it, moves nothing; of one
    that has begun before the writing only the days after that count.
    """
    moved = 0
    for pause in sorted(pauses, key=lambda one: one.first_on):
        if pause.first_on > due_on + moved * ONE_DAY:
            break
        moved += max((pause.back_on - max(pause.first_on, written_from)).days, 0)
    return moved
