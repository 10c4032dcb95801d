"""The chain of a partnership: what it has done, what is under way, what comes next.

Source: the programme's presentation of 2019: preparation, then projects with a steering
group, then development and dissemination.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from applications.models import Application, Status
from finance.models import GrantType
from partnerships.models import User

STEPS: tuple[tuple[GrantType, ...], ...] = (
    (GrantType.PREPARATION,),
    (GrantType.PROJECT, GrantType.STEERING_GROUP),
    (GrantType.DEVELOPMENT,),
    (GrantType.DISSEMINATION,),
)
UNDER_WAY = frozenset({Status.DRAFT, Status.SUBMITTED, Status.IN_ASSESSMENT})


@dataclass(frozen=True)
class Link:
    """One grant type of the chain, with the cases of it, the newest first."""

    grant_type: GrantType
    cases: Sequence[Application]
    state: str
    word: str


@dataclass(frozen=True)
class Step:
    """Grant types that belong side by side; ``is_next`` marks what can be begun now."""

    links: list[Link]
    is_next: bool


def chain_of(cases: Iterable[Application]) -> list[Step]:
    """Return the chain with ``cases`` of one partnership in their places."""
    found = sorted(cases, key=lambda case: -case.pk)
    steps = [
        [_link(kind, [case for case in found if case.grant_type == kind]) for kind in kinds]
        for kinds in STEPS
    ]
    coming = next_step(steps)
    return [Step(links, place == coming) for place, links in enumerate(steps)]


def next_step(steps: Sequence[Sequence[Link]]) -> int | None:
    """Return the place of the first step after everything approved that nobody works on."""
    done = [place for place, links in enumerate(steps) if _any(links, "approved")]
    place = done[-1] + 1 if done else 0
    if place >= len(steps) or _any(steps[place], "under_way"):
        return None
    return place


def _any(links: Sequence[Link], state: str) -> bool:
    return any(link.state == state for link in links)


def _link(kind: GrantType, cases: Sequence[Application]) -> Link:
    statuses = {case.status for case in cases}
    if Status.APPROVED in statuses:
        return Link(kind, cases, "approved", _("approved"))
    if statuses & UNDER_WAY:
        return Link(kind, cases, "under_way", _("under way"))
    if cases:
        return Link(kind, cases, "again", _("can be applied for again"))
    return Link(kind, cases, "not_begun", _("not begun"))


def bundled_with(user: User, case: Application) -> list[Application]:
    """The other cases that were begun together with this one, as far as ``user`` sees them."""
    if case.bundle_id is None:
        return []
    others = Application.objects.visible_to(user).filter(bundle=case.bundle_id)
    return list(others.exclude(pk=case.pk).order_by("pk"))
