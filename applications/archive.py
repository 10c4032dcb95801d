"""Files that are made to order from a case: its draft as a PDF, and all of it in one ZIP."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, BinaryIO

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import prefetch_related_objects
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications import pdfs, snapshots
from applications.case_data import agreements_data, case_data
from applications.models import (
    Agreement,
    AgreementPaper,
    Application,
    ApplicationPaper,
    Attachment,
    SignedCopy,
    Status,
    SummaryPaper,
)
from applications.models.agreements import AgreementQuerySet
from icld_portal import scanning
from icld_portal.files import CHUNK_BYTES
from icld_portal.localize import STOCKHOLM, in_language
from icld_portal.prepared import Made, Refused
from partnerships.models import User

# A name in a ZIP is unpacked on disks that take 255 bytes; its number and ending come to it.
NAME_BYTES = 180
NOT_IN_FOLDERS = str.maketrans(dict.fromkeys('\\/<>:"|?*', "-"))
SUMS = "SHA256SUMS.txt"
MANIFEST = "manifest.json"
README = """\
{handle} {title}

SV  content.json är allt som parterna har skrivit, med frågorna på svenska och engelska.
    papers/ är ärendets handlingar, attachments/ bilagorna, en mapp för varje plats,
    agreement/ avtalet. Vad som avtalats, vem som undertecknat och deras SHA-256 står också i
    content.json.
    manifest.json säger vad varje fil är. Kontrollera med: sha256sum -c SHA256SUMS.txt
EN  content.json is all that the parties have written, with the questions in Swedish and English.
    papers/ holds the papers of the case, attachments/ the attachments, a folder for each place,
    agreement/ the agreement. What was agreed, who has signed and their SHA-256 stand in
    content.json too.
    manifest.json says what each file is. Check with: sha256sum -c SHA256SUMS.txt
"""


def make_draft_pdf(
    by: User, facts: dict[str, Any], out: BinaryIO, progress: Callable[[int, int], None]
) -> Made:
    """Write the draft of an application as a PDF that says on every page that it is one."""
    draft = _case(by, facts)
    if draft.status != Status.DRAFT:
        raise Refused(_("The application is handed in: its receipt holds the whole text."))
    language = get_language() or "sv"
    out.write(pdfs.draft_pdf(draft, language, at=timezone.now()))
    name = {"sv": "utkast", "en": "draft"}[language]
    return Made(f"{name}-{draft.handle}.pdf", "application/pdf")


def make_case_zip(
    by: User, facts: dict[str, Any], out: BinaryIO, progress: Callable[[int, int], None]
) -> Made:
    """Write the whole case: content, papers, attachments, and a sum of each to check it by."""
    case = _case(by, facts)
    papers: list[ApplicationPaper | SummaryPaper] = [
        *case.papers.order_by("kind", "edition", "language"),
        *case.summaries.order_by("stage", "language"),
    ]
    prefetch_related_objects([case], "attachments__organisation")
    attachments = sorted(case.attachments.all(), key=lambda one: (one.slot_id, one.pk))
    signed = _agreement_files(by, case)
    total = 2 + len(papers) + len(attachments) + len(signed)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        box = CaseBox(package, case)
        box.add("README.txt", [README.format(handle=case.handle, title=case.title).encode()])
        data = case_data(case) | {"agreements": agreements_data(_agreements(by, case))}
        box.add("content.json", [_json(data)], sv="Ärendets innehåll", en="The content")
        progress(2, total)
        if case.status == Status.DRAFT:
            _add_drafts(box, case)
        for done, paper in enumerate(papers, start=3):
            if isinstance(paper, SummaryPaper):
                label = str(paper.get_stage_display())
            else:
                label = str(paper.get_kind_display())
            box.add(f"papers/{paper.file_name}", _chunks(paper.file), at=paper.made_at, en=label)
            progress(done, total)
        held = scanning.held(attachment.file.name for attachment in attachments)
        for number, attachment in enumerate(attachments, start=1):
            if scan := held.get(attachment.file.name):
                box.left_out.append({"file_name": attachment.file_name, "why": scan.state})
            else:
                _add_attachment(box, attachment, number)
            progress(2 + len(papers) + number, total)
        for place, one in enumerate(signed, start=1):
            _add_agreement_file(box, one)
            progress(total - len(signed) + place, total)
        box.close()
    return Made(f"{case.handle}.zip", "application/zip")


def _agreements(by: User, case: Application) -> AgreementQuerySet:
    """The agreements of the case that ``by`` may read, cancelled ones too, the first one first."""
    own = Agreement.objects.all().visible_to(by).filter(application=case)
    return own.with_parties().order_by("edition")


def _agreement_files(by: User, case: Application) -> list[AgreementPaper | SignedCopy]:
    """The papers of the case's agreements and the copies signed by hand, for who may read them."""
    own = _agreements(by, case)
    papers = AgreementPaper.objects.filter(agreement__in=own)
    copies = SignedCopy.objects.filter(agreement__in=own).select_related("agreement")
    return [
        *papers.select_related("agreement").order_by("agreement__edition", "stage", "language"),
        *copies.order_by("pk"),
    ]


def _add_agreement_file(box: "CaseBox", one: AgreementPaper | SignedCopy) -> None:
    if isinstance(one, AgreementPaper):
        label = str(one.get_stage_display())
        box.add(f"agreement/{one.file_name}", _chunks(one.file), at=one.made_at, en=label)
        return
    if scan := scanning.held([one.file.name]).get(one.file.name):
        box.left_out.append({"file_name": one.file_name, "why": scan.state})
        return
    path = f"agreement/{one.agreement.edition}-{one.pk} {_short(one.file_name)}"
    box.add(path, _chunks(one.file), at=one.sent_at, sha256_when_sent=one.sha256)


class CaseBox:
    """Puts files into a ZIP one by one, a piece at a time, and keeps the list of them."""

    def __init__(self, package: zipfile.ZipFile, case: Application) -> None:
        self.package = package
        self.case = case
        self.made_at = timezone.now()
        self.files: list[dict[str, Any]] = []
        self.left_out: list[dict[str, str]] = []

    def add(
        self, path: str, chunks: Iterable[bytes], *, at: datetime | None = None, **facts: Any
    ) -> None:
        """Write ``chunks`` under ``path`` and note the size and SHA-256 of what was written."""
        digest, size = hashlib.sha256(), 0
        written_at = timezone.localtime(at or self.made_at, STOCKHOLM)
        entry = zipfile.ZipInfo(path, date_time=written_at.timetuple()[:6])
        with self.package.open(entry, "w") as target:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        self.files.append({"path": path, "size_bytes": size, "sha256": digest.hexdigest(), **facts})

    def close(self) -> None:
        """Write the manifest and, last, the sums of everything, the manifest's included."""
        manifest = {
            "case": self.case.handle,
            "title_sv": self.case.title_sv,
            "title_en": self.case.title_en,
            "made_at": self.made_at,
            "files": list(self.files),
            "left_out": self.left_out,
        }
        self.add(MANIFEST, [_json(manifest)])
        sums = "".join(f"{file['sha256']}  {file['path']}\n" for file in self.files)
        self.package.writestr(SUMS, sums.encode())


def _case(by: User, facts: dict[str, Any]) -> Application:
    """The case as its reader may see it now; Refused when that is no more."""
    cases = Application.objects.all().with_content().visible_to(by)
    case = cases.filter(pk=facts["application"]).first()
    if case is None:
        raise Refused(_("You may not read this application any more."))
    return snapshots.for_reader(case, by)


def _add_drafts(box: CaseBox, case: Application) -> None:
    for language, _name in settings.LANGUAGES:
        pdf = pdfs.draft_pdf(case, language, at=box.made_at)
        box.add(f"papers/draft-{case.handle}-{language}.pdf", [pdf], sv="Utkast", en="Draft")


def _add_attachment(box: CaseBox, attachment: Attachment, number: int) -> None:
    slot = attachment.slot
    folder = in_language(slot, "name").translate(NOT_IN_FOLDERS).strip(". ") or slot.key
    box.add(
        f"attachments/{folder}/{number:02d} {_short(attachment.file_name)}",
        _chunks(attachment.file),
        at=attachment.uploaded_at,
        sv=slot.name_sv,
        en=slot.name_en,
        file_name=attachment.file_name,
        party=attachment.organisation.name,
        sha256_when_attached=attachment.sha256,
    )


def _short(name: str) -> str:
    """A file's name in at most 180 bytes, its ending kept; it was made safe when it came."""
    stem, dot, ending = name.rpartition(".")
    cut = stem.encode()[: NAME_BYTES - len(ending.encode()) - 1].decode(errors="ignore")
    return f"{cut.rstrip()}{dot}{ending}"


def _chunks(file: FieldFile) -> Iterator[bytes]:
    with file.open("rb") as opened:
        yield from opened.chunks(CHUNK_BYTES)


def _json(data: Any) -> bytes:
    return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2).encode()
