"""The forms of payments, bank details and claims."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from finance.models import AccountKind
from icld_portal.forms import DayField, SafeCharField
from icld_portal.page_forms import PageForm

REASON_MAX_LENGTH = 300


class ReasonForm(PageForm):
    """Why a payment is stopped or sent back."""

    reason = SafeCharField(label=_("Why"), max_length=REASON_MAX_LENGTH)


class DayForm(PageForm):
    """The day on which money moved."""

    on = DayField(label=_("Day"))


class ExportForm(PageForm):
    """The day on which the bank is to pay."""

    pay_on = DayField(label=_("To be paid on"))


class BankForm(PageForm):
    """Where an organisation is paid."""

    optional: ClassVar = frozenset({"bic"})
    kind = forms.ChoiceField(
        label=_("Kind of account"), choices=AccountKind.choices, widget=forms.RadioSelect
    )
    account = SafeCharField(
        label=_("Account number"),
        max_length=50,
        help_text=_("With or without spaces and hyphens, for example 5050-1055."),
    )
    bic = SafeCharField(
        label=_("BIC"), max_length=20, required=False, help_text=_("Only with an IBAN.")
    )
    holder = SafeCharField(
        label=_("Account holder"),
        max_length=140,
        help_text=_("The name the account has at the bank."),
    )


class BooksForm(PageForm):
    """The accounts that a payment is booked on."""

    cost_account = SafeCharField(label=_("Account for the cost (debit)"), max_length=8)
    bank_account = SafeCharField(label=_("Account for the bank (credit)"), max_length=8)
