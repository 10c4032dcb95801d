"""Beginning a case: which partnership, which grant type, in which language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import GrantTypeSetting, Round
from finance.models import GrantType
from icld_portal.page_forms import PageForm
from partnerships.models import Partnership, User
from partnerships.models.people import WRITING_ROLES


@dataclass(frozen=True)
class Offer:
    """One grant type: whether it can be applied for now, and in which round."""

    grant_type: GrantType
    is_open: bool
    round: Round | None
    coming: Round | None

    @property
    def label(self) -> str:
        """The grant type with its deadline."""
        if self.round is None:
            return _("%(type)s, open all year") % {"type": self.grant_type.label}
        words = {"type": self.grant_type.label, "day": self.round.deadline_on.isoformat()}
        return _("%(type)s, deadline %(day)s") % words


def offers(at: datetime) -> list[Offer]:
    """Return every grant type in the chain's order, open or not at the moment ``at``."""
    all_year = set(
        GrantTypeSetting.objects.filter(open_all_year=True).values_list("grant_type", flat=True)
    )
    open_round = Round.objects.all().open_at(at).order_by("deadline_on").first()
    coming = Round.objects.all().coming_at(at).first()
    return [
        Offer(
            grant_type,
            is_open=grant_type in all_year or open_round is not None,
            round=None if grant_type in all_year else open_round,
            coming=coming,
        )
        for grant_type in GrantType
    ]


class BeginningForm(PageForm):
    """Partnership, grant type and language of a new case."""

    partnership = forms.ModelChoiceField(
        Partnership.objects.none(), label=gettext_lazy("Partnership"), empty_label=None
    )
    grant_type = forms.ChoiceField(
        label=gettext_lazy("What do you apply for?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what you apply for."),
            "invalid_choice": gettext_lazy("This grant type is not open now."),
        },
    )
    language = forms.ChoiceField(
        label=gettext_lazy("In which language will you write?"),
        help_text=gettext_lazy(
            "Both parties write in the same language. Choose one that both can read."
        ),
        choices=[("en", "English"), ("sv", "Svenska")],
        initial="en",
        widget=forms.RadioSelect,
    )

    with_steering_group = forms.BooleanField(
        label=gettext_lazy("Begin the steering group's application too"),
        help_text=gettext_lazy(
            "For a project: both drafts are made and shown together. ICLD decides on each."
        ),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """A steering group comes with a project."""
        cleaned = self.cleaned_data
        kind = cleaned.get("grant_type")
        if cleaned.get("with_steering_group") and kind and kind != GrantType.PROJECT:
            text = _("Only a project is begun together with a steering group.")
            self.add_error("with_steering_group", text)
        return cleaned

    def __init__(
        self, data: Any = None, *, user: User, types: Sequence[Offer], initial: dict[str, Any]
    ) -> None:
        super().__init__(data, initial=initial)
        mine = user.organisations_with(WRITING_ROLES)
        partnerships: Any = self.fields["partnership"]
        partnerships.queryset = Partnership.objects.filter(
            pk__in=Partnership.objects.filter(parties__organisation__in=mine).values("pk")
        )
        choices: Any = self.fields["grant_type"]
        choices.choices = open_choices(types)


class AgainForm(PageForm):
    """What to apply for with the texts of an earlier case."""

    grant_type = forms.ChoiceField(
        label=gettext_lazy("What do you apply for?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what you apply for."),
            "invalid_choice": gettext_lazy("This grant type is not open now."),
        },
    )

    def __init__(
        self, data: Any = None, *, types: Sequence[Offer], initial: dict[str, Any]
    ) -> None:
        super().__init__(data, initial=initial)
        choices: Any = self.fields["grant_type"]
        choices.choices = open_choices(types)


def open_choices(types: Sequence[Offer]) -> list[tuple[str, str]]:
    """Return the grant types that are open, with their deadlines."""
    return [(offer.grant_type, offer.label) for offer in types if offer.is_open]
