"""The forms by which ICLD pauses, ends and closes a grant."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.endings.problems import Days
from finance.models import Guideline
from icld_portal.forms import DayField, LongTextField
from icld_portal.page_forms import PageForm

TEXT_MAX_LENGTH = 2000


def _reason(label: Any, help_text: Any, *, required: bool = True) -> LongTextField:
    return LongTextField(
        label=label,
        help_text=help_text,
        max_length=TEXT_MAX_LENGTH,
        required=required,
        error_messages={"required": gettext_lazy("Write the reason.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


BOTH_READ_IT = gettext_lazy("Both parties read it.")


class PauseForm(PageForm):
    """From when to when the work rests, and why."""

    first_on = DayField(label=gettext_lazy("First day of the pause"))
    last_on = DayField(label=gettext_lazy("Last day of the pause"))
    reason = _reason(gettext_lazy("Reason"), BOTH_READ_IT)


class BackForm(PageForm):
    """When the work begins again, sooner than was told."""

    back_on = DayField(
        label=gettext_lazy("Work begins again"),
        help_text=gettext_lazy(
            "The first day of work. With the first day of the pause it never comes about."
        ),
    )


class ProposalForm(PageForm):
    """On which day a grant is to end before its time, and when the last reports are due."""

    optional: ClassVar[frozenset[str]] = frozenset({"report_on", "final_on"})

    last_on = DayField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Costs can be reported up to and with this day."),
    )
    report_on = DayField(label=gettext_lazy("Report of the last year due"), required=False)
    final_on = DayField(label=gettext_lazy("Final report due"), required=False)
    reason = _reason(gettext_lazy("Reason"), gettext_lazy("Both parties read it once decided."))

    def __init__(self, data: Any = None, *, guideline: Guideline, **options: Any) -> None:
        super().__init__(data, **options)
        self.after = (guideline.report_days, guideline.final_report_days)
        for name, number in zip(("report_on", "final_on"), self.after, strict=True):
            text = _("Empty: %(n)d days after the last day, as the guidelines of the case say.")
            self.fields[name].help_text = text % {"n": number}

    def days(self) -> Days:
        """The days that were chosen; call it on a valid form."""
        chosen = self.cleaned_data
        last_on = chosen["last_on"]
        report_on, final_on = (
            chosen[name] or last_on + timedelta(days=number)
            for name, number in zip(("report_on", "final_on"), self.after, strict=True)
        )
        return Days(last_on, report_on, final_on)


class EndingAnswerForm(PageForm):
    """What is answered to a proposal to end a grant early."""

    optional: ClassVar[frozenset[str]] = frozenset({"reason"})

    ending = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose an answer.")},
    )
    reason = _reason(
        gettext_lazy("Why it is sent back"),
        gettext_lazy("The proposer reads it."),
        required=False,
    )

    def __init__(
        self, data: Any = None, *, answers: Sequence[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.fields["answer"].choices = list(answers)  # type: ignore[attr-defined]


class CloseForm(PageForm):
    """Why money is left, when the grant is closed."""

    optional: ClassVar[frozenset[str]] = frozenset({"reason"})

    reason = _reason(
        gettext_lazy("Note"),
        gettext_lazy("Needed when money is left. It is read by both parties and in the ledger."),
        required=False,
    )
