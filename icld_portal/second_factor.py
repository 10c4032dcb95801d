"""Showing a second factor for one act, such as signing: a code or a security key, now."""

from typing import Any

from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

from icld_portal.models import Factor
from icld_portal.page_forms import PageForm

# What allauth calls its kinds of second factor, in our words.
FACTORS = {
    Authenticator.Type.TOTP: Factor.TOTP,
    Authenticator.Type.WEBAUTHN: Factor.WEBAUTHN,
    Authenticator.Type.RECOVERY_CODES: Factor.RECOVERY,
}


class SecondFactorForm(PageForm):
    """The fields in which somebody shows their second factor for what they do now."""

    credential = forms.CharField(widget=forms.HiddenInput, required=False)
    code = forms.CharField(
        label=_("One-time code"),
        required=False,
        max_length=40,
        help_text=_("From the app on your phone, or one of your recovery codes."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )

    def factor(self, user: Any) -> str:
        """Return the second factor that ``user`` has shown now, or nothing with an error.

        Wrong codes are counted and throttled by allauth, together with those at sign-in.
        """
        credential = self.cleaned_data["credential"]
        if not (credential or self.cleaned_data["code"]):
            self.add_error("code", _("Write the code."))
            return ""
        shown = (
            ReauthenticateWebAuthnForm({"credential": credential}, user=user)
            if credential
            else ReauthenticateForm({"code": self.cleaned_data["code"]}, user=user)
        )
        if not shown.is_valid():
            for errors in shown.errors.values():
                self.add_error("code", [str(error) for error in errors])
            return ""
        used: Any = shown.cleaned_data["credential"] if credential else shown.authenticator
        shown.save()
        return str(FACTORS[used.type])


def key_options(user: Any) -> dict[str, Any] | None:
    """Return what the browser needs to ask for the security key of ``user``; None without."""
    keys = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return {"request_options": webauthn.begin_authentication(user)} if keys.exists() else None
