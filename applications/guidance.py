"""Texts that tell people about the programme, as ICLD has published them last."""

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from applications.letter_texts import texts_in_force
from icld_portal.wording import help_html


def guidance(*kinds: str) -> dict[str, SafeString]:
    """Return the HTML of help texts in the reader's language, by their kind; one query.

    A text that is not loaded yet is empty: no page fails for want of help.
    """
    language = "en" if (get_language() or "sv")[:2] == "en" else "sv"
    found = texts_in_force(kinds)
    bodies = {kind: getattr(text, f"body_{language}") for kind, text in found.items()}
    return {kind: help_html(bodies.get(kind, "")) for kind in kinds}
