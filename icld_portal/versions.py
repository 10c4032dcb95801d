"""Dated versions of what staff write: copied to make a new one, and compared with another.

A version is a row and the rows that belong to it: every table whose foreign key cascades
with it, found by looking at the models, so that a new table is copied and compared without
a word here. A row is known in every version by ``key_in_version``, ``key`` or ``code``.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from icld_portal.comparing import Change, versions
from icld_portal.localize import day, money

Key = tuple[str, str]
# What says which row it is, and not what it says.
NOT_COMPARED = frozenset({"key", "code", "value", "sort_order", "version", "published_at"})


@dataclass(frozen=True)
class Line:
    """One fact of a row, as words in both versions."""

    label: str
    changes: list[Change]


@dataclass(frozen=True)
class Difference:
    """One row that was added, removed, changed or moved, and the facts that differ."""

    what: str
    kind: str
    title: str
    lines: list[Line] = field(default_factory=list)

    @property
    def label(self) -> str:
        """What happened to the row, in the reader's language."""
        return {
            "added": _("added"),
            "removed": _("removed"),
            "changed": _("changed"),
            "moved": _("order changed"),
        }[self.what]


def parts_of(root: Any) -> list[Any]:
    """Return the rows that belong to ``root``, parents first: one query for each table."""
    found: dict[Any, None] = {}
    level = [root]
    while level:
        below = []
        for model, rows in _by_model(level):
            for relation in _owned(model):
                below += _children(relation, rows)
        # A row of two parents comes after the deeper one.
        latest = dict.fromkeys(below)
        found = {row: None for row in found if row not in latest} | latest
        level = below
    return list(found)


def _by_model(rows: list[Any]) -> list[tuple[type[models.Model], list[Any]]]:
    sorted_: dict[type[models.Model], list[Any]] = {}
    for row in rows:
        sorted_.setdefault(type(row), []).append(row)
    return list(sorted_.items())


def _owned(model: type[models.Model]) -> Iterator[models.ManyToOneRel]:
    for relation in model._meta.related_objects:
        if isinstance(relation, models.ManyToOneRel) and relation.on_delete is models.CASCADE:
            yield relation


def _children(relation: models.ManyToOneRel, parents: list[Any]) -> list[Any]:
    """Return the rows below ``parents``, in their order, each with its parent loaded."""
    link = relation.field.name
    by_pk = {parent.pk: parent for parent in parents}
    model: Any = relation.related_model
    rows = list(model._base_manager.filter(**{f"{link}__in": parents}))
    for row in rows:
        setattr(row, link, by_pk[getattr(row, relation.field.attname)])
    places = {pk: place for place, pk in enumerate(by_pk)}
    return sorted(
        rows,
        key=lambda row: (
            places[getattr(row, relation.field.attname)],
            getattr(row, "sort_order", 0),
            row.pk,
        ),
    )


def copied(root: Any, **facts: Any) -> Any:
    """Save a copy of ``root`` with ``facts``, and of every row that belongs to it."""
    copies: dict[Any, Any] = {}
    for row in [root, *parts_of(root)]:
        fresh = type(row)()
        for column in row._meta.concrete_fields:
            if column.primary_key:
                continue
            if column.is_relation and (parent := _parent(row, column)) in copies:
                setattr(fresh, column.name, copies[parent])
            else:
                setattr(fresh, column.attname, getattr(row, column.attname))
        if row is root:
            for name, value in facts.items():
                setattr(fresh, name, value)
        fresh.save()
        copies[row] = fresh
    return copies[root]


def _parent(row: Any, column: Any) -> Any:
    """Return the row a foreign key points at if it is loaded, else None."""
    return row._state.fields_cache.get(column.name)


@dataclass(frozen=True)
class _Item:
    kind: str
    title: str
    facts: dict[str, str]


def differences(before: Any, after: Any) -> list[Difference]:
    """Return what ``after`` says otherwise than ``before``, in the order of ``after``."""
    old, new = _items(before), _items(after)
    found = []
    for key, item in new.items():
        if key not in old:
            found.append(_added(item))
        elif lines := _changed_lines(old[key].facts, item.facts):
            found.append(Difference("changed", item.kind, item.title, lines))
    found += [
        Difference("removed", item.kind, item.title) for key, item in old.items() if key not in new
    ]
    return found + _moved(old, new)


def _added(item: _Item) -> Difference:
    lines = [Line(label, [Change(both=text)]) for label, text in item.facts.items() if text]
    return Difference("added", item.kind, item.title, lines)


def _changed_lines(before: dict[str, str], after: dict[str, str]) -> list[Line]:
    return [
        Line(label, versions(before.get(label, ""), text))
        for label, text in after.items()
        if before.get(label, "") != text
    ]


def _moved(old: dict[Key, _Item], new: dict[Key, _Item]) -> list[Difference]:
    """One difference for each table whose rows, those in both versions, change places."""
    found = []
    for model in dict.fromkeys(model for model, _key in new):
        orders = [
            [key for key in items if key[0] == model and key in old and key in new]
            for items in (old, new)
        ]
        if orders[0] != orders[1]:
            titles = ["\n".join(new[key].title for key in order) for order in orders]
            kind = new[orders[0][0]].kind
            lines = [Line(_("order"), [Change(before=titles[0], after=titles[1])])]
            found.append(Difference("moved", kind, _("The order has changed"), lines))
    return found


def _items(root: Any) -> dict[Key, _Item]:
    return {
        (row._meta.label_lower, "" if row is root else key_of(row)): _Item(
            str(getattr(row, "called", row._meta.verbose_name)), str(row), facts_of(row)
        )
        for row in [root, *parts_of(root)]
    }


def key_of(row: Any) -> str:
    """Return what the row is known by in every version."""
    for name in ("key_in_version", "key", "code"):
        if found := getattr(row, name, ""):
            return str(found)
    return str(row)


def facts_of(row: Any) -> dict[str, str]:
    """Return what a row says, by the names of its columns, as a reader sees it."""
    return {
        str(column.verbose_name): _written(row, column)
        for column in row._meta.concrete_fields
        if not (column.primary_key or column.is_relation or column.name in NOT_COMPARED)
    } | ({_("part of"): str(row.part_of)} if getattr(row, "part_of", None) else {})


def _written(row: Any, column: Any) -> str:
    value = getattr(row, column.attname)
    if column.choices:
        return str(getattr(row, f"get_{column.name}_display")())
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None:
        return ""
    if column.name.endswith("_sek"):
        return money(value)
    return day(value) if isinstance(value, date) else str(value)


def fingerprint(facts: Any) -> str:
    """Return a short mark of what a page showed, to notice a second editor."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()[:32]
