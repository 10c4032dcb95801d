"""CSV and XLSX: what a spreadsheet program will show, and that it runs nothing."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest

from icld_portal.exports import LONGER, XLSX_CELL_CHARACTERS, csv_rows, write_xlsx


def read_csv(header, rows):
    text = b"".join(csv_rows(header, rows)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def read_xlsx(header, rows):
    written = io.BytesIO()
    write_xlsx(header, rows, written)
    return list(openpyxl.load_workbook(written).active.iter_rows())


def test_csv_opens_in_swedish_excel():
    content = b"".join(csv_rows(["År", "Belopp"], [["Å; ä", 1_500_000]]))

    assert content == '\ufeffÅr;Belopp\r\n"Å; ä";1500000\r\n'.encode()


def test_csv_writes_numbers_days_and_moments_in_one_form():
    received = datetime(2027, 3, 15, 22, 59, 59, tzinfo=UTC)
    row = [None, -5, Decimal("31.25"), date(2027, 3, 15), received]

    assert read_csv(["a", "b", "c", "d", "e"], [row])[1] == [
        "",
        "-5",
        "31,25",
        "2027-03-15",
        "2027-03-15 23:59",
    ]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1", "\x00=1"]
)
def test_csv_runs_no_formula(text):
    for cell in (read_csv([text], [])[0][0], read_csv(["a"], [[text]])[1][0]):
        assert cell == "'" + text.replace("\x00", "")


def test_csv_leaves_ordinary_text_alone():
    text = 'Line "one"\nline two; a-b = c'

    assert read_csv(["a"], [[text]])[1] == [text]


def test_csv_comes_in_chunks():
    read = []

    def rows():
        for number in range(2_000):
            read.append(number)
            yield [number]

    chunks = csv_rows(["number"], rows())
    next(chunks)

    assert len(read) == 500
    assert b"".join(chunks).endswith(b"1999\r\n")


def test_xlsx_keeps_text_as_text():
    texts = ["=1+1", "0123", "http://example.org", "{=A1}", "a\x00\x07b\r\nc", "Å ä ö 🙂"]
    row = read_xlsx(["text"] * len(texts), [texts])[1]

    assert [cell.value for cell in row] == [
        "=1+1",
        "0123",
        "http://example.org",
        "{=A1}",
        "ab\nc",
        "Å ä ö 🙂",
    ]
    assert {cell.data_type for cell in row} == {"s"}
    assert {cell.hyperlink for cell in row} == {None}


def test_xlsx_writes_numbers_days_and_moments_as_such():
    received = datetime(2027, 3, 15, 22, 59, tzinfo=UTC)
    row = [1_500_000, Decimal("31.25"), date(2027, 3, 15), received, None]
    cells = read_xlsx(list("abcde"), [row])[1]

    assert [cell.value for cell in cells[:4]] == [
        1_500_000,
        31.25,
        datetime(2027, 3, 15),  # noqa: DTZ001 - a workbook knows no time zones
        datetime(2027, 3, 15, 23, 59),  # noqa: DTZ001
    ]
    assert cells[2].number_format == "yyyy-mm-dd"


@pytest.mark.parametrize("sign", ["x", "🙂"])
def test_xlsx_marks_a_text_that_no_cell_can_hold(sign):
    units = len(sign.encode("utf-16-le")) // 2
    fits = "y" + sign * ((XLSX_CELL_CHARACTERS - 1) // units)
    longer = fits + sign
    first, second = read_xlsx(["a", "b"], [[fits, longer]])[1]

    assert first.value == fits
    assert second.value.endswith(sign + LONGER)
    assert len(second.value.encode("utf-16-le")) // 2 >= XLSX_CELL_CHARACTERS - 1
    assert len(second.value.encode("utf-16-le")) // 2 <= XLSX_CELL_CHARACTERS
