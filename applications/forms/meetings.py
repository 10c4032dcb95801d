"""Forms of the decision meeting: the pots, the proposal, the release."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.office import REASON_MAX_LENGTH, DecisionForm
from applications.models import PendingDecision, PendingOutcome, Pot, PotRegion
from applications.workflow import Wanted
from icld_portal.forms import DayField, LongTextField, MoneyField
from icld_portal.page_forms import PageForm

MOST_CONDITIONS = 5


class PotForm(PageForm):
    """What the round may promise; an empty field is no pot."""

    def __init__(self, pots: list[Pot], data: Any = None) -> None:
        amounts = {pot.region: pot.amount_sek for pot in pots}
        super().__init__(data, initial=amounts)
        for region in PotRegion:
            label = str(region.label).capitalize()
            self.add_field(region.value, MoneyField(label=label, required=region.value in amounts))

    def amounts(self) -> dict[str, int]:
        """Return whole SEK by region, of the fields that are filled in."""
        return {
            region: amount for region, amount in self.cleaned_data.items() if amount is not None
        }


class ProposalForm(DecisionForm):
    """What the meeting shall decide: as a decision, or postponed; with conditions."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Proposal"),
        choices=[
            (PendingOutcome.APPROVED.value, gettext_lazy("Approve, with the sums below")),
            (PendingOutcome.REJECTED.value, gettext_lazy("Reject; no sums are decided")),
            (PendingOutcome.POSTPONED.value, gettext_lazy("Postpone to a later meeting")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what you propose.")},
    )
    reason = LongTextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Stands in the letter to both parties, as you write it."),
        max_length=REASON_MAX_LENGTH,
        error_messages={"required": gettext_lazy("Write the reason for the decision.")},
    )

    def __init__(
        self,
        asked: dict[int, int],
        pending: PendingDecision | None,
        conditions: list[Any],
        data: Any = None,
    ) -> None:
        super().__init__(asked, data, pending=pending)
        for number in range(1, MOST_CONDITIONS + 1):
            self.add_field(f"condition-{number}", self._condition_field(number))
            self.add_field(f"due-{number}", DayField(label=_("To be met by"), required=False))
        for number, condition in enumerate(conditions[:MOST_CONDITIONS], start=1):
            self.initial[f"condition-{number}"] = condition.text
            self.initial[f"due-{number}"] = condition.due_on

    def begin_with(self, sums: dict[int, int]) -> None:
        """Offer what the assessors have agreed on, whole SEK by year; all that is asked else."""
        if sums:
            self.initial["outcome"] = PendingOutcome.APPROVED
            self.initial.update({f"year-{year}": amount for year, amount in sums.items()})

    @staticmethod
    def _condition_field(number: int) -> LongTextField:
        label = _("Condition %(number)d") % {"number": number}
        return LongTextField(label=label, max_length=2000, required=False)

    @property
    def has_conditions(self) -> bool:
        """Whether any is written, so that they are shown at once."""
        return any(text.value() or due.errors for text, due in self.condition_fields())

    def condition_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The condition and its day, pair by pair."""
        numbers = range(1, MOST_CONDITIONS + 1)
        return [(self[f"condition-{number}"], self[f"due-{number}"]) for number in numbers]

    def clean(self) -> dict[str, Any]:
        """A condition and its day belong together."""
        super().clean()
        for number in range(1, MOST_CONDITIONS + 1):
            text = self.cleaned_data.get(f"condition-{number}", "")
            due_on = self.cleaned_data.get(f"due-{number}")
            if text and not due_on and f"due-{number}" not in self.errors:
                self.add_error(f"due-{number}", _("Say when the condition is to be met."))
            if due_on and not text and f"condition-{number}" not in self.errors:
                self.add_error(f"condition-{number}", _("Write the condition."))
        return self.cleaned_data

    def conditions(self) -> list[Wanted]:
        """Return the conditions that are filled in; none but for an approval."""
        if self.cleaned_data.get("outcome") != PendingOutcome.APPROVED:
            return []
        found = (
            (self.cleaned_data[f"condition-{number}"], self.cleaned_data[f"due-{number}"])
            for number in range(1, MOST_CONDITIONS + 1)
        )
        return [Wanted(text, due_on) for text, due_on in found if text]


class MoveForm(PageForm):
    """Where a case is to stand on the list, and why; ``lines`` is how many there are."""

    place = forms.IntegerField(label=gettext_lazy("New place"), min_value=1)
    reason = LongTextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Stands in the minutes."),
        max_length=REASON_MAX_LENGTH,
        error_messages={"required": gettext_lazy("Write why the case is moved.")},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, lines: int, place: int, seen: int, data: Any = None) -> None:
        super().__init__(data, initial={"place": place, "seen": seen})
        words = {"lines": lines}
        self.fields["place"].help_text = _("1 is first, %(lines)s is last.") % words
        self.fields["place"].validators.append(MaxValueValidator(lines))


class ReleaseForm(PageForm):
    """When the meeting was held."""

    held_on = DayField(label=gettext_lazy("Day of the meeting"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"held_on": timezone.localdate()})


class ConditionMetForm(PageForm):
    """How a condition was met."""

    note = LongTextField(label=gettext_lazy("How it was met"), max_length=500)
