"""Fields that read what people write: money, days, dates and text.

A refused value is always shown again as it was written, with what is wrong and an example.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from icld_portal.localize import bare, grouped
from icld_portal.text import LINE_ENDS, UNKEPT

MONEY_MAX_SEK = 99_999_999
DAYS_MAX = Decimal("9999.99")
FIRST_DAY = date(2009, 1, 1)
LAST_DAY = date(2100, 12, 31)
TEXT_MAX_CHARACTERS = 100_000
SHOWN_INSTEAD = "\N{REPLACEMENT CHARACTER}"

SPACES = " \u00a0\u202f\u2009"
WHOLE = rf"(?:[0-9]{{1,3}}(?:[{SPACES}][0-9]{{3}})+|[0-9]+)"
MONEY = re.compile(rf"(?P<sign>[-−])?(?P<whole>{WHOLE})(?:,(?P<ore>[0-9]{{2}}))?", re.ASCII)
CURRENCY = re.compile(rf"[{SPACES}]*(?:kr|SEK)$", re.IGNORECASE)
DAYS = re.compile(rf"(?P<sign>[-−])?(?P<whole>{WHOLE})(?:[,.](?P<part>[0-9]{{1,2}}))?", re.ASCII)
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
# Longer than any amount can be; keeps a pasted novel away from int().
NUMBER_MAX_CHARACTERS = 40

NUMBER_ATTRS = {"autocomplete": "off", "class": "money"}

LINE_BREAKS = re.compile("[\n\u2028\u2029]")


def written_number(value: object) -> str:
    """Return what stands in a number field; what is far too long becomes no number."""
    text = "" if value is None else str(value).strip(SPACES)
    return text if len(text) <= NUMBER_MAX_CHARACTERS else SHOWN_INSTEAD


def only_digits(text: str) -> str:
    """Return ``text`` without the spaces that group its digits."""
    return "".join(character for character in text if character not in SPACES)


class ShownAgain(forms.Field):
    """A refused value is shown again, whole, with hidden characters made visible."""

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what to show for ``data`` as it was sent."""
        shown = super().bound_data(data, initial)
        return UNKEPT.sub(SHOWN_INSTEAD, shown) if isinstance(shown, str) else shown


class MoneyField(ShownAgain):
    """Whole SEK: reads "650 000" and "650 000,00 kr", refuses "650.000" and "650,000".

    A point or a comma before three digits means thousands in one country and decimals in
    another, so neither is guessed.
    """

    max_sek: ClassVar[int] = MONEY_MAX_SEK
    default_error_messages: ClassVar = {
        "invalid": _("Write whole kronor, for example 650 000."),
        "ore": _("Write whole kronor without öre, for example 650 000."),
        "negative": _("The amount cannot be below zero. Write for example 650 000."),
        "too_large": _("The amount can be at most 99 999 999 kronor."),
    }

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Bring up the figures on a phone, and align right."""
        return {"inputmode": "numeric", "autocomplete": "off", "class": "money"}

    def to_python(self, value: Any) -> int | None:
        """Return whole SEK, or None when nothing is written."""
        text = written_number(value)
        if text == "":
            return None
        found = MONEY.fullmatch(CURRENCY.sub("", text))
        if not found:
            raise self._refused("invalid")
        return self._amount(found)

    def _amount(self, found: re.Match[str]) -> int:
        if found["sign"]:
            raise self._refused("negative")
        if found["ore"] not in (None, "00"):
            raise self._refused("ore")
        amount = int(only_digits(found["whole"]))
        if amount > self.max_sek:
            raise self._refused("too_large")
        return amount

    def _refused(self, code: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code)

    def prepare_value(self, value: Any) -> Any:
        """Show an amount grouped; what a person wrote stays as it was."""
        return grouped(value) if isinstance(value, int) else value


class OreField(ShownAgain):
    """An amount with two decimals: reads "1 234,50", "1234,5" and "-10"; refuses "1.234,50".

    A point is never guessed at; below zero only where ``below_zero`` says so.
    """

    default_error_messages: ClassVar = {
        "invalid": _("Write the amount with a comma before the öre, for example 1 234,50."),
        "negative": _("The amount cannot be below zero. Write for example 1 234,50."),
        "zero": _("The amount cannot be zero. Write for example 1 234,50."),
        "too_large": _("The amount can be at most %(most)s."),
    }
    written = re.compile(
        rf"(?P<sign>[-−])?(?P<whole>{WHOLE})(?:,(?P<part>[0-9]{{1,2}}))?", re.ASCII
    )
    most = Decimal("99999999.99")

    def __init__(
        self, *, below_zero: bool = False, most: Decimal | None = None, **options: Any
    ) -> None:
        self.below_zero = below_zero
        self.most = self.most if most is None else most
        super().__init__(**options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Bring up figures on a phone, and align right."""
        return {"inputmode": "text" if self.below_zero else "decimal"} | NUMBER_ATTRS

    def to_python(self, value: Any) -> Decimal | None:
        """Return the amount, or None when nothing is written."""
        text = CURRENCY.sub("", written_number(value))
        if text == "":
            return None
        found = self.written.fullmatch(text)
        if not found:
            raise self._refused("invalid")
        amount = Decimal(f"{only_digits(found['whole'])}.{found['part'] or '0'}")
        if not amount:
            raise self._refused("zero")
        if found["sign"] and not self.below_zero:
            raise self._refused("negative")
        if amount > self.most:
            raise self._refused("too_large", most=grouped(self.most))
        return -amount if found["sign"] else amount

    def _refused(self, code: str, **words: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=words)

    def prepare_value(self, value: Any) -> Any:
        """Show "1 234,50"; what a person wrote stays as it was."""
        return grouped(value) if isinstance(value, Decimal) else value


class RateField(OreField):
    """What one unit of a currency costs in SEK, with at most six decimals: "0,081234"."""

    default_error_messages: ClassVar = {
        "invalid": _("Write what one unit costs in kronor, for example 11,4527."),
        "negative": _("The rate is above zero, for example 11,4527."),
        "zero": _("The rate is above zero, for example 11,4527."),
    }
    written = re.compile(
        rf"(?P<sign>[-−])?(?P<whole>{WHOLE})(?:,(?P<part>[0-9]{{1,6}}))?", re.ASCII
    )

    def prepare_value(self, value: Any) -> Any:
        """Show "11,4527" without zeros at its end; what a person wrote stays as it was."""
        return bare(value) if isinstance(value, Decimal) else value


class DaysField(ShownAgain):
    """Working days with at most two decimals: reads "31,25" and "31.25"."""

    default_error_messages: ClassVar = {
        "invalid": _("Write the number of days with at most two decimals, for example 31,25."),
        "too_small": _("The number of days must be above zero, for example 31,25."),
        "too_large": _("The number of days can be at most 9 999,99."),
    }

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Bring up figures and a comma on a phone, and align right."""
        return {"inputmode": "decimal", "autocomplete": "off", "class": "money"}

    def to_python(self, value: Any) -> Decimal | None:
        """Return the days, or None when nothing is written."""
        text = written_number(value)
        if text == "":
            return None
        found = DAYS.fullmatch(text)
        if not found:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        days = Decimal(f"{only_digits(found['whole'])}.{found['part'] or '0'}")
        if found["sign"] or days == 0:
            raise ValidationError(self.error_messages["too_small"], code="too_small")
        if days > DAYS_MAX:
            raise ValidationError(self.error_messages["too_large"], code="too_large")
        return days

    def prepare_value(self, value: Any) -> Any:
        """Show "31,25" and "31"; what a person wrote stays as it was."""
        if not isinstance(value, Decimal):
            return value
        return (
            f"{value:f}".rstrip("0").rstrip(".").replace(".", ",") if value % 1 else f"{value:.0f}"
        )


class DayField(ShownAgain, forms.DateField):
    """A day of the calendar, written 2027-03-15 and nothing else.

    Swedish formats would read 03/04/2026 as 4 March; a year like 1 can be stored and then
    never read again.
    """

    default_error_messages: ClassVar = {
        "invalid": _("“%(written)s” is not a day. Write year-month-day, for example 2027-03-15."),
        "out_of_range": _(
            "“%(written)s” is outside the years 2009–2100. Write for example 2027-03-15."
        ),
    }
    input_formats = ("%Y-%m-%d",)

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let the browser's calendar stay within the range."""
        return {"min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()}

    def to_python(self, value: Any) -> date | None:
        """Return the day, or None when nothing is written."""
        if isinstance(value, str) and value.strip() and not ISO_DAY.fullmatch(value.strip()):
            raise self._refused("invalid", value)
        try:
            day = super().to_python(value)
        except ValidationError as error:
            raise self._refused("invalid", value) from error
        if day and not FIRST_DAY <= day <= LAST_DAY:
            raise self._refused("out_of_range", value)
        return day

    def _refused(self, code: str, written: object) -> ValidationError:
        # A browser's date input drops what it cannot read, so the message repeats it.
        shown = UNKEPT.sub(SHOWN_INSTEAD, str(written).strip())[:NUMBER_MAX_CHARACTERS]
        return ValidationError(self.error_messages[code], code=code, params={"written": shown})


class HourField(ShownAgain, forms.TimeField):
    """A time of day on the 24-hour clock: reads "09:30" and "9.30"."""

    default_error_messages: ClassVar = {
        "invalid": _("Write the time as hours and minutes, for example 09:30.")
    }
    input_formats = ("%H:%M", "%H.%M")

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
        super().__init__(**options)


class TooLong(MaxLengthValidator):
    """Says by how much a text is too long."""

    message = ngettext_lazy(
        "The text is too long: at most %(limit_value)d character, it has %(show_value)d.",
        "The text is too long: at most %(limit_value)d characters, it has %(show_value)d.",
        "limit_value",
    )


class TextField(ShownAgain, forms.CharField):
    """Text that every later step can keep: page, database, PDF and spreadsheet."""

    default_error_messages: ClassVar = {
        "unkept": _(
            "The text holds a hidden character (%(character)s) that cannot be saved. It is shown "
            "here as %(shown)s: remove it, or save again to keep that sign in its place."
        ),
        "line_break": _("Write this on one line, for example: Waste sorting in Ystad."),
    }

    def __init__(self, *, max_length: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.max_length = max_length or TEXT_MAX_CHARACTERS
        self.validators.append(TooLong(self.max_length))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave out ``maxlength``: a browser would cut a pasted text without a word."""
        return {}

    def to_python(self, value: Any) -> str | None:
        """Return the text with plain line ends; refuses hidden characters."""
        written = LINE_ENDS.sub("\n", "" if value is None else str(value))
        if found := UNKEPT.search(written):
            name = f"U+{ord(found[0]):04X}"
            params = {"character": name, "shown": SHOWN_INSTEAD}
            raise ValidationError(self.error_messages["unkept"], code="unkept", params=params)
        # A letter and its accent sent apart (as macOS does) are one letter.
        return super().to_python(unicodedata.normalize("NFC", written))


class LongTextField(TextField):
    """An answer of several paragraphs."""

    widget = forms.Textarea


class SafeCharField(TextField):
    """One line of text, such as a title or a name."""

    def to_python(self, value: Any) -> str | None:
        """Return the line; a tab from a spreadsheet becomes a space."""
        text = super().to_python(value)
        if text and LINE_BREAKS.search(text):
            raise ValidationError(self.error_messages["line_break"], code="line_break")
        return text.replace("\t", " ") if text else text


def formfield(column: "models.Field[Any, Any]", **options: Any) -> forms.Field | None:
    """Return the field of this module for a model's column (``Meta.formfield_callback``)."""
    if getattr(column, "choices", None):
        return column.formfield(**options)
    if isinstance(column, models.IntegerField) and column.name.endswith("_sek"):
        # Not the column's own way: it would add a lowest value, which MoneyField has.
        return models.Field.formfield(column, form_class=MoneyField, **options)
    if isinstance(column, models.DateField) and not isinstance(column, models.DateTimeField):
        return column.formfield(form_class=DayField, **options)
    if isinstance(column, models.TextField):
        return column.formfield(form_class=LongTextField, **options)
    if type(column) is models.CharField:
        return column.formfield(form_class=SafeCharField, **options)
    return column.formfield(**options)
