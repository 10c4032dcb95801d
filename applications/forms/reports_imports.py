"""Sending accounts as a file, and saying which kind of cost an account is."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.models import CostCategory, ImportKind
from icld_portal.forms import SafeCharField
from icld_portal.page_forms import PageForm
from icld_portal.widgets import SharedSelect

NOT_OURS = "-"


class ImportForm(PageForm):
    """A file, what it holds, and for books which project of them is meant."""

    optional = frozenset({"project"})

    kind = forms.ChoiceField(
        label=gettext_lazy("What is in the file?"),
        choices=ImportKind.choices,
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("At most 10 MB."),
        error_messages={"required": gettext_lazy("Choose a file.")},
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.se,.si,.sie,.txt"}),
    )
    project = SafeCharField(
        label=gettext_lazy("The project's code in your books"),
        help_text=gettext_lazy("For SIE only: dimension 6. Other projects are not read."),
        required=False,
        max_length=40,
    )

    def clean(self) -> dict[str, Any]:
        """Books are read for one project only."""
        cleaned = self.cleaned_data
        if cleaned.get("kind") == ImportKind.SIE and not cleaned.get("project"):
            self.add_error("project", _("Write the project's code, for example P1204."))
        return cleaned


class MappingForm(PageForm):
    """One list for each account in the file."""

    def __init__(
        self,
        data: Any = None,
        *,
        accounts: Mapping[str, str],
        known: Mapping[str, str],
        categories: Sequence[CostCategory],
    ) -> None:
        super().__init__(data)
        kinds = [(category.code, str(category)) for category in categories]
        choices = [("", _("Choose")), *kinds, (NOT_OURS, _("Not for the report"))]
        for account in sorted(accounts):
            name = accounts[account]
            code = known.get(account)
            field = forms.ChoiceField(
                label=f"{account} {name}".strip(),
                choices=choices,
                required=False,
                initial="" if code is None else code or NOT_OURS,
                widget=SharedSelect,
            )
            self.add_field(f"account-{account}", field)

    def mapping(self) -> dict[str, str]:
        """What was chosen, by account; empty for what is not for the report."""
        return {
            name.removeprefix("account-"): "" if code == NOT_OURS else code
            for name, code in self.cleaned_data.items()
            if code
        }
