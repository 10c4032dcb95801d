"""Moving a case from one status to the next: lock, check, save, record, tell.

Each app writes its own table of ``Transition`` and one plain function per deed; nothing
else sets a status. Postgres holds the same table in a trigger.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.functional import Promise

from icld_portal import events

Case = TypeVar("Case", bound=models.Model)


class WrongStatus(Exception):
    """The case has moved on since the page was opened."""


@dataclass(frozen=True)
class Transition:
    """One deed: its name, where it may begin, where it ends, who may do it.

    ``tell`` queues the letters of the deed, in its transaction.
    """

    verb: str
    sources: frozenset[str]
    target: str
    may: Callable[[Any, Any], bool]
    label: str | Promise = ""
    tell: Callable[[Any], None] | None = None

    def is_open_to(self, user: models.Model, case: models.Model) -> bool:
        """Return whether ``user`` may do this to ``case`` as it stands; a page's button."""
        return case.status in self.sources and self.may(user, case)  # type: ignore[attr-defined]


def begin(transition: Transition, case: Case, *, by: models.Model) -> Case:
    """Lock ``case`` and return it fresh, if ``by`` may do this now.

    Raises WrongStatus if it has left the transition's sources, PermissionDenied if
    ``by`` may not. Must run inside a transaction.
    """
    manager = type(case)._default_manager
    fresh: Case = manager.select_for_update(of=("self",)).get(pk=case.pk)
    if fresh.status not in transition.sources:  # type: ignore[attr-defined]
        raise WrongStatus(transition.verb)
    if not transition.may(by, fresh):
        raise PermissionDenied(transition.verb)
    return fresh


def complete(
    transition: Transition,
    case: Case,
    *,
    by: models.Model | None,
    at: datetime | None = None,
    **facts: Any,
) -> Case:
    """Save ``case`` in its new status, record the event and queue the letters."""
    left = str(case.status)  # type: ignore[attr-defined]
    case.status = transition.target  # type: ignore[attr-defined]
    case.save()
    events.record(
        case, transition.verb, by=by, at=at, from_status=left, to_status=transition.target, **facts
    )
    if transition.tell:
        transition.tell(case)
    return case
