"""Lists in pages; a page that does not exist is refused, not quietly replaced."""

from typing import Any

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.http import Http404, HttpRequest

ROWS_PER_PAGE = 25
# Postgres cannot count further than this; no list comes near.
LAST_PAGE_DIGITS = 9


def page_of(request: HttpRequest, rows: Any, *, size: int = ROWS_PER_PAGE) -> Page[Any]:
    """Return the page named in the address; Http404 if there is no such page."""
    number = request.GET.get("page", "1")
    try:
        if len(number) > LAST_PAGE_DIGITS or not number.isascii():
            raise EmptyPage
        return Paginator(rows, size).page(number)
    except (EmptyPage, PageNotAnInteger) as error:
        raise Http404("no such page") from error
