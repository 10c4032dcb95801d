"""WeasyPrint, fitted to the portal: our fonts, nothing from outside, both standards.

Imported by ``icld_portal.pdf`` alone, and only when a paper is made.
"""

import io
import itertools
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import fontpkg_source_sans_3
from django.template.loader import render_to_string
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.DefaultTable import DefaultTable
from fontTools.varLib.instancer import instantiateVariableFont
from pydyf import Stream, String
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from icld_portal.pdf import breakable, by_number

FONT_SCHEME = "portal-font"
FONT_FILES = Path(fontpkg_source_sans_3.__file__).parent / "files"
UPRIGHT, ITALIC = "SourceSans3[wght].ttf", "SourceSans3-Italic[wght].ttf"
# As paper.css asks for them: portal-font:regular and so on, each a file and a weight.
FONTS = {"regular": (UPRIGHT, 400), "semibold": (UPRIGHT, 600), "italic": (ITALIC, 400)}
ARCHIVE_VARIANT = "pdf/a-3a"

# PDF/A lets a file say that it is PDF/UA too, if it explains that word.
UA_CLAIM = b"""
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
  xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">
  <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
      <pdfaProperty:name>part</pdfaProperty:name>
      <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
      <pdfaProperty:category>internal</pdfaProperty:category>
      <pdfaProperty:description>Part of the PDF/UA standard</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
  </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1"/>
"""
# A carriage return before "endstream" may be read as the end of the line, not of the
# stream, and the stream then has another length than it says: PDF/A refuses that.
AMBIGUOUS_END = b"\r\nendstream"
# At most 2,000 characters, ending where a line may end.
PIECE = re.compile(r"(?s).{1,1940}(?:$|[^ \n\u200b]{0,60}[ \n\u200b]?)")
MISSING_GLYPH = re.compile(r"unsupported by fonts")

log = logging.getLogger("weasyprint")


def write(html: str, *, identifier: str) -> bytes:
    """Return ``html`` as a PDF that claims PDF/A-3a and PDF/UA-1."""
    pdf, missing = _write(html, identifier)
    if missing:
        html = html.translate({ord(character): by_number(character) for character in missing})
        pdf, _none = _write(html, identifier)
    return pdf


def _write(html: str, identifier: str) -> tuple[bytes, set[str]]:
    """Return the PDF and the characters that no font could draw."""
    page = HTML(string=html, url_fetcher=_Fetcher())
    _make_breakable(page.etree_element.find("body"))
    document = page.render(
        font_config=_fonts(), stylesheets=[_stylesheet()], pdf_variant=ARCHIVE_VARIANT
    )
    with _missing_glyphs() as missing:
        for padding in itertools.count():
            pdf: bytes = document.write_pdf(
                finisher=partial(_finish, padding=padding),
                pdf_variant=ARCHIVE_VARIANT,
                pdf_identifier=identifier.encode(),
            )
            if AMBIGUOUS_END not in pdf:
                break
    return pdf, missing


def _make_breakable(body: Any) -> None:
    """Give every long word its soft breaks, so that no template forgets one.

    A line is looked for in the whole rest of its text, so long texts are cut in pieces.
    """
    for element in list(body.iter()):
        first, *pieces = _pieces(element.text)
        element.text = first
        for position, piece in enumerate(pieces):
            element.insert(position, _span(piece))
    for parent in list(body.iter()):
        for element in list(parent):
            first, *pieces = _pieces(element.tail)
            element.tail = first
            place = list(parent).index(element) + 1
            for position, piece in enumerate(pieces):
                parent.insert(place + position, _span(piece))


def _pieces(text: str | None) -> list[str]:
    return PIECE.findall(breakable(text or "")) or [""]


def _span(text: str) -> Element:
    span = Element("span")
    span.text = text
    return span


class _Fetcher(URLFetcher):
    """Fetches our fonts and inline data; no file and no address of anybody's choosing."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"data"}, allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        scheme, _colon, name = url.partition(":")
        if scheme == FONT_SCHEME:
            return URLFetcherResponse(url, _font(name), {"Content-Type": "font/ttf"})
        return super().fetch(url, headers)


@cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _stylesheet() -> CSS:
    """Read paper.css once a process; its fonts are loaded by that."""
    return CSS(
        string=render_to_string("papers/paper.css"), url_fetcher=_Fetcher(), font_config=_fonts()
    )


@cache
def _font(name: str) -> bytes:
    """Return one weight of the typeface: a variable font is slower, and not fit for PDF/A.

    The kerning is put back as it was, that of the regular weight: working it out for
    each weight takes six seconds, and the difference cannot be seen.
    """
    file_name, weight = FONTS[name]
    # With the time of making in it, no two processes would make the same paper.
    font = TTFont(FONT_FILES / file_name, recalcTimestamp=False)
    kerning = DefaultTable("GPOS")
    kerning.data = font.reader["GPOS"]
    del font["GPOS"]
    instantiateVariableFont(font, {"wght": weight}, inplace=True)
    font["GPOS"] = kerning
    content = io.BytesIO()
    font.save(content)
    return content.getvalue()


def _finish(document: Any, pdf: Any, *, padding: int) -> None:
    """Claim PDF/UA-1 as well, and let no packed stream end in a carriage return.

    ``padding`` is counted up while one of the streams that are made last still does.
    """
    for item in pdf.objects:
        if not isinstance(item, Stream):
            continue
        if item.extra.get("Type") == "/Metadata":
            item.stream = [item.stream[0].replace(b"</rdf:RDF>", UA_CLAIM + b"</rdf:RDF>")]
            # Archives read the metadata without unpacking it.
            item.compress = False
        elif AMBIGUOUS_END in item.data:
            item.stream.append(b"")  # One line feed more
            if "Length1" in item.extra:
                item.extra["Length1"] += 1
    if padding:
        pdf.info["Padding"] = String("." * padding)


@contextmanager
def _missing_glyphs() -> Iterator[set[str]]:
    """Collect the characters WeasyPrint complains about instead of leaving them blank."""
    missing: set[str] = set()

    def collect(record: logging.LogRecord) -> bool:
        if not MISSING_GLYPH.search(str(record.msg)):
            return True
        missing.add(str(record.args[0]))  # type: ignore[index]
        return False

    log.addFilter(collect)
    try:
        yield missing
    finally:
        log.removeFilter(collect)
