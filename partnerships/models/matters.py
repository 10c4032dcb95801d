"""What a steering group can decide about: cases and reports, which higher apps know.

The apps above name themselves in ``settings.STEERING_MATTERS``; nothing here imports them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from partnerships.models.people import User
    from partnerships.models.steering import SteeringGroup


class MatterKind(models.TextChoices):
    """What an item of an agenda, or a decision, is about."""

    PLAN = "plan", _("project plan")
    APPLICATION = "application", _("application")
    REPORT = "report", _("report")
    CHANGE_REQUEST = "change_request", _("change request")
    RISK = "risk", _("risk")
    FOLLOW_UP = "follow_up", _("follow-up")
    FREE = "free", _("other matter")


# A matter as a row points at it: kind and key.
Point = tuple[str, str]


@dataclass(frozen=True)
class Matter:
    """One thing to take up; ``key`` finds it again, ``why`` says why it is open."""

    kind: MatterKind
    key: str
    title: str
    url: str = ""
    why: str = ""

    @property
    def value(self) -> str:
        """What stands for it in a form."""
        return f"{self.kind.value}:{self.key}"


class Source(Protocol):
    """An app that has matters for steering groups."""

    def open_for(self, group: "SteeringGroup", user: "User") -> list[Matter]:
        """Return what waits for ``group``, of what ``user`` may see."""

    def known_to(self, group: "SteeringGroup", user: "User") -> list[Matter]:
        """Return everything a decision of ``group`` may point at, of what ``user`` may see."""

    def addresses_of(self, points: Iterable[Point], user: "User") -> dict[Point, str]:
        """Return the pages of these matters, of those that ``user`` may open."""

    def dealing_with(self, references: Iterable[str]) -> models.Q:
        """Return the condition that a group deals with one of these cases."""


def sources() -> list[Source]:
    """Return the apps that have matters."""
    return [cast(Source, import_string(path)) for path in settings.STEERING_MATTERS]


def addresses_of(points: Iterable[Point], user: "User") -> dict[Point, str]:
    """Return the pages of these matters, of those that ``user`` may open."""
    sought = {point for point in points if point[1]}
    found: dict[Point, str] = {}
    for source in sources() if sought else ():
        found |= source.addresses_of(sought, user)
    return found


def hidden_from(user: "User") -> models.Q:
    """Return the condition that a group deals with a case in which ``user`` has a conflict.

    It is part of the query that asks, and costs none of its own.
    """
    hidden = models.Q(pk__in=[])
    if references := user.conflicts:
        for source in sources():
            hidden |= source.dealing_with(references)
    return hidden
