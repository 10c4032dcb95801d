"""Texts that staff write for letters and help: headings, paragraphs, lists and merge fields.

A text is never a template that runs: it is read as lines, ``{{reference}}`` is replaced by a
value from a closed list, and everything is escaped. A value never becomes structure: a title
that begins with "- " stays a title.

    # A heading
    A paragraph. The next line stays in it; an empty line ends it.
    - a point                1. a numbered point

Help texts on pages may have **bold** words besides; a letter cannot, since a mail shows none.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

FIELD = re.compile(r"\{\{[ \t]*([a-z][a-z0-9_]*)[ \t]*\}\}")
# What somebody meant as a field: braces with or without a word, and a word before braces. The
# word has an end, or a line of 100,000 letters would be searched from each of them.
BROKEN = re.compile(r"\{+[ \t]*[^\s{}]{0,40}[ \t]*\}*|[^\s{}]{0,40}\}+")
ITEM = re.compile(r"(?:(?P<bullet>-)|(?P<number>[0-9]{1,2})\.)[ \t]+(?P<text>.*)")
BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
EMPTY_LINES = re.compile(r"\n[ \t]*\n\s*")
# More than this helps nobody: mend some and save again.
MOST_PROBLEMS = 20
LONGEST_SHOWN = 40

Value = str | Sequence[str]


class FieldKind(StrEnum):
    """What the value of a field is, and so where it may stand."""

    LINE = "line"  # a few words, anywhere
    TEXT = "text"  # may have several lines, so not in a subject
    ROWS = "rows"  # a list or table, alone between empty lines


@dataclass(frozen=True)
class MergeField:
    """A field that a kind of text may use; ``example`` stands for it where there is no case."""

    name: str
    label: str | Promise
    example: str | Promise
    kind: FieldKind = FieldKind.LINE

    @property
    def token(self) -> str:
        """The field as it is written in a text."""
        return f"{{{{{self.name}}}}}"


class BlockKind(StrEnum):
    """The parts a text is made of."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    BULLETS = "bullets"
    NUMBERS = "numbers"
    ROWS = "rows"


@dataclass(frozen=True)
class Block:
    """One part of a text; ``field`` names the field whose rows it is."""

    kind: BlockKind
    lines: tuple[str, ...]
    field: str = ""


def blocks_of(text: str) -> list[Block]:
    """Return the parts of a text, in order."""
    found: list[tuple[BlockKind, list[str]]] = []
    ended = True
    for line in text.split("\n"):
        line = line.strip()
        kind, words = _read(line)
        if not line:
            ended = True
            continue
        if ended or kind == BlockKind.HEADING or found[-1][0] != kind:
            found.append((kind, []))
        found[-1][1].append(words)
        ended = kind == BlockKind.HEADING
    return [Block(kind, tuple(lines)) for kind, lines in found]


def _read(line: str) -> tuple[BlockKind, str]:
    if line.startswith("# "):
        return BlockKind.HEADING, line[2:].strip()
    if item := ITEM.fullmatch(line):
        kind = BlockKind.BULLETS if item["bullet"] else BlockKind.NUMBERS
        return kind, item["text"].strip()
    return BlockKind.PARAGRAPH, line


def merged(text: str, facts: Mapping[str, Value]) -> list[Block]:
    """Return the parts of ``text`` with every field replaced by its value in ``facts``.

    A part that holds nothing once it is merged is left out, and so is a heading with nothing
    below it. Raises KeyError for a field without a value: saving a text has checked them.
    """
    found: list[Block] = []
    for block in blocks_of(text):
        if block.kind == BlockKind.HEADING:
            _drop_empty_heading(found)
        if (one := _merged(block, facts)) is not None:
            found.append(one)
    _drop_empty_heading(found)
    return found


def _drop_empty_heading(found: list[Block]) -> None:
    if found and found[-1].kind == BlockKind.HEADING:
        found.pop()


def _merged(block: Block, facts: Mapping[str, Value]) -> Block | None:
    if len(block.lines) == 1 and (alone := FIELD.fullmatch(block.lines[0])):
        value = facts[alone[1]]
        if not isinstance(value, str):
            rows = tuple(row for row in value if row.strip())
            return Block(BlockKind.ROWS, rows, alone[1]) if rows else None
    lines = tuple(merged_line(line, facts) for line in block.lines)
    kept = tuple(line for line in lines if line.strip())
    return Block(block.kind, kept) if kept else None


def merged_line(line: str, facts: Mapping[str, Value]) -> str:
    """Return one line with its fields replaced; rows are joined by commas."""

    def value(found: re.Match[str]) -> str:
        fact = facts[found[1]]
        return fact if isinstance(fact, str) else ", ".join(fact)

    return FIELD.sub(value, line)


def as_text(blocks: Iterable[Block]) -> str:
    """Return the text as a mail has it: plain lines, an empty one between the parts."""
    written = ""
    for block in blocks:
        if block.kind in (BlockKind.BULLETS, BlockKind.ROWS):
            part = "\n".join(f"- {line}" for line in block.lines)
        elif block.kind == BlockKind.NUMBERS:
            part = "\n".join(f"{number}. {line}" for number, line in enumerate(block.lines, 1))
        else:
            part = "\n".join(block.lines)
        written += part + ("\n" if block.kind == BlockKind.HEADING else "\n\n")
    return written.strip() + "\n"


def as_html(
    blocks: Iterable[Block], *, level: int = 2, drawn: Mapping[str, SafeString] | None = None
) -> SafeString:
    """Return the text as HTML, everything escaped; headings are of ``level``.

    ``drawn`` are rows that the page or paper draws itself, by the name of their field.
    """
    own = drawn or {}
    parts = [own[block.field] if block.field in own else _html_of(block, level) for block in blocks]
    return mark_safe("\n".join(parts))  # noqa: S308 - made by escape and format_html alone


def help_html(text: str, *, level: int = 3) -> SafeString:
    """Return a text without fields as HTML, with its bold words."""
    html = as_html(merged(text, {}), level=level)
    return mark_safe(BOLD.sub(r"<strong>\1</strong>", html))  # noqa: S308 - escaped before


def _html_of(block: Block, level: int) -> SafeString:
    if block.kind == BlockKind.HEADING:
        return format_html("<h{0}>{1}</h{0}>", level, " ".join(block.lines))
    if block.kind == BlockKind.PARAGRAPH:
        parts = EMPTY_LINES.split("\n".join(block.lines).strip())
        return format_html_join("\n", "<p>{}</p>", ((_broken(part),) for part in parts))
    list_of = "<ol>{}</ol>" if block.kind == BlockKind.NUMBERS else "<ul>{}</ul>"
    items = format_html_join("", "<li>{}</li>", ((_broken(line),) for line in block.lines))
    return format_html(list_of, items)


def _broken(text: str) -> SafeString:
    return mark_safe(escape(text).replace("\n", "<br>"))  # noqa: S308 - escaped just before


def fields_in(text: str) -> set[str]:
    """Return the names of the fields that a text uses."""
    return set(FIELD.findall(text))


def field_problems(
    text: str, fields: Sequence[MergeField], *, is_subject: bool = False
) -> list[str]:
    """Return what is wrong with the fields of a text, each with its line; at most 20.

    A subject is one line, and takes only fields of one line.
    """
    known = {field.name: field for field in fields}
    found: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if "{" not in line and "}" not in line:
            continue
        found += _problems_of(line, number, known, is_subject=is_subject)
        if len(found) >= MOST_PROBLEMS:
            return found[:MOST_PROBLEMS]
    return found


def _problems_of(
    line: str, number: int, known: Mapping[str, MergeField], *, is_subject: bool
) -> list[str]:
    words = []
    for name in FIELD.findall(line):
        field = known.get(name)
        if field is None:
            words.append(
                _("“%(field)s” is not a field of this text.") % {"field": name[:LONGEST_SHOWN]}
                + _hint(name, known)
            )
        elif is_subject and field.kind != FieldKind.LINE:
            words.append(
                _("%(field)s can be several lines and cannot stand in a subject.")
                % {"field": field.token}
            )
        elif field.kind == FieldKind.ROWS and not FIELD.fullmatch(line.strip()):
            words.append(
                _("%(field)s is a list and stands alone on its line.") % {"field": field.token}
            )
    for broken in BROKEN.findall(FIELD.sub(" ", line)):
        words.append(_broken_words(broken.strip(), known))
    return [_("Line %(number)d: %(text)s") % {"number": number, "text": one} for one in words]


def _broken_words(broken: str, known: Mapping[str, MergeField]) -> str:
    name = broken.strip("{} \t")
    if not name:
        return _("“%(text)s” names no field.") % {"text": broken[:LONGEST_SHOWN]} + _hint("", known)
    return _("“%(text)s” is a broken field: two braces on each side.") % {
        "text": broken[:LONGEST_SHOWN]
    } + _hint(name, known)


def _hint(name: str, known: Mapping[str, MergeField]) -> str:
    """Return the nearest field there is, or all of them."""
    if not known:
        return " " + _("This text has no fields, so it cannot have braces either.")
    near = get_close_matches(name.lower()[:LONGEST_SHOWN], known, n=1, cutoff=0.5)
    if near:
        return " " + _("Did you mean %(field)s?") % {"field": known[near[0]].token}
    return " " + _("There are: %(fields)s.") % {
        "fields": ", ".join(field.token for field in known.values())
    }
