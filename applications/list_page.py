"""One page of the work list, and how many cases each status has."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.paginator import InvalidPage, Page, Paginator
from django.db import connection
from django.db.models import Count, F
from django.utils.translation import gettext as _

from applications.arrangement import Arrangement, ordered
from applications.filters import WorkListFilter
from applications.models.application import ApplicationQuerySet
from icld_portal.paging import LAST_PAGE_DIGITS, ROWS_PER_PAGE

# Counts have a status; the last row has the ids of the page. Sorting all that is found, to give
# each a place, took as long as finding it: of the first 25 Postgres keeps only those.
AT_ONCE = """
WITH found (pk, status, {keys}) AS MATERIALIZED ({found})
SELECT status, count(*), NULL::bigint[] FROM found GROUP BY status
UNION ALL
SELECT NULL, NULL, ARRAY(
    SELECT pk FROM found WHERE %s::text = '' OR status = %s::text
    ORDER BY {order} LIMIT %s OFFSET %s
)
"""
Counts = dict[str, int]


def of(chosen: WorkListFilter, shown: Arrangement, number: str) -> tuple[Counts, Page[Any] | None]:
    """Return how many cases each status has under the other filters, and the ids of one page.

    An address that is not understood has no page; a page that does not exist is refused on
    the filter's form.
    """
    if not chosen.is_valid():
        return {}, None
    status, text = (chosen.form.cleaned_data[name] for name in ("status", "text"))
    in_order = ordered(chosen.whatever_status(), shown.sort, chosen.choices_of)
    if text:
        counts, rows = found_at_once(in_order, status, (_asked_for(number) - 1) * ROWS_PER_PAGE)
    else:
        counts, rows = counts_by_status(in_order), None
    paginator = Paginator(in_order, ROWS_PER_PAGE)
    # The counts per status have said it already; counting again would be another query.
    paginator.count = counts.get(status, 0) if status else sum(counts.values())
    try:
        place = paginator.validate_number(number)
    except InvalidPage:
        last = paginator.num_pages
        chosen.form.add_error(None, _("There is no such page. The last one is %d.") % last)
        return counts, None
    if rows is None:
        first = (place - 1) * ROWS_PER_PAGE
        of_status = in_order.filter(status=status) if status else in_order
        rows = list(of_status.values_list("pk", flat=True)[first : first + ROWS_PER_PAGE])
    return counts, Page(rows, place, paginator)


def counts_by_status(rows: ApplicationQuerySet) -> Counts:
    """Return how many of ``rows`` each status has."""
    return dict(rows.order_by().values_list("status").annotate(Count("pk")))


def found_at_once(rows: ApplicationQuerySet, status: str, first: int) -> tuple[Counts, list[int]]:
    """Return the counts of ``rows``, and the ids on the page after the first ``first`` rows.

    With ``status`` the page is of that status alone. One query: what a text finds is looked
    for once, which takes longer than to count it and to put it in order.
    """
    order = [_key(one) for one in rows.query.order_by]
    keys = {f"key_{number}": expression for number, (expression, _how) in enumerate(order)}
    found = rows.order_by().annotate(**keys).values_list("pk", "status", *keys)
    try:
        sql, params = found.query.sql_with_params()
    except EmptyResultSet:
        return {}, []
    by = [f"{key} {how}" for key, (_expression, how) in zip(keys, order, strict=True)]
    at_once = AT_ONCE.format(found=sql, keys=", ".join(keys), order=", ".join(by))
    with connection.cursor() as cursor:
        cursor.execute(at_once, (*params, status, status, ROWS_PER_PAGE, first))
        *counts, (_none, _number, page) = cursor.fetchall()
    return {kind: number for kind, number, _page in counts}, page


def _key(one: Any) -> tuple[Any, str]:
    """Return what one part of a query's order looks at, and how, as Postgres writes it."""
    if isinstance(one, str):
        return F(one.removeprefix("-")), "DESC" if one.startswith("-") else "ASC"
    how = "DESC" if one.descending else "ASC"
    return one.expression, f"{how} NULLS LAST" if one.nulls_last else how


def _asked_for(number: str) -> int:
    """Return the page a text asks for; the first one where it is none, which is refused later."""
    try:
        asked = int(number)
    except ValueError:
        return 1
    return asked if 0 < asked < 10**LAST_PAGE_DIGITS else 1
