"""The form that begins a partnership."""

import re
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icld_portal.forms import SafeCharField
from icld_portal.page_forms import PageForm
from partnerships.models import Organisation, User
from partnerships.models.people import WRITING_ROLES

FIRST_YEAR = 1950
# A search shows so many partners; a longer list asks for a narrower word.
SHOWN_PARTNERS = 20
PK = re.compile("[0-9]{1,17}")


class PartnerChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Partners from the register, each with its country."""

    def label_from_instance(self, obj: Any) -> str:
        """Name the partner and its country, and say when that country is closed."""
        closed = "" if obj.country.is_open else _("not open for new cooperation")
        country = f"{obj.country}, {closed}" if closed else str(obj.country)
        return f"{obj.name} ({country})"


class PartnershipForm(PageForm):
    """Name, year, Swedish party and partners; the search narrows which partners are shown."""

    optional = frozenset({"since_year"})

    name = SafeCharField(
        label=_("Name of the partnership"),
        help_text=_("Usually the places' names, for example Robertsfors–Machakos."),
        max_length=200,
    )
    since_year = forms.IntegerField(
        label=_("Cooperates since"),
        help_text=_("A year, for example 2019. Leave it empty if the cooperation is new."),
        required=False,
        min_value=FIRST_YEAR,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    swedish = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Swedish party"), empty_label=None
    )
    search = SafeCharField(
        label=_("Search for a partner"),
        help_text=_("Part of the name or the country."),
        required=False,
        max_length=100,
    )
    partners = PartnerChoice(
        Organisation.objects.none(),
        label=_("Cooperation partners"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one cooperation partner.")},
    )

    def __init__(self, data: Any = None, *, user: User, partner: str = "") -> None:
        """``partner`` is the number of a partner to begin with, as it stands in an address."""
        self.first = [partner] if PK.fullmatch(partner) else []
        super().__init__(data, initial={"partners": self.first})
        mine = user.organisations_with(WRITING_ROLES)
        self._choice("swedish").queryset = Organisation.objects.swedish().filter(pk__in=mine)
        everyone = Organisation.objects.partners().choosable().select_related("country", "kind")
        self._choice("partners").queryset = everyone
        self._choice("partners").choices = [
            (partner.pk, self._choice("partners").label_from_instance(partner))
            for partner in self._shown(everyone)
        ]

    def _choice(self, name: str) -> Any:
        return self.fields[name]

    def _shown(self, everyone: QuerySet[Organisation]) -> list[Organisation]:
        """The partners already ticked, then those the search finds."""
        ticked = [int(pk) for pk in self._ticked() if PK.fullmatch(pk)]
        chosen = list(everyone.filter(pk__in=ticked))
        found = everyone.exclude(pk__in=ticked).matching(self._searched())  # type: ignore[attr-defined]
        return [*chosen, *found[:SHOWN_PARTNERS]]

    def _ticked(self) -> list[str]:
        return self.data.getlist("partners") if self.is_bound else self.first  # type: ignore[attr-defined]

    def _searched(self) -> str:
        return str(self.data.get("search", "")).replace("\x00", "").strip()[:100]

    def clean_since_year(self) -> int | None:
        """Refuse a year that has not come."""
        year: int | None = self.cleaned_data["since_year"]
        if year and year > timezone.localdate().year:
            raise forms.ValidationError(_("Write a year that has begun, for example 2019."))
        return year
