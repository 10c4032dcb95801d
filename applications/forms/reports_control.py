"""The forms of the control of a report: its rows, its checklist, the words of the deeds."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from applications.models import Question, QuestionKind
from applications.reports.control import Said
from icld_portal.forms import CURRENCY, MONEY, LongTextField, SafeCharField, only_digits
from icld_portal.localize import in_language
from icld_portal.page_forms import PageForm

ROW = re.compile(r"(lines|salaries)-([0-9]{1,18})")
REASON_MAX_LENGTH = 500
TEXT_MAX_LENGTH = 4000
MOST_ROWS = 50
YES_NO = (("", _("not answered")), ("yes", _("yes")), ("no", _("no")))
AMOUNT_MAX_CHARACTERS = 20


def amount_of(text: str) -> Decimal | None:
    """Read "1 234,50" as SEK with öre, None for nothing; ValidationError for anything else."""
    written = CURRENCY.sub("", text.strip())
    if not written:
        return None
    found = MONEY.fullmatch(written) if len(written) <= AMOUNT_MAX_CHARACTERS else None
    if not found:
        raise ValidationError(_("Write the amount as 1 234,50."))
    try:
        amount = Decimal(f"{only_digits(found['whole'])}.{found['ore'] or '00'}")
    except InvalidOperation as error:
        raise ValidationError(_("Write the amount as 1 234,50.")) from error
    return -amount if found["sign"] else amount


def said_in(data: QueryDict) -> Iterator[Said]:
    """Yield what is said of each row of the page that has a verdict.

    An amount that cannot be read raises ValidationError with the row as its code.
    """
    for key in data.getlist("row")[:MOST_ROWS]:
        found = ROW.fullmatch(key)
        verdict = data.get(f"verdict-{key}", "")
        if not found or not verdict:
            continue
        try:
            approved = amount_of(data.get(f"approved-{key}", ""))
        except ValidationError as error:
            raise ValidationError(error.message, code=key) from error
        reason = SafeCharField(required=False, max_length=REASON_MAX_LENGTH)
        try:
            written = str(reason.clean(data.get(f"reason-{key}", "")) or "")
        except ValidationError as error:
            raise ValidationError(error.messages[0], code=key) from error
        seen = data.get(f"seen-{key}", "")
        yield Said(found[1], int(found[2]), verdict, approved, written, seen)


class ChecklistForm(PageForm):
    """The questions of the control, and ICLD's words to the parties."""

    def __init__(
        self, questions: Sequence[Question], data: Any = None, *, initial: dict[str, str]
    ) -> None:
        super().__init__(data, initial=initial)
        for question in questions:
            self.add_field(_name(question), _field(question), optional=not question.required)
        text = LongTextField(
            label=_("To the parties"),
            required=False,
            max_length=TEXT_MAX_LENGTH,
            help_text=_("Goes with the letter when the report is approved."),
        )
        self.add_field("text", text, optional=True)

    def answers(self) -> dict[int, str]:
        """Return what was answered, by question."""
        return {
            int(name.removeprefix("question-")): str(value or "")
            for name, value in self.cleaned_data.items()
            if name.startswith("question-")
        }


def _name(question: Question) -> str:
    return f"question-{question.pk}"


def initial_of(answers: dict[int, str], text: str) -> dict[str, str]:
    """Return what stands in the form when it is opened."""
    return {f"question-{pk}": answer for pk, answer in answers.items()} | {"text": text}


def _field(question: Question) -> forms.Field:
    named: dict[str, Any] = {
        "label": in_language(question, "text"),
        "help_text": in_language(question, "help"),
        # A list that is half answered is kept; the approval asks for the rest.
        "required": False,
    }
    if question.kind == QuestionKind.YES_NO:
        return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **named)
    return LongTextField(max_length=TEXT_MAX_LENGTH, **named)


class WithdrawForm(PageForm):
    """Why an approval is taken back; the parties read it."""

    reason = SafeCharField(
        label=_("Why"), max_length=REASON_MAX_LENGTH, help_text=_("The parties read it.")
    )
