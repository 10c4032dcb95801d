"""The case in short: title, dates, and whom to contact at each party."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.models import Application, CaseParty
from finance.budgets import years_between
from finance.models.budgets import MAX_YEARS
from icld_portal.forms import DayField, SafeCharField
from icld_portal.page_forms import PageForm


class BasicsForm(PageForm):
    """Titles and dates. Dates that no table could hold are refused: end first, four years."""

    title_sv = SafeCharField(label=_("Title in Swedish"), required=False, max_length=200)
    title_en = SafeCharField(label=_("Title in English"), required=False, max_length=200)
    start_on = DayField(label=_("First day"), required=False)
    end_on = DayField(label=_("Last day"), required=False)

    def __init__(self, data: Any = None, *, application: Application) -> None:
        initial = {name: getattr(application, name) for name in self.base_fields}
        super().__init__(data, initial=initial, auto_id="%s")

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start, beside the end."""
        cleaned = self.cleaned_data
        start, end = cleaned.get("start_on"), cleaned.get("end_on")
        if start and end and end < start:
            self.add_error("end_on", _("The last day cannot come before the first day."))
        elif start and end and years_between(start, end) > MAX_YEARS:
            self.add_error("end_on", _("A case lasts at most three years."))
        return cleaned

    def save(self, application: Application) -> None:
        """Write titles and dates to a locked draft."""
        for name in self.base_fields:
            setattr(application, name, self.cleaned_data[name])
        application.save(update_fields=list(self.base_fields))
        if application.start_on and application.end_on:
            application.budget.years = years_between(application.start_on, application.end_on)
            application.budget.save(update_fields=["years"])


class ContactForm(PageForm):
    """Whom ICLD contacts at one party."""

    optional = frozenset({"contact_phone"})

    contact_name = SafeCharField(label=_("Contact person"), required=False, max_length=120)
    contact_email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        error_messages={"invalid": _("Write an e-mail address, for example anna@example.org.")},
    )
    contact_phone = SafeCharField(
        label=_("Telephone, with country code"), required=False, max_length=40
    )

    def __init__(self, data: Any = None, *, party: CaseParty) -> None:
        initial = {name: getattr(party, name) for name in self.base_fields}
        self.party = party
        prefix = f"contact-{party.organisation_id}"
        super().__init__(data, initial=initial, auto_id="%s", prefix=prefix)

    def save(self) -> None:
        """Write the contact, if it was changed."""
        if self.has_changed():
            for name in self.base_fields:
                setattr(self.party, name, self.cleaned_data[name])
            self.party.save(update_fields=list(self.base_fields))
