"""Making and freezing papers: each exactly once, however often the job is run."""

import hashlib
import secrets
from collections.abc import Callable

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from applications import letter_texts, pdfs
from applications.models import (
    Agreement,
    AgreementPaper,
    AgreementStatus,
    Application,
    ApplicationPaper,
    Meeting,
    MeetingPaper,
    PaperKind,
    Stage,
    Status,
)
from icld_portal.freezing import freeze

DRAWN_BY: dict[str, Callable[[Application, str], bytes]] = {
    PaperKind.RECEIPT: pdfs.receipt_pdf,
    PaperKind.DECISION: pdfs.decision_letter_pdf,
}
DUE_IN: dict[str, frozenset[str]] = {
    PaperKind.RECEIPT: frozenset(Status.values) - {Status.DRAFT},
    PaperKind.DECISION: frozenset({Status.APPROVED, Status.REJECTED}),
}
# What a saved file is called, after the reference.
NAMES = {
    (PaperKind.RECEIPT, "sv"): "kvitto",
    (PaperKind.RECEIPT, "en"): "receipt",
    (PaperKind.DECISION, "sv"): "beslut",
    (PaperKind.DECISION, "en"): "decision",
}

AGREEMENT_NAMES = {
    (Stage.TO_SIGN, "sv"): "avtal-att-underteckna",
    (Stage.TO_SIGN, "en"): "agreement-to-sign",
    (Stage.SIGNED, "sv"): "avtal",
    (Stage.SIGNED, "en"): "agreement",
}
PROTOCOL_NAMES = {"sv": "protokoll", "en": "minutes"}


class NotDue(Exception):
    """The application has not come to what the paper is about."""


def is_due(application: Application, kind: str) -> bool:
    """Return whether ``application`` has, or will soon have, a paper of ``kind``."""
    return application.status in DUE_IN[kind]


def make_papers(application_id: int, kind: str) -> None:
    """Make the paper of ``kind`` in every language it is not made in yet.

    Raises NotDue when the case has not got there, PdfNotAvailable without Pango. A case
    that its parties have opened again before the job ran gets its paper next time.
    """
    application = Application.objects.select_related(
        "partnership", "round", "country", "sheet", "budget", "submitted_by"
    ).get(pk=application_id)
    if application.status == Status.DRAFT and application.reference:
        return
    if not is_due(application, kind):
        raise NotDue(f"{application.handle} {kind}")
    own = application.papers.filter(kind=kind, edition=application.edition)
    made = set(own.values_list("language", flat=True))
    for language, _name in settings.LANGUAGES:
        if language not in made:
            _freeze(application, kind, language, DRAWN_BY[kind](application, language))


def _wording(application: Application, kind: str) -> str:
    """Return which version of the staff's text a paper holds; empty if it holds none."""
    if kind != PaperKind.DECISION:
        return ""
    decision = application.decision
    text = letter_texts.PAPER_OF[decision.outcome]
    return letter_texts.texts_in_force([text], decision.decided_at)[text].wording


def make_protocol(meeting_id: int) -> None:
    """Make the protocol of a released meeting in every language it is not made in yet."""
    meeting = Meeting.objects.select_related("round").get(pk=meeting_id)
    made = set(meeting.papers.values_list("language", flat=True))
    for language, _name in settings.LANGUAGES:
        if language not in made:
            _freeze_protocol(meeting, language, pdfs.protocol_pdf(meeting, language))


def _freeze_protocol(meeting: Meeting, language: str, pdf: bytes) -> None:
    name = f"{meeting.round}-{PROTOCOL_NAMES[language]}.pdf"
    freeze(MeetingPaper(meeting=meeting, language=language, file_name=name), pdf)


def make_agreement_papers(agreement_id: int, stage: str) -> None:
    """Make the agreement to sign, or with its signatures, in every language not made yet.

    Raises NotDue for the signed one before all have signed.
    """
    agreement = Agreement.objects.select_related("application").with_parties().get(pk=agreement_id)
    if stage == Stage.SIGNED and agreement.status != AgreementStatus.SIGNED:
        raise NotDue(f"{agreement.application.handle} {stage}")
    made = set(agreement.papers.filter(stage=stage).values_list("language", flat=True))
    for language, _name in settings.LANGUAGES:
        if language not in made:
            _freeze_agreement(agreement, Stage(stage), language)


def _freeze_agreement(agreement: Agreement, stage: Stage, language: str) -> None:
    pdf = pdfs.agreement_pdf(agreement, stage, language)
    edition = f"-{agreement.edition}" if agreement.edition > 1 else ""
    name = f"{agreement.application.reference}-{AGREEMENT_NAMES[stage, language]}{edition}.pdf"
    paper = AgreementPaper(agreement=agreement, stage=stage, language=language, file_name=name)
    freeze(paper, pdf)


def _freeze(application: Application, kind: str, language: str, pdf: bytes) -> None:
    """Store ``pdf``, then its row; where another job was first, its paper stands."""
    stored = default_storage.save(f"papers/{secrets.token_hex(16)}.pdf", ContentFile(pdf))
    try:
        with transaction.atomic():
            if not _is_still(application):
                default_storage.delete(stored)
                return
            ApplicationPaper.objects.create(
                application=application,
                kind=kind,
                language=language,
                edition=application.edition,
                file_name=_file_name(application, kind, language),
                file=stored,
                sha256=hashlib.sha256(pdf).hexdigest(),
                size_bytes=len(pdf),
                wording=_wording(application, kind),
            )
    except IntegrityError:
        default_storage.delete(stored)


def _is_still(application: Application) -> bool:
    """Lock the case and say whether the submission that was drawn still stands."""
    now = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    return (now.status != Status.DRAFT) and now.edition == application.edition


def _file_name(application: Application, kind: str, language: str) -> str:
    """What the file is called: a second submission says that it is one."""
    again = f"-{application.edition}" if application.edition > 1 else ""
    return f"{application.reference}-{NAMES[PaperKind(kind), language]}{again}.pdf"


def newest(application: Application, kind: str, language: str) -> ApplicationPaper | None:
    """Return the paper of the submission that stands; for a draft, of the last one."""
    made = application.papers.filter(kind=kind, language=language)
    if application.status != Status.DRAFT:
        made = made.filter(edition=application.edition)
    return made.order_by("-edition").first()
