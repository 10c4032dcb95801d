"""Searching the register of organisations; a filter that is not understood shows no rows."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from partnerships.models import Country, Organisation, OrganisationKind


class OrganisationFilter(django_filters.FilterSet):
    """Name, country and kind of organisation."""

    text = django_filters.CharFilter(
        method="filter_text",
        label=_("Name, county or country"),
        max_length=100,
        widget=forms.TextInput({"class": "form-control", "type": "search"}),
    )
    country = django_filters.ModelChoiceFilter(
        queryset=Country.objects.filter(organisations__isnull=False).distinct(),
        to_field_name="code",
        label=_("Country"),
        empty_label=_("All countries"),
        widget=forms.Select({"class": "form-select"}),
    )
    kind = django_filters.ModelChoiceFilter(
        queryset=OrganisationKind.objects.all(),
        to_field_name="code",
        label=_("Kind"),
        empty_label=_("All kinds"),
        widget=forms.Select({"class": "form-select"}),
    )

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = ()

    def filter_text(
        self, organisations: QuerySet[Organisation], name: str, value: str
    ) -> QuerySet[Organisation]:
        """Match names, also by the county or country they lie in."""
        return organisations.matching(value)  # type: ignore[attr-defined, no-any-return]

    @property
    def qs(self) -> Any:
        """The matching organisations; none when the filter was not understood."""
        if self.is_bound and not self.form.is_valid():
            return Organisation.objects.none()
        return super().qs
