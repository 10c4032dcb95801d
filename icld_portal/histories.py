"""Every version of a text that several people write: who wrote it, when, what was changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.paginator import Page
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

from icld_portal.comparing import Change, changes
from icld_portal.paging import page_of
from icld_portal.text import count_words

# Long texts, so few on a page.
VERSIONS_PER_PAGE = 10


@dataclass(frozen=True)
class Version:
    """One version of a text beside the one before it."""

    number: int
    written_at: datetime
    by: str
    text: str
    changes: list[Change]

    @property
    def words(self) -> int:
        """How many words it has."""
        return count_words(self.text)


def versions_of(row: Model) -> QuerySet[Any]:
    """Return the stored versions of ``row``, the newest first; pghistory keeps them."""
    events = apps.get_model(row._meta.app_label, f"{row._meta.object_name}Event")
    found: QuerySet[Any] = (
        events._default_manager.filter(pgh_obj=row.pk)
        .select_related("updated_by")
        .order_by("-pgh_id")
    )
    return found


def page_of_versions(request: HttpRequest, row: Model) -> tuple[Page[Any], list[Version]]:
    """Return one page of the versions of ``row``, each beside the one before it."""
    stored = versions_of(row)
    page = page_of(request, stored, size=VERSIONS_PER_PAGE)
    earlier = stored[page.end_index() : page.end_index() + 1] if page.has_next() else ()
    return page, beside_the_one_before(list(page), next(iter(earlier), None))


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


def whole_number(request: HttpRequest, name: str) -> int:
    """Return a number our own form sent; Http404 for anything else."""
    written = request.POST.get(name, "")
    if not (written.isascii() and written.isdecimal() and len(written) < 9):
        raise Http404("no such version")
    return int(written)
