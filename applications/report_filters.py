"""Filters of ICLD's list of reports; one that is not understood shows no rows."""

from datetime import date

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from applications import report_list
from applications.models import Report
from finance.models import GrantType
from icld_portal.strict_forms import StrictForm
from partnerships.models import Country, User

SELECT = forms.Select({"class": "form-select"})


class ReportFilter(django_filters.FilterSet):
    """Which reports the list shows, of those that ``user`` may know of, on the day ``today``."""

    state = django_filters.ChoiceFilter(
        method="in_state",
        label=_("State"),
        choices=list(report_list.STATES.items()),
        empty_label=_("All reports"),
        widget=SELECT,
    )
    grant_type = django_filters.ChoiceFilter(
        field_name="application__grant_type",
        label=_("Grant type"),
        choices=GrantType.choices,
        empty_label=_("All grant types"),
        widget=SELECT,
    )
    country = django_filters.ChoiceFilter(
        field_name="application__country__code",
        label=_("Country"),
        empty_label=_("All countries"),
        widget=SELECT,
    )
    officer = django_filters.ChoiceFilter(
        method="of_officer", label=_("Controlled by"), empty_label=_("Everybody"), widget=SELECT
    )

    class Meta:
        model = Report
        form = StrictForm
        fields: tuple[str, ...] = ()

    def __init__(self, data: QueryDict, *, user: User, today: date) -> None:
        self.today = today
        known = Report.objects.all().visible_to(user)
        super().__init__(data, known)
        from_there = known.filter(application__country=OuterRef("pk")).order_by()
        countries = Country.objects.filter(Exists(from_there))
        self.filters["country"].extra["choices"] = sorted(
            ((country.code, str(country)) for country in countries), key=lambda one: one[1]
        )
        controlling = known.filter(officer=OuterRef("pk")).order_by()
        people = User.objects.filter(Exists(controlling)).order_by("name", "pk")
        self.filters["officer"].extra["choices"] = [
            (str(pk), name) for pk, name in people.values_list("pk", "name")
        ]

    def in_state(self, rows: QuerySet[Report], name: str, value: str) -> QuerySet[Report]:
        """Keep the reports that stand so today."""
        return rows.filter(report_list.is_in(value, self.today))

    def of_officer(self, rows: QuerySet[Report], name: str, value: str) -> QuerySet[Report]:
        """Keep the reports that one person controls."""
        return rows.filter(officer=int(value))

    @property
    def is_refused(self) -> bool:
        """Whether the address was not understood."""
        return not self.form.is_valid()

    @property
    def selection(self) -> QuerySet[Report]:
        """The reports asked for; none when the address was not understood."""
        found: QuerySet[Report] = self.queryset.none() if self.is_refused else self.qs
        return found
