"""Texts that tell applicants about the programme: whole files, one for each language."""

from functools import cache
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

FOLDER = Path(__file__).parent / "content" / "guidance"


def guidance(name: str) -> SafeString:
    """Return the HTML of the text ``name`` in the reader's language."""
    return _read(name, (get_language() or "sv")[:2])


@cache
def _read(name: str, language: str) -> SafeString:
    # The file is part of the portal, not something a user has written.
    return mark_safe((FOLDER / f"{name}.{language}.html").read_text("utf-8"))  # noqa: S308
