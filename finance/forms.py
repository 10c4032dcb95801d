"""The forms in which ICLD writes budget guidelines."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.models import (
    CostCategory,
    Frame,
    Guideline,
    GuidelineAmount,
    LimitKind,
    PartyCount,
    Per,
)
from icld_portal.forms import DayField, LongTextField, MoneyField, SafeCharField
from icld_portal.seen_forms import SeenForm
from partnerships.models import BudgetRegion

NOTE_MAX_LENGTH = 4_000
REPORT_MAX_DAYS = 365
NAME_MAX_LENGTH = 80
HELP_MAX_LENGTH = 200
CELL_FIELDS = ("amount", "kind", "work")
CELLS = [(count, region) for count in PartyCount for region in BudgetRegion]


class FrameField(MoneyField):
    """What the whole programme may pay in a year."""

    max_sek = 9_999_999_999
    default_error_messages: ClassVar = {
        "too_large": gettext_lazy("The amount can be at most 9 999 999 999 kronor."),
    }


class FrameForm(SeenForm):
    """The programme's frame for one calendar year."""

    amount_sek = FrameField(label=gettext_lazy("Frame"))

    def __init__(self, known: Frame | None, data: Any = None) -> None:
        super().__init__({"amount_sek": known.amount_sek if known else None}, data)


class GeneralForm(SeenForm):
    """What holds for every grant type."""

    optional = frozenset({"note_sv", "note_en"})
    NAMES = (
        "valid_from",
        "day_rate_sek",
        "deviation_percent",
        "report_days",
        "final_report_days",
        "report_opens_days",
        "note_sv",
        "note_en",
    )

    valid_from = DayField(
        label=gettext_lazy("Valid from"),
        help_text=gettext_lazy("Drafts begun from this day on use this version."),
    )
    day_rate_sek = MoneyField(
        label=gettext_lazy("Highest salary cost per day"),
        help_text=gettext_lazy(
            "Actual salary plus social charges, for staff of the Swedish party."
        ),
    )
    deviation_percent = forms.IntegerField(
        label=gettext_lazy("Deviation between lines that needs a comment, per cent"),
        min_value=0,
        max_value=100,
    )
    report_days = forms.IntegerField(
        label=gettext_lazy("Days until the report of an accounting year is due"),
        help_text=gettext_lazy("From the last day of the year. Suggested in each new agreement."),
        min_value=1,
        max_value=REPORT_MAX_DAYS,
    )
    final_report_days = forms.IntegerField(
        label=gettext_lazy("Days until the final report is due"),
        help_text=gettext_lazy("From the last day of the case. Suggested in each new agreement."),
        min_value=1,
        max_value=REPORT_MAX_DAYS,
    )
    report_opens_days = forms.IntegerField(
        label=gettext_lazy("Days before the end of a year that its report opens"),
        help_text=gettext_lazy("The budget it is held against is the one that counts that day."),
        min_value=0,
        max_value=REPORT_MAX_DAYS,
    )
    note_sv = LongTextField(
        label=gettext_lazy("Note in Swedish"), max_length=NOTE_MAX_LENGTH, required=False
    )
    note_en = LongTextField(
        label=gettext_lazy("Note in English"), max_length=NOTE_MAX_LENGTH, required=False
    )

    def __init__(self, draft: Guideline, data: Any = None) -> None:
        super().__init__({name: getattr(draft, name) for name in self.NAMES}, data)

    def clean_final_report_days(self) -> int:
        """The final report comes last."""
        days: int = self.cleaned_data["final_report_days"]
        if days < self.cleaned_data.get("report_days", 0):
            raise forms.ValidationError(_("The final report cannot be due before the last year's."))
        return days

    def clean_day_rate_sek(self) -> int:
        """A day costs something."""
        rate: int = self.cleaned_data["day_rate_sek"]
        if rate < 1:
            raise forms.ValidationError(_("Write an amount above zero."))
        return rate


class AmountsForm(SeenForm):
    """The amounts of one grant type: a row for each number of parties and region."""

    per = forms.ChoiceField(
        label=gettext_lazy("The amounts count"), choices=Per.choices, widget=forms.RadioSelect
    )

    def __init__(
        self, title: str, cells: dict[tuple[str, str], GuidelineAmount], data: Any = None
    ) -> None:
        self.title, self.cells = title, cells
        stored: dict[str, Any] = {"per": next((cell.per for cell in cells.values()), Per.YEAR)}
        for (count, region), cell in cells.items():
            place = f"{count}-{region}"
            stored[f"{place}-amount"] = cell.amount_sek
            stored[f"{place}-kind"] = cell.kind
            stored[f"{place}-work"] = cell.work_effort_sek
        super().__init__(stored, data)
        for count, region in CELLS:
            self._add_row(f"{count}-{region}", f"{count.label}, {region.label}")

    def _add_row(self, place: str, title: str) -> None:
        fields = {
            "amount": MoneyField(label=_("Amount")),
            "kind": forms.ChoiceField(label=_("Kind"), choices=LimitKind.choices),
            "work": MoneyField(label=_("Of it work effort"), required=False),
        }
        for name, field in fields.items():
            field.short_label = field.label  # type: ignore[attr-defined]
            field.label = f"{title}: {field.label}"
            self.add_field(f"{place}-{name}", field, optional=name == "work")

    def rows(self) -> list[dict[str, Any]]:
        """The table as the page shows it."""
        return [
            {
                "parties": count.label,
                "region": region.label,
                "fields": [self[f"{count}-{region}-{name}"] for name in CELL_FIELDS],
            }
            for count, region in CELLS
        ]

    def clean(self) -> dict[str, Any]:
        """Work effort is a share of the amount."""
        cleaned = super().clean()
        for count, region in CELLS:
            place = f"{count}-{region}"
            amount, work = cleaned.get(f"{place}-amount"), cleaned.get(f"{place}-work")
            if amount is not None and work is not None and work > amount:
                self.add_error(f"{place}-work", _("At most the whole amount."))
        return cleaned

    def written(self) -> list[GuidelineAmount]:
        """Return the cells as they were written, to be saved."""
        found = []
        for count, region in CELLS:
            place = f"{count}-{region}"
            cell = self.cells.get((count, region)) or GuidelineAmount(parties=count, region=region)
            cell.per = self.cleaned_data["per"]
            cell.amount_sek = self.cleaned_data[f"{place}-amount"]
            cell.kind = self.cleaned_data[f"{place}-kind"]
            cell.work_effort_sek = self.cleaned_data[f"{place}-work"]
            found.append(cell)
        return found


class CategoryForm(SeenForm):
    """One entry of the closed list of what may be financed."""

    optional = frozenset({"help_sv", "help_en"})
    NAMES = ("name_sv", "name_en", "help_sv", "help_en")

    name_sv = SafeCharField(label=gettext_lazy("Name in Swedish"), max_length=NAME_MAX_LENGTH)
    name_en = SafeCharField(label=gettext_lazy("Name in English"), max_length=NAME_MAX_LENGTH)
    help_sv = SafeCharField(
        label=gettext_lazy("Help in Swedish"), max_length=HELP_MAX_LENGTH, required=False
    )
    help_en = SafeCharField(
        label=gettext_lazy("Help in English"), max_length=HELP_MAX_LENGTH, required=False
    )

    def __init__(self, category: CostCategory | None, data: Any = None) -> None:
        super().__init__({name: getattr(category, name, "") for name in self.NAMES}, data)
