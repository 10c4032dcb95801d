"""The forms in which ICLD writes the forms of the programme."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.rows import RowForm, RowSet, facts_of, rows_of, stored_in_order
from applications.models import (
    Part,
    Question,
    QuestionKind,
    QuestionOption,
    QuestionSet,
    Section,
)
from applications.models.questions import PARTS_OF
from icld_portal.columns_forms import ColumnsForm
from icld_portal.forms import SafeCharField

MOST_CHOICES = 30
OPTION_MAX_LENGTH = 200
HEAVIEST = 100
TEXT_KINDS = (QuestionKind.LONG_TEXT, QuestionKind.SHORT_TEXT)
OPTIONS = "options"


class SectionForm(ColumnsForm):
    """A section; which part of the portal its page holds is settled when it is added."""

    def __init__(self, draft: QuestionSet, section: Section | None, data: Any = None) -> None:
        self.draft = draft
        parts = PARTS_OF[draft.purpose]
        hidden = frozenset({"part"}) if section else frozenset()
        if parts == (Part.QUESTIONS,):
            # What ICLD or an auditor fills in has no parties either.
            hidden = frozenset({"part", "side"})
        super().__init__(Section, section, data, leave_out=hidden)
        if "part" in self.fields:
            chosen: Any = self.fields["part"]
            chosen.choices = [(part.value, part.label) for part in parts]

    def clean(self) -> dict[str, Any]:
        """Each part of the portal has one page."""
        cleaned = super().clean()
        part = cleaned.get("part", Part.QUESTIONS)
        if part != Part.QUESTIONS and self.draft.sections.filter(part=part).exists():
            self.add_error("part", _("The form has a section with this part already."))
        return cleaned


class QuestionForm(ColumnsForm):
    """A question: where it stands, how it is answered, its texts, and its choices."""

    def __init__(
        self, draft: QuestionSet, section: Section, question: Question | None, data: Any = None
    ) -> None:
        self.sections = {one.key: one for one in draft.sections.all()}
        options = list(question.options.all()) if question else []
        super().__init__(
            Question,
            question,
            data,
            in_section=section.key,
            options=[(one.pk, one.text_sv, one.text_en) for one in options],
        )
        choices = [(key, str(one)) for key, one in self.sections.items()]
        self.add_field("in_section", forms.ChoiceField(label=_("Section"), choices=choices))
        self.order_fields(("in_section", "text_sv", "text_en", "help_sv", "help_en"))
        self.options = option_rows(options, data)

    @property
    def shows_options(self) -> bool:
        """Whether the choices are open on the page: there are some, or something is wrong."""
        return self.is_bound or self.stored["kind"] == QuestionKind.CHOICE

    def is_valid(self) -> bool:
        """Ask both the question and its choices."""
        return all([super().is_valid(), self.options.is_valid()])

    def clean(self) -> dict[str, Any]:
        """Only texts have a limit of words, and only what is scored has a weight."""
        cleaned = super().clean()
        if cleaned.get("kind") not in TEXT_KINDS and cleaned.get("word_limit"):
            self.add_error("word_limit", _("Only texts have a limit: write 0."))
        weight = cleaned.get("weight") or 0
        if weight and cleaned.get("kind") != QuestionKind.CHOICE:
            self.add_error("weight", _("Only a choice has a weight: write 0."))
        elif weight > HEAVIEST:
            self.add_error("weight", _("A weight is at most 100."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """Return what was written, without where it stands."""
        return {name: value for name, value in self.cleaned_data.items() if name != "in_section"}

    def section(self) -> Section:
        """Return the section that was chosen."""
        return self.sections[self.cleaned_data["in_section"]]

    def written_options(self) -> list[tuple[int | None, str, str]]:
        """Return the choices by their numbers, those without one last."""
        rows = [
            row.cleaned_data
            for row in self.options.forms
            if not self.options.goes(row) and not row.is_blank
        ]
        rows.sort(key=lambda row: (row["place"] is None, row["place"] or 0))
        return [(row["pk"], row["text_sv"], row["text_en"]) for row in rows]


class OptionForm(RowForm):
    """One choice."""

    place = forms.IntegerField(
        label=gettext_lazy("Number in the list"), min_value=1, max_value=999, required=False
    )
    text_sv = SafeCharField(label=gettext_lazy("Text in Swedish"), max_length=OPTION_MAX_LENGTH)
    text_en = SafeCharField(label=gettext_lazy("Text in English"), max_length=OPTION_MAX_LENGTH)


def option_rows(stored: list[QuestionOption], data: Any) -> RowSet:
    """Return the table of choices, with three new rows at its end."""
    made: type[RowSet] = rows_of(OptionForm, most=MOST_CHOICES, blank=3)
    places = {option.pk: place for place, option in enumerate(stored, start=1)}
    initial = [
        facts_of(row, "text_sv", "text_en") | ({"place": places[row.pk]} if row else {})
        for row in stored_in_order(data, OPTIONS, stored)
    ]
    return made(data, prefix=OPTIONS, initial=initial)
