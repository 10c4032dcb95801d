"""Papers for everybody and for the archive, whatever people have typed."""

import os
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from weasyprint import HTML

from icld_portal import pdf_engine
from icld_portal.pdf import INSTALL_PANGO, LONGEST_WORD, SOFT_BREAK, breakable, printable
from tests.reading_pdf import failures, text_of

ROOT = Path(__file__).parents[2]
UNASSIGNED = "\u0378"  # No font has what Unicode has not given to anybody.
LIST_OF_FONTS = subprocess.run(["fc-list", ":lang=ka"], capture_output=True, check=False).stdout


def paper(body: str) -> bytes:
    html = (
        "<!doctype html><html lang='sv'><head><title>Prov</title></head>"
        "<body data-reference='2027-0001' data-fingerprint='SHA-256 ab' data-page='Sida' "
        f"data-of='av'><h1>Prov</h1>{body}</body></html>"
    )
    return pdf_engine.write(printable(html), identifier="test")


def test_one_file_is_for_the_archive_and_for_everybody():
    pdf = paper("<h2>Åtgärder</h2><ul><li>En</li></ul><p>Text</p>")

    assert failures(pdf) == set()
    with pikepdf.open(BytesIO(pdf)) as opened:
        metadata = opened.open_metadata()
        claims = [metadata[f"{name}"] for name in ("pdfaid:part", "pdfuaid:part")]
        assert (claims, metadata["pdfaid:conformance"]) == (["3", "1"], "A")
        assert str(opened.Root.Lang) == "sv"


def test_table_headings_are_marked_as_such():
    pdf = paper(
        "<table><thead><tr><th scope='col'>År</th><th scope='col'>Summa</th></tr></thead>"
        "<tbody><tr><th scope='row'>1</th><td>500 000 kr</td></tr></tbody></table>"
    )

    assert failures(pdf) == set()


def test_page_numbers_reference_and_fingerprint_stand_on_every_page():
    lines = [line.split() for line in text_of(paper("<p>rad</p>" * 120)).splitlines()]

    numbers = [words[-4:] for words in lines if "Sida" in words]
    assert numbers == [["Sida", str(number), "av", "4"] for number in (1, 2, 3, 4)]
    assert sum(words[-1:] == ["2027-0001"] for words in lines) == 4
    assert sum(words[:2] == ["SHA-256", "ab"] for words in lines) == 4


def test_same_content_gives_the_same_bytes():
    assert paper("<p>Lika</p>") == paper("<p>Lika</p>")


def test_fonts_are_made_alike_in_every_process():
    assert pdf_engine._font.__wrapped__("regular") == pdf_engine._font("regular")


def test_no_file_of_the_machine_is_read_into_a_paper(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("hemligt")
    body = f"<p>Text</p><a rel='attachment' href='{secret.as_uri()}'>bilaga</a>"
    leaking = HTML(string=f"<html lang='sv'>{body}</html>").write_pdf()
    assert attached(leaking) == ["secret.txt"]

    assert attached(paper(body)) == []


def attached(pdf: bytes) -> list[str]:
    with pikepdf.open(BytesIO(pdf)) as opened:
        found = [item for item in opened.objects if isinstance(item, pikepdf.Dictionary)]
        return [str(item.UF) for item in found if item.get("/Type") == "/Filespec"]


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/x.png", "file:///etc/hostname", "ftp://x/y"]
)
def test_nothing_is_fetched_but_inline_data_and_our_fonts(address):
    with pytest.raises(ValueError, match="disallowed protocol"):
        pdf_engine._Fetcher().fetch(address)


def test_character_without_a_glyph_is_shown_by_its_number():
    pdf = paper(f"<p>före {UNASSIGNED} efter</p>")

    assert "före [U+0378] efter" in text_of(pdf)
    assert failures(pdf) == set()


@pytest.mark.skipif(not LIST_OF_FONTS, reason="no font of this machine has Georgian letters")
def test_georgian_is_shown_in_its_own_letters():
    pdf = paper("<p>საქართველო</p>")

    assert "საქართველო" in text_of(pdf)
    assert failures(pdf) == set()


def test_letters_of_every_cooperation_country_in_latin_and_cyrillic():
    words = "Bihać Đakovica Şişli Chișinău Kyiv Київ Скопје Huế Ðà Nẵng Moçambique"
    pdf = paper(f"<p>{words}</p>")

    assert words in text_of(pdf)
    assert failures(pdf) == set()


def test_what_no_paper_can_hold_is_left_out_or_numbered():
    typed = "a\x00b\x07c\x7fd\ud800e\ufefff\uffffg\U0001fffeh\ue000i\tj\nk"

    assert printable(typed) == "abcdefgh[U+E000]i\tj\nk"


def test_hostile_characters_do_not_break_either_standard():
    pdf = paper(
        "<p>" + "".join(map(chr, [*range(0xE000, 0xE010), 0x202E, 0x200D, 0xFE0F])) + "</p>"
    )

    assert failures(pdf) == set()


def test_word_of_the_longest_length_is_left_whole():
    word = "x" * LONGEST_WORD

    assert breakable(word) == word
    assert breakable(word + "y") == word + SOFT_BREAK + "y"
    assert breakable(f"{word} {word}") == f"{word} {word}"


def test_hundred_thousand_characters_without_a_space_take_less_than_five_seconds():
    paper("")
    begun = time.process_time()

    pdf = paper(f"<p>{'å' * 100_000}</p>")

    assert time.process_time() - begun < 5
    assert text_of(pdf).count("å") == 100_000


@pytest.mark.parametrize(
    "typed",
    ["\u00a0", ".", "a\u00ad", "x\u2060", "\u0301", "\n", " \n", " ", "\u200b", "م", "a/"],
    ids=lambda typed: " ".join(f"U+{ord(sign):04X}" for sign in typed),
)
def test_heaps_of_one_sign_take_less_than_five_seconds(typed):
    paper("")
    begun = time.process_time()

    pdf = paper(f"<p class='answer'>före{typed * (50_000 // len(typed))}efter</p>")

    assert time.process_time() - begun < 5
    assert failures(pdf) == set()
    assert text_of(pdf).count("efter") == 1


def test_empty_lines_are_kept_up_to_two():
    assert printable("a\r\n\r\nb") == "a\n\nb"
    assert printable("a\n\n\nb") == "a\n\n\nb"
    assert printable("a\n \n\t\n\n\nb") == "a\n\n\nb"


def test_ten_thousand_missing_glyphs_take_less_than_ten_seconds():
    paper("")
    begun = time.process_time()

    pdf = paper(f"<p>{UNASSIGNED * 10_000}</p>")

    assert time.process_time() - begun < 10
    assert text_of(pdf).count("U+0378") > 9_000


def test_without_pango_one_is_told_what_to_type(tmp_path):
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpango-1.0-0')")
    code = (
        "import django; django.setup()\n"
        "from icld_portal.pdf import PdfNotAvailable, render_pdf\n"
        "try: render_pdf('papers/paper.css', {}, language='sv', identifier='x')\n"
        "except PdfNotAvailable as error: print(error)\n"
    )

    said = run_python(code, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")

    assert said == INSTALL_PANGO


def test_pages_and_deferring_of_jobs_do_not_load_the_pdf_library():
    code = (
        "import django; django.setup()\n"
        "import sys, icld_portal.urls, applications.papers, applications.jobs\n"
        "print('weasyprint' in sys.modules)\n"
    )

    assert run_python(code, PYTHONPATH=str(ROOT)) == "False"


def run_python(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
