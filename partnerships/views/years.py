"""A steering group's year: read it, and take it along as a paper."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from icld_portal import prepared
from icld_portal.access import PARTIES_AND_OFFICE, get_only, post_only
from partnerships.models import SteeringGroup
from partnerships.requests import PortalRequest
from partnerships.summaries import summary_of, today, years_of
from partnerships.summary_files import KIND
from partnerships.views.finding import group_of


def _group_and_years(request: PortalRequest, pk: int, year: int) -> tuple[SteeringGroup, list[int]]:
    """Return the group and the years it has; Http404 if ``year`` is none of them."""
    group = group_of(request, pk)
    years = years_of(group, on=today())
    if year not in years:
        raise Http404("no such year")
    return group, years


@PARTIES_AND_OFFICE
@get_only
def group_year(request: PortalRequest, pk: int, year: int) -> HttpResponse:
    """Show what the group did in a year."""
    group, years = _group_and_years(request, pk, year)
    context = {
        "group": group,
        "year": year,
        "years": years,
        "parts": summary_of(group, year, on=today()),
        "languages": settings.LANGUAGES,
    }
    return render(request, "partnerships/group_year.html", context)


@PARTIES_AND_OFFICE
@post_only
def group_year_file(request: PortalRequest, pk: int, year: int) -> HttpResponse:
    """Order the year as a PDF in one language; a job makes it."""
    group, _years = _group_and_years(request, pk, year)
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        messages.error(request, _("Choose a language."))
        return redirect("partnerships:group_year", pk, year)
    with translation.override(language):
        title = _("%(group)s %(year)d") % {"group": group.name, "year": year}
        ordered = prepared.order(KIND, by=request.user, title=title, group=pk, year=year)
    return redirect(ordered)
