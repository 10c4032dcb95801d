"""Forms about people: inviting, accepting, changing roles, handing over."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from icld_portal.forms import SafeCharField
from icld_portal.page_forms import PageForm
from partnerships import rules
from partnerships.models import Organisation, Role, User


def role_choices(organisation: Organisation) -> list[tuple[str, Any]]:
    """The roles of ``organisation``, in the order of the programme."""
    allowed = rules.roles_in(organisation)
    return [(role.value, role.label) for role in Role if role in allowed]


class RolesField(forms.MultipleChoiceField):
    """One or several roles, ticked."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Roles"),
            help_text=_("Choose one or several."),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least one role.")},
        )


class InvitationForm(PageForm):
    """Whom to invite, as what, and the language of the letter."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("A personal address: logins are never shared."),
        max_length=254,
    )
    language = forms.ChoiceField(label=_("Language of the letter"), choices=settings.LANGUAGES)

    def __init__(self, data: Any = None, *, organisation: Organisation, manages: bool) -> None:
        super().__init__(data, initial={"language": self._language(organisation)})
        self.manages = manages
        if manages:
            self.add_field("roles", RolesField())
            self.fields["roles"].choices = role_choices(organisation)  # type: ignore[attr-defined]

    @staticmethod
    def _language(organisation: Organisation) -> str:
        return "sv" if organisation.country.code == "SE" else "en"

    def roles(self) -> list[str]:
        """The chosen roles; whoever invites for another organisation invites its administrator."""
        found: list[str] = self.cleaned_data["roles"] if self.manages else [Role.ADMINISTRATOR]
        return found


class RolesForm(PageForm):
    """What a person is in the organisation."""

    roles = RolesField()

    def __init__(
        self, data: Any = None, *, organisation: Organisation, held: frozenset[str] = frozenset()
    ) -> None:
        super().__init__(data, initial={"roles": sorted(held)})
        self.fields["roles"].choices = role_choices(organisation)  # type: ignore[attr-defined]


class HandOverForm(PageForm):
    """Who takes over."""

    to = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Who takes over"),
        help_text=_("This person gets every role that the leaving person has."),
        empty_label=_("Choose a person"),
    )

    def __init__(self, data: Any = None, *, organisation: Organisation, person: User) -> None:
        super().__init__(data)
        others = User.objects.filter(
            memberships__organisation=organisation, is_active=True
        ).exclude(pk=person.pk)
        self.fields["to"].queryset = others.distinct().order_by("name", "pk")  # type: ignore[attr-defined]


class NewPersonForm(PageForm):
    """What somebody without a login says to accept an invitation."""

    name = SafeCharField(label=_("Your name"), max_length=120)
    language = forms.ChoiceField(
        label=_("Language of your pages and letters"), choices=settings.LANGUAGES
    )
    password = forms.CharField(
        label=_("Choose a password"),
        help_text=_("At least 12 characters. Several words that only you would put together."),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    repeated = forms.CharField(
        label=_("The same password again"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, data: Any = None, *, email: str, language: str, name: str = "") -> None:
        super().__init__(data, initial={"language": language, "name": name})
        self.email = email
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def clean(self) -> dict[str, Any]:
        """Hold the password to the portal's rules, and to being written twice alike."""
        found = super().clean() or {}
        password = found.get("password")
        if not password:
            return found
        person = User(email=self.email, name=found.get("name", ""))
        try:
            password_validation.validate_password(password, person)
        except forms.ValidationError as error:
            self.add_error("password", error)
        if "repeated" in found and found["repeated"] != password:
            self.add_error("repeated", _("The two passwords are not alike."))
        return found
