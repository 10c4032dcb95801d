"""One entry of a closed list, as ICLD writes it."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.workflow.lists import ClosedList
from icld_portal.columns_forms import ColumnsForm

TIME_ZONE = "time_zone"


class EntryForm(ColumnsForm):
    """The columns of an entry; a new country also has its two letters."""

    def __init__(self, of: ClosedList, row: Any, data: Any = None) -> None:
        super().__init__(of.model, row, data, leave_out=of.hidden | (of.fixed if row else set()))
        if TIME_ZONE in self.fields:
            zones = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]
            self.add_field(TIME_ZONE, forms.ChoiceField(label=_("Time zone"), choices=zones))
        if of.own_code and row is None:
            self.add_field(
                "code",
                forms.RegexField(
                    r"\A[A-Z]{2}\Z",
                    label=gettext_lazy("Two letters of ISO 3166"),
                    help_text=gettext_lazy("For example KE for Kenya."),
                    error_messages={"invalid": gettext_lazy("Write two capital letters, as KE.")},
                ),
            )
            self.order_fields(("code",))

    def facts(self) -> dict[str, Any]:
        """Return what was written, without the code."""
        return {name: value for name, value in self.cleaned_data.items() if name != "code"}
