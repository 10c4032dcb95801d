"""What is taken in from people, what is refused and why, and how it is given back."""

import hashlib
import re
import struct
import zipfile
import zlib
from dataclasses import asdict
from io import BytesIO

import openpyxl
import pytest
from django import forms
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.fields.files import FieldFile
from django.utils import translation
from PIL import Image

from applications.models import Attachment
from icld_portal import files
from icld_portal import settings as portal_settings
from icld_portal.files import (
    DOCX,
    JPEG,
    PDF,
    PNG,
    XLSX,
    UploadField,
    UploadRefused,
    check_upload,
    download,
    safe_name,
    store,
)

PDF_BYTES = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
# The harmless sign that every virus scanner knows; in two halves, or one would take this file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
TYPES = b"""<?xml version="1.0"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Override PartName="/%s" ContentType="application/vnd.openxmlformats-officedocument.%s"/>%s</Types>
"""
WORD = (b"word/document.xml", b"wordprocessingml.document.main+xml")


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def file_store(settings, tmp_path):
    """The folder in which files are kept, as the portal keeps them on disk."""
    on_disk = portal_settings.STORAGES["default"]
    options = {**on_disk["OPTIONS"], "location": str(tmp_path)}
    settings.STORAGES = {**settings.STORAGES, "default": {**on_disk, "OPTIONS": options}}
    return tmp_path


def upload(content, name="letter"):
    return SimpleUploadedFile(name, content, content_type="text/html")


def picture(kind, size=(4, 3)):
    drawn = BytesIO()
    Image.new("RGB", size).save(drawn, kind)
    return drawn.getvalue()


def spreadsheet():
    written = BytesIO()
    openpyxl.Workbook().save(written)
    return written.getvalue()


def package(parts):
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def word(extra_type=b"", **extra_parts):
    part, kind = WORD
    types = TYPES % (part, kind, extra_type)
    return package({"[Content_Types].xml": types, part.decode(): "<w/>", **extra_parts})


def refusal(content, **options):
    with pytest.raises(UploadRefused) as refused:
        check_upload(upload(content), **options)
    return str(refused.value)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (PDF_BYTES, PDF),
        (picture("PNG"), PNG),
        (picture("JPEG"), JPEG),
        (word(), DOCX),
        (spreadsheet(), XLSX),
    ],
    ids=["pdf", "png", "jpeg", "docx", "xlsx"],
)
def test_a_file_is_known_by_its_content(content, content_type):
    checked = check_upload(upload(content, "claims-to-be.html"))

    assert checked.content_type == content_type
    assert checked.sha256 == hashlib.sha256(content).hexdigest()
    assert checked.size == len(content)


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>",
        b"MZ\x90\x00 program",
        b"GIF89a",
        b"<?xml version='1.0'?><svg/>",
        b" %PDF-1.7 %%EOF",
        package({"letter.docx": "a renamed zip"}),
        package({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}),
    ],
)
def test_another_kind_is_refused_with_the_kinds_that_are_taken(content):
    assert refusal(content) == (
        "This kind of file is not taken. Choose one of: DOCX, JPG, PDF, PNG, XLSX."
    )


def test_a_kind_outside_a_shorter_list_is_refused():
    assert refusal(picture("PNG"), allowed=frozenset({PDF})).endswith("Choose one of: PDF.")


def test_ten_megabytes_pass_and_one_byte_more_does_not(monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", len(PDF_BYTES))

    assert check_upload(upload(PDF_BYTES)).size == len(PDF_BYTES)
    assert "at most 10 MB" in refusal(PDF_BYTES + b"\n")


def test_an_empty_file_is_refused():
    assert refusal(b"") == "The file is empty. Choose the file again."


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7 cut off",
        picture("PNG")[:-8],
        picture("JPEG")[:20],
        word()[:-30],
        b"PK\x03\x04" + b"\x00" * 100,
    ],
    ids=["pdf", "png", "jpeg", "docx", "zip"],
)
def test_a_damaged_file_is_refused(content):
    assert refusal(content).startswith("The file is damaged")


def test_a_file_with_a_password_or_of_an_old_kind_is_refused():
    assert "Save it as DOCX, XLSX or PDF" in refusal(files.OLD_OFFICE + b"\x00" * 100)


@pytest.mark.parametrize(
    "content",
    [
        word(**{"word/vbaProject.bin": "macro"}),
        word(b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'),
        word(**{"xl/macrosheets/sheet1.xml": "<x/>"}),
    ],
    ids=["part", "declared", "macro sheet"],
)
def test_macros_are_refused(content):
    assert refusal(content).startswith("The file holds macros")


def test_a_file_that_unpacks_to_too_much_is_refused():
    bomb = word(**{"word/media/zeros": b"\x00" * (files.MAX_UNPACKED_BYTES + 1)})

    assert len(bomb) < files.MAX_BYTES
    assert "at most 100 MB" in refusal(bomb)


def test_a_file_that_lies_about_its_unpacked_size_is_refused():
    honest = word(**{"word/media/zeros": b"\x00" * 5_000_000})
    lying = honest.replace(struct.pack("<I", 5_000_000), struct.pack("<I", 5))

    assert lying != honest
    assert refusal(lying).startswith("The file is damaged")


def test_a_package_of_too_many_parts_is_refused(monkeypatch):
    monkeypatch.setattr(files, "MAX_PARTS", 2)

    assert check_upload(upload(word())).content_type == DOCX
    assert "at most 100 MB" in refusal(word(more=b""))


def test_a_picture_of_too_many_pixels_is_refused(monkeypatch):
    monkeypatch.setattr(files, "MAX_PIXELS", 12)

    assert check_upload(upload(picture("PNG", (4, 3)))).content_type == PNG
    assert refusal(picture("PNG", (4, 4))).startswith("The picture is too large")


def png_that_says(width, height):
    """A PNG of a few bytes whose head promises any number of pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\x00" * 1000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (EICAR, "This kind of file is not taken."),
        (b"<!doctype html><script>alert(1)</script>", "This kind of file is not taken."),
        (b"%PDF-1.7<script>alert(1)</script>", "The file is damaged"),
        (word(**{"word/media/zeros": b"\x00" * (files.MAX_UNPACKED_BYTES + 1)}), "at most 100 MB"),
        (
            word(
                b'<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'
            ),
            "The file holds macros.",
        ),
        (word(**{"word/vbaProject.bin": "macro"}), "The file holds macros."),
        (png_that_says(50_000, 50_000), "The picture is too large to open."),
    ],
    ids=["EICAR", "HTML", "HTML in PDF", "bomb", "docm", "docm as docx", "huge picture"],
)
def test_what_is_sent_to_do_harm_is_refused_with_its_reason(content, reason):
    assert reason in refusal(content)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("/etc/cron.d/evil.html", "evil.html"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("plan\x00.pdf\u202efdp.exe", "plan.pdffdp.exe"),
        ("a" * 300 + ".html", "a" * 145 + ".html"),
    ],
    ids=["path", "drive", "hidden signs", "too long"],
)
def test_a_refused_file_is_named_without_tricks(name, shown):
    assert files.shown_name(name) == shown


@pytest.mark.parametrize(
    ("name", "content_type", "shown"),
    [
        ("Avsiktsförklaring Kisumu.pdf", PDF, "Avsiktsförklaring Kisumu.pdf"),
        ("../../etc/passwd", PDF, "passwd.pdf"),
        (r"C:\Users\anna\brev.PDF", PDF, "brev.PDF"),
        ("a\x00b\r\nc\u202efdp.exe", PDF, "abcfdp.pdf"),
        ('"; filename="x.html', PNG, "_; filename=_x.png"),
        ("...", PDF, "file.pdf"),
        ("", JPEG, "file.jpg"),
        ("photo.jpeg", JPEG, "photo.jpeg"),
        ("a\u0308rende.docx", DOCX, "ärende.docx"),
    ],
)
def test_a_name_is_safe_to_show(name, content_type, shown):
    assert safe_name(name, content_type) == shown


def test_a_name_is_at_most_150_characters_and_keeps_its_ending():
    assert safe_name("å" * 400 + ".pdf", PDF) == "å" * 146 + ".pdf"


def test_a_stored_file_has_a_random_name_and_the_same_bytes(file_store):
    first = store(upload(PDF_BYTES, "brev.pdf"), "letters")
    second = store(upload(PDF_BYTES, "brev.pdf"), "letters")

    assert re.fullmatch(r"letters/[0-9a-f]{32}\.pdf", first.file)
    assert first.file != second.file
    assert (first.file_name, first.size_bytes) == ("brev.pdf", len(PDF_BYTES))
    assert default_storage.open(first.file).read() == PDF_BYTES
    assert (file_store / first.file).stat().st_mode & 0o777 == 0o640


def test_a_stored_picture_and_spreadsheet_are_whole(file_store):
    for content in (picture("PNG"), picture("JPEG"), word(), spreadsheet()):
        assert default_storage.open(store(upload(content), "letters").file).read() == content


def test_a_refused_file_leaves_nothing_behind(file_store):
    with pytest.raises(UploadRefused):
        store(upload(b"<html>"), "letters")

    assert not list(file_store.iterdir())


def test_the_facts_of_a_stored_file_fill_an_attachment(file_store):
    stored = store(upload(PDF_BYTES, "brev.pdf"), "letters")

    attachment = Attachment(**asdict(stored))

    assert attachment.file.read() == PDF_BYTES
    assert attachment.sha256 == hashlib.sha256(PDF_BYTES).hexdigest()


def answer(content, name, content_type, **options):
    stored = store(upload(content), "letters")
    field_file = FieldFile(None, Attachment._meta.get_field("file"), stored.file)
    return download(field_file, name, content_type, **options)


def test_a_download_is_never_guessed_at(file_store):
    response = answer(PDF_BYTES, "brev\r\nX-Evil: 1.pdf", PDF)

    assert b"".join(response) == PDF_BYTES
    assert response["Content-Type"] == PDF
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"] == 'attachment; filename="brevX-Evil_ 1.pdf"'
    assert "X-Evil" not in response.headers


@pytest.mark.parametrize(
    ("content", "content_type", "begins"),
    [(PDF_BYTES, PDF, "inline"), (word(), DOCX, "attachment")],
)
def test_only_papers_and_pictures_are_shown_in_place(file_store, content, content_type, begins):
    response = answer(content, "Å", content_type, inline=True)

    assert response["Content-Disposition"].startswith(f"{begins}; filename*=utf-8''%C3%85.")


class LetterForm(forms.Form):
    letter = UploadField()


def test_the_field_says_beside_itself_why_a_file_is_refused():
    form = LetterForm({}, {"letter": upload(b"<html>")})

    assert form.errors["letter"] == [
        "This kind of file is not taken. Choose one of: DOCX, JPG, PDF, PNG, XLSX."
    ]
    assert 'accept=".pdf,.xlsx,.docx,.jpg,.jpeg,.png"' in str(form["letter"])
    assert LetterForm({}, {"letter": upload(PDF_BYTES)}).is_valid()
