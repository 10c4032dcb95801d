"""The formal check as a form: each item with what was found and a note."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _

from applications.models import CheckItem, CheckResult, FormalCheck
from icld_portal.forms import LongTextField
from icld_portal.seen_forms import SeenForm

NOTE_MAX_LENGTH = 1000


@dataclass(frozen=True)
class CheckRow:
    """One item on the page, with who checked it last."""

    result: BoundField
    note: BoundField
    stored: FormalCheck | None


class CheckingForm(SeenForm):
    """Every item of the check; nothing has to be answered at once."""

    def __init__(self, checks: Mapping[str, FormalCheck], data: Any = None) -> None:
        self.checks = checks
        stored = {}
        for item in CheckItem:
            check = checks.get(item)
            stored[f"result-{item}"] = check.result if check else ""
            stored[f"note-{item}"] = check.note if check else ""
        super().__init__(stored, data, auto_id="%s")
        for item in CheckItem:
            choices = [*CheckResult.choices, ("", _("not checked yet"))]
            result = forms.ChoiceField(
                label=item.label, choices=choices, required=False, widget=forms.RadioSelect
            )
            self.add_field(f"result-{item}", result)
            note = LongTextField(
                label=_("Note on: %(item)s") % {"item": item.label},
                max_length=NOTE_MAX_LENGTH,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.add_field(f"note-{item}", note)

    def rows(self) -> list[CheckRow]:
        """The items in their order, for the template."""
        return [
            CheckRow(self[f"result-{item}"], self[f"note-{item}"], self.checks.get(item))
            for item in CheckItem
        ]

    def found(self) -> dict[str, tuple[str, str]]:
        """What was found, by item; call it on a valid form."""
        facts = self.cleaned_data
        return {str(item): (facts[f"result-{item}"], facts[f"note-{item}"]) for item in CheckItem}
