"""Forms about the register: an organisation's profile, and partners that are added."""

from typing import Any

from django import forms
from django.contrib.postgres.search import TrigramSimilarity
from django.utils.translation import gettext_lazy as _

from icld_portal.forms import LongTextField, SafeCharField
from icld_portal.page_forms import PageForm
from partnerships.models import Country, Organisation, OrganisationKind, OrganisationSide


class ProfileForm(PageForm):
    """Contact person and addresses of one's own organisation."""

    optional = frozenset({"contact_name", "contact_email", "contact_phone", "postal_address"})

    contact_name = SafeCharField(label=_("Contact person"), max_length=120, required=False)
    contact_email = forms.EmailField(label=_("E-mail address"), max_length=254, required=False)
    contact_phone = SafeCharField(
        label=_("Telephone"),
        help_text=_("With the country's number, for example +46 934 140 00."),
        max_length=40,
        required=False,
    )
    postal_address = LongTextField(
        label=_("Postal address"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class PartnerForm(PageForm):
    """A partner that the register lacks."""

    name = SafeCharField(
        label=_("Name of the organisation"),
        help_text=_("As the organisation writes it in English, for example Machakos County."),
        max_length=160,
    )
    country = forms.ModelChoiceField(
        Country.objects.none(), label=_("Country"), empty_label=_("Choose a country")
    )
    kind = forms.ModelChoiceField(
        OrganisationKind.objects.none(), label=_("Kind"), empty_label=_("Choose a kind")
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        partners = OrganisationKind.objects.filter(side=OrganisationSide.PARTNER, may_apply=True)
        self.fields["country"].queryset = self.countries()  # type: ignore[attr-defined]
        self.fields["kind"].queryset = partners  # type: ignore[attr-defined]

    def countries(self) -> Any:
        """The countries that are open for cooperation."""
        return Country.objects.filter(is_open=True)


class CheckForm(PartnerForm):
    """As the partner is to stand in the register; ICLD may name any country but Sweden."""

    def countries(self) -> Any:
        return Country.objects.exclude(code="SE")


class MergeForm(PageForm):
    """Which organisation of the register it is; the most alike by name come first."""

    into = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("The organisation in the register"),
        help_text=_("Those of the same country, the most alike first."),
        empty_label=_("Choose an organisation"),
    )

    def __init__(self, data: Any = None, *, organisation: Organisation) -> None:
        super().__init__(data)
        alike = TrigramSimilarity("name", organisation.name)
        others = Organisation.objects.partners().in_register().filter(country=organisation.country)
        ordered = others.exclude(pk=organisation.pk).order_by(alike.desc(), "name", "pk")
        self.fields["into"].queryset = ordered  # type: ignore[attr-defined]


class RefuseForm(PageForm):
    """Why an added organisation cannot be a partner; its letter says it word for word."""

    reason = LongTextField(
        label=_("Reason"),
        help_text=_("Whoever added the organisation reads it in a letter."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
