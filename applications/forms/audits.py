"""The forms of an audit: inviting, sending in a certificate, certifying, taking back."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from applications.models import Opinion
from icld_portal.files import PDF, UploadField
from icld_portal.forms import LongTextField, SafeCharField
from icld_portal.page_forms import PageForm
from icld_portal.second_factor import SecondFactorForm

REMARKS_MAX_LENGTH = 4000


def _opinion() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Opinion on the accounts"),
        choices=Opinion.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose your opinion.")},
    )


def _remarks() -> LongTextField:
    return LongTextField(
        label=_("Remarks"),
        help_text=_("Needed unless the accounts are confirmed without remarks."),
        max_length=REMARKS_MAX_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AuditorForm(PageForm):
    """Whom to invite, and the language of the letter."""

    optional: ClassVar[frozenset[str]] = frozenset({"firm"})

    name = SafeCharField(label=_("Name of the auditor"), max_length=120)
    firm = SafeCharField(label=_("Firm or authority"), max_length=120, required=False)
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("A personal address: logins are never shared."),
        max_length=254,
    )
    language = forms.ChoiceField(label=_("Language of the letter"), choices=settings.LANGUAGES)


class CertificateForm(PageForm):
    """A certificate that was signed outside the portal; ``sha256`` is of the accounts shown."""

    optional: ClassVar[frozenset[str]] = frozenset({"firm", "email", "remarks"})

    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    name = SafeCharField(label=_("Name of the auditor"), max_length=120)
    firm = SafeCharField(label=_("Firm or authority"), max_length=120, required=False)
    email = forms.EmailField(label=_("E-mail address"), max_length=254, required=False)
    opinion = _opinion()
    remarks = _remarks()
    file = UploadField(
        label=_("The signed certificate"),
        help_text=_("PDF, at most 10 MB."),
        allowed=frozenset({PDF}),
        error_messages={"required": _("Choose a file.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Two forms on one page ask for a name.
        super().__init__(*args, auto_id="certificate-%s", **kwargs)


class CertifyForm(SecondFactorForm):
    """What an auditor signs; ``sha256`` is of the accounts they have read."""

    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    opinion = _opinion()
    remarks = _remarks()
    statement = SafeCharField(
        label=_("Your statement"),
        max_length=300,
        help_text=_("In your own words, for example: I have audited the accounts."),
        error_messages={"required": _("Write your statement.")},
    )
    field_order = ("sha256", "credential", "opinion", "remarks", "statement", "code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remarks"].optional = True  # type: ignore[attr-defined]


class SetAsideForm(PageForm):
    """Why a certificate is taken back."""

    reason = SafeCharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("Kept in the case. For example: the wrong file was sent."),
        error_messages={"required": _("Write why it is taken back.")},
    )
