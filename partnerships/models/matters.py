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

    def hidden_groups(self, references: Iterable[str]) -> set[int]:
        """Return the ids of groups that deal with one of these cases."""


def sources() -> list[Source]:
    """Return the apps that have matters."""
    return [cast(Source, import_string(path)) for path in settings.STEERING_MATTERS]


def hidden_groups(user: "User") -> set[int]:
    """Return the ids of groups that deal with a case in which ``user`` has a conflict."""
    references = user.conflicts
    if not references:
        return set()
    return set().union(*(source.hidden_groups(references) for source in sources()))
