"""ICLD's forecast: what the programme has promised and paid, against its frame."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from finance import outlook, rules
from finance.forms import FrameForm
from finance.frames import set_frame
from finance.models import Frame
from icld_portal.access import OFFICE, get_only, get_or_post
from icld_portal.localize import STOCKHOLM
from partnerships.requests import PortalRequest

FIRST_YEAR, LAST_YEAR = 2009, 2100
YEAR_DIGITS = 4
# The picture, in units of its own.
BAR_WIDTH, BAR_STEP = 600, 30


@OFFICE
@get_only
def forecast(request: PortalRequest) -> HttpResponse:
    """Show every calendar year, and one of them by grant type and country."""
    if set(request.GET) - {"year"}:
        raise Http404("not understood")
    days = outlook.report_days()
    found = outlook.cells(request.user, days=days)
    years = outlook.by_year(found)
    chosen = _chosen(request.GET.get("year", ""), {row.year for row in years})
    of_year = [cell for cell in found if cell.year == chosen]
    context = {
        "years": years,
        "total": outlook.total(row.sums for row in years),
        "bars": _bars(years),
        "picture_height": BAR_STEP * len(years) + 6,
        "chosen": chosen,
        "types": outlook.by_type(of_year),
        "countries": outlook.by_country(of_year),
        "days": days,
        "may_set_frame": rules.may_set_frame(request.user),
    }
    return render(request, "finance/forecast.html", context)


@dataclass(frozen=True)
class Bar:
    """One year as it is drawn: widths and the frame's place, of BAR_WIDTH."""

    row: outlook.YearRow
    y: int
    paid: int
    expected: int
    frame: int | None


def _bars(years: list[outlook.YearRow]) -> list[Bar]:
    """Return each year's bar; the longest sum or frame has the whole width."""
    sums = [row.spoken_for for row in years]
    frames = [Decimal(row.frame_sek) for row in years if row.frame_sek is not None]
    whole = max([*sums, *frames], default=Decimal(0))
    if not whole:
        return []

    def width(amount: Decimal | int) -> int:
        return int(BAR_WIDTH * amount / whole)

    return [
        Bar(
            row,
            number * BAR_STEP,
            width(row.sums.paid),
            width(row.sums.expected),
            None if row.frame_sek is None else width(row.frame_sek),
        )
        for number, row in enumerate(years)
    ]


def _chosen(written: str, known: set[int]) -> int:
    """The calendar year in the address; this year, or the nearest with money, without one."""
    if not written:
        this_year = datetime.now(STOCKHOLM).year
        return min(known, key=lambda year: abs(year - this_year), default=this_year)
    if not (written.isascii() and written.isdecimal() and len(written) == YEAR_DIGITS):
        raise Http404("no such year")
    if int(written) not in known:
        raise Http404("no such year")
    return int(written)


@OFFICE
@get_or_post
def frame(request: PortalRequest, year: int) -> HttpResponse:
    """Set what the programme may pay in a calendar year."""
    if not rules.may_set_frame(request.user):
        raise PermissionDenied("set_frame")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404("no such year")
    known = Frame.objects.filter(year=year).first()
    form = FrameForm(known, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        set_frame(year, form.cleaned_data["amount_sek"], by=request.user, at=timezone.now())
        messages.success(request, _("The frame of %(year)d is set.") % {"year": year})
        return redirect("finance:forecast")
    status = 422 if form.errors else 200
    return render(request, "finance/frame.html", {"form": form, "year": year}, status=status)
