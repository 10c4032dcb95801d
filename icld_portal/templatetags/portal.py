"""Filters every template may use without loading them."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

from icld_portal import localize, widgets

register = template.Library()


@register.filter
def money(amount: int | Decimal | None) -> str:
    """Write whole SEK as "1 234 567 kr"."""
    return localize.money(amount)


@register.filter
def money_ore(amount: int | Decimal | None) -> str:
    """Write an amount as "1 234,50 kr", öre always."""
    return localize.money_ore(amount)


@register.filter
def ore(amount: Decimal | None) -> str:
    """Write an amount of any currency as "1 234,50"."""
    return "" if amount is None else localize.grouped(amount)


@register.filter
def rate(number: Decimal | None) -> str:
    """Write a rate or a number of days without zeros at its end: "11,4527"."""
    return "" if number is None else localize.bare(number)


@register.filter
def day(value: date | datetime | None) -> str:
    """Write a day as 2027-03-15."""
    return localize.day(value)


@register.filter
def moment(value: datetime | None) -> str:
    """Write a moment as 2027-03-15 23:59, Stockholm time."""
    return localize.moment(value)


@register.filter
def file_size(size_bytes: int) -> str:
    """Write the size of a file as 1,2 MB."""
    return localize.file_size(size_bytes)


@register.filter
def whole_field(field: BoundField) -> SafeString:
    """Write a field of a form with its label, help and errors."""
    return widgets.whole_field(field)


@register.filter
def in_language(item: object, field: str) -> str:
    """Show the reader's version of a text that is kept in both languages."""
    return localize.in_language(item, field)


@register.filter
def time_left(until: datetime | None) -> str:
    """Say how long it is until a moment, in days and hours."""
    return localize.time_left(until)
