"""Every document of a case in one list: papers, agreements, attachments, files of messages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _

from applications import snapshots
from applications.models import (
    Agreement,
    AgreementPaper,
    Application,
    Attachment,
    MessageFile,
    MessageThread,
    PartKind,
    SignedCopy,
    TextKind,
)
from icld_portal import scanning
from icld_portal.models import FileScan
from partnerships.models import User


@dataclass
class Document:
    """One file: what it is, who gave it in and when, and the fingerprint of its bytes.

    ``link`` is empty once it was removed; ``held`` is what keeps it from being opened.
    """

    kind: str
    name: str
    who: str
    at: datetime
    size_bytes: int
    sha256: str
    link: str
    stored: str
    held: FileScan | None = None
    why_removed: str = ""
    # The version of the staff's own text that it holds, as "decision_approved/3"; else empty.
    wording: str = ""

    @property
    def text(self) -> str:
        """That text by its name, with its version."""
        kind, _slash, version = self.wording.partition("/")
        words = {"name": dict(TextKind.choices).get(kind, kind), "number": version}
        return _("%(name)s, version %(number)s") % words if version else ""

    @property
    def text_url(self) -> str:
        """Where ICLD reads that version."""
        return reverse("applications:text", args=self.wording.split("/")) if self.wording else ""


def documents_of(application: Application, user: User) -> list[Document]:
    """Return the documents of a case that was found visible to ``user``, the newest first.

    Six queries, however many there are.
    """
    found = [
        *_papers(application),
        *_summaries(application),
        *_agreements(application, user),
        *_attachments(application, user),
        *_message_files(application, user),
    ]
    return sorted(found, key=lambda one: (one.at, one.name), reverse=True)


def with_scans(shown: list[Document]) -> list[Document]:
    """Give each of the shown documents what keeps it from being opened; one query."""
    held = scanning.held(one.stored for one in shown) if shown else {}
    for one in shown:
        one.held = held.get(one.stored)
    return shown


def _papers(application: Application) -> Iterator[Document]:
    newest: dict[tuple[str, str], int] = {}
    papers = list(application.papers.all())
    for paper in papers:
        key = (paper.kind, paper.language)
        newest[key] = max(newest.get(key, 0), paper.edition)
    for paper in papers:
        address = [application.handle, paper.kind, paper.language]
        # An earlier submission's receipt stays stored; the address shows the newest.
        is_newest = newest[(paper.kind, paper.language)] == paper.edition
        link = reverse("applications:paper", args=address) if is_newest else ""
        yield Document(
            _in_language(paper.get_kind_display(), paper.language),
            paper.file_name,
            _("The portal"),
            paper.made_at,
            paper.size_bytes,
            paper.sha256,
            link,
            paper.file.name or "",
            wording=paper.wording,
        )


def _summaries(application: Application) -> Iterator[Document]:
    for paper in application.summaries.all():
        address = [application.handle, paper.stage, paper.language]
        yield Document(
            _in_language(paper.get_stage_display(), paper.language),
            paper.file_name,
            _("The portal"),
            paper.made_at,
            paper.size_bytes,
            paper.sha256,
            reverse("applications:summary_paper", args=address),
            paper.file.name or "",
        )


def _agreements(application: Application, user: User) -> Iterator[Document]:
    visible = Agreement.objects.all().visible_to(user).filter(application=application)
    papers = AgreementPaper.objects.filter(agreement__in=visible).select_related("agreement")
    for paper in papers:
        address = [application.handle, paper.agreement.edition, paper.stage, paper.language]
        yield Document(
            _in_language(paper.get_stage_display(), paper.language),
            paper.file_name,
            _("The portal"),
            paper.made_at,
            paper.size_bytes,
            paper.sha256,
            reverse("applications:agreement_paper", args=address),
            paper.file.name or "",
            wording=paper.agreement.content["text"][paper.language]["wording"],
        )
    for copy in SignedCopy.objects.filter(agreement__in=visible).select_related("sent_by"):
        yield Document(
            _("Agreement signed by hand"),
            copy.file_name,
            copy.sent_by.name,
            copy.sent_at,
            copy.size_bytes,
            copy.sha256,
            reverse("applications:agreement_copy", args=[application.handle, copy.pk]),
            copy.file.name or "",
        )


def _attachments(application: Application, user: User) -> Iterator[Document]:
    current = Attachment.objects.select_related("slot", "organisation", "uploaded_by")
    prefetch_related_objects([application], Prefetch("attachments", current))
    snapshots.for_reader(application, user, kinds={PartKind.SLOT})
    for one in application.attachments.all():
        name = one.uploaded_by.name if one.uploaded_by else "–"
        yield Document(
            str(one.slot),
            one.file_name,
            f"{name}, {one.organisation.name}",
            one.uploaded_at,
            one.size_bytes,
            one.sha256,
            reverse("applications:attachment", args=[application.handle, one.pk]),
            one.file.name or "",
        )


def _message_files(application: Application, user: User) -> Iterator[Document]:
    threads = MessageThread.objects.all().visible_to(user).filter(application=application)
    rows = MessageFile.objects.filter(message__thread__in=threads).select_related(
        "message__thread", "message__author", "message__organisation", "removal"
    )
    for one in rows:
        message, removal = one.message, getattr(one, "removal", None)
        address = reverse("applications:message_file", args=[message.thread_id, one.pk])
        yield Document(
            _("Message: %(subject)s") % {"subject": message.thread.subject},
            one.file_name,
            f"{message.author.name}, {message.organisation.name}",
            message.written_at,
            one.size_bytes,
            one.sha256,
            "" if removal else address,
            one.file.name or "",
            why_removed=removal.reason if removal else "",
        )


def _in_language(label: str, language: str) -> str:
    return f"{label}, {dict(settings.LANGUAGES)[language]}"
