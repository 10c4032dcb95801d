"""Texts that several people write: every field knows what it showed, and no text is lost.

A page carries a mark of each text as it was drawn. A second writer is shown what stands beside
their own words, and chooses; ``static/autosave.js`` speaks the same marks while somebody types.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Generic, Protocol, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from icld_portal.comparing import Change, merged, versions
from icld_portal.localize import clock, moment
from icld_portal.page_forms import PageForm
from icld_portal.text import LINE_ENDS

DIGEST_LENGTH = 16


class SharedText(Protocol):
    """A row that keeps one text; ``version`` counts the saves."""

    text: str
    version: int
    updated_at: datetime

    @property
    def updated_by(self) -> Any:
        """Who wrote it last."""

    def save(self, *, update_fields: Iterable[str]) -> None:
        """Keep the row."""


Subject = TypeVar("Subject")
Subject_contra = TypeVar("Subject_contra", contravariant=True)
Row = TypeVar("Row", bound=SharedText)


class StaleText(Exception):
    """Somebody else has saved this text since the page was opened."""

    def __init__(self, stored: Any) -> None:
        self.stored = stored
        super().__init__(stored.pk)


def token_of(text: str, version: int) -> str:
    """Return the mark of what was on the page when it was opened: version and fingerprint."""
    return f"{version}.{_digest(text)}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]


def replace(stored: Row, text: str, *, by: Any, version: int | None) -> Row:
    """Let ``stored`` say ``text``; its row was read under a lock.

    ``version`` is the one the writer saw, None for whichever stands. Raises StaleText if
    another text has been saved since, and changes nothing then.
    """
    if stored.text == text:
        return stored
    if version is not None and version != stored.version:
        raise StaleText(stored)
    stored.text = text
    stored.version += 1
    stored.updated_at = timezone.now()
    stored.updated_by = by  # type: ignore[misc]
    stored.save(update_fields=["text", "version", "updated_at", "updated_by"])
    return stored


class Write(Protocol[Subject_contra]):
    """Keeps one text of ``subject`` and returns its row; may raise StaleText."""

    def __call__(
        self, subject: Subject_contra, text: str, /, *, stored: Any, version: int | None
    ) -> Any:
        """``version`` is the one the writer saw, None for whichever stands."""


@dataclass(frozen=True)
class Written(Generic[Subject]):
    """One text as it was sent: what it is about, the text, and the version it is based on."""

    subject: Subject
    text: str
    version: int


@dataclass(frozen=True)
class TextRow:
    """One text on the page: the field, its hidden mark, and the other's text if any."""

    field: forms.BoundField
    token: forms.BoundField
    conflict: Any

    @property
    def settle_name(self) -> str:
        """What tells the choice for this field from those for others."""
        return self.field.name

    @property
    def changes(self) -> list[Change]:
        """The other's text and this person's, piece by piece."""
        return versions(self.conflict.text if self.conflict else "", self._text)

    @property
    def _text(self) -> str:
        return LINE_ENDS.sub("\n", str(self.field.value() or ""))


class TextsForm(PageForm, Generic[Subject]):
    """One field for each subject, with the mark of what stood there.

    ``stored`` has the row of a subject under ``key_of`` it, where there is one. The element's
    id is the field's name, which problems point at.
    """

    def __init__(
        self, data: Any = None, *, subjects: Iterable[Subject], stored: Mapping[Any, Any]
    ) -> None:
        super().__init__(data, auto_id="%s")
        self.subjects = list(subjects)
        self.stored = stored
        self.conflicts: dict[Any, Any] = {}
        for subject in self.subjects:
            row = stored.get(self.key_of(subject))
            text, version = (row.text, row.version) if row else ("", 0)
            name, token = self.name_of(subject), self.token_name(subject)
            self.add_field(name, self.field_for(subject), optional=self.is_optional(subject))
            self.add_field(
                token, forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
            )
            self.initial[name] = text
            self.initial[token] = token_of(text, version)

    def key_of(self, subject: Subject) -> Any:
        """What finds the row of ``subject`` in ``stored``."""
        raise NotImplementedError

    def field_for(self, subject: Subject) -> forms.Field:
        """The field in which the text is written."""
        raise NotImplementedError

    def is_optional(self, subject: Subject) -> bool:
        """Whether the field says that it may stay empty."""
        return False

    def name_of(self, subject: Subject) -> str:
        """The field's name, also the anchor."""
        raise NotImplementedError

    def token_name(self, subject: Subject) -> str:
        """The name of the hidden mark of what was on the page; begins with ``seen-``."""
        raise NotImplementedError

    def written(self) -> list[Written[Subject]]:
        """The texts that this person has changed since the page was opened."""
        found = []
        for subject in self.subjects:
            text = self.cleaned_data.get(self.name_of(subject))
            if text is None:
                continue
            stored = self.stored.get(self.key_of(subject))
            version, seen = self._seen(subject, stored)
            untouched = seen and _digest(text) == seen
            if stored and self._was_sent(subject, stored):
                version = stored.version
            if not untouched and text != (stored.text if stored else ""):
                found.append(Written(subject, text, version))
        return found

    def _was_sent(self, subject: Subject, stored: Any) -> bool:
        """Whether what stands is this very page's text, saved without its knowing."""
        sent = self.data.get(self.token_name(subject).replace("seen-", "sent-", 1))
        if sent is None:
            return False
        try:
            return bool(self.fields[self.name_of(subject)].clean(sent) == stored.text)
        except ValidationError:
            return False

    def _seen(self, subject: Subject, stored: Any) -> tuple[int, str]:
        """Return the version and fingerprint the page was opened with."""
        mark = str(self.cleaned_data.get(self.token_name(subject), ""))
        number, _dot, seen = mark.partition(".")
        if number.isascii() and number.isdecimal() and len(number) < 9:
            return int(number), seen
        # Without a readable mark the page counts as older than anything stored.
        return (0, "") if stored is None else (stored.version - 1, "")

    def mark_after(self, subject: Subject, stored: Any) -> str:
        """Return the mark of what stands on the page once ``stored`` was written or left."""
        if stored is not None and stored.text == self.cleaned_data[self.name_of(subject)]:
            return token_of(stored.text, stored.version)
        # Nothing was changed here, and what stands is another's: the page is still as old.
        return str(self.cleaned_data[self.token_name(subject)])

    def show_conflict(self, subject: Subject, stored: Any) -> None:
        """Keep this person's text in the field and show the other's beside it."""
        self.conflicts[self.key_of(subject)] = stored
        # The next save is made knowing the other's text, so it is based on that version.
        self._put(self.token_name(subject), token_of(stored.text, stored.version))

    def chosen(self, subject: Subject) -> str:
        """What this person chose after seeing both texts: mine, theirs, both or nothing."""
        return str(self.data.get(f"settle-{self.name_of(subject)}", ""))

    def asks_to_merge(self) -> bool:
        """Whether both texts were chosen for any field."""
        return any(self.chosen(subject) == "both" for subject in self.subjects)

    def merge(self, stored: Mapping[Any, Any]) -> None:
        """Put both texts in each field for which that was chosen."""
        for subject in [one for one in self.subjects if self.chosen(one) == "both"]:
            row = stored.get(self.key_of(subject))
            mine = LINE_ENDS.sub("\n", self.data.get(self.name_of(subject), ""))
            self._put(self.name_of(subject), merged(row.text if row else "", mine))
            if row:
                self._put(self.token_name(subject), token_of(row.text, row.version))

    def _put(self, name: str, value: str) -> None:
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data[name] = value  # type: ignore[index]

    def keep(self, write: "Write[Subject]") -> None:
        """Write what was changed over ``stored``, read under a lock; note what is against it."""
        for written in self.written():
            subject = written.subject
            theirs = self.stored.get(self.key_of(subject))
            other_text = theirs.text if theirs else ""
            try:
                mine = write(subject, written.text, stored=theirs, version=written.version)
                if self.chosen(subject) == "theirs":
                    # This person's text is kept as a version, and then gives way.
                    write(subject, other_text, stored=mine, version=None)
            except StaleText as stale:
                self.show_conflict(subject, stale.stored)

    @property
    def first_error(self) -> str:
        """The first thing that is wrong with what was sent."""
        return next(str(error) for errors in self.errors.values() for error in errors)


# --- What autosave.js is told -----------------------------------------------------------


def told_saved(seen: str) -> JsonResponse:
    """The text is kept; ``seen`` is the mark for the next save."""
    return JsonResponse({"state": "saved", "clock": clock(timezone.now()), "seen": seen})


def told_refused(why: str) -> JsonResponse:
    """The text cannot be kept as it is."""
    return JsonResponse({"state": "refused", "why": why}, status=422)


def told_other_person() -> JsonResponse:
    """Somebody else has signed in at this browser: one person's text stays theirs."""
    return JsonResponse({"state": "other_person"}, status=403)


def told_closed(state: str) -> JsonResponse:
    """Nothing can be written there any more."""
    return JsonResponse({"state": state}, status=410)


def told_conflict(stored: SharedText) -> JsonResponse:
    """Somebody else has saved: what, who and when."""
    name = stored.updated_by.name if stored.updated_by else "–"
    who = _("Saved by %(who)s %(when)s") % {"who": name, "when": moment(stored.updated_at)}
    return JsonResponse({"state": "conflict", "text": stored.text, "who": who}, status=409)
