"""Deeds on the programme's closed lists: countries, areas, goals and kinds of organisation.

What a case may point at is never deleted: it is closed, and new cases are not offered it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import rules
from applications.models import CooperationArea, CoreArea, Goal
from icld_portal import events
from icld_portal.problems import NotReady, Problem
from partnerships.models import Country, OrganisationKind, User


@dataclass(frozen=True)
class ClosedList:
    """One list: what it is called, which column closes an entry, and what stays as it is.

    ``fixed`` is chosen when an entry is made; ``own_code`` is written by people, as the
    two letters of a country are. Nobody adds a goal: the United Nations have seventeen.
    """

    name: str
    title: Promise
    model: type[models.Model]
    open_flag: str = "is_current"
    fixed: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    own_code: bool = False
    may_add: bool = True


LISTS = {
    one.name: one
    for one in (
        ClosedList("countries", gettext_lazy("Countries"), Country, "is_open", own_code=True),
        ClosedList(
            "kinds",
            gettext_lazy("Kinds of organisation"),
            OrganisationKind,
            "may_apply",
            fixed=frozenset({"side"}),
        ),
        ClosedList("core-areas", gettext_lazy("Core areas"), CoreArea),
        ClosedList("cooperation-areas", gettext_lazy("Cooperation areas"), CooperationArea),
        ClosedList(
            "goals",
            gettext_lazy("Goals of Agenda 2030"),
            Goal,
            hidden=frozenset({"is_current", "colour"}),
            may_add=False,
        ),
    )
}


def entries(of: ClosedList) -> models.QuerySet[Any]:
    """Return the entries: those that are open first, then by their own order."""
    rows: models.QuerySet[Any] = of.model._default_manager.all()
    own_order: Any = of.model._meta.ordering
    return rows.order_by(f"-{of.open_flag}", *own_order, "pk")


def locked_entries(of: ClosedList, *, by: User) -> Sequence[Any]:
    """Return every entry of a list, locked, so that no two are added at the same moment.

    Raises PermissionDenied if ``by`` does not administer. Must run inside a transaction.
    """
    if not rules.may_edit_forms(by):
        raise PermissionDenied("edit_list")
    return list(of.model._default_manager.select_for_update().order_by("pk"))


@transaction.atomic
def save_entry(of: ClosedList, row: Any, facts: dict[str, Any], *, by: User, code: str = "") -> Any:
    """Keep ``facts`` in an entry; without ``row`` make a new one, last in the list.

    Raises NotReady for a name or code that the list has already.
    """
    rows = locked_entries(of, by=by)
    others = of.model._default_manager.exclude(pk=row.pk if row else None)
    if others.filter(
        Q(name_sv__iexact=facts["name_sv"]) | Q(name_en__iexact=facts["name_en"])
    ).exists():
        raise NotReady([Problem(_("The list has this name already."), anchor="name_sv")])
    if row is None:
        row = _new(of, rows, facts, code)
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()
    events.record(row, "edit_list", by=by, code=row.code, is_open=getattr(row, of.open_flag))
    return row


def _new(of: ClosedList, rows: Sequence[Any], facts: dict[str, Any], code: str) -> Any:
    if not of.may_add:
        raise PermissionDenied("add_entry")
    taken = {row.code for row in rows} | {"add"}
    if of.own_code and code in taken:
        raise NotReady([Problem(_("The list has this code already."), anchor="code")])
    row = of.model(code=code if of.own_code else _free_code(of, facts["name_en"], taken))
    if any(column.name == "sort_order" for column in of.model._meta.concrete_fields):
        row.sort_order = max((one.sort_order for one in rows), default=-1) + 1  # type: ignore[attr-defined]
    return row


def _free_code(of: ClosedList, text: str, taken: set[str]) -> str:
    """Return a code of at most 12 signs and a number, which both code columns hold."""
    stem = slugify(text)[:12].strip("-") or "row"
    number, code = 1, stem
    while code in taken:
        number += 1
        code = f"{stem}-{number}"
    return code
