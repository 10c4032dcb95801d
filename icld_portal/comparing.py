"""Two versions of a text beside each other: what was added, what was taken away."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

WORD = re.compile(r"\S+\s*|\s+")
LINE = re.compile(r"[^\n]*\n|[^\n]+")
# Beyond this many words whole lines are compared, so that a page is never slow.
MOST_WORDS = 4_000
# Texts that share less than this have two authors, not two versions.
ALIKE = 0.5


@dataclass(frozen=True)
class Change:
    """A piece that stands in both texts, or what stands there in one and in the other."""

    both: str = ""
    before: str = ""
    after: str = ""


def changes(before: str, after: str) -> list[Change]:
    """Return the pieces of both texts in order; joined they are each text again."""
    old, new = _words(before, after)
    start = _common(zip(old, new, strict=False))
    tail = min(len(old), len(new)) - start
    end = min(_common(zip(reversed(old), reversed(new), strict=False)), tail)
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    found = [Change(both="".join(old[:start]))]
    for kind, i, j, k, m in SequenceMatcher(None, middle_old, middle_new).get_opcodes():
        if kind == "equal":
            found.append(Change(both="".join(middle_old[i:j])))
        else:
            found.append(Change(before="".join(middle_old[i:j]), after="".join(middle_new[k:m])))
    found.append(Change(both="".join(old[len(old) - end :])))
    return [one for one in found if one != Change()]


def versions(before: str, after: str) -> list[Change]:
    """As ``changes``; two texts that have little in common are one piece each, whole."""
    found = changes(before, after)
    shared = sum(len(piece.both) for piece in found)
    if shared < ALIKE * max(len(before), len(after)):
        return [Change(before=before, after=after)]
    return found


def merged(theirs: str, mine: str) -> str:
    """Return a text with every word of both: what they share once, the rest side by side.

    Texts with little in common are set one after the other.
    """
    pieces = versions(theirs, mine)
    if not any(piece.both for piece in pieces):
        return f"{theirs}\n\n{mine}".strip()
    return "".join(piece.both + _side_by_side(piece.before, piece.after) for piece in pieces)


def _side_by_side(one: str, other: str) -> str:
    gap = " " if one and other and not one[-1].isspace() else ""
    return one + gap + other


def _words(*texts: str) -> list[list[str]]:
    words = [WORD.findall(text) for text in texts]
    if max(len(one) for one in words) <= MOST_WORDS:
        return words
    return [LINE.findall(text) for text in texts]


def _common(pairs: Iterator[tuple[str, str]] | Sequence[tuple[str, str]]) -> int:
    """How many of the first pairs are equal."""
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count
