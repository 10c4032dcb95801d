"""Approving as a signatory: a typed statement and the second factor, shown for this act."""

from typing import Any

from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from applications.models import Factor
from icld_portal.page_forms import PageForm
from partnerships.models import User

# What allauth calls its kinds of second factor, in our words.
FACTORS = {
    Authenticator.Type.TOTP: Factor.TOTP,
    Authenticator.Type.WEBAUTHN: Factor.WEBAUTHN,
    Authenticator.Type.RECOVERY_CODES: Factor.RECOVERY,
}


class ApprovalForm(PageForm):
    """What a signatory sends; ``version`` is the content they have read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    organisation = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    credential = forms.CharField(widget=forms.HiddenInput, required=False)
    statement = forms.CharField(
        label=_("Your statement"),
        max_length=300,
        help_text=_("In your own words, for example: I approve the application for my party."),
        error_messages={"required": _("Write your statement.")},
    )
    code = forms.CharField(
        label=_("One-time code"),
        required=False,
        max_length=40,
        help_text=_("From the app on your phone, or one of your recovery codes."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )

    def factor(self, user: User) -> str:
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
