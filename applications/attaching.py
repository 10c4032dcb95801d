"""Files of a draft: attached in a slot, replaced, set aside. None of them disappears unasked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from applications import drafting
from applications.models import Application, Attachment, AttachmentSlot, PartKind
from applications.versions import form_of
from icld_portal import events, files
from icld_portal.problems import NotReady, Problem
from partnerships.models import Organisation, User

FOLDER = "attachments"


class SetAsideAlready(Exception):
    """Somebody has replaced or removed the file meanwhile."""


@dataclass(frozen=True)
class FilledSlot:
    """A slot with the files in it; ``missing`` are the parties that have none there."""

    slot: AttachmentSlot
    files: list[Attachment] = field(default_factory=list)
    missing: list[Organisation] = field(default_factory=list)


def slots_of(application: Application) -> list[FilledSlot]:
    """Return every slot of the case's form with what is in it, in the form's order."""
    parties = [party.organisation for party in application.case_parties.all()]
    by_slot: dict[int, list[Attachment]] = {}
    for attachment in application.attachments.all():
        by_slot.setdefault(attachment.slot_id, []).append(attachment)
    found = []
    for slot in form_of(application).slots.all():
        there = by_slot.get(slot.pk, [])
        givers = {attachment.organisation_id for attachment in there}
        missing = [party for party in parties if party.pk not in givers]
        found.append(FilledSlot(slot, there, missing if slot.per_party else []))
    return found


def room_in(filled: FilledSlot, organisation: Organisation) -> int:
    """Return how many more files ``organisation`` may put in a slot."""
    own = [
        one
        for one in filled.files
        if not filled.slot.per_party or one.organisation_id == organisation.pk
    ]
    return filled.slot.max_files - len(own)


def attach(
    application: Application,
    slot: AttachmentSlot,
    uploads: Sequence[UploadedFile],
    *,
    organisation: Organisation,
    by: User,
    at: datetime,
) -> list[Attachment]:
    """Keep ``uploads`` in ``slot``: all of them or, when the slot is too full, none.

    Raises WrongStatus when it is no longer a draft, PermissionDenied if ``by`` does not
    write for a party, NotReady when there is no room, UploadRefused for a bad file.
    """
    within = [(str(PartKind.SLOT), slot.pk)]
    with (
        kept(uploads, FOLDER) as stored_files,
        drafting.editing(application, by=by, within=within, at=at) as draft,
    ):
        room = room_in(_filled(draft, slot), organisation)
        if len(stored_files) > room:
            raise NotReady([Problem(_no_room(slot))])
        return [_row(draft, slot, organisation, stored, by=by, at=at) for stored in stored_files]


def replace(attachment: Attachment, upload: UploadedFile, *, by: User, at: datetime) -> Attachment:
    """Put ``upload`` in the place of ``attachment``, which stays in the history.

    Raises as ``attach`` does, and SetAsideAlready when another was first.
    """
    case, within = attachment.application, [(str(PartKind.SLOT), attachment.slot_id)]
    with (
        kept([upload], FOLDER) as stored,
        drafting.editing(case, by=by, within=within, at=at) as draft,
    ):
        old = _standing(draft, attachment.pk)
        new = _row(draft, old.slot, old.organisation, stored[0], by=by, at=at)
        old.set_aside_at, old.set_aside_by, old.replaced_by = at, by, new
        old.save(update_fields=["set_aside_at", "set_aside_by", "replaced_by"])
        return new


def set_aside(attachment: Attachment, *, by: User, at: datetime) -> None:
    """Take a file out of the application; the parties still find it in the history.

    Raises WrongStatus, PermissionDenied, SetAsideAlready.
    """
    case, within = attachment.application, [(str(PartKind.SLOT), attachment.slot_id)]
    with drafting.editing(case, by=by, within=within, at=at) as draft:
        old = _standing(draft, attachment.pk)
        old.set_aside_at, old.set_aside_by = at, by
        old.save(update_fields=["set_aside_at", "set_aside_by"])


def erase(attachment: Attachment, *, by: User) -> None:
    """Delete a file that was set aside, row and bytes, for good: it should never have come.

    Raises WrongStatus when it is no longer a draft, PermissionDenied.
    """
    with drafting.editing(attachment.application, by=by) as draft:
        old = Attachment.ever.filter(application=draft, pk=attachment.pk)
        if not old.filter(set_aside_at__isnull=False).delete()[0]:
            return
        events.record(draft, "erase_attachment", by=by, sha256=attachment.sha256)
        name = attachment.file.name
        transaction.on_commit(lambda: default_storage.delete(name))


@contextmanager
def kept(
    uploads: Sequence[UploadedFile], folder: str, allowed: frozenset[str] = files.DOCUMENTS
) -> Iterator[list[files.StoredFile]]:
    """Store uploads before the case is locked; without rows for them they go again."""
    stored: list[files.StoredFile] = []
    is_done = False
    try:
        for upload in uploads:
            stored.append(files.store(upload, folder, allowed))
        yield stored
        is_done = True
    finally:
        for one in () if is_done else stored:
            default_storage.delete(one.file)


def _row(
    draft: Application,
    slot: AttachmentSlot,
    organisation: Organisation,
    stored: files.StoredFile,
    *,
    by: User,
    at: datetime,
) -> Attachment:
    return Attachment.objects.create(
        application=draft,
        slot=slot,
        organisation=organisation,
        file=stored.file,
        file_name=stored.file_name,
        content_type=stored.content_type,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        uploaded_at=at,
        uploaded_by=by,
    )


def _filled(draft: Application, slot: AttachmentSlot) -> FilledSlot:
    return FilledSlot(slot, list(draft.attachments.filter(slot=slot)))


def _standing(draft: Application, pk: int) -> Attachment:
    """The file as it is under the lock of the case; SetAsideAlready if it is so no more."""
    found = draft.attachments.filter(pk=pk).select_related("organisation").first()
    if found is None:
        raise SetAsideAlready
    return found


def _no_room(slot: AttachmentSlot) -> str:
    words = {"slot": str(slot), "most": slot.max_files}
    if slot.per_party:
        return _("%(slot)s: at most %(most)d from each party. Replace or remove one.") % words
    return _("%(slot)s: at most %(most)d. Replace or remove one first.") % words
