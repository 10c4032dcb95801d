"""The forms of an agreement: days of the reports, signing, signed copies, cancelling."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.agreement_content import ReportDates
from applications.forms.approving import ApprovalForm
from applications.forms.attachments import KINDS
from applications.models import AgreementParty
from finance.budgets import AccountingYear
from icld_portal.files import UploadField
from icld_portal.forms import DayField, LongTextField, SafeCharField
from icld_portal.localize import day
from icld_portal.page_forms import PageForm

ALL = "all"


class ReportDatesForm(PageForm):
    """When the report of each accounting year and the final one are due."""

    def __init__(
        self, years: Sequence[AccountingYear], usual: ReportDates, data: Any = None
    ) -> None:
        initial = {f"year-{number}": on for number, on in usual.of_years.items()}
        super().__init__(data, initial=initial | {"final_on": usual.final_on})
        self.years = list(years)
        for year in self.years:
            label = _("Report of year %(year)d") % {"year": year.number}
            words = {"first": day(year.first), "last": day(year.last)}
            help_text = _("The year is %(first)s – %(last)s.") % words
            self.add_field(f"year-{year.number}", DayField(label=label, help_text=help_text))
        self.add_field("final_on", DayField(label=_("Final report")))

    def dates(self) -> ReportDates:
        """Return the chosen days; call it on a valid form."""
        days = self.cleaned_data
        of_years = {year.number: days[f"year-{year.number}"] for year in self.years}
        return ReportDates(of_years, days["final_on"])


class SignatureForm(ApprovalForm):
    """What somebody who signs sends; ``sha256`` is the content they have read."""

    version = None  # type: ignore[assignment]
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    statement = SafeCharField(
        label=gettext_lazy("What you state by signing"),
        max_length=300,
        help_text=gettext_lazy("In your own words, for example: I sign the agreement."),
        error_messages={"required": gettext_lazy("Write what you state by signing.")},
    )
    field_order = ("sha256", "organisation", "credential", "statement", "code")


class CopyForm(PageForm):
    """A copy signed by hand: whose signature, who signed, and the file."""

    def __init__(self, parties: Sequence[AgreementParty], *, may_all: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parties = {str(party.pk): party for party in parties}
        choices = [(key, party.organisation.name) for key, party in self.parties.items()]
        if may_all:
            choices.append((ALL, _("All who have yet to sign")))
        self.add_field(
            "party", forms.ChoiceField(label=_("Signed by"), choices=choices, initial=choices[0][0])
        )
        self.add_field(
            "signed_names",
            SafeCharField(
                label=_("Names and roles of those who have signed"),
                max_length=300,
                error_messages={"required": _("Write who has signed the copy.")},
            ),
        )
        self.add_field(
            "file",
            UploadField(
                label=_("The signed copy"),
                help_text=KINDS,
                error_messages={"required": _("Choose a file.")},
            ),
        )

    @property
    def party(self) -> AgreementParty | None:
        """Whose copy it is; None for all. Call it on a valid form."""
        return self.parties.get(self.cleaned_data["party"])


class CancelForm(PageForm):
    """Why an agreement is cancelled."""

    reason = LongTextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Kept in the case and told to everybody who was to sign."),
        max_length=2000,
        error_messages={"required": gettext_lazy("Write why the agreement is cancelled.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["reason"].widget.attrs["rows"] = 4
