"""One door to every PDF: accessible (tagged, PDF/UA-1) and fit for the archive (PDF/A-3a).

WeasyPrint takes two seconds to load and needs Pango from the system, so it is loaded by
the first paper, never by a page.
"""

import re
import threading
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

INSTALL_PANGO = (
    "PDFs need Pango. Type: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)
# Breaking one word of 100,000 characters into lines takes minutes; words of 60 take seconds.
LONGEST_WORD = 60
SOFT_BREAK = "\u200b"
# A no-break space does not end a word; an ordinary one does.
LONG_WORD = re.compile(rf"[^ \t\n]{{{LONGEST_WORD}}}(?=[^ \t\n])")
# No word limit counts empty lines, and ten thousand of them are two hundred pages.
EMPTY_LINES = re.compile(r"\n(?:[^\S\n]*\n){3,}")
# Control characters, halves of characters and what Unicode promises never to use. The
# byte order mark is refused by PDF/A wherever it stands in a text.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff]"
    "|["
    + "".join(chr(plane * 0x10000 + end) for plane in range(1, 17) for end in (0xFFFE, 0xFFFF))
    + "]"
)
# No language puts more marks on one letter; a hundred thousand break the PDF's text.
MARKS = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
HEAPED_MARKS = re.compile(f"({MARKS}{{10}}){MARKS}+")
LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
# Characters without a meaning of their own: PDF/A-3a refuses them as text.
PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")

_one_at_a_time = threading.Lock()


class PdfNotAvailable(Exception):
    """The system library that PDFs need is missing; the message is the line to type."""


def render_pdf(
    template: str, context: Mapping[str, Any], *, language: str, identifier: str
) -> bytes:
    """Return the PDF of ``template`` in ``language``; the same content gives the same bytes.

    ``identifier`` names the paper for ever and takes the place of a random number. A
    character that no font can draw is shown by its number, ``[U+4E2D]``, never as a blank.
    Raises PdfNotAvailable.
    """
    with translation.override(language):
        html = render_to_string(template, {"language": language, **context})
    # Pango's fonts are shared by the whole process and do not bear two threads.
    with _one_at_a_time:
        pdf: bytes = _engine().write(printable(html), identifier=identifier)
    return pdf


def printable(text: str) -> str:
    """Return ``text`` without what no paper can hold; private characters by number.

    More than two empty lines on end become two, more than ten marks on a letter ten.
    """
    text = HEAPED_MARKS.sub(r"\1", FORBIDDEN.sub("", LINE_ENDS.sub("\n", text)))
    return PRIVATE.sub(lambda found: by_number(found[0]), EMPTY_LINES.sub("\n\n\n", text))


def breakable(text: str) -> str:
    """Return ``text`` where a word longer than 60 characters may continue on the next line."""
    return LONG_WORD.sub(lambda found: found[0] + SOFT_BREAK, text)


def by_number(character: str) -> str:
    """Return a character as its Unicode number in brackets."""
    return f"[U+{ord(character):04X}]"


def _engine() -> ModuleType:
    try:
        from icld_portal import pdf_engine
    except OSError as error:
        raise PdfNotAvailable(INSTALL_PANGO) from error
    return pdf_engine
