"""Scores and reasons as forms: an assessor's own, and the common one with its sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.answers import AnswersForm, QuestionRow
from applications.models import COMMENT_MAX_LENGTH, Answer, Assessment, Consensus, Outcome, Question
from applications.scores import Criterion
from icld_portal.forms import LongTextField, MoneyField
from icld_portal.localize import money

TEXT_MAX_LENGTH = 20_000
Text = tuple[Question, str, int | None]


@dataclass(frozen=True)
class CriterionRow:
    """One criterion on the page: how it is scored, and why."""

    criterion: Criterion
    score: QuestionRow
    reason: QuestionRow


class ScoresForm(AnswersForm):
    """A score and a reason per criterion, a text and a recommendation; gaps may be saved."""

    def __init__(
        self,
        data: Any = None,
        *,
        criteria: Sequence[Criterion],
        answers: Mapping[int, Answer],
        stored: Assessment | Consensus | None,
    ) -> None:
        questions = [question for one in criteria for question in (one.score, one.reason)]
        super().__init__(data, questions=questions, answers=answers)
        self.criteria = list(criteria)
        for one in self.criteria:
            self.fields[self.name_of(one.reason)].widget.attrs["rows"] = 4
        self.add_field(
            "text",
            LongTextField(
                label=gettext_lazy("The application as a whole"),
                max_length=TEXT_MAX_LENGTH,
                required=False,
            ),
            optional=isinstance(stored, Assessment) or stored is None,
        )
        self.fields["text"].widget.attrs["rows"] = 5
        self.add_field(
            "recommendation",
            forms.ChoiceField(
                label=gettext_lazy("Recommendation"),
                choices=[
                    (Outcome.APPROVED.value, gettext_lazy("Approve the application")),
                    (Outcome.REJECTED.value, gettext_lazy("Reject the application")),
                ],
                widget=forms.RadioSelect,
                required=False,
            ),
        )
        if stored is not None:
            self.initial["text"] = stored.text
            self.initial["recommendation"] = stored.recommendation

    def criterion_rows(self) -> list[CriterionRow]:
        """The criteria in order, for the template."""
        rows = {row.question.pk: row for row in self.rows()}
        return [CriterionRow(one, rows[one.score.pk], rows[one.reason.pk]) for one in self.criteria]

    def texts(self) -> list[Text]:
        """What has been changed since the page was opened."""
        return [(one.subject, one.text, one.version) for one in self.written()]


class CommentsForm(AnswersForm):
    """What an assessor notes beside the answers of the case; every one may stay empty."""

    kind: ClassVar[str] = "comment"

    def field_for(self, subject: Question) -> forms.Field:
        """A small field, whatever kind of answer it stands beside."""
        return LongTextField(
            label=_("Your comment on: %(question)s") % {"question": subject},
            max_length=COMMENT_MAX_LENGTH,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    def is_optional(self, subject: Question) -> bool:
        return False

    def token_name(self, subject: Question) -> str:
        """The name of the hidden mark of what was on the page."""
        return f"seen-comment-{subject.key}"

    def texts(self) -> list[Text]:
        """What has been changed since the page was opened."""
        return [(one.subject, one.text, one.version) for one in self.written()]

    def by_question(self) -> dict[int, QuestionRow]:
        """The fields by the question they stand beside."""
        return {row.question.pk: row for row in self.rows()}


class ConsensusForm(ScoresForm):
    """The common scores, and what is proposed per year; ``asked`` is whole SEK by year."""

    def __init__(
        self,
        data: Any = None,
        *,
        criteria: Sequence[Criterion],
        answers: Mapping[int, Answer],
        stored: Consensus | None,
        asked: Mapping[int, int],
        proposed: Mapping[int, int],
    ) -> None:
        super().__init__(data, criteria=criteria, answers=answers, stored=stored)
        self.fields["text"].label = _("The common assessment")
        self.fields["text"].optional = False  # type: ignore[attr-defined]
        self.asked = dict(sorted(asked.items()))
        self.add_field(
            "version", forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**6)
        )
        self.initial["version"] = stored.version if stored else 0
        for year, asked_sek in self.asked.items():
            help_text = _("Asked for: %(asked)s") % {"asked": money(asked_sek)}
            label = _("Year %(year)d") % {"year": year}
            field = MoneyField(label=label, help_text=help_text, required=False)
            self.add_field(f"amount-{year}", field)
            self.initial[f"amount-{year}"] = proposed.get(year, asked_sek)

    def amount_fields(self) -> list[forms.BoundField]:
        """The sums, year by year."""
        return [self[f"amount-{year}"] for year in self.asked]

    def amounts(self) -> dict[int, int]:
        """The proposed sums by year, whole SEK; nothing with a rejection."""
        if self.cleaned_data.get("recommendation") == Outcome.REJECTED:
            return {}
        return {year: self.cleaned_data.get(f"amount-{year}") or 0 for year in self.asked}

    def follow(self, stored: Consensus) -> None:
        """Keep what was sent; the next save is made knowing what stands."""
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["version"] = str(stored.version)  # type: ignore[index]
