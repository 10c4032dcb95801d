"""Reading SIE 4: charsets, dimensions, and files that are broken."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.accounts import sie

HEAD = """#FLAGGA 0
#FORMAT PC8
#SIETYP 4
#PROGRAM "Ekonomi" 1.0
#FNAMN "Robertsfors kommun"
#VALUTA SEK
#KONTO 5800 "Resor"
#KONTO 2440 "Leverantörsskulder"
#DIM 6 "Projekt"
#OBJEKT 6 "P1204" "Rent vatten på båda håll"
#OBJEKT 6 "P9" "Annat"
"""
BODY = """#VER A 17 20270915 "Tåg till Åre" 20270916
{
#TRANS 5800 {1 "100" 6 "P1204"} 1234.50
#TRANS 5810 {6 "P9"} 10.00 20270917 "Buss \\"12\\""
#RTRANS 5800 {6 "P1204"} 99.00
#BTRANS 5800 {6 "P1204"} 98.00
#TRANS 2440 {} -1244.50
}
"""


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def broken(text: str) -> str:
    with pytest.raises(sie.BrokenFile) as stopped:
        sie.read(text.encode("cp437"))
    return str(stopped.value)


def test_books_are_read_with_their_projects():
    books = sie.read((HEAD + BODY).encode("cp437"))

    assert books.company == "Robertsfors kommun"
    assert books.projects == {"P1204": "Rent vatten på båda håll", "P9": "Annat"}
    assert books.accounts["2440"] == "Leverantörsskulder"
    first, second, third = books.entries
    assert (first.voucher, first.account, first.amount, first.text) == (
        "A 17",
        "5800",
        Decimal("1234.50"),
        "Tåg till Åre",
    )
    assert (first.booked_on, first.projects) == (date(2027, 9, 15), frozenset({"P1204"}))
    assert (second.booked_on, second.text) == (date(2027, 9, 17), 'Buss "12"')
    assert third.projects == frozenset()
    assert books.notes == []


@pytest.mark.parametrize("coding", ["cp1252", "utf-8", "utf-8-sig"])
def test_a_file_that_lies_about_its_charset_is_read_by_its_letters_and_said_so(coding):
    books = sie.read((HEAD + BODY).encode(coding))

    assert books.projects["P1204"] == "Rent vatten på båda håll"
    [note] = books.notes
    assert note.startswith("The file says that it is written in PC8, but it is ")


def test_a_file_that_says_its_charset_is_believed():
    books = sie.read((HEAD + BODY).replace("PC8", "ANSI").encode("cp1252"))

    assert (books.accounts["2440"], books.notes) == ("Leverantörsskulder", [])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("#FLAGGA 0\n", "", "Line 1: expected #FLAGGA as the first label"),
        ("#SIETYP 4", "#SIETYP 1", "Line 3: expected #SIETYP 4"),
        ("#VALUTA SEK", "#VALUTA EUR", "Line 6: expected #VALUTA SEK"),
        ("1234.50\n", "1234,50\n", "Line 14: expected an amount such as 1234.50"),
        ("1234.50\n", "1e3\n", "Line 14: expected an amount such as 1234.50"),
        ("20270915", "20271315", "Line 12: expected a day such as 20270315"),
        ('{1 "100" 6 "P1204"}', '{1 "100" 6 "P1204"', "Line 14: expected }"),
        ('{1 "100" 6 "P1204"}', '{1 "100" 6}', "Line 14: expected a dimension and a code"),
        ('{1 "100" 6 "P1204"} ', "", "Line 14: expected objects in braces"),
        ('"Tåg till Åre" 20270916', '"Tåg till', 'Line 12: expected "'),
        ("-1244.50\n}\n", "-1244.50\n", "Line 19: expected }"),
        ("{\n#TRANS", "#TRANS", "Line 13: expected {"),
        ("-1244.50", "-1244.49", "Line 12: voucher A 17 does not balance: 0.01 is left."),
        ("#BTRANS", "BTRANS", "Line 17: expected a line that begins with #"),
    ],
)
def test_a_broken_file_says_which_line_and_what_was_expected(old, new, said):
    text = HEAD + BODY
    assert old in text

    assert broken(text.replace(old, new, 1)).startswith(said)


def test_half_a_file_is_no_file():
    assert "expected #VER" in broken(HEAD)
    assert "expected a line that begins with #" in broken("Hej\n")
    with pytest.raises(sie.BrokenFile):
        sie.read(b"\x00\x01\x02")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_whatever_is_sent_is_read_or_refused(rubbish):
    for raw in (rubbish, HEAD.encode("cp437") + rubbish, (HEAD + BODY).encode("cp437") + rubbish):
        with translation.override("en"):
            try:
                books = sie.read(raw)
            except sie.BrokenFile:
                continue
            assert books.entries
