"""Reading SIE 4 (4E and 4I), the Swedish standard by which accounting programs exchange books.

Source: SIE-Gruppen, "SIE filformat", edition 4B and 4C. A file that is broken anywhere is
refused as a whole, with the line and what was expected there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

PROJECT = "6"
SIE_4 = "4"
CODINGS = {"PC8": "cp437", "ANSI": "cp1252", "LATIN1": "cp1252", "UTF8": "utf-8", "UTF-8": "utf-8"}
# The letters by which a file shows how it was really written, whatever it says.
LETTERS = "åäöÅÄÖéÉüÜ"
QUOTE, ESCAPE = '"', "\\"


class BrokenFile(Exception):
    """The file cannot be read; the message names the line and what was expected."""


@dataclass(frozen=True)
class Entry:
    """One posting: SEK with öre, and the projects it is booked on."""

    line: int
    voucher: str
    booked_on: date
    text: str
    account: str
    amount: Decimal
    projects: frozenset[str]


@dataclass
class Books:
    """What a file says; ``notes`` are for the person who sent it."""

    company: str = ""
    accounts: dict[str, str] = field(default_factory=dict)
    projects: dict[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(raw: bytes) -> Books:
    """Return the books in a SIE 4 file; raises BrokenFile."""
    text, note = decoded(raw)
    books = Books(notes=[note] if note else [])
    reader = _Reader(books)
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            reader.take(number, line.strip())
    reader.end()
    return books


def decoded(raw: bytes) -> tuple[str, str]:
    """Return the text of a file and a note where its #FORMAT line does not tell the truth.

    The standard knows PC8 (code page 437) alone, and programs write others under that name.
    """
    declared = _declared(raw)
    said = CODINGS.get(declared, "cp437")
    found = _written_in(raw) or said
    try:
        text = raw.decode("utf-8-sig" if found == "utf-8" else found)
    except UnicodeDecodeError as error:
        raise BrokenFile(_("The file is not text. Export it as SIE 4 again.")) from error
    if "\x00" in text:
        raise BrokenFile(_("The file is not text. Export it as SIE 4 again."))
    if found == said:
        return text, ""
    words = {"said": declared or "PC8", "found": found.upper()}
    return text, _("The file says that it is written in %(said)s, but it is %(found)s.") % words


def _declared(raw: bytes) -> str:
    for line in raw[:4096].splitlines():
        words = line.split()
        if len(words) == 2 and words[0].upper() == b"#FORMAT":
            return words[1].decode("ascii", "replace").strip(QUOTE).upper()
    return ""


def _written_in(raw: bytes) -> str:
    """Return the coding that the Swedish letters speak for; nothing when there are none."""
    strange = bytes(byte for byte in raw if byte > 127)
    if not strange:
        return ""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    counts = {
        coding: sum(strange.count(letter.encode(coding)) for letter in LETTERS)
        for coding in ("cp437", "cp1252")
    }
    if counts["cp437"] == counts["cp1252"]:
        return ""
    return max(counts, key=lambda coding: counts[coding])


class _Reader:
    """Takes a file line by line, and knows which voucher it is in."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.number = 0
        self.seen: set[str] = set()
        self.voucher: tuple[str, date, str, int] | None = None
        self.is_open = False
        self.sum = Decimal(0)

    def take(self, number: int, line: str) -> None:
        """Read one line that is not empty."""
        self.number = number
        if line in ("{", "}"):
            self._brace(line)
            return
        words = list(self._words(line))
        label, facts = words[0].upper(), words[1:]
        if not label.startswith("#"):
            raise self._wrong(_("a line that begins with #"), line)
        if number > 1 and not self.seen:
            raise self._wrong(_("#FLAGGA as the first label"), line)
        if not self.seen and label != "#FLAGGA":
            raise self._wrong(_("#FLAGGA as the first label"), line)
        self.seen.add(label)
        if self.voucher and not self.is_open and label != "#VER":
            raise self._wrong("{", line)
        if deed := getattr(self, f"_{label[1:].lower()}", None):
            deed(facts, line)

    def end(self) -> None:
        """See that the file was whole."""
        self.number += 1
        if self.voucher:
            raise self._wrong("}", _("the end of the file"))
        if "#SIETYP" not in self.seen:
            raise self._wrong("#SIETYP 4", _("the end of the file"))
        if "#VER" not in self.seen:
            raise self._wrong("#VER", _("the end of the file"))

    # --- Labels -------------------------------------------------------------------------

    def _sietyp(self, facts: list[str], line: str) -> None:
        if facts[:1] != [SIE_4]:
            raise self._wrong("#SIETYP 4", line)

    def _valuta(self, facts: list[str], line: str) -> None:
        if facts[:1] != ["SEK"]:
            raise self._wrong("#VALUTA SEK", line)

    def _fnamn(self, facts: list[str], line: str) -> None:
        self.books.company = self._fact(facts, 0, line, _("the name of the company"))

    def _konto(self, facts: list[str], line: str) -> None:
        account = self._fact(facts, 0, line, _("an account"))
        self.books.accounts[account] = facts[1] if len(facts) > 1 else ""

    def _objekt(self, facts: list[str], line: str) -> None:
        code = self._fact(facts, 1, line, _("a dimension and a code"))
        if facts[0] == PROJECT:
            self.books.projects[code] = facts[2] if len(facts) > 2 else ""

    def _ver(self, facts: list[str], line: str) -> None:
        if self.voucher:
            raise self._wrong("}", line)
        booked_on = self._day(self._fact(facts, 2, line, _("series, number and day")), line)
        name = " ".join(word for word in facts[:2] if word) or str(self.number)
        self.voucher = name, booked_on, facts[3] if len(facts) > 3 else "", self.number
        self.sum = Decimal(0)

    def _trans(self, facts: list[str], line: str) -> None:
        if not self.is_open or self.voucher is None:
            raise self._wrong("#VER", line)
        name, booked_on, text, _number = self.voucher
        account = self._fact(facts, 0, line, _("an account"))
        objects = self._fact(facts, 1, line, _("objects in braces"))
        if not objects.startswith("{"):
            raise self._wrong(_("objects in braces"), line)
        amount = self._amount(self._fact(facts, 2, line, _("an amount")), line)
        if len(facts) > 3 and facts[3]:
            booked_on = self._day(facts[3], line)
        own = facts[4] if len(facts) > 4 else ""
        projects = self._projects(objects, line)
        self.sum += amount
        self.books.entries.append(
            Entry(self.number, name, booked_on, own or text, account, amount, projects)
        )

    def _brace(self, sign: str) -> None:
        if sign == "{":
            if self.voucher is None or self.is_open:
                raise self._wrong("#VER", sign)
            self.is_open = True
            return
        if not self.is_open or self.voucher is None:
            raise self._wrong("{", sign)
        if self.sum:
            name, _day, _text, began = self.voucher
            words = {"line": began, "voucher": name, "left": f"{self.sum:.2f}"}
            raise BrokenFile(
                _("Line %(line)d: voucher %(voucher)s does not balance: %(left)s is left.") % words
            )
        self.voucher, self.is_open = None, False

    # --- Words --------------------------------------------------------------------------

    def _words(self, line: str) -> Iterator[str]:
        """Cut a line at its spaces; quoted words and objects in braces are kept whole."""
        place, end = 0, len(line)
        while place < end:
            if line[place] in " \t":
                place += 1
            elif line[place] == QUOTE:
                word, place = self._quoted(line, place + 1)
                yield word
            elif line[place] == "{":
                close = self._closing(line, place)
                yield line[place : close + 1]
                place = close + 1
            else:
                start = place
                while place < end and line[place] not in " \t":
                    place += 1
                yield line[start:place]

    def _quoted(self, line: str, place: int) -> tuple[str, int]:
        found = []
        while place < len(line):
            sign = line[place]
            if sign == ESCAPE and line[place + 1 : place + 2] == QUOTE:
                found.append(QUOTE)
                place += 2
                continue
            if sign == QUOTE:
                return "".join(found), place + 1
            found.append(sign)
            place += 1
        raise self._wrong(QUOTE, line)

    def _closing(self, line: str, place: int) -> int:
        is_quoted = False
        for at in range(place + 1, len(line)):
            if line[at] == QUOTE and line[at - 1] != ESCAPE:
                is_quoted = not is_quoted
            elif line[at] == "}" and not is_quoted:
                return at
        raise self._wrong("}", line)

    def _projects(self, objects: str, line: str) -> frozenset[str]:
        words = list(self._words(objects[1:-1]))
        if len(words) % 2:
            raise self._wrong(_("a dimension and a code"), line)
        pairs = zip(words[::2], words[1::2], strict=True)
        return frozenset(code for dimension, code in pairs if dimension == PROJECT)

    def _fact(self, facts: list[str], place: int, line: str, expected: str) -> str:
        if len(facts) <= place:
            raise self._wrong(expected, line)
        return facts[place]

    def _day(self, text: str, line: str) -> date:
        try:
            if len(text) != 8 or not text.isascii() or not text.isdecimal():
                raise ValueError(text)
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError as error:
            raise self._wrong(_("a day such as 20270315"), line) from error

    def _amount(self, text: str, line: str) -> Decimal:
        try:
            amount = Decimal(text)
            if not amount.is_finite() or "e" in text.lower() or len(text) > 20:
                raise InvalidOperation
            if amount != round(amount, 2):
                raise InvalidOperation
        except InvalidOperation as error:
            raise self._wrong(_("an amount such as 1234.50"), line) from error
        return amount

    def _wrong(self, expected: str, found: str) -> BrokenFile:
        words = {"line": self.number, "expected": expected, "found": found[:80]}
        return BrokenFile(
            _("Line %(line)d: expected %(expected)s, but it says “%(found)s”.") % words
        )
