"""Every version of an answer: who wrote it, when, and what was changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from applications.models import Answer
from icld_portal.comparing import Change, changes
from icld_portal.text import count_words


@dataclass(frozen=True)
class Version:
    """One version of an answer beside the one before it."""

    number: int
    written_at: datetime
    by: str
    text: str
    changes: list[Change]

    @property
    def words(self) -> int:
        """How many words it has."""
        return count_words(self.text)


def versions_of(answer: Answer) -> QuerySet[Any]:
    """Return the stored versions of ``answer``, newest first."""
    events = apps.get_model("applications", "AnswerEvent")
    found: QuerySet[Any] = (
        events._default_manager.filter(pgh_obj=answer.pk)
        .select_related("updated_by")
        .order_by("-pgh_id")
    )
    return found


def beside_the_one_before(rows: Sequence[Any], earlier: Any | None) -> list[Version]:
    """Return ``rows``, newest first, as versions; ``earlier`` is the one before the last."""
    before = [*rows[1:], earlier]
    return [
        Version(
            row.version,
            row.updated_at,
            row.updated_by.name if row.updated_by else "–",
            row.text,
            changes(previous.text if previous else "", row.text),
        )
        for row, previous in zip(rows, before, strict=True)
    ]
