"""Files from people: taken in by what they contain, kept under random names, given back safely."""

import hashlib
import re
import secrets
import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from icld_portal import scanning
from icld_portal.localize import file_size

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCUMENTS = frozenset({PDF, PNG, JPEG, DOCX, XLSX})

# The first ending of a kind is the one a file gets that came with a strange one.
ENDINGS = {
    PDF: (".pdf",),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg"),
    DOCX: (".docx",),
    XLSX: (".xlsx",),
}
SHOWN_IN_BROWSER = frozenset({PDF, PNG, JPEG})

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_PARTS = 5_000
MAX_PIXELS = 100_000_000
NAME_MAX_CHARACTERS = 150
CHUNK_BYTES = 64 * 1024

OFFICE_MAIN_PARTS = {
    DOCX: (b"wordprocessingml.document.main+xml", re.compile(r"word/document\d*\.xml")),
    XLSX: (b"spreadsheetml.sheet.main+xml", re.compile(r"xl/workbook\d*\.xml")),
}
MACROS = re.compile(r"vbaproject|vbadata|macroenabled|macrosheet|activex", re.IGNORECASE)
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NOT_IN_NAMES = re.compile(r'[<>:"|?*]')


class UploadRefused(Exception):
    """A file was not taken in; the message says why and what to do."""


class Held(Exception):
    """A stored file may not be handed out; the message says why."""


@dataclass(frozen=True)
class Checked:
    """What a file was found to be."""

    content_type: str
    sha256: str
    size: int


@dataclass(frozen=True)
class StoredFile:
    """Facts of a stored file, named like the columns that keep them."""

    file: str
    file_name: str
    content_type: str
    size_bytes: int
    sha256: str


def check_upload(uploaded: UploadedFile, allowed: frozenset[str] = DOCUMENTS) -> Checked:
    """Return what ``uploaded`` is, judged by its content; its name and claims are not asked.

    Raises UploadRefused for another kind, for more than 10 MB packed or 100 MB unpacked,
    for macros, and for files that are damaged.
    """
    size = uploaded.size or 0
    if not size:
        raise UploadRefused(_("The file is empty. Choose the file again."))
    if size > MAX_BYTES:
        raise UploadRefused(
            _("The file is %(size)s, and at most 10 MB is taken. Save it in a smaller form.")
            % {"size": file_size(size)}
        )
    content_type = _kind(uploaded)
    if content_type not in allowed:
        raise UploadRefused(_wanted(allowed))
    return Checked(content_type, *_fingerprint(uploaded))


def store(uploaded: UploadedFile, folder: str, allowed: frozenset[str] = DOCUMENTS) -> StoredFile:
    """Check ``uploaded`` and keep it in ``folder`` of the file store under a random name."""
    checked = check_upload(uploaded, allowed)
    uploaded.seek(0)
    kept_as = f"{folder}/{secrets.token_hex(16)}{ENDINGS[checked.content_type][0]}"
    stored = default_storage.save(kept_as, uploaded)
    scanning.await_scan(stored)
    return StoredFile(
        file=stored,
        file_name=safe_name(uploaded.name or "", checked.content_type),
        content_type=checked.content_type,
        size_bytes=checked.size,
        sha256=checked.sha256,
    )


def download(
    stored: FieldFile, name: str, content_type: str, *, inline: bool = False
) -> FileResponse:
    """Return a stored file as a response; only PDFs and pictures are ever shown in place."""
    response = FileResponse(
        stored.open("rb"),
        as_attachment=not (inline and content_type in SHOWN_IN_BROWSER),
        filename=safe_name(name, content_type),
        content_type=content_type,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def hand_out(
    stored: FieldFile, name: str, content_type: str, *, inline: bool = False
) -> FileResponse:
    """As ``download``, for what people have sent: Held for a file not found clean yet."""
    if scan := scanning.held([stored.name or ""]).get(stored.name or ""):
        words = {"name": name, "state": scan.get_state_display()}
        raise Held(_("%(name)s cannot be opened: %(state)s.") % words)
    return download(stored, name, content_type, inline=inline)


def safe_name(name: str, content_type: str) -> str:
    """Return ``name`` as people may see it: no path, no hidden or turning characters.

    At most 150 characters, and always with an ending that tells what the file is.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C" or sign == "\t")
    line = " ".join(NOT_IN_NAMES.sub("_", seen).split()).strip(". ")
    stem, ending = PurePosixPath(line).stem, PurePosixPath(line).suffix
    endings = ENDINGS.get(content_type, (ending,))
    if ending.lower() not in endings:
        ending = endings[0]
    return f"{stem[: NAME_MAX_CHARACTERS - len(ending)].rstrip('. ') or 'file'}{ending}"


class UploadField(forms.FileField):
    """One file of the allowed kinds; refuses the others beside the field."""

    def __init__(self, *, allowed: frozenset[str] = DOCUMENTS, **options: Any) -> None:
        self.allowed = allowed
        super().__init__(**options)
        # The words of check_upload, which says what to do about it.
        self.error_messages["empty"] = gettext_lazy("The file is empty. Choose the file again.")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let the browser's file chooser show the allowed kinds first."""
        return {"accept": ",".join(end for kind in sorted(self.allowed) for end in ENDINGS[kind])}

    def to_python(self, data: Any) -> Any:
        """Return the upload once it has passed the check."""
        uploaded: Any = super().to_python(data)
        if uploaded is not None:
            try:
                check_upload(uploaded, self.allowed)
            except UploadRefused as refused:
                raise ValidationError(str(refused), code="refused") from refused
        return uploaded


@dataclass(frozen=True)
class Taken:
    """What came of several files at once; ``refused`` says of each why, by its name."""

    files: list[UploadedFile]
    refused: list[str]


class UploadsField(UploadField):
    """Several files in one go: the good ones are taken, each refused one is named."""

    widget = type("SeveralFiles", (forms.FileInput,), {"allow_multiple_selected": True})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let several files be chosen."""
        return super().widget_attrs(widget) | {"multiple": True}

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return a Taken; ValidationError when there is no file, or none that can be taken."""
        sent = [one for one in data or [] if one]
        if not sent:
            return super().clean(None, initial)
        taken = Taken([], [])
        for uploaded in sent:
            try:
                taken.files.append(super().clean(uploaded, initial))
            except ValidationError as error:
                name = shown_name(uploaded.name or "")
                taken.refused.append(f"{name}: {' '.join(error.messages)}")
        if not taken.files:
            raise ValidationError(taken.refused)
        return taken


def shown_name(name: str) -> str:
    """Return the name of a file that was not taken, fit to be read back to its sender."""
    return safe_name(name, "application/octet-stream")


def _wanted(allowed: frozenset[str]) -> str:
    kinds = ", ".join(sorted(ENDINGS[kind][0].strip(".").upper() for kind in allowed))
    return _("This kind of file is not taken. Choose one of: %(kinds)s.") % {"kinds": kinds}


def _damaged() -> UploadRefused:
    return UploadRefused(
        _("The file is damaged and cannot be opened. Save it again and choose the new file.")
    )


def _fingerprint(uploaded: UploadedFile) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in uploaded.chunks(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _kind(uploaded: UploadedFile) -> str | None:
    uploaded.seek(0)
    head = uploaded.read(16)
    uploaded.seek(0)
    if head.startswith(b"%PDF-"):
        return _checked_pdf(uploaded)
    if head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        return _checked_picture(uploaded)
    if head.startswith(b"PK\x03\x04"):
        return _checked_office(uploaded)
    if head.startswith(OLD_OFFICE):
        raise UploadRefused(
            _("The file has a password or is of an old Office kind. Save it as DOCX, XLSX or PDF.")
        )
    return None


def _checked_pdf(uploaded: UploadedFile) -> str:
    uploaded.seek(0, 2)
    uploaded.seek(max(0, uploaded.tell() - 2048))
    if b"%%EOF" not in uploaded.read():
        raise _damaged()
    return PDF


def _checked_picture(uploaded: UploadedFile) -> str:
    from PIL import Image  # Large, and few web workers ever need it.

    try:
        with Image.open(uploaded, formats=["PNG", "JPEG"]) as picture:
            found, pixels = picture.format, picture.width * picture.height
            # Not load(): a picture unpacked in memory would outgrow a web worker.
            picture.verify()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        pixels = MAX_PIXELS + 1
    except (OSError, SyntaxError, ValueError, LookupError, struct.error, zlib.error) as error:
        raise _damaged() from error
    if pixels > MAX_PIXELS:
        raise UploadRefused(_("The picture is too large to open. Save it with fewer pixels."))
    return PNG if found == "PNG" else JPEG


def _checked_office(uploaded: UploadedFile) -> str | None:
    try:
        with zipfile.ZipFile(uploaded) as package:
            _refuse_bombs(package)
            return _office_kind(package)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise _damaged() from error
    except (NotImplementedError, RuntimeError) as error:
        # A part that is encrypted, or packed in a way no Office program uses.
        raise _damaged() from error


def _refuse_bombs(package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise UploadRefused(
            _("The file is too large when it is unpacked: at most 100 MB is taken.")
        )
    # The sizes above are the file's own words: reading every part holds them to it.
    for part in parts:
        with package.open(part) as opened:
            while opened.read(CHUNK_BYTES):
                pass


def _office_kind(package: zipfile.ZipFile) -> str | None:
    names = package.namelist()
    if "[Content_Types].xml" not in names:
        return None
    declared = package.read("[Content_Types].xml")
    if any(MACROS.search(name) for name in [*names, declared.decode("utf-8", "replace")]):
        raise UploadRefused(
            _("The file holds macros. Save it as an ordinary DOCX or XLSX file without macros.")
        )
    for kind, (main_type, main_part) in OFFICE_MAIN_PARTS.items():
        if main_type in declared and any(main_part.fullmatch(name) for name in names):
            return kind
    return None
