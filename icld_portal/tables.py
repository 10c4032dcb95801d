"""Rows from a spreadsheet: what was written in each cell, and nothing that a formula says.

A formula is never run: the cell that holds one is named, and its row is for the reader to
refuse. CSV is read as Swedish and English programs write it.
"""

import csv
import io
import re
import string
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from icld_portal.files import XLSX, UploadRefused, check_upload

CSV_MAX_BYTES = 1024 * 1024
# The mark that our own lists put before a text that a spreadsheet would run.
GUARD = re.compile(r"'(?=[\t\r]|\s*[=+\-@＝＋－＠])")
IS_ZIP = b"PK\x03\x04"
# What a sum that a spreadsheet has worked out is wrong by lies behind this.
DECIMALS = 6


@dataclass(frozen=True)
class Row:
    """One row as it was written: its number in the file, its cells, and refused formulas."""

    number: int
    cells: list[str]
    formulas: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Shape:
    """How many columns and rows are read, and whether a row names the columns."""

    columns: int
    most_rows: int
    is_title: Callable[[Row], bool]


def rows_in_file(uploaded: UploadedFile, shape: Shape) -> Iterator[Row]:
    """Return the rows of a CSV or XLSX file; raises UploadRefused for what is neither."""
    head = uploaded.read(4)
    uploaded.seek(0)
    if head.startswith(IS_ZIP):
        return _without_title(_xlsx_rows(uploaded, shape), shape)
    if (uploaded.size or 0) > CSV_MAX_BYTES:
        raise UploadRefused(_("The file is too large: a CSV file can be at most 1 MB."))
    raw = uploaded.read()
    if b"\x00" in raw or head.startswith((b"%PDF", b"\xd0\xcf")):
        raise UploadRefused(_("This is neither CSV nor XLSX. Save the table as one of them."))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel in Sweden writes when it is asked for plain CSV.
        text = raw.decode("cp1252", "replace")
    return rows_in_text(text, shape)


def rows_in_text(text: str, shape: Shape) -> Iterator[Row]:
    """Return the rows of CSV text or of cells pasted from a spreadsheet."""
    first = text.split("\n", 1)[0]
    delimiter = max("\t;,", key=first.count)
    reader = csv.reader(io.StringIO(text.replace("\r\n", "\n")), delimiter=delimiter)
    try:
        found = [
            Row(number, [GUARD.sub("", cell) for cell in cells])
            for number, cells in enumerate(reader, start=1)
        ]
    except csv.Error as error:
        raise UploadRefused(_("The table cannot be read. Save it again as CSV.")) from error
    return _without_title(found, shape)


def _xlsx_rows(uploaded: UploadedFile, shape: Shape) -> list[Row]:
    from openpyxl import load_workbook  # Large, and few web workers ever need it.

    if check_upload(uploaded, frozenset({XLSX})).content_type != XLSX:
        raise UploadRefused(_("This is neither CSV nor XLSX. Save the table as one of them."))
    uploaded.seek(0)
    try:
        book = load_workbook(uploaded, read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        return [
            _xlsx_row(number, cells)
            for number, cells in enumerate(
                sheet.iter_rows(max_row=shape.most_rows + 2, max_col=shape.columns), start=1
            )
        ]
    except (KeyError, IndexError, ValueError, TypeError, ParseError, zipfile.BadZipFile) as error:
        raise UploadRefused(
            _("The file is damaged and cannot be opened. Save it again and choose the new file.")
        ) from error


def _xlsx_row(number: int, cells: Sequence[Any]) -> Row:
    formulas = [
        f"{column}{number}"
        for column, cell in zip(string.ascii_uppercase, cells, strict=False)
        if cell.data_type == "f"
    ]
    written_cells = ["" if cell.data_type == "f" else written(cell.value) for cell in cells]
    return Row(number, written_cells, formulas)


def written(value: object) -> str:
    """Return a cell's value as a person would write it: "31,25", "4800", "2027-03-15"."""
    if value is None:
        return ""
    if isinstance(value, float | Decimal):
        if value == int(value):
            return str(int(value))
        return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".").replace(".", ",")
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return str(value)


def _without_title(rows: Iterable[Row], shape: Shape) -> Iterator[Row]:
    """Leave out empty rows, and a first row that names the columns."""
    for place, row in enumerate(row for row in rows if any(row.cells) or row.formulas):
        if place or not shape.is_title(row):
            yield row
