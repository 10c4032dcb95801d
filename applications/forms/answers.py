"""The questions of one section as a form; every answer may be empty while it is a draft."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.models import Answer, Question, QuestionKind
from applications.models.answers import ANSWER_MAX_LENGTH
from icld_portal.comparing import Change, merged, versions
from icld_portal.forms import LongTextField, SafeCharField
from icld_portal.localize import in_language
from icld_portal.page_forms import PageForm
from icld_portal.text import LINE_ENDS, count_words

YES_NO = [("yes", _("Yes")), ("no", _("No"))]
IN_LANGUAGE = {"sv": _("In Swedish"), "en": _("In English")}
NUMBER_MAX_LENGTH = 30


@dataclass(frozen=True)
class Written:
    """One answer as it was sent: its question, the text, and the version it was based on."""

    question: Question
    text: str
    version: int


@dataclass(frozen=True)
class QuestionRow:
    """One question on the page: the field, its hidden token, and the other's text if any."""

    question: Question
    field: forms.BoundField
    token: forms.BoundField
    conflict: Answer | None
    stored: bool = False
    language: str = ""

    @property
    def limit(self) -> int:
        """The highest number of words; 0 for none, and for a translation."""
        return 0 if self.language else self.question.word_limit

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

    @property
    def words(self) -> int:
        """How many words stand in the field."""
        return count_words(str(self.field.value() or ""))

    @property
    def surplus(self) -> int:
        """How many words above the limit."""
        return max(0, self.words - self.question.word_limit) if self.question.word_limit else 0


def token_of(text: str, version: int) -> str:
    """Return the mark of what was on the page when it was opened: version and fingerprint."""
    return f"{version}.{sha256(text.encode()).hexdigest()[:16]}"


def answer_field(question: Question) -> forms.Field:
    """Return the form field of a question; word limits are counted, never enforced here."""
    options: dict[str, Any] = {
        "label": in_language(question, "text"),
        "help_text": in_language(question, "help"),
        "required": False,
    }
    if question.kind == QuestionKind.LONG_TEXT:
        rows = 4 if 0 < question.word_limit <= 100 else 8
        widget = forms.Textarea(attrs={"rows": rows} | _word_attrs(question))
        return LongTextField(**options, widget=widget, max_length=ANSWER_MAX_LENGTH)
    if question.kind == QuestionKind.SHORT_TEXT:
        return SafeCharField(**options, widget=forms.TextInput(attrs=_word_attrs(question)))
    if question.kind == QuestionKind.NUMBER:
        figures = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        return SafeCharField(**options, max_length=NUMBER_MAX_LENGTH, widget=figures)
    choices: list[Any] = list(YES_NO)
    if question.kind == QuestionKind.CHOICE:
        choices = [(option.value, str(option)) for option in question.options.all()]
    return forms.ChoiceField(**options, choices=choices, widget=forms.RadioSelect)


def _word_attrs(question: Question) -> dict[str, str]:
    return {"data-words": str(question.word_limit)} if question.word_limit else {}


class AnswersForm(PageForm):
    """One field per question. The element's id is the anchor that problems point at.

    ``language`` is the one that is written here; empty for the case's own.
    """

    kind: ClassVar[str] = "question"

    def __init__(
        self,
        data: Any = None,
        *,
        questions: Iterable[Question],
        answers: Mapping[int, Answer],
        language: str = "",
    ) -> None:
        super().__init__(data, auto_id="%s")
        self.language = language
        self.questions = list(questions)
        self.answers = answers
        self.conflicts: dict[int, Answer] = {}
        for question in self.questions:
            stored = answers.get(question.pk)
            text, version = (stored.text, stored.version) if stored else ("", 0)
            self.add_field(
                self.name_of(question),
                self.field_for(question),
                optional=self.is_optional(question),
            )
            self.add_field(
                self.token_name(question),
                forms.CharField(widget=forms.HiddenInput, required=False, max_length=40),
            )
            self.initial[self.name_of(question)] = text
            self.initial[self.token_name(question)] = token_of(text, version)

    def field_for(self, question: Question) -> forms.Field:
        """The field in which the question is answered."""
        return answer_field(question)

    def is_optional(self, question: Question) -> bool:
        """Whether the field says that it may stay empty."""
        return not question.required

    def name_of(self, question: Question) -> str:
        """The field's name, also the anchor."""
        return f"{self.kind}-{question.key}"

    def token_name(self, question: Question) -> str:
        """The name of the hidden mark of what was on the page."""
        return f"seen-{question.key}"

    def rows(self) -> list[QuestionRow]:
        """The questions in order, for the template."""
        return [
            QuestionRow(
                question,
                self[self.name_of(question)],
                self[self.token_name(question)],
                self.conflicts.get(question.pk),
                question.pk in self.answers,
                self.language,
            )
            for question in self.questions
        ]

    def written(self) -> list[Written]:
        """The answers that this person has changed since the page was opened."""
        found = []
        for question in self.questions:
            text = self.cleaned_data.get(self.name_of(question))
            if text is None:
                continue
            stored = self.answers.get(question.pk)
            version, seen = self._seen(question, stored)
            untouched = seen and sha256(text.encode()).hexdigest()[:16] == seen
            if stored and self._was_sent(question, stored):
                version = stored.version
            if not untouched and text != (stored.text if stored else ""):
                found.append(Written(question, text, version))
        return found

    def _was_sent(self, question: Question, stored: Answer) -> bool:
        """Whether what stands is this very page's text, saved without its knowing."""
        sent = self.data.get(self.token_name(question).replace("seen-", "sent-", 1))
        if sent is None:
            return False
        try:
            return bool(self.fields[self.name_of(question)].clean(sent) == stored.text)
        except ValidationError:
            return False

    def _seen(self, question: Question, stored: Answer | None) -> tuple[int, str]:
        """Return the version and fingerprint the page was opened with."""
        number, _dot, seen = str(self.cleaned_data.get(self.token_name(question), "")).partition(
            "."
        )
        if number.isascii() and number.isdecimal() and len(number) < 9:
            return int(number), seen
        # Without a readable mark the page counts as older than anything stored.
        return (0, "") if stored is None else (stored.version - 1, "")

    def show_conflict(self, question: Question, stored: Answer) -> None:
        """Keep this person's text in the field and show the other's beside it."""
        self.conflicts[question.pk] = stored
        # The next save is made knowing the other's text, so it is based on that version.
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data[self.token_name(question)] = token_of(stored.text, stored.version)  # type: ignore[index]

    def chosen(self, question: Question) -> str:
        """What this person chose after seeing both texts: mine, theirs, both or nothing."""
        return str(self.data.get(f"settle-{self.name_of(question)}", ""))

    def asks_to_merge(self) -> bool:
        """Whether both texts were chosen for any field."""
        return any(self.chosen(question) == "both" for question in self.questions)

    def merge(self, answers: Mapping[int, Answer]) -> None:
        """Put both texts in each field for which that was chosen."""
        for question in [one for one in self.questions if self.chosen(one) == "both"]:
            stored = answers.get(question.pk)
            mine = LINE_ENDS.sub("\n", self.data.get(self.name_of(question), ""))
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data[self.name_of(question)] = merged(stored.text if stored else "", mine)  # type: ignore[index]
            if stored:
                seen = token_of(stored.text, stored.version)
                self.data[self.token_name(question)] = seen  # type: ignore[index]


class TranslationsForm(AnswersForm):
    """The same answers in the other language, written by a person; every one may be empty."""

    kind: ClassVar[str] = "translation"

    def field_for(self, question: Question) -> forms.Field:
        """A field of the same size, named after its language; the limit is the original's."""
        field = answer_field(question)
        field.label = f"{IN_LANGUAGE[self.language]}: {field.label}"
        field.help_text = ""
        field.widget.attrs.pop("data-words", None)
        field.widget.attrs["lang"] = self.language
        return field

    def is_optional(self, question: Question) -> bool:
        return True

    def token_name(self, question: Question) -> str:
        """The name of the hidden mark of what was on the page."""
        return f"seen-translation-{question.key}"


def translatable(questions: Iterable[Question]) -> list[Question]:
    """The questions that are answered in words of one's own."""
    texts = {QuestionKind.LONG_TEXT, QuestionKind.SHORT_TEXT}
    return [question for question in questions if question.kind in texts]


def sends_translations(data: Mapping[str, Any]) -> bool:
    """Whether a page with fields for translations was sent."""
    return any(name.startswith("translation-") for name in data)
