"""The work list of ICLD: every application that has been handed in."""

from typing import Any

from django.core.paginator import Page
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications import list_page, search, todo
from applications.arrangement import (
    COLUMNS,
    NONE,
    SORTS,
    VIEWS_SHOWN,
    Arrangement,
)
from applications.listing import Row, completed, rows_of
from applications.models import Application, ListHabit, SavedView, Status
from applications.picking import kept_query, understood
from icld_portal.access import CASE_KEEPERS, OFFICE, get_only
from icld_portal.among import among
from partnerships.models import User
from partnerships.requests import PortalRequest


@OFFICE
@get_only
def worklist(request: PortalRequest) -> HttpResponse:
    """Show the applications asked for, or say why the address is refused."""
    habit = habit_of(request.user)
    if begins := opening_view(request, habit):
        return redirect(begins)
    chosen, shown = understood(request.GET, request.user, own_columns=habit.columns)
    counts, page = list_page.of(chosen, shown, request.GET.get("page", "1"))
    status = request.GET.get("status", "")
    refused = bool(chosen.form.errors)
    # Where the list opens; whoever has chosen among the cases is after something else.
    opens = not is_filtered(request.GET)
    context = {
        "chosen": chosen,
        "lists": list(chosen.fields()),
        "tabs": tabs(request.GET, counts, status),
        "is_filtered": is_filtered(request.GET),
        "page_obj": page,
        "is_understood": page is not None,
        "applications": [] if page is None else rows_on(page, request.GET.get("text", "")),
        "total": 0 if page is None else page.paginator.count,
        "views": views(shown),
        "headings": headings(request.GET, shown),
        "all_columns": list(COLUMNS.items()),
        "shown_columns": shown.columns,
        "column_list": ",".join(shown.columns),
        "sort": request.GET.get("sort", ""),
        "kept_columns": ",".join(shown.columns) if keeps_columns(request.GET, shown) else "",
        "query": kept_query(request.GET),
        "proposals": todo.proposals_of(request.user) if opens else [],
        "may_assign": CASE_KEEPERS.allows(request.user),
    }
    template = "applications/office/worklist.html"
    return render(request, template, context, status=400 if refused else 200)


def habit_of(person: User) -> ListHabit:
    """Return what the person has chosen for the list, with their default view."""
    kept = ListHabit.objects.filter(person=person).select_related("default_view").first()
    return kept or ListHabit(person=person)


def opening_view(request: PortalRequest, habit: ListHabit) -> str:
    """Return where the list opens: the person's own default view, or the view that is named."""
    default = habit.default_view
    if not request.GET and default and (default.shared or default.owner_id == request.user.pk):
        return default.get_absolute_url()
    named = request.GET.get("view", "")
    if set(request.GET) == {"view"} and named.isascii() and named.isdigit() and len(named) < 10:
        for view in SavedView.objects.visible_to(request.user).filter(pk=int(named)):
            return view.get_absolute_url() if view.query else ""
    return ""


def tabs(query: QueryDict, counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    """Return one link per status with its number, keeping the other filters."""
    words = dict(Status.choices) | {"": _("all")}
    numbers = {"": sum(counts.values())} | counts
    shown = ["", *(status.value for status in Status if status != Status.DRAFT)]
    return [
        {
            "label": words[status],
            "number": numbers.get(status, 0),
            "query": changed(query, status=status),
            "is_chosen": status == chosen,
        }
        for status in shown
    ]


def changed(query: QueryDict, **values: str) -> str:
    """Return the address with other values, from the first page; an empty one is left out."""
    address = query.copy()
    address.pop("page", None)
    for name, value in values.items():
        address.pop(name, None)
        if value:
            address[name] = value
    # A bare address would open the person's default view.
    return address.urlencode() or f"view={NONE}"


def is_filtered(query: QueryDict) -> bool:
    """Return whether the list is a choice, so that there is something to clear."""
    return any(value for name, value in query.items() if (name, value) != ("view", NONE))


def keeps_columns(query: QueryDict, shown: Arrangement) -> bool:
    """Return whether another filter keeps these columns: they are not the person's own ones."""
    return "columns" in query or bool(shown.view and shown.view.columns)


def views(shown: Arrangement) -> dict[str, Any]:
    """Return the links to saved views, and which of them is open."""
    return {
        "links": [
            {"view": view, "is_chosen": shown.view is not None and view.pk == shown.view.pk}
            for view in shown.views[:VIEWS_SHOWN]
        ],
        "more": len(shown.views) > VIEWS_SHOWN,
        "open": shown.view,
    }


def headings(query: QueryDict, shown: Arrangement) -> list[dict[str, Any]]:
    """Return the heading of each column; one that sorts has the address of doing so."""
    found = []
    for name in ("reference", *shown.columns):
        rising = shown.sort == name
        falling = shown.sort == f"-{name}"
        sort = f"-{name}" if rising else name
        found.append(
            {
                "name": name,
                "label": COLUMNS.get(name, _("Reference")),
                "query": changed(query, sort=sort) if name in SORTS else "",
                "standing": "ascending" if rising else "descending" if falling else "",
            }
        )
    return found


def rows_on(page: Page[Any], text: str) -> list[Row]:
    """Return the rows of one page; which they are is found before anything is joined.

    Where ``text`` was searched, each row says in which answer it stands.
    """
    places_in_order = {pk: place for place, pk in enumerate(page.object_list)}
    shown = Application.objects.filter(among("pk", places_in_order)).order_by()
    rows = completed(sorted(rows_of(shown), key=lambda row: places_in_order[row["pk"]]))
    places = search.places([row["sheet_id"] for row in rows], text) if text else {}
    for row in rows:
        row["place"] = places.get(row["sheet_id"])
    return rows
