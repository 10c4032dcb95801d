"""Recording what happened, in the transaction of the deed itself."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from icld_portal.models import Event


def subject_type(subject: models.Model | type[models.Model]) -> str:
    """Return the name under which events of a model are kept."""
    return subject._meta.label_lower


def record(
    subject: models.Model,
    verb: str,
    *,
    by: models.Model | None,
    at: datetime | None = None,
    from_status: str = "",
    to_status: str = "",
    **facts: Any,
) -> Event:
    """Append one event about ``subject``; ``facts`` are plain numbers and words."""
    return Event.objects.create(
        at=at or timezone.now(),
        actor_id=by.pk if by else None,
        subject_type=subject_type(subject),
        subject_id=subject.pk,
        verb=verb,
        from_status=from_status,
        to_status=to_status,
        facts=facts,
    )


def record_all(
    subjects: Iterable[models.Model],
    verb: str,
    *,
    by: models.Model,
    at: datetime,
    **facts: Any,
) -> None:
    """Append the same event about each of ``subjects``, in one query."""
    Event.objects.bulk_create(
        Event(
            at=at,
            actor_id=by.pk,
            subject_type=subject_type(subject),
            subject_id=subject.pk,
            verb=verb,
            facts=facts,
        )
        for subject in subjects
    )


def events_of(subject: models.Model) -> models.QuerySet[Event]:
    """The timeline of ``subject``, oldest first."""
    return Event.objects.filter(subject_type=subject_type(subject), subject_id=subject.pk)
