"""Approving as a signatory: a typed statement and the second factor, shown for this act."""

from django import forms
from django.utils.translation import gettext_lazy as _

from icld_portal.second_factor import SecondFactorForm


class ApprovalForm(SecondFactorForm):
    """What a signatory sends; ``version`` is the content they have read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    organisation = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    statement = forms.CharField(
        label=_("Your statement"),
        max_length=300,
        help_text=_("In your own words, for example: I approve the application for my party."),
        error_messages={"required": _("Write your statement.")},
    )
    field_order = ("version", "organisation", "credential", "statement", "code")
