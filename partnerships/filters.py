"""Filters of the lists; one that is not understood shows no rows."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icld_portal.localize import STOCKHOLM
from icld_portal.strict_forms import StrictForm
from partnerships import decisions, group_health
from partnerships.models import (
    Country,
    FollowUp,
    MatterKind,
    Organisation,
    OrganisationKind,
    Party,
    SteeringDecision,
    SteeringGroup,
    User,
)

TEXT_MAX_LENGTH = 100
SELECT = forms.Select({"class": "form-select"})


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


class DecisionFilter(django_filters.FilterSet):
    """Which decisions the log of steering groups shows, of those that ``user`` may read."""

    text = django_filters.CharFilter(
        method="filter_text",
        label=_("Words, or a paragraph such as § 3/2027"),
        max_length=TEXT_MAX_LENGTH,
        widget=forms.TextInput({"class": "form-control", "type": "search"}),
    )
    year = django_filters.ChoiceFilter(
        method="filter_year", label=_("Year"), empty_label=_("All years"), widget=SELECT
    )
    kind = django_filters.ChoiceFilter(
        field_name="matter_kind",
        label=_("About"),
        choices=MatterKind.choices,
        empty_label=_("Everything"),
        widget=SELECT,
    )
    group = django_filters.ChoiceFilter(
        field_name="paragraph__group",
        label=_("Steering group"),
        empty_label=_("All groups"),
        widget=SELECT,
    )
    follow_up = django_filters.ChoiceFilter(
        method="filter_follow_up",
        label=_("Follow-up"),
        choices=[
            (decisions.WAITING, _("waiting")),
            (decisions.OVERDUE, _("overdue")),
            (decisions.DONE, _("done")),
        ],
        empty_label=_("With or without"),
        widget=SELECT,
    )

    class Meta:
        model = SteeringDecision
        form = StrictForm
        fields: tuple[str, ...] = ()

    def __init__(self, data: QueryDict, *, user: User) -> None:
        self.log = decisions.log_of(user)
        super().__init__(data, self.log)
        groups = SteeringGroup.objects.all().visible_to(user).values_list("pk", "name")
        self.filters["group"].extra["choices"] = [(str(pk), name) for pk, name in groups]
        years = self.log.order_by("-paragraph__year").values_list("paragraph__year", flat=True)
        self.filters["year"].extra["choices"] = [(str(one), str(one)) for one in years.distinct()]

    def filter_text(
        self, rows: QuerySet[SteeringDecision], name: str, value: str
    ) -> QuerySet[SteeringDecision]:
        """Keep those with every word of ``value``."""
        return rows.filter(decisions.matching(value))

    def filter_year(
        self, rows: QuerySet[SteeringDecision], name: str, value: str
    ) -> QuerySet[SteeringDecision]:
        """Keep those of one year's series of paragraphs."""
        return rows.filter(paragraph__year=int(value))

    def filter_follow_up(
        self, rows: QuerySet[SteeringDecision], name: str, value: str
    ) -> QuerySet[SteeringDecision]:
        """Keep those whose follow-up stands so today."""
        today = timezone.localdate(timezone=STOCKHOLM)
        return rows.filter(decisions.followed_up(value, on=today))

    @property
    def is_refused(self) -> bool:
        """Whether the address was not understood."""
        return not self.form.is_valid()

    @property
    def selection(self) -> QuerySet[SteeringDecision]:
        """The decisions asked for, newest first; none when the address was not understood."""
        found: QuerySet[SteeringDecision] = self.log.none() if self.is_refused else self.qs
        return found

    def words_not_found(self) -> list[str]:
        """The words that keep a search from finding anything."""
        text = self.form.cleaned_data.get("text", "") if self.form.is_valid() else ""
        return decisions.words_not_found(self.log, text) if text else []


class GroupFilter(django_filters.FilterSet):
    """Which steering groups the list shows, of those that were given."""

    country = django_filters.ModelChoiceFilter(
        method="filter_country",
        queryset=Country.objects.filter(
            organisations__parties__partnership__steering_groups__isnull=False
        ).distinct(),
        to_field_name="code",
        label=_("Country"),
        empty_label=_("All countries"),
        widget=SELECT,
    )
    attention = django_filters.ChoiceFilter(
        method="filter_attention",
        label=_("Needs attention"),
        choices=group_health.ATTENTION,
        empty_label=_("All groups"),
        widget=SELECT,
    )

    class Meta:
        model = SteeringGroup
        form = StrictForm
        fields: tuple[str, ...] = ()

    def filter_country(
        self, rows: QuerySet[SteeringGroup], name: str, value: Country
    ) -> QuerySet[SteeringGroup]:
        """Keep those with a party in the country, each once."""
        there = Party.objects.filter(organisation__country=value)
        return rows.filter(partnership__in=there.values("partnership"))

    def filter_attention(
        self, rows: QuerySet[SteeringGroup], name: str, value: str
    ) -> QuerySet[SteeringGroup]:
        """Keep those that need attention in this way."""
        return group_health.needing(rows, value)

    @property
    def is_refused(self) -> bool:
        """Whether the address was not understood."""
        return not self.form.is_valid()

    @property
    def selection(self) -> QuerySet[SteeringGroup]:
        """The groups asked for; none when the address was not understood."""
        found: QuerySet[SteeringGroup] = self.queryset.none() if self.is_refused else self.qs
        return found


class FollowUpFilter(django_filters.FilterSet):
    """Which follow-ups are listed, of those that ``user`` may read: what waits, by default."""

    state = django_filters.ChoiceFilter(
        method="filter_state",
        label=_("Which"),
        choices=[(decisions.OVERDUE, _("overdue")), (decisions.DONE, _("done"))],
        empty_label=_("Everything that waits"),
        widget=SELECT,
    )
    group = django_filters.ChoiceFilter(
        field_name="paragraph__group",
        label=_("Steering group"),
        empty_label=_("All groups"),
        widget=SELECT,
    )

    class Meta:
        model = FollowUp
        form = StrictForm
        fields: tuple[str, ...] = ()

    def __init__(self, data: QueryDict, *, user: User) -> None:
        standing = FollowUp.objects.all().visible_to(user).of_verified_minutes().with_paragraph()
        if data.get("state") != decisions.DONE:
            standing = standing.filter(done_at=None).order_by("due_on", "pk")
        super().__init__(data, standing)
        groups = SteeringGroup.objects.all().visible_to(user).values_list("pk", "name")
        self.filters["group"].extra["choices"] = [(str(pk), name) for pk, name in groups]

    def filter_state(self, rows: QuerySet[FollowUp], name: str, value: str) -> QuerySet[FollowUp]:
        """Keep those whose day has passed, or those that are done, the newest first."""
        if value == decisions.DONE:
            return rows.exclude(done_at=None).order_by("-done_at", "-pk")
        return rows.filter(due_on__lt=timezone.localdate(timezone=STOCKHOLM))

    @property
    def is_refused(self) -> bool:
        """Whether the address was not understood."""
        return not self.form.is_valid()

    @property
    def selection(self) -> QuerySet[FollowUp]:
        """The follow-ups asked for; none when the address was not understood."""
        found: QuerySet[FollowUp] = self.queryset.none() if self.is_refused else self.qs
        return found
