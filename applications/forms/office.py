"""ICLD's forms: rounds, the programme officer and the decision."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application, Outcome, PendingDecision, Round
from applications.officers import current_officers
from applications.rounds import FIRST_YEAR, LAST_YEAR
from icld_portal.forms import DayField, LongTextField, MoneyField, SafeCharField
from icld_portal.localize import money
from icld_portal.page_forms import PageForm
from partnerships.models import User

REASON_MAX_LENGTH = 6_000
NOTE_MAX_LENGTH = 300


class YearForm(PageForm):
    """Which year's rounds to make."""

    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=FIRST_YEAR, max_value=LAST_YEAR)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"year": timezone.localdate().year + 1})


class RoundForm(PageForm):
    """The days of one round, and what the public is told about them."""

    optional = frozenset({"note_sv", "note_en"})

    opens_on = DayField(
        label=gettext_lazy("Opens"), help_text=gettext_lazy("From midnight, Swedish time.")
    )
    deadline_on = DayField(
        label=gettext_lazy("Deadline"),
        help_text=gettext_lazy("Until 23:59:59 on this day, Swedish time."),
    )
    note_sv = SafeCharField(
        label=gettext_lazy("Public note in Swedish"), max_length=NOTE_MAX_LENGTH, required=False
    )
    note_en = SafeCharField(
        label=gettext_lazy("Public note in English"), max_length=NOTE_MAX_LENGTH, required=False
    )

    def __init__(self, round_: Round, data: Any = None) -> None:
        names = ("opens_on", "deadline_on", "note_sv", "note_en")
        super().__init__(data, initial={name: getattr(round_, name) for name in names})


class OfficerForm(PageForm):
    """Who keeps the case."""

    officer = forms.ModelChoiceField(
        label=gettext_lazy("Programme officer"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("nobody yet"),
    )

    def __init__(self, application: Application, data: Any = None) -> None:
        super().__init__(data, initial={"officer": application.officer_id})
        self.fields["officer"].queryset = current_officers()  # type: ignore[attr-defined]


class SendBackForm(PageForm):
    """Why a decision maker does not decide what is proposed."""

    why = LongTextField(
        label=gettext_lazy("Reason for sending it back"),
        help_text=gettext_lazy("Only ICLD reads it."),
        max_length=REASON_MAX_LENGTH,
        error_messages={"required": gettext_lazy("Write why you send it back.")},
    )


class DecisionForm(PageForm):
    """The outcome, its reason and, for an approval, the sum of each year, as they are proposed.

    ``pending`` is what is proposed already, if anything is. ``asked`` holds whole SEK by year
    of the case: the most that can be decided, and what is prefilled where the assessors have
    not proposed another sum.
    """

    outcome = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            (Outcome.APPROVED.value, gettext_lazy("Approve, with the sums below")),
            (Outcome.REJECTED.value, gettext_lazy("Reject; no sums are decided")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose to approve or to reject.")},
    )
    reason = LongTextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Stands in the letter to both parties, as you write it."),
        max_length=REASON_MAX_LENGTH,
        error_messages={"required": gettext_lazy("Write the reason for the decision.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self,
        asked: dict[int, int],
        data: Any = None,
        *,
        proposed: dict[int, int] | None = None,
        pending: PendingDecision | None = None,
    ) -> None:
        sums = asked | (proposed or {})
        super().__init__(data, initial={f"year-{year}": sums[year] for year in asked})
        self.initial["version"] = pending.version if pending else 0
        if pending:
            self.initial.update(outcome=pending.outcome, reason=pending.reason)
            for one in pending.years.all():
                self.initial[f"year-{one.year}"] = one.amount_sek
        self.asked = asked
        for year, asked_sek in sorted(asked.items()):
            self.add_field(f"year-{year}", self._money_field(year, asked_sek))

    @staticmethod
    def _money_field(year: int, asked_sek: int) -> MoneyField:
        return MoneyField(
            label=_("Year %(year)d") % {"year": year},
            help_text=_("Asked for: %(asked)s") % {"asked": money(asked_sek)},
            required=False,
        )

    def year_fields(self) -> list[forms.BoundField]:
        """The money fields, year by year, as the page shows them."""
        return [self[f"year-{year}"] for year in sorted(self.asked)]

    def clean(self) -> dict[str, Any]:
        """Hold each sum against what was asked for; a rejection has no sums."""
        if self.cleaned_data.get("outcome") != Outcome.APPROVED:
            return self.cleaned_data
        amounts = self.amounts()
        for year, amount in amounts.items():
            if amount > self.asked[year]:
                text = _("At most the %(asked)s that was asked for.")
                self.add_error(f"year-{year}", text % {"asked": money(self.asked[year])})
        if not self.errors and not sum(amounts.values()):
            self.add_error(f"year-{min(self.asked)}", _("An approval needs an amount."))
        return self.cleaned_data

    def amounts(self) -> dict[int, int]:
        """Return whole SEK by year; nothing for a rejection."""
        if self.cleaned_data.get("outcome") != Outcome.APPROVED:
            return {}
        return {year: self.cleaned_data.get(f"year-{year}") or 0 for year in sorted(self.asked)}
