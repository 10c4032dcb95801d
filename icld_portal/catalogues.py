"""The Swedish catalogue: found in the code, kept as .po, compiled at start.

Everything is done by Python packages, since a fresh machine has no gettext tools.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import polib
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from django.conf import settings
from django.utils.translation import templatize

ROOT = Path(settings.BASE_DIR)
CATALOGUE = ROOT / "icld_portal" / "locale" / "sv" / "LC_MESSAGES" / "django.po"
PACKAGES = ("icld_portal", "partnerships", "finance", "applications")
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "gettext_noop": None,
}
Key = tuple[str, str, str]  # context, text, plural


def sources() -> Iterator[tuple[Path, str]]:
    """Yield every file that may hold texts, templates turned into Python."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.read_text(encoding="utf-8")
    for suffix in ("html", "txt"):
        for path in sorted((ROOT / "templates").rglob(f"*.{suffix}")):
            yield path, _as_python(path)


def _as_python(template: Path) -> str:
    """Return a template's texts as calls of gettext, without the indentation around them."""
    code = templatize(template.read_text(encoding="utf-8"), origin=str(template))
    return "\n".join(line.strip() for line in code.splitlines())


def texts() -> dict[Key, str]:
    """Return every text the code wants translated, with the file it was first found in."""
    found: dict[Key, str] = {}
    for path, code in sources():
        messages = extract(
            "python", BytesIO(code.encode()), KEYWORDS, options={"encoding": "utf-8"}
        )
        for _line, message, _comments, context in messages:
            text, plural = message if isinstance(message, tuple) else (message, "")
            if text:
                found.setdefault((context or "", text, plural), str(path.relative_to(ROOT)))
    return found


def key_of(entry: polib.POEntry) -> Key:
    """Return what identifies an entry of the catalogue."""
    return (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def update() -> tuple[int, int]:
    """Add new texts to the catalogue, drop those no longer used; return how many of each.

    New entries are empty until somebody translates them; a test fails until then.
    """
    catalogue = polib.pofile(str(CATALOGUE), wrapwidth=100)
    wanted = texts()
    known = {key_of(entry): entry for entry in catalogue}
    for key, entry in known.items():
        if key not in wanted:
            catalogue.remove(entry)
    for key in wanted.keys() - known.keys():
        catalogue.append(_new_entry(key))
    for entry in catalogue:
        entry.occurrences = [(wanted[key_of(entry)], "")]
    catalogue.sort(key=lambda entry: (entry.occurrences, entry.msgid))
    catalogue.save()
    return len(wanted.keys() - known.keys()), len(known.keys() - wanted.keys())


def _new_entry(key: Key) -> polib.POEntry:
    context, text, plural = key
    if plural:
        return polib.POEntry(
            msgctxt=context or None,
            msgid=text,
            msgid_plural=plural,
            msgstr_plural={0: "", 1: ""},
            flags=["python-format"],
        )
    flags = ["python-format"] if "%(" in text else []
    return polib.POEntry(msgctxt=context or None, msgid=text, msgstr="", flags=flags)


def compile_catalogues() -> None:
    """Compile the catalogue where it is newer than its compiled form."""
    compiled = CATALOGUE.with_suffix(".mo")
    if not compiled.exists() or compiled.stat().st_mtime < CATALOGUE.stat().st_mtime:
        draft = compiled.with_suffix(".mo.draft")
        polib.pofile(str(CATALOGUE)).save_as_mofile(str(draft))
        draft.replace(compiled)
