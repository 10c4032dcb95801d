"""The self-test before applying: a few questions, an answer with reasons, nothing stored.

Source: the programme's conditions of 2019: who may apply, and what a partnership builds on.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from icld_portal.localize import in_language
from icld_portal.page_forms import PageForm
from partnerships.models import Country, OrganisationKind, OrganisationSide

YES_NO = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]
OTHER = "other"
# The conditions of the programme: what is asked, what speaks for it, what against.
CONDITIONS: dict[str, tuple[Promise | str, Promise | str, Promise | str]] = {
    "governed": (
        gettext_lazy("Is your partner a politically governed local or regional authority?"),
        gettext_lazy("The partner is a politically governed authority."),
        gettext_lazy("The partner must be a politically governed local or regional authority."),
    ),
    "common_problem": (
        gettext_lazy("Do you share a problem that both want to solve?"),
        gettext_lazy("You start from a problem you share."),
        gettext_lazy("The partnership must start from a problem that both parties have."),
    ),
    "mutual": (
        gettext_lazy("Will both parties learn from each other?"),
        gettext_lazy("Both parties learn."),
        gettext_lazy("Help in one direction only is not financed: both parties must learn."),
    ),
    "organisation": (
        gettext_lazy("Is it about how the organisations work, and not about equipment alone?"),
        gettext_lazy("It is about how the organisations work."),
        gettext_lazy(
            "The support is for the capacity of the organisations, not for equipment or buildings."
        ),
    ),
}


@dataclass(frozen=True)
class Reason:
    """One condition, whether it is met, and why."""

    met: bool
    text: str


class EligibilityForm(PageForm):
    """Who you are, who your partner is, and what you want to do."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is your Swedish organisation?"),
        error_messages={"required": gettext_lazy("Choose an answer.")},
    )
    country = forms.ChoiceField(
        label=gettext_lazy("In which country is your partner?"),
        error_messages={"required": gettext_lazy("Choose an answer.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        kinds = OrganisationKind.objects.filter(side=OrganisationSide.SWEDISH)
        self.kinds = {kind.code: kind for kind in kinds}
        self.countries = {country.code: country for country in Country.objects.all()}
        nothing = ("", _("Choose"))
        fields: Any = self.fields
        fields["kind"].choices = [
            nothing,
            *((code, str(kind)) for code, kind in self.kinds.items()),
            (OTHER, _("Something else")),
        ]
        open_countries = sorted(
            (in_language(country, "name"), code)
            for code, country in self.countries.items()
            if country.is_open
        )
        fields["country"].choices = [
            nothing,
            *((code, name) for name, code in open_countries),
            (OTHER, _("Another country")),
        ]
        for name, (question, _met, _not_met) in CONDITIONS.items():
            self.add_field(name, _yes_no(str(question)))

    def reasons(self) -> list[Reason]:
        """Return every condition with whether it is met; call it on a valid form."""
        chosen = self.cleaned_data
        return [
            self._kind_reason(chosen["kind"]),
            self._country_reason(chosen["country"]),
            *(
                Reason(chosen[name] == "yes", str(met if chosen[name] == "yes" else not_met))
                for name, (_question, met, not_met) in CONDITIONS.items()
            ),
        ]

    def _kind_reason(self, code: str) -> Reason:
        kind = self.kinds.get(code)
        if kind is not None and kind.may_apply:
            return Reason(True, _("Your kind of organisation may apply."))
        return Reason(
            False,
            _("A Swedish municipality, region or another publicly governed body applies."),
        )

    def _country_reason(self, code: str) -> Reason:
        country = self.countries.get(code)
        if country is not None and country.is_open:
            words = {"country": in_language(country, "name")}
            return Reason(True, _("%(country)s is open for new applications.") % words)
        return Reason(False, _("The partner's country is not open for new applications now."))


def _yes_no(question: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=question,
        choices=YES_NO,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose an answer.")},
    )
