"""Filters of the work list: what stands in the address is understood or refused."""

from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import search
from applications.models import (
    Agreement,
    AgreementStatus,
    Application,
    Round,
    Status,
    Supplement,
    SupplementState,
)
from applications.models.application import ApplicationQuerySet
from applications.officers import officers
from finance.models import GrantType
from icld_portal.localize import STOCKHOLM
from icld_portal.strict_forms import StrictForm
from partnerships.models import Country

# Stands in the address for "has none": no round, no officer.
NONE = "none"
TEXT_MAX_LENGTH = 100
# What may stand in the address beside the filters.
BESIDE = frozenset({"page", "sort", "columns", "view"})

Choices = list[tuple[str, Any]]
# A choice as it is drawn: its value, its label, whether it is chosen.
Option = tuple[str, Any, bool]

# The lists to choose from, in the order they are shown.
LISTS = ("status", "round", "grant_type", "country", "officer", "supplement", "agreement")
AWAITED, OVERDUE, ANSWERED = "awaited", "overdue", "answered"
SUPPLEMENTS: Choices = [
    (AWAITED, gettext_lazy("waits for the parties")),
    (OVERDUE, gettext_lazy("overdue")),
    (ANSWERED, gettext_lazy("answered, to be looked at")),
]
TO_MAKE, TO_SIGN, SIGNED = "to-make", "to-sign", "signed"
AGREEMENTS: Choices = [
    (TO_MAKE, gettext_lazy("not made yet")),
    (TO_SIGN, gettext_lazy("waits for signatures")),
    (SIGNED, gettext_lazy("signed by all")),
]


class WorkListForm(StrictForm):
    """The filters of the work list; its order, columns and view may stand beside them."""

    beside = BESIDE


class WorkListFilter(django_filters.FilterSet):
    """Which applications the work list shows."""

    text = django_filters.CharFilter(
        label=gettext_lazy("Text"), method="with_text", max_length=TEXT_MAX_LENGTH
    )
    status = django_filters.ChoiceFilter(
        label=gettext_lazy("Status"),
        choices=[choice for choice in Status.choices if choice[0] != Status.DRAFT],
    )
    round = django_filters.ChoiceFilter(label=gettext_lazy("Round"), method="of_round")
    grant_type = django_filters.ChoiceFilter(
        label=gettext_lazy("Grant type"), choices=GrantType.choices
    )
    country = django_filters.ChoiceFilter(label=gettext_lazy("Country"), field_name="country__code")
    officer = django_filters.ChoiceFilter(
        label=gettext_lazy("Programme officer"), method="of_officer"
    )

    supplement = django_filters.ChoiceFilter(
        label=gettext_lazy("Supplement"), method="with_supplement", choices=SUPPLEMENTS
    )
    agreement = django_filters.ChoiceFilter(
        label=gettext_lazy("Agreement"), method="with_agreement", choices=AGREEMENTS
    )

    class Meta:
        model = Application
        form = WorkListForm
        fields = ("text", *LISTS)

    def __init__(self, data: QueryDict, queryset: ApplicationQuerySet) -> None:
        super().__init__(data, queryset)
        # Read once: a choice that asks the database would ask again for each use.
        self.filters["round"].extra["choices"] = round_choices()
        self.filters["country"].extra["choices"] = country_choices(queryset)
        self.filters["officer"].extra["choices"] = officer_choices(queryset)

    @property
    def selection(self) -> ApplicationQuerySet:
        """The applications asked for; none at all when the address is not understood."""
        found: ApplicationQuerySet = self.qs if self.is_valid() else self.queryset.none()
        return found

    def whatever_status(self) -> ApplicationQuerySet:
        """The selection as it were without the choice of status."""
        rows: ApplicationQuerySet = self.queryset
        if not self.is_valid():
            return rows.none()
        for name, value in self.form.cleaned_data.items():
            if name != "status":
                rows = self.filters[name].filter(rows, value)
        return rows

    def with_text(self, rows: ApplicationQuerySet, name: str, text: str) -> ApplicationQuerySet:
        """Find ``text`` in the answers, the reference, the titles or a party's name."""
        return rows.filter(search.matching(text))

    def of_round(self, rows: ApplicationQuerySet, name: str, value: str) -> ApplicationQuerySet:
        """Keep the applications of one round, or those that needed none."""
        return rows.filter(round=None if value == NONE else int(value))

    def of_officer(self, rows: ApplicationQuerySet, name: str, value: str) -> ApplicationQuerySet:
        """Keep the applications of one programme officer, or those without one."""
        return rows.filter(officer=None if value == NONE else int(value))

    def with_supplement(
        self, rows: ApplicationQuerySet, name: str, value: str
    ) -> ApplicationQuerySet:
        """Keep the cases whose supplement is asked for, overdue or answered; by today's date."""
        asked, today = Supplement.objects.all().open(), timezone.localdate(timezone=STOCKHOLM)
        if value == ANSWERED:
            asked = Supplement.objects.filter(state=SupplementState.HANDED_IN)
        elif value == OVERDUE:
            asked = asked.filter(due_on__lt=today)
        else:
            asked = asked.filter(due_on__gte=today)
        return rows.filter(Exists(asked.filter(application=OuterRef("pk")).order_by()))

    def with_agreement(
        self, rows: ApplicationQuerySet, name: str, value: str
    ) -> ApplicationQuerySet:
        """Keep the approved cases whose agreement has come this far."""
        here = Agreement.objects.filter(application=OuterRef("pk")).order_by()
        approved = rows.filter(status=Status.APPROVED)
        if value == TO_MAKE:
            return approved.filter(~Exists(here.standing()))
        wanted = AgreementStatus.SIGNED if value == SIGNED else AgreementStatus.OPEN
        return approved.filter(Exists(here.filter(status=wanted)))

    def choices_of(self, name: str) -> Choices:
        """What can be chosen in the filter ``name``, in the order it is shown."""
        return list(self.filters[name].extra["choices"])

    def fields(self) -> Iterable[dict[str, Any]]:
        """What the form's template shows: each list with its choice, the text apart.

        Plain words instead of Django's widgets, which render one template per option.
        """
        for name in LISTS:
            chosen = self.data.get(name, "")
            yield {
                "name": name,
                "label": self.filters[name].label,
                "errors": self.form.errors.get(name, []),
                "options": [
                    (value, label, str(value) == chosen)
                    for value, label in self.filters[name].extra["choices"]
                ],
            }


def round_choices() -> Choices:
    """Every round, the newest first, and "no round"."""
    rounds = Round.objects.order_by("-deadline_on").values_list("pk", "deadline_on")
    return [
        *((str(pk), deadline_on.isoformat()) for pk, deadline_on in rounds),
        (NONE, _("no round, open all year")),
    ]


def country_choices(cases: ApplicationQuerySet) -> Choices:
    """The countries that some of ``cases`` come from, by name: a hidden case offers none."""
    from_there = cases.filter(country=OuterRef("pk")).order_by()
    countries = Country.objects.filter(Exists(from_there))
    return sorted(((country.code, str(country)) for country in countries), key=lambda c: c[1])


def officer_choices(cases: ApplicationQuerySet) -> Choices:
    """Whoever assesses at ICLD or keeps some of ``cases``, and "nobody"."""
    found = officers(cases)
    return [*((str(person.pk), person.name) for person in found), (NONE, _("nobody yet"))]
