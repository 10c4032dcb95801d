"""Lists as CSV and XLSX, so that a spreadsheet shows text as text and runs nothing."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, TypeAlias

from icld_portal import localize
from icld_portal.text import LINE_ENDS, UNKEPT

if TYPE_CHECKING:
    import xlsxwriter

Cell: TypeAlias = str | int | Decimal | date | datetime | None

# A spreadsheet reads a text that begins so as a formula; some first drop blanks, some
# read the wide signs of East Asian keyboards alike.
FORMULA = re.compile(r"[\t\r]|\s*[=+\-@＝＋－＠]")
XLSX_CELL_CHARACTERS = 32_767
LONGER = " [… text is longer]"
ROWS_PER_CHUNK = 500
BYTE_ORDER_MARK = "\ufeff"
XLSX_LEAST_WIDTH = 12


def csv_rows(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a CSV file in chunks, as Swedish Excel opens it: semicolons, UTF-8 with its mark.

    Whole SEK are plain digits, öre after a comma, days ISO, moments Stockholm time.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write(BYTE_ORDER_MARK)
    writer.writerow([_guarded(str(title)) for title in header])
    for number, row in enumerate(rows, start=1):
        writer.writerow([_csv_cell(cell) for cell in row])
        if number % ROWS_PER_CHUNK == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def write_xlsx(header: Sequence[str], rows: Iterable[Sequence[Cell]], file: IO[bytes]) -> None:
    """Write a workbook of one sheet to ``file``, row by row, whatever its length.

    Text is never read as a formula, number or link; text above 32,767 characters, the most
    a cell can hold, ends with "[… text is longer]".
    """
    import xlsxwriter  # Large, and few web workers ever need it.

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(file, options) as workbook:
        sheet = workbook.add_worksheet()
        sheet.freeze_panes(1, 0)
        bold = workbook.add_format({"bold": True})
        for column, title in enumerate(map(str, header)):
            sheet.set_column(column, column, max(len(title) + 2, XLSX_LEAST_WIDTH))
            sheet.write_string(0, column, _xlsx_text(title), bold)
        write = _CellWriter(workbook, sheet)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                write(number, column, cell)


class _CellWriter:
    """Writes one value as what it is, in the formats of this workbook."""

    def __init__(
        self, workbook: "xlsxwriter.Workbook", sheet: "xlsxwriter.worksheet.Worksheet"
    ) -> None:
        self.sheet = sheet
        self.day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self.whole = workbook.add_format({"num_format": "#,##0"})
        self.ore = workbook.add_format({"num_format": "#,##0.00"})

    def __call__(self, row: int, column: int, cell: Cell) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, int):
            self.sheet.write_number(row, column, cell, self.whole)
        elif isinstance(cell, Decimal):
            self.sheet.write_number(row, column, cell, self.ore)
        elif isinstance(cell, datetime):
            local = cell.astimezone(localize.STOCKHOLM).replace(tzinfo=None)
            self.sheet.write_datetime(row, column, local, self.moment)
        elif isinstance(cell, date):
            self.sheet.write_datetime(row, column, cell, self.day)
        else:
            self.sheet.write_string(row, column, _xlsx_text(str(cell)))


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return localize.moment(cell)
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", ",")
    # A number below zero is a number, not a formula.
    return str(cell) if isinstance(cell, int | date) else _guarded(str(cell))


def _guarded(text: str) -> str:
    cleaned = UNKEPT.sub("", text)
    return f"'{cleaned}" if FORMULA.match(cleaned) else cleaned


def _xlsx_text(text: str) -> str:
    cleaned = UNKEPT.sub("", LINE_ENDS.sub("\n", text))
    # Excel counts as UTF-16 does: an emoji is two.
    units = cleaned.encode("utf-16-le")
    if len(units) <= 2 * XLSX_CELL_CHARACTERS:
        return cleaned
    return units[: 2 * (XLSX_CELL_CHARACTERS - len(LONGER))].decode("utf-16-le", "ignore") + LONGER


def _emptied(buffer: io.StringIO) -> bytes:
    chunk = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return chunk
