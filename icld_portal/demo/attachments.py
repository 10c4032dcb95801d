"""The files of the demo world: small letters that say that they are not real."""

from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from applications import attaching
from applications.models import LETTER_OF_INTENT, Application
from partnerships.models import User

SAYS = {
    "sv": "Exempel på en avsiktsförklaring från %s. Inget av detta är på riktigt.",
    "en": "An example of a letter of intent from %s. None of this is real.",
}
NAMES = {"sv": "Avsiktsförklaring %s.pdf", "en": "Letter of intent %s.pdf"}


def attach_letters(application: Application, *, by: User, at: datetime) -> None:
    """Give a case a letter of intent from each of its parties."""
    slot = application.sheet.question_set.slots.get(key=LETTER_OF_INTENT)
    language = application.language
    for party in application.case_parties.select_related("organisation"):
        name = party.organisation.name
        letter = SimpleUploadedFile(NAMES[language] % name, one_line_pdf(SAYS[language] % name))
        attaching.attach(application, slot, [letter], organisation=party.organisation, by=by, at=at)


def one_line_pdf(text: str) -> bytes:
    """Return a page with one line on it; characters outside Latin-1 become question marks."""
    line = text.encode("latin-1", "replace")
    for special in (b"\\", b"(", b")"):
        line = line.replace(special, b"\\" + special)
    drawn = b"BT /F1 12 Tf 60 780 Td (" + line + b") Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    pdf, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(pdf))
        pdf += b"%d 0 obj%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, len(pdf))
    return pdf + b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + table + end
