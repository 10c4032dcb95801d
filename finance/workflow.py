"""Deeds on the budget guidelines: begin a version, write in it, publish it, throw it away.

A published version is never changed: the database refuses. A case keeps the version its
budget was begun under.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from finance import rules
from finance.models import CostCategory, GrantType, Guideline, GuidelineAmount, PartyCount
from icld_portal import events
from icld_portal.localize import STOCKHOLM, day
from icld_portal.problems import NotReady, Problem, blocking
from icld_portal.versions import copied
from icld_portal.workflow import WrongStatus
from partnerships.models import BudgetRegion, User

CODE_MAX_LENGTH = 40


@transaction.atomic
def begin_version(*, by: User) -> Guideline:
    """Copy the newest published version to a draft; a draft that exists is returned as it is.

    Raises PermissionDenied if ``by`` does not administer, WrongStatus if there is nothing
    to copy.
    """
    _check_may(by, "begin_guidelines")
    if begun := Guideline.objects.drafts().first():
        return begun
    newest = Guideline.objects.published().order_by("-version").first()
    if newest is None:
        raise WrongStatus("begin_guidelines")
    today = timezone.localdate(timezone=STOCKHOLM)
    facts = {
        "version": newest.version + 1,
        "published_at": None,
        "valid_from": max(today, newest.valid_from),
    }
    try:
        with transaction.atomic():
            draft: Guideline = copied(newest, **facts)
    except IntegrityError:  # Somebody else began it at the same moment.
        return Guideline.objects.get(version=newest.version + 1)
    events.record(draft, "begin_guidelines", by=by, version=draft.version)
    return draft


def locked_draft(version: int, *, by: User) -> Guideline:
    """Return the draft ``version``, locked for one write by ``by``.

    Raises WrongStatus once it is published or thrown away, PermissionDenied if ``by``
    does not administer. Must run inside a transaction.
    """
    _check_may(by, "edit_guidelines")
    draft = Guideline.objects.select_for_update().drafts().filter(version=version).first()
    if draft is None:
        raise WrongStatus("edit_guidelines")
    return draft


def _check_may(by: User, verb: str) -> None:
    if not rules.may_edit_guidelines(by):
        raise PermissionDenied(verb)


def save_general(draft: Guideline, facts: dict[str, Any], *, by: User) -> None:
    """Keep valid-from, day rate, deviation and notes of a locked draft."""
    for name, value in facts.items():
        setattr(draft, name, value)
    draft.save(update_fields=[*facts])
    events.record(draft, "edit_guidelines", by=by, part="general")


def save_amounts(
    draft: Guideline, grant_type: str, cells: Iterable[GuidelineAmount], *, by: User
) -> None:
    """Keep the amounts of one grant type in a locked draft."""
    for cell in cells:
        cell.guideline, cell.grant_type = draft, grant_type
        cell.save()
    events.record(draft, "edit_guidelines", by=by, part=grant_type)


def save_category(
    draft: Guideline, category: CostCategory | None, facts: dict[str, Any], *, by: User
) -> CostCategory:
    """Keep a kind of cost of a locked draft; a new one gets its code from its name.

    The code of an old one never changes: budgets and accounts are compared by it.
    """
    if category is None:
        rows = list(draft.categories.all())
        place = max((row.sort_order for row in rows), default=-1) + 1
        code = free_code(facts["name_en"], {"add"} | {row.code for row in rows})
        category = CostCategory(guideline=draft, code=code, sort_order=place)
    for name, value in facts.items():
        setattr(category, name, value)
    category.save()
    events.record(draft, "edit_guidelines", by=by, part=category.code)
    return category


def free_code(text: str, taken: set[str]) -> str:
    """Return a short code made of ``text`` that is not in ``taken``."""
    stem = slugify(text)[:CODE_MAX_LENGTH].strip("-") or "row"
    number, code = 1, stem
    while code in taken:
        number += 1
        code = f"{stem}-{number}"
    return code


def move_category(draft: Guideline, category: CostCategory, *, up: bool, by: User) -> None:
    """Move a kind of cost of a locked draft one place; at the end of the list, nothing."""
    rows = list(draft.categories.all())
    place = rows.index(category)
    other = place - 1 if up else place + 1
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
        for number, row in enumerate(rows):
            row.sort_order = number
        CostCategory.objects.bulk_update(rows, ["sort_order"])
        events.record(draft, "edit_guidelines", by=by, part=category.code)


def remove_category(draft: Guideline, category: CostCategory, *, by: User) -> None:
    """Take a kind of cost out of a locked draft; published versions keep theirs.

    Raises NotReady for salary compensation, by which budgets count the work effort.
    """
    if not category.may_be_removed:
        raise NotReady([Problem(_("Salary compensation is part of every budget and stays."))])
    code = category.code
    category.delete()
    events.record(draft, "edit_guidelines", by=by, part=code, removed=True)


def publishing_problems(draft: Guideline, *, today: date) -> list[Problem]:
    """Return what stops the draft from being published, and what to look at first."""
    found = _amount_problems(draft) + _category_problems(draft)
    if draft.valid_from < today:
        text = _("The day it becomes valid has passed: choose today or later.")
        found.append(Problem(text, page="general", anchor="id_valid_from"))
    later = Guideline.objects.published().filter(valid_from__gt=draft.valid_from).first()
    if later:
        text = _("Version %(version)d is valid from %(day)s and takes over then.")
        words = {"version": later.version, "day": day(later.valid_from)}
        found.append(Problem(text % words, blocks=False, page="general"))
    if bool(draft.note_sv.strip()) != bool(draft.note_en.strip()):
        text = _("The note is written in one language only.")
        found.append(Problem(text, page="general", anchor="id_note_sv"))
    return sorted(found, key=lambda problem: not problem.blocks)


def _amount_problems(draft: Guideline) -> list[Problem]:
    """Every cell is needed: a budget is held against the one of its case."""
    known = {cell.key_in_version for cell in draft.amounts.all()}
    found = []
    for kind in GrantType:
        needed = {f"{kind}/{region}/{count}" for region in BudgetRegion for count in PartyCount}
        if needed - known:
            text = _("Amounts are missing for %(grant_type)s.") % {"grant_type": kind.label}
            found.append(Problem(text, page=kind.value))
    return found


def _category_problems(draft: Guideline) -> list[Problem]:
    rows = list(draft.categories.all())
    found = []
    if [row.is_salary for row in rows].count(True) != 1:
        text = _("The list of costs needs salary compensation, once.")
        found.append(Problem(text, page="costs"))
    for row in rows:
        half = bool(row.help_sv.strip()) != bool(row.help_en.strip())
        if not (row.name_sv.strip() and row.name_en.strip()) or half:
            text = _("%(cost)s is written in one language only.") % {"cost": row}
            found.append(Problem(text, page="costs"))
    return found


@transaction.atomic
def publish(version: int, *, by: User, at: datetime | None = None) -> Guideline:
    """Publish a draft; from now on nobody can change it.

    Raises NotReady with what is missing, WrongStatus if it is no draft any more,
    PermissionDenied if ``by`` does not administer.
    """
    draft = locked_draft(version, by=by)
    at = at or timezone.now()
    today = timezone.localtime(at, STOCKHOLM).date()
    if found := blocking(publishing_problems(draft, today=today)):
        raise NotReady(found)
    draft.published_at = at
    draft.save(update_fields=["published_at"])
    events.record(
        draft,
        "publish_guidelines",
        by=by,
        at=at,
        version=draft.version,
        valid_from=day(draft.valid_from),
    )
    return draft


@transaction.atomic
def throw_away(version: int, *, by: User) -> None:
    """Delete a draft; what is published stays in force."""
    draft = locked_draft(version, by=by)
    events.record(draft, "throw_away_guidelines", by=by, version=version)
    draft.delete()
