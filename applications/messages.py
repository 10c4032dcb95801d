"""Messages between the parties and ICLD: begun, answered, read; each tells who is concerned."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import notices, rules
from applications.models import (
    Application,
    Message,
    MessageFile,
    MessageThread,
    RemovedFile,
    ThreadRead,
)
from icld_portal import events, files
from icld_portal.files import StoredFile
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships.models import Membership, Organisation, User
from partnerships.models.people import OFFICE_ROLES

# More than anybody writes by hand; a script that has got loose stops here.
MOST_IN_AN_HOUR = 30
FOLDER = "messages"


def begin_thread(
    application: Application,
    *,
    subject: str,
    text: str,
    by: User,
    uploads: Sequence[UploadedFile] = (),
    key: uuid.UUID | None = None,
    at: datetime | None = None,
) -> MessageThread:
    """Write to the other side about something new; a form sent twice begins one thread.

    In a draft this asks ICLD for help: its people read the thread, not the draft. Raises
    PermissionDenied if ``by`` only reads, NotReady when they have written too often.
    """
    at, key = at or timezone.now(), key or uuid.uuid4()
    with _kept(uploads) as stored, transaction.atomic():
        # Locked, so that of two identical forms the second finds what the first has made.
        application = (
            Application.objects.select_for_update(of=("self",))
            .select_related("partnership", "officer")
            .get(pk=application.pk)
        )
        if twin := Message.objects.filter(author=by, key=key).first():
            return _instead(twin, stored)
        thread = MessageThread(
            application=application, subject=subject, begun_by=by, begun_at=at, last_at=at
        )
        _check(application, by=by, at=at)
        thread.save()
        _write(thread, text, by=by, stored=stored, key=key, at=at)
    return thread


def answer(
    thread: MessageThread,
    *,
    text: str,
    by: User,
    uploads: Sequence[UploadedFile] = (),
    key: uuid.UUID | None = None,
    at: datetime | None = None,
) -> MessageThread:
    """Write one message more in ``thread``; a form sent twice writes one.

    Raises PermissionDenied and NotReady as ``begin_thread``.
    """
    at, key = at or timezone.now(), key or uuid.uuid4()
    with _kept(uploads) as stored, transaction.atomic():
        locked = (
            MessageThread.objects.select_for_update(of=("self",))
            .select_related("application__partnership", "application__officer")
            .get(pk=thread.pk)
        )
        if twin := Message.objects.filter(author=by, key=key).first():
            return _instead(twin, stored)
        _check(locked.application, by=by, at=at)
        # Two clocks may differ: the thread never goes backwards.
        locked.last_at = max(at, locked.last_at)
        locked.save(update_fields=["last_at"])
        _write(locked, text, by=by, stored=stored, key=key, at=locked.last_at)
    return locked


def mark_read(thread: MessageThread, *, by: User) -> None:
    """Note that ``by`` has seen every message that ``thread``, as it was loaded, holds."""
    read, is_new = ThreadRead.objects.get_or_create(
        thread=thread, user=by, defaults={"read_at": thread.last_at}
    )
    if not is_new and read.read_at < thread.last_at:
        ThreadRead.objects.filter(pk=read.pk, read_at__lt=thread.last_at).update(
            read_at=thread.last_at
        )


@transaction.atomic
def remove_file(
    file: MessageFile, *, by: User, reason: str, at: datetime | None = None
) -> RemovedFile:
    """Delete the bytes of a harmful file for good; its row, its fingerprint and the reason stay.

    Raises NotReady without a reason, WrongStatus when it is removed already,
    PermissionDenied if ``by`` does not keep cases.
    """
    file = MessageFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    application = file.message.thread.application
    if not rules.may_remove_file(by, application):
        raise PermissionDenied("remove_file")
    if not reason.strip():
        raise NotReady([Problem(_("Write why the file is removed."), anchor="reason")])
    if RemovedFile.objects.filter(file=file).exists():
        raise WrongStatus("remove_file")
    removal = RemovedFile.objects.create(
        file=file, removed_by=by, removed_at=at or timezone.now(), reason=reason.strip()
    )
    events.record(
        application, "remove_file", by=by, at=at, sha256=file.sha256, reason=removal.reason
    )
    stored = file.file.name
    transaction.on_commit(lambda: default_storage.delete(stored))
    return removal


def _check(application: Application, *, by: User, at: datetime) -> None:
    if not rules.may_write_message(by, application):
        raise PermissionDenied("write_message")
    lately = Message.objects.filter(author=by, written_at__gt=at - timedelta(hours=1))
    if lately.count() >= MOST_IN_AN_HOUR:
        text = _("You have sent %(number)d messages within an hour. Wait a while, then send this.")
        raise NotReady([Problem(text % {"number": MOST_IN_AN_HOUR}, anchor="text")])


def _write(
    thread: MessageThread,
    text: str,
    *,
    by: User,
    stored: Sequence[StoredFile],
    key: uuid.UUID,
    at: datetime,
) -> None:
    organisation = organisation_of(by, thread.application)
    message = Message.objects.create(
        thread=thread, author=by, organisation=organisation, text=text, written_at=at, key=key
    )
    MessageFile.objects.bulk_create(MessageFile(message=message, **asdict(one)) for one in stored)
    mark_read(thread, by=by)
    events.record(
        thread.application,
        "write_message",
        by=by,
        at=at,
        thread_id=thread.pk,
        about=thread.subject,
        organisation_id=organisation.pk,
    )
    notices.tell_message(thread, by=by, organisation=organisation)


def organisation_of(user: User, application: Application) -> Organisation:
    """For whom ``user`` writes about the case: a party they belong to, else ICLD."""
    own = rules.party_ids(application) & set(user.roles)
    if not own:
        office = Membership.objects.filter(user=user, role__in=OFFICE_ROLES).order_by("pk")
        own = {office.values_list("organisation", flat=True)[0]}
    return Organisation.objects.get(pk=min(own))


@contextmanager
def _kept(uploads: Sequence[UploadedFile]) -> Iterator[list[StoredFile]]:
    """Store the files; whatever goes wrong before their rows are there, they go again."""
    stored: list[StoredFile] = []
    try:
        stored += [files.store(upload, FOLDER) for upload in uploads]
        yield stored
    except BaseException:
        _remove(stored)
        raise


def _instead(twin: Message, stored: Sequence[StoredFile]) -> MessageThread:
    """The same form has been sent before: its message stands, these files are not needed."""
    _remove(stored)
    return twin.thread


def _remove(stored: Sequence[StoredFile]) -> None:
    for one in stored:
        default_storage.delete(one.file)
