"""Texts that tell people about the programme, as ICLD has published them last."""

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from applications.letter_texts import texts_in_force
from icld_portal.wording import help_html


def guidance(*kinds: str) -> dict[str, SafeString]:
    """Return the HTML of help texts in the reader's language, by their kind; one query."""
    language = "en" if (get_language() or "sv")[:2] == "en" else "sv"
    found = texts_in_force(kinds)
    return {kind: help_html(getattr(found[kind], f"body_{language}")) for kind in kinds}
