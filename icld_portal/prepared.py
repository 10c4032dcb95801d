"""Files that take longer than a request: ordered on a page, made by a job, fetched within a day.

The floor knows no kind of file: ``settings.PREPARED_FILES`` names the function that makes
each, and only the worker imports it.
"""

import hashlib
import json
import os
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO, Protocol, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.module_loading import import_string

from icld_portal import jobs
from icld_portal.models import PreparedFile, PreparedState

KEPT_FOR = timedelta(days=1)
SECONDS_BETWEEN_NOTES = 0.5
KEPT_IN_MEMORY_BYTES = 1024 * 1024


class Refused(Exception):
    """The file cannot be made; the message tells its owner why."""


@dataclass(frozen=True)
class Made:
    """What a finished file is called and what it is."""

    file_name: str
    content_type: str


class Maker(Protocol):
    """Writes a file for ``by`` to ``out``, and tells ``progress(done, total)`` as it goes.

    It may read only what is visible to ``by`` at that moment, and raises Refused when
    there is nothing left to make.
    """

    def __call__(
        self,
        by: Any,
        facts: dict[str, Any],
        out: BinaryIO,
        progress: Callable[[int, int], None],
    ) -> Made:
        """Write the file and return what it is."""


def order(kind: str, *, by: models.Model, title: str, **facts: Any) -> PreparedFile:
    """Have a file of ``kind`` made for ``by``; whoever clicks twice gets the one under way.

    ``facts`` are plain values that the maker gets back. Raises KeyError for a kind that no
    maker is named for.
    """
    settings.PREPARED_FILES[kind]
    language = translation.get_language() or "sv"
    digest = hashlib.sha256(json.dumps([kind, language, facts], sort_keys=True).encode())
    with transaction.atomic():
        ordered, is_new = PreparedFile.objects.under_way().get_or_create(
            owner=by,
            order_sha256=digest.hexdigest(),
            defaults={
                "kind": kind,
                "title": title[:200],
                "language": language,
                "facts": facts,
                "expires_at": timezone.now() + KEPT_FOR,
            },
        )
        if is_new:
            jobs.prepare_file.defer(prepared_id=ordered.pk)
    return ordered


def prepare(prepared_id: int) -> None:
    """Make the ordered file; a second run finds it made, one that was cut off begins anew."""
    ordered = (
        PreparedFile.objects.under_way().select_related("owner").filter(pk=prepared_id).first()
    )
    if ordered is None:
        return
    PreparedFile.objects.filter(pk=ordered.pk).update(state=PreparedState.WORKING, done=0, total=0)
    maker = cast(Maker, import_string(settings.PREPARED_FILES[ordered.kind]))
    with (
        tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY_BYTES) as out,
        translation.override(ordered.language),
    ):
        try:
            made = maker(ordered.owner, ordered.facts, cast(BinaryIO, out), _progress(ordered.pk))
        except Refused as refused:
            give_up(ordered.pk, str(refused))
            return
        size = out.seek(0, os.SEEK_END)
        out.seek(0)
        stored = default_storage.save(f"prepared/{secrets.token_hex(16)}", File(out))
    finished = PreparedFile.objects.under_way().filter(pk=ordered.pk)
    changed = finished.update(
        state=PreparedState.DONE,
        file=stored,
        file_name=made.file_name,
        content_type=made.content_type,
        size_bytes=size,
        expires_at=timezone.now() + KEPT_FOR,
    )
    if not changed:  # Another worker, which took this one for dead, was first.
        default_storage.delete(stored)


def give_up(prepared_id: int, reason: str) -> None:
    """Note that the file will not come, with the reason its owner reads."""
    PreparedFile.objects.under_way().filter(pk=prepared_id).update(
        state=PreparedState.FAILED, reason=reason[:300]
    )


def sweep() -> int:
    """Remove the files whose day is over, and return how many."""
    expired = list(PreparedFile.objects.filter(expires_at__lte=timezone.now()))
    for prepared in expired:
        if prepared.file:
            default_storage.delete(prepared.file.name)
        prepared.delete()
    return len(expired)


def forget(owner: models.Model) -> None:
    """Take away what was prepared for ``owner``, made or not: they may no longer see all of it.

    A worker that is making one finds its order gone and throws the file away.
    """
    ordered = PreparedFile.objects.filter(owner=owner.pk)
    stored = [prepared.file.name for prepared in ordered if prepared.file]
    ordered.delete()

    def remove() -> None:
        for name in stored:
            default_storage.delete(name)

    transaction.on_commit(remove)


def _progress(prepared_id: int) -> Callable[[int, int], None]:
    noted_at = 0.0

    def note(done: int, total: int) -> None:
        nonlocal noted_at
        if time.monotonic() - noted_at < SECONDS_BETWEEN_NOTES:
            return
        noted_at = time.monotonic()
        PreparedFile.objects.filter(pk=prepared_id).update(done=done, total=total)

    return note
