"""The questions of one section as a form; every answer may be empty while it is a draft."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.models import Answer, Question, QuestionKind
from applications.models.answers import ANSWER_MAX_LENGTH
from icld_portal.forms import LongTextField, SafeCharField
from icld_portal.localize import in_language
from icld_portal.shared_texts import TextRow, TextsForm
from icld_portal.text import count_words

YES_NO = [("yes", _("Yes")), ("no", _("No"))]
IN_LANGUAGE = {"sv": _("In Swedish"), "en": _("In English")}
NUMBER_MAX_LENGTH = 30


@dataclass(frozen=True)
class QuestionRow(TextRow):
    """One question on the page, with what it asks for."""

    question: Question
    stored: bool = False
    language: str = ""

    @property
    def limit(self) -> int:
        """The highest number of words; 0 for none, and for a translation."""
        return 0 if self.language else self.question.word_limit

    @property
    def words(self) -> int:
        """How many words stand in the field."""
        return count_words(str(self.field.value() or ""))

    @property
    def surplus(self) -> int:
        """How many words above the limit."""
        return max(0, self.words - self.question.word_limit) if self.question.word_limit else 0


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


class AnswersForm(TextsForm[Question]):
    """One field per question; ``language`` is the one written here, empty for the case's own."""

    kind: ClassVar[str] = "question"

    def __init__(
        self,
        data: Any = None,
        *,
        questions: Iterable[Question],
        answers: Mapping[int, Answer],
        language: str = "",
    ) -> None:
        self.language = language
        super().__init__(data, subjects=questions, stored=answers)

    def key_of(self, subject: Question) -> int:
        """Answers are found by the question they are to."""
        return subject.pk

    def field_for(self, subject: Question) -> forms.Field:
        """The field in which the question is answered."""
        return answer_field(subject)

    def is_optional(self, subject: Question) -> bool:
        """Whether the field says that it may stay empty."""
        return not subject.required

    def name_of(self, subject: Question) -> str:
        """The field's name, also the anchor."""
        return f"{self.kind}-{subject.key}"

    def token_name(self, subject: Question) -> str:
        """The name of the hidden mark of what was on the page."""
        return f"seen-{subject.key}"

    def rows(self) -> list[QuestionRow]:
        """The questions in order, for the template."""
        return [
            QuestionRow(
                self[self.name_of(question)],
                self[self.token_name(question)],
                self.conflicts.get(question.pk),
                question,
                question.pk in self.stored,
                self.language,
            )
            for question in self.subjects
        ]


class TranslationsForm(AnswersForm):
    """The same answers in the other language, written by a person; every one may be empty."""

    kind: ClassVar[str] = "translation"

    def field_for(self, subject: Question) -> forms.Field:
        """A field of the same size, named after its language; the limit is the original's."""
        field = answer_field(subject)
        field.label = f"{IN_LANGUAGE[self.language]}: {field.label}"
        field.help_text = ""
        field.widget.attrs.pop("data-words", None)
        field.widget.attrs["lang"] = self.language
        return field

    def is_optional(self, subject: Question) -> bool:
        return True

    def token_name(self, subject: Question) -> str:
        """The name of the hidden mark of what was on the page."""
        return f"seen-translation-{subject.key}"


def translatable(questions: Iterable[Question]) -> list[Question]:
    """The questions that are answered in words of one's own."""
    texts = {QuestionKind.LONG_TEXT, QuestionKind.SHORT_TEXT}
    return [question for question in questions if question.kind in texts]


def sends_translations(data: Mapping[str, Any]) -> bool:
    """Whether a page with fields for translations was sent."""
    return any(name.startswith("translation-") for name in data)
