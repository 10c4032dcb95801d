"""Deeds on forms and criteria: begin a version, write in it, publish it, throw it away.

A published version is never changed: the database refuses. A case keeps the version it was
begun with. What is written in a draft is written under a lock on its question set.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from applications import rules
from applications.form_problems import publishing_problems
from applications.models import (
    AttachmentSlot,
    Part,
    Question,
    QuestionKind,
    QuestionOption,
    QuestionSet,
    Section,
)
from icld_portal import events
from icld_portal.problems import NotReady, blocking
from icld_portal.versions import copied
from icld_portal.workflow import WrongStatus
from partnerships.models import User

KEY_MAX_LENGTH = 40
# Above every place a row can have: two rows may not stand in one place even for a moment.
ASIDE = 10_000


def _check_may(by: User, verb: str) -> None:
    if not rules.may_edit_forms(by):
        raise PermissionDenied(verb)


@transaction.atomic
def begin_form(purpose: str, grant_type: str, *, by: User) -> QuestionSet:
    """Copy the newest published version to a draft; a draft that exists is returned as it is.

    Raises PermissionDenied if ``by`` does not administer, WrongStatus if there is nothing
    to copy.
    """
    _check_may(by, "begin_form")
    of_form = QuestionSet.objects.of_form(purpose, grant_type)
    if begun := of_form.drafts().first():
        return begun
    newest = of_form.published().order_by("-version").first()
    if newest is None:
        raise WrongStatus("begin_form")
    try:
        with transaction.atomic():
            draft: QuestionSet = copied(newest, version=newest.version + 1, published_at=None)
    except IntegrityError:  # Somebody else began it at the same moment.
        return of_form.get(version=newest.version + 1)
    events.record(draft, "begin_form", by=by, version=draft.version)
    return draft


def locked_form(row: QuestionSet, *, by: User) -> QuestionSet:
    """Return the draft ``row``, locked for one write by ``by``.

    Raises WrongStatus once it is published or thrown away, PermissionDenied if ``by``
    does not administer. Must run inside a transaction.
    """
    _check_may(by, "edit_form")
    draft = QuestionSet.objects.select_for_update().drafts().filter(pk=row.pk).first()
    if draft is None:
        raise WrongStatus("edit_form")
    return draft


def save_row(draft: QuestionSet, row: Any, facts: dict[str, Any], *, by: User) -> None:
    """Keep ``facts`` in a row of a locked draft: the form itself, a section, a question."""
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()
    events.record(draft, "edit_form", by=by, part=getattr(row, "key", ""))


def new_section(draft: QuestionSet, facts: dict[str, Any], *, by: User) -> Section:
    """Add a section at the end of a locked draft.

    The page of a part that the portal knows, such as the budget, is found by that part's
    name; any other section gets a key from its title.
    """
    rows = list(draft.sections.all())
    taken = {row.key for row in rows} | {"add", *Part.values}
    part = facts.get("part", Part.QUESTIONS)
    key = free_key(facts["title_en"], taken) if part == Part.QUESTIONS else part
    section = Section(question_set=draft, key=key, sort_order=_next(rows))
    save_row(draft, section, facts, by=by)
    return section


def new_question(
    draft: QuestionSet, section: Section, facts: dict[str, Any], *, by: User
) -> Question:
    """Add a question at the end of a section, under a key that no version of the form has used.

    An old key stands for an old question: answers move along with it.
    """
    of_form = QuestionSet.objects.of_form(draft.purpose, draft.grant_type)
    used = Question.objects.filter(section__question_set__in=of_form)
    taken = {"add", *used.values_list("key", flat=True)}
    question = Question(
        section=section,
        key=free_key(facts["text_en"], taken),
        sort_order=_next(list(section.questions.all())),
    )
    save_row(draft, question, facts, by=by)
    return question


def new_slot(draft: QuestionSet, facts: dict[str, Any], *, by: User) -> AttachmentSlot:
    """Add a kind of attachment at the end of a locked draft; a letter of intent keeps its key."""
    rows = list(draft.slots.all())
    key = free_key(facts["name_en"], {"add"} | {row.key for row in rows})
    slot = AttachmentSlot(question_set=draft, key=key, sort_order=_next(rows))
    save_row(draft, slot, facts, by=by)
    return slot


def free_key(text: str, taken: set[str]) -> str:
    """Return a short key made of ``text`` that is not in ``taken``."""
    stem = slugify(text).replace("-", "_")[:KEY_MAX_LENGTH].strip("_") or "row"
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}_{number}"
    return key


def _next(rows: Sequence[Any]) -> int:
    return max((row.sort_order for row in rows), default=-1) + 1


def save_options(question: Question, rows: Sequence[tuple[int | None, str, str]]) -> None:
    """Keep the choices of a question in this order: (id of a stored one, Swedish, English).

    A stored choice keeps its value, which is what answers hold.
    """
    stored = {option.pk: option for option in question.options.all()}
    wanted = rows if question.kind == QuestionKind.CHOICE else ()
    taken = {option.value for option in stored.values()}
    kept = set()
    for place, (pk, text_sv, text_en) in enumerate(wanted):
        option = stored.get(pk or 0)
        if option is None:
            option = QuestionOption(question=question, value=free_key(text_en, taken))
            taken.add(option.value)
        option.sort_order, option.text_sv, option.text_en = place, text_sv, text_en
        option.save()
        kept.add(option.pk)
    for pk, option in stored.items():
        if pk not in kept:
            option.delete()


def siblings(draft: QuestionSet, row: Any) -> list[Any]:
    """Return the rows that ``row`` of ``draft`` stands among, in their order."""
    if isinstance(row, Question):
        return list(row.section.questions.order_by("sort_order"))
    return list(type(row)._default_manager.filter(question_set=draft).order_by("sort_order"))


def move_row(draft: QuestionSet, row: Any, *, up: bool, by: User) -> None:
    """Move a row of a locked draft one place; at the end of its list, nothing."""
    rows = siblings(draft, row)
    place = rows.index(row)
    other = place - 1 if up else place + 1
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
        _renumber(rows)
        events.record(draft, "edit_form", by=by, part=row.key)


def _renumber(rows: list[Any]) -> None:
    for start in (ASIDE, 0):
        for number, row in enumerate(rows):
            row.sort_order = start + number
        type(rows[0])._default_manager.bulk_update(rows, ["sort_order"])


def to_section(draft: QuestionSet, question: Question, section: Section) -> None:
    """Let a question of a locked draft stand last in another section."""
    if section != question.section:
        question.sort_order = _next(list(section.questions.all()))
        question.section = section


def remove_row(draft: QuestionSet, row: Any, *, by: User) -> None:
    """Take a row, and what is in it, out of a locked draft."""
    key = row.key
    row.delete()
    events.record(draft, "edit_form", by=by, part=key, removed=True)


@transaction.atomic
def publish_form(row: QuestionSet, *, by: User, at: datetime | None = None) -> QuestionSet:
    """Publish a draft: it is in force for what is begun from now on.

    Raises NotReady with what is missing, WrongStatus if it is no draft any more,
    PermissionDenied if ``by`` does not administer.
    """
    draft = locked_form(row, by=by)
    if found := blocking(publishing_problems(draft)):
        raise NotReady(found)
    draft.published_at = at or timezone.now()
    draft.save(update_fields=["published_at"])
    events.record(draft, "publish_form", by=by, at=draft.published_at, version=draft.version)
    return draft


@transaction.atomic
def throw_away_form(row: QuestionSet, *, by: User) -> None:
    """Delete a draft; what is published stays in force."""
    draft = locked_form(row, by=by)
    events.record(draft, "throw_away_form", by=by, version=draft.version)
    draft.delete()
