"""What a row of accounts must say to be kept: on a page and in a file alike.

Fields read what a person writes; the checks work out SEK and say what is missing, by field.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from finance.accounts import ore
from finance.models.statements import HIGHEST, SEK
from icld_portal.forms import DayField, DaysField, OreField, RateField, SafeCharField

CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
HIGHEST_IN_CURRENCY = Decimal("999999999999.99")
HIGHEST_DAY_COST = Decimal("999999.99")
DAYS_OF_A_YEAR = 366
OF_CURRENCY = ("amount_currency", "rate", "rate_on")
Wrong = dict[str, Any]


class CurrencyField(SafeCharField):
    """Three letters, such as EUR; nothing is SEK."""

    def to_python(self, value: Any) -> str:
        """Return the letters as capitals."""
        code = (super().to_python(value) or "").upper() or SEK
        if not CURRENCY.fullmatch(code):
            raise forms.ValidationError(_("Write the currency as three letters, such as EUR."))
        return code


class PersonField(SafeCharField):
    """A name with single spaces, so that the same person is known again."""

    def to_python(self, value: Any) -> str:
        """Return the name as it is kept."""
        return " ".join((super().to_python(value) or "").split())


def line_fields() -> dict[str, forms.Field]:
    """Return the fields of a cost that are not chosen from a list, in the order of the page."""
    return {
        "voucher": SafeCharField(label=_("Voucher"), max_length=40),
        "booked_on": DayField(label=_("Date")),
        "text": SafeCharField(label=_("What it is"), max_length=200),
        "amount": OreField(label=_("Amount in SEK"), below_zero=True, required=False),
        "currency": CurrencyField(
            label=_("Currency"),
            required=False,
            initial=SEK,
            max_length=3,
            help_text=_("SEK, or three letters such as EUR: the amount in SEK is then worked out."),
        ),
        "amount_currency": OreField(
            label=_("Amount in the currency"),
            below_zero=True,
            required=False,
            most=HIGHEST_IN_CURRENCY,
        ),
        "rate": RateField(label=_("SEK for one unit"), required=False),
        "rate_on": DayField(label=_("Day of the rate"), required=False),
        "comment": SafeCharField(
            label=_("Comment"),
            required=False,
            max_length=500,
            help_text=_("Needed where something is unusual, such as a sum below zero."),
        ),
    }


def salary_fields() -> dict[str, forms.Field]:
    """Return the fields of a row of the salary sheet, in the order of the page."""
    return {
        "person": PersonField(
            label=_("Person"),
            max_length=120,
            widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"}),
        ),
        "first_on": DayField(label=_("First day")),
        "last_on": DayField(label=_("Last day")),
        "days": DaysField(label=_("Days")),
        "day_cost": OreField(
            label=_("Cost per day"),
            most=HIGHEST_DAY_COST,
            help_text=_("Actual salary plus social charges, SEK."),
        ),
        "comment": SafeCharField(label=_("Comment"), required=False, max_length=500),
    }


def check_line(cleaned: dict[str, Any]) -> Wrong:
    """Work out SEK from another currency in ``cleaned``, which has every field of a cost.

    Returns what is wrong by field; in SEK there is no rate to keep.
    """
    if cleaned["currency"] == SEK:
        cleaned |= dict.fromkeys(OF_CURRENCY)
        if cleaned["amount"] is None:
            return {"amount": _("Write the amount, for example 1 234,50.")}
        return {}
    asked = {
        "amount_currency": _("Write the amount in the currency, for example 1 234,50."),
        "rate": _("Write what one unit costs in kronor, for example 11,4527."),
        "rate_on": _("Write the day of the rate."),
    }
    cleaned["amount"] = None
    if missing := {name: text for name, text in asked.items() if cleaned[name] is None}:
        return missing
    amount = ore.in_sek(cleaned["amount_currency"], cleaned["rate"])
    if not 0 < abs(amount) <= HIGHEST:
        return {"amount_currency": _("That is not between 0,01 and 99 999 999,99 kr.")}
    cleaned["amount"] = amount
    return {}


def check_salary(cleaned: dict[str, Any]) -> Wrong:
    """Work out what the days cost in ``cleaned``, where fields that were refused are missing."""
    wrong: Wrong = {}
    first, last, days = (cleaned.get(name) for name in ("first_on", "last_on", "days"))
    if first and last and last < first:
        wrong["last_on"] = _("The last day is before the first.")
    if days is not None and days > DAYS_OF_A_YEAR:
        wrong["days"] = _("A year has at most 366 days.")
    elif days is not None and cleaned.get("day_cost") is not None:
        cleaned["amount"] = ore.salary(days, cleaned["day_cost"])
    return wrong


def read(
    fields: Mapping[str, forms.Field], cells: Mapping[str, str]
) -> tuple[dict[str, Any], Wrong]:
    """Read each cell by its field; returns what was understood, and what was refused."""
    cleaned: dict[str, Any] = {}
    wrong: Wrong = {}
    for name, field in fields.items():
        try:
            cleaned[name] = field.clean(cells.get(name, ""))
        except forms.ValidationError as refused:
            wrong[name] = " ".join(refused.messages)
    return cleaned, wrong
