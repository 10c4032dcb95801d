"""ICLD's internal notes on a case: written, and taken back without being lost."""

import uuid
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applications import rules
from applications.models import Application, CaseNote, Status
from icld_portal import events
from icld_portal.workflow import WrongStatus
from partnerships.models import User


@transaction.atomic
def write_note(
    application: Application,
    *,
    text: str,
    by: User,
    key: uuid.UUID | None = None,
    at: datetime | None = None,
) -> CaseNote:
    """Keep a note that ICLD alone reads; a form sent twice writes one.

    Raises PermissionDenied if ``by`` may not, WrongStatus for a draft.
    """
    at = at or timezone.now()
    case = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if not rules.may_write_note(by, case):
        raise PermissionDenied("write_note")
    if case.status == Status.DRAFT:
        raise WrongStatus("write_note")
    note, is_new = CaseNote.objects.get_or_create(
        author=by,
        key=key or uuid.uuid4(),
        defaults={"application": case, "text": text, "written_at": at},
    )
    if is_new:
        events.record(case, "write_note", by=by, at=at, note_id=note.pk)
    return note


@transaction.atomic
def withdraw_note(note: CaseNote, *, by: User, at: datetime | None = None) -> CaseNote:
    """Mark ``note`` as withdrawn, once; it stays readable.

    Raises PermissionDenied if ``by`` is neither its author nor an administrator.
    """
    locked = CaseNote.objects.select_for_update(of=("self",)).get(pk=note.pk)
    if not rules.may_withdraw_note(by, locked):
        raise PermissionDenied("withdraw_note")
    if locked.withdrawn_at is None:
        locked.withdrawn_at, locked.withdrawn_by = at or timezone.now(), by
        locked.save(update_fields=["withdrawn_at", "withdrawn_by"])
        events.record(locked.application, "withdraw_note", by=by, at=at, note_id=locked.pk)
    return locked
