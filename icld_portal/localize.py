"""How the portal writes money, days and languages, the same on page, paper and in mail."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NO_BREAK_SPACE = "\u00a0"


class LanguageMiddleware:
    """Swedish first, the other language by one click: the choice is a cookie.

    The browser's own languages are not asked, so a link opens alike for everybody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def in_language(item: object, field: str) -> str:
    """Return ``item.<field>_sv`` or ``item.<field>_en``, whichever the reader has chosen.

    Falls back to the other language when the wanted text is empty.
    """
    language = (translation.get_language() or settings.LANGUAGE_CODE)[:2]
    other = "en" if language == "sv" else "sv"
    return str(getattr(item, f"{field}_{language}", "") or getattr(item, f"{field}_{other}", ""))


def grouped(number: int | Decimal) -> str:
    """Return "650 000" with no-break spaces, "−" below zero; öre only for a Decimal."""
    pattern = "{:,.2f}" if isinstance(number, Decimal) else "{:,d}"
    digits = pattern.format(number).replace(",", NO_BREAK_SPACE).replace(".", ",")
    return digits.replace("-", "−")


def bare(number: Decimal) -> str:
    """Return "11,4527", without zeros at its end."""
    digits = f"{number:f}"
    return (digits.rstrip("0").rstrip(".") if "." in digits else digits).replace(".", ",")


def money(amount: int | Decimal | None) -> str:
    """Return "1 234 567 kr" with no-break spaces; öre only when the amount is a Decimal."""
    if amount is None:
        return ""
    return f"{grouped(amount)}{NO_BREAK_SPACE}kr"


def money_ore(amount: int | Decimal | None) -> str:
    """Return "1 234,50 kr" with no-break spaces: öre always, whatever the amount is."""
    return "" if amount is None else money(Decimal(amount))


def day(value: date | datetime | None) -> str:
    """Return an ISO day, of the Stockholm clock when ``value`` is a moment."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value, STOCKHOLM).date()
    return value.isoformat()


def moment(value: datetime | None) -> str:
    """Return "2027-03-15 23:59" in Stockholm time."""
    if value is None:
        return ""
    return timezone.localtime(value, STOCKHOLM).strftime("%Y-%m-%d %H:%M")


def hours(begins: datetime, ends: datetime) -> str:
    """Return "2027-03-15 10:00–12:00" in Stockholm time; the second day only if it is another."""
    last = clock(ends) if day(begins) == day(ends) else f" {moment(ends)}"
    return f"{moment(begins)}–{last}"


def clock(value: datetime) -> str:
    """Return "14:32" in Stockholm time."""
    return timezone.localtime(value, STOCKHOLM).strftime("%H:%M")


def file_size(size_bytes: int) -> str:
    """Return "1,2 MB" or "340 kB"; a file that is not empty has at least 1 kB."""
    kilobytes = -(-size_bytes // 1024)
    if kilobytes < 1000:
        return f"{kilobytes}{NO_BREAK_SPACE}kB"
    return f"{size_bytes / 1024 / 1024:.1f}{NO_BREAK_SPACE}MB".replace(".", ",")


def time_left(until: datetime | None, *, now: datetime | None = None) -> str:
    """Return "12 days and 3 hours left", by the server's clock; minutes on the last day."""
    if until is None:
        return ""
    seconds = (until - (now or timezone.now())).total_seconds()
    if seconds <= 0:
        return _("The time is out.")
    minutes = int(seconds // 60)
    days, hours = minutes // (24 * 60), minutes // 60 % 24
    if days:
        return _("%(days)s and %(hours)s left") % {"days": _days(days), "hours": _hours(hours)}
    if hours:
        return _("%(hours)s and %(minutes)s left") % {
            "hours": _hours(hours),
            "minutes": _minutes(minutes % 60),
        }
    return _("%(minutes)s left") % {"minutes": _minutes(minutes)}


def _days(count: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", count) % {"n": count}


def _hours(count: int) -> str:
    return ngettext("%(n)d hour", "%(n)d hours", count) % {"n": count}


def _minutes(count: int) -> str:
    return ngettext("%(n)d minute", "%(n)d minutes", count) % {"n": count}
