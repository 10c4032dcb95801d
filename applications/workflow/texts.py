"""Deeds on letters and help texts: begin a version, write in it, publish it, throw it away.

A published version is never changed: the database refuses. What is written in a draft is
written under a lock on its row.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import rules
from applications.models import ProgrammeText
from applications.text_kinds import KINDS
from icld_portal import events
from icld_portal.problems import NotReady, Problem, blocking
from icld_portal.versions import copied
from icld_portal.wording import field_problems, fields_in
from icld_portal.workflow import WrongStatus
from partnerships.models import User


def _check_may(by: User, verb: str) -> None:
    if not rules.may_edit_texts(by):
        raise PermissionDenied(verb)


@transaction.atomic
def begin_text(kind: str, *, by: User) -> ProgrammeText:
    """Copy the newest published version to a draft; a draft that exists is returned as it is.

    Raises PermissionDenied if ``by`` does not administer, WrongStatus if there is nothing
    to copy.
    """
    _check_may(by, "begin_text")
    of_kind = ProgrammeText.objects.filter(kind=kind)
    if begun := of_kind.drafts().first():
        return begun
    newest = of_kind.published().order_by("-version").first()
    if newest is None:
        raise WrongStatus("begin_text")
    try:
        with transaction.atomic():
            draft: ProgrammeText = copied(newest, version=newest.version + 1, published_at=None)
    except IntegrityError:  # Somebody else began it at the same moment.
        return of_kind.get(version=newest.version + 1)
    events.record(draft, "begin_text", by=by, kind=kind, version=draft.version)
    return draft


def locked_text(row: ProgrammeText, *, by: User) -> ProgrammeText:
    """Return the draft ``row``, locked for one write by ``by``.

    Raises WrongStatus once it is published or thrown away, PermissionDenied if ``by``
    does not administer. Must run inside a transaction.
    """
    _check_may(by, "edit_text")
    draft = ProgrammeText.objects.select_for_update().drafts().filter(pk=row.pk).first()
    if draft is None:
        raise WrongStatus("edit_text")
    return draft


def save_text(draft: ProgrammeText, facts: dict[str, Any], *, by: User) -> None:
    """Keep what was written in a locked draft; raises NotReady for a broken merge field."""
    for name, value in facts.items():
        setattr(draft, name, value)
    if found := broken_fields(draft):
        raise NotReady(found)
    draft.save()
    events.record(draft, "edit_text", by=by, kind=draft.kind, version=draft.version)


def broken_fields(draft: ProgrammeText) -> list[Problem]:
    """Return every merge field that is unknown, broken or out of place, at its column."""
    fields = KINDS[draft.kind].fields
    found = []
    for name in ("subject_sv", "subject_en", "body_sv", "body_en"):
        is_subject = name.startswith("subject")
        for told in field_problems(getattr(draft, name), fields, is_subject=is_subject):
            found.append(Problem(told, anchor=name))
    return found


def text_problems(draft: ProgrammeText) -> list[Problem]:
    """Return what stops a draft from being published, and what to look at before."""
    terms = KINDS[draft.kind]
    found = broken_fields(draft)
    languages = {"sv": _("Swedish"), "en": _("English")}
    for language, name in languages.items():
        subject, body = getattr(draft, f"subject_{language}"), getattr(draft, f"body_{language}")
        if terms.has_subject and not subject.strip():
            found.append(_lacks(_("The subject in %(language)s is empty."), name))
        if not body.strip():
            found.append(_lacks(_("The text in %(language)s is empty."), name))
            continue
        for field in sorted(terms.must - fields_in(body)):
            token = terms.field(field).token
            words = _("%(field)s must stand in the text in %(language)s.")
            found.append(_lacks(words, name, field=token))
    used = {language: fields_in(getattr(draft, f"body_{language}")) for language in languages}
    for field in sorted((used["sv"] ^ used["en"]) - terms.must):
        text = _("%(field)s stands in one of the languages only.") % {"field": f"{{{{{field}}}}}"}
        found.append(Problem(text, blocks=False))
    return found


def _lacks(words: str, language: str, **more: str) -> Problem:
    return Problem(words % {"language": language, **more})


@transaction.atomic
def publish_text(row: ProgrammeText, *, by: User) -> ProgrammeText:
    """Publish a draft: letters of what happens from now on are written by it.

    Raises NotReady with what is missing, WrongStatus if it is no draft any more,
    PermissionDenied if ``by`` does not administer.
    """
    draft = locked_text(row, by=by)
    if found := blocking(text_problems(draft)):
        raise NotReady(found)
    # The clock now, not when the request came: no letter of the past gets this text.
    draft.published_at = timezone.now()
    draft.save(update_fields=["published_at"])
    events.record(
        draft, "publish_text", by=by, at=draft.published_at, kind=row.kind, version=row.version
    )
    return draft


@transaction.atomic
def throw_away_text(row: ProgrammeText, *, by: User) -> None:
    """Delete a draft; what is published stays in force."""
    draft = locked_text(row, by=by)
    events.record(draft, "throw_away_text", by=by, kind=draft.kind, version=draft.version)
    draft.delete()
