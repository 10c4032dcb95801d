"""The order and the columns of the work list: what an address, a view or a habit asks for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, F, Func, IntegerField, Value
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from applications.models import SavedView, Status
from applications.models.application import ApplicationQuerySet
from finance.models import GrantType
from icld_portal.ordering import SvKey
from partnerships.models import User

COLUMNS: dict[str, Promise] = {
    "title": gettext_lazy("Title"),
    "partnership": gettext_lazy("Partnership"),
    "parties": gettext_lazy("Parties"),
    "country": gettext_lazy("Country"),
    "grant_type": gettext_lazy("Grant type"),
    "round": gettext_lazy("Round"),
    "asked": gettext_lazy("Asked"),
    "status": gettext_lazy("Status"),
    "officer": gettext_lazy("Officer"),
    "agreement": gettext_lazy("Agreement"),
    "start": gettext_lazy("Starts"),
    "end": gettext_lazy("Ends"),
    "received": gettext_lazy("Received"),
}
USUAL_COLUMNS = (
    "title",
    "parties",
    "grant_type",
    "round",
    "asked",
    "status",
    "officer",
    "received",
)
NEWEST = "-received"
# Stands in the address for "no view": a bare address opens the person's default one.
NONE = "none"
SHOWN_LENGTH = 40
VIEW_DIGITS = 9
# The links to views above the list; the rest stand on the page of views.
VIEWS_SHOWN = 12

Choices = Iterable[tuple[str, Any]]


def title_key(_choices: Callable[[str], Choices]) -> Any:
    """Order by the title in the reader's language, as Swedish alphabets go."""
    return SvKey("title_sv" if get_language() == "sv" else "title_en")


def placed(name: str, field_: str) -> Callable[[Callable[[str], Choices]], Any]:
    """Order by where the value stands in the filter's own list, which is in order already."""

    def key(choices: Callable[[str], Choices]) -> Any:
        values = [str(value) for value, _label in choices(name)]
        numbers = Value(values, output_field=ArrayField(CharField()))
        text = Func(F(field_), template="%(expressions)s::text", output_field=CharField())
        return Func(numbers, text, function="array_position", output_field=IntegerField())

    return key


def plain(field_: str) -> Callable[[Callable[[str], Choices]], Any]:
    """Order by a column as the database does."""
    return lambda _choices: F(field_)


SORTS: dict[str, Callable[[Callable[[str], Choices]], Any]] = {
    "reference": plain("reference"),
    "title": title_key,
    "country": placed("country", "country__code"),
    "grant_type": lambda _choices: fixed("grant_type", GrantType.values),
    "round": plain("round__deadline_on"),
    "status": lambda _choices: fixed("status", Status.values),
    "officer": placed("officer", "officer_id"),
    "start": plain("start_on"),
    "end": plain("end_on"),
    "received": plain("received_at"),
}


def fixed(field_: str, values: list[str]) -> Any:
    """Order by a closed list's own order: the case's way from submitted to decided."""
    listed = Value(values, output_field=ArrayField(CharField()))
    return Func(listed, F(field_), function="array_position", output_field=IntegerField())


@dataclass(frozen=True)
class Arrangement:
    """How the list is shown; ``problems`` say what in the address is not understood."""

    sort: str = NEWEST
    columns: tuple[str, ...] = USUAL_COLUMNS
    view: SavedView | None = None
    views: list[SavedView] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def arrangement(query: QueryDict, user: User, *, own_columns: Iterable[str] = ()) -> Arrangement:
    """Read the address: its columns, else its view's, else the person's own, else the usual."""
    views = list(SavedView.objects.visible_to(user)[: VIEWS_SHOWN + 1])
    problems: list[str] = []
    view = view_of(query.get("view", ""), views, user, problems)
    sort = query.get("sort", "") or NEWEST
    if sort.removeprefix("-") not in SORTS:
        problems.append(_("The list cannot be sorted by “%(name)s”.") % {"name": short(sort)})
        sort = NEWEST
    columns = columns_of(query.get("columns", ""), problems)
    if not columns and view:
        columns = known_columns(view.columns)
    if not columns:
        columns = known_columns(own_columns)
    return Arrangement(sort, columns or USUAL_COLUMNS, view, views, problems)


def view_of(
    number: str, views: list[SavedView], user: User, problems: list[str]
) -> SavedView | None:
    """Return the view that the address names, if the person may see it."""
    if number in ("", NONE):
        return None
    if number.isascii() and number.isdigit() and len(number) <= VIEW_DIGITS:
        listed = [view for view in views if view.pk == int(number)]
        more = len(views) > VIEWS_SHOWN
        if listed or more:
            found = listed or SavedView.objects.visible_to(user).filter(pk=int(number))[:1]
            for view in found:
                return view
    problems.append(_("There is no saved view “%(name)s”.") % {"name": short(number)})
    return None


def columns_of(text: str, problems: list[str]) -> tuple[str, ...]:
    """Return the columns named in the address, ``title,asked``; the list keeps its own order."""
    named = [name for name in text.split(",") if name]
    for name in named:
        if name not in COLUMNS:
            problems.append(_("There is no column called “%(name)s”.") % {"name": short(name)})
            break
    return known_columns(named)


def known_columns(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of ``names`` that are columns today, in the order of the list."""
    wanted = set(names)
    return tuple(name for name in COLUMNS if name in wanted)


def ordered(
    applications: ApplicationQuerySet, sort: str, choices: Callable[[str], Choices]
) -> ApplicationQuerySet:
    """Return ``applications`` in the order asked for, equals with the newest first."""
    key = SORTS[sort.removeprefix("-")](choices)
    if sort.startswith("-"):
        first = key.desc() if sort == NEWEST else key.desc(nulls_last=True)
    else:
        first = key.asc(nulls_last=True)
    if sort.removeprefix("-") == "received":
        return applications.order_by(first, "-pk" if sort == NEWEST else "pk")
    return applications.order_by(first, "-received_at", "-pk")


def short(text: str) -> str:
    """Return the beginning of what somebody typed, for a message."""
    return text[:SHOWN_LENGTH]
