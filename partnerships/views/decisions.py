"""Pages of what steering groups have decided: the log, searched and filtered, and files of it."""

from typing import cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from icld_portal import prepared
from icld_portal.access import PARTIES_AND_OFFICE, get_only, post_only
from icld_portal.localize import STOCKHOLM
from icld_portal.paging import page_of
from partnerships.decision_files import FORMATS, KIND
from partnerships.decisions import CHARACTERS_SHOWN, rows_of
from partnerships.filters import DecisionFilter
from partnerships.models import SteeringDecision
from partnerships.requests import PortalRequest
from partnerships.views.parties import kept_query


@PARTIES_AND_OFFICE
@get_only
def decisions(request: PortalRequest) -> HttpResponse:
    """Show the verified decisions asked for, newest first, or say why the address is refused."""
    chosen = DecisionFilter(request.GET, user=request.user)
    page = page_of(request, chosen.selection)
    shown = cast(QuerySet[SteeringDecision], page.object_list)
    rows = rows_of(shown, request.user, characters=CHARACTERS_SHOWN)
    context = {
        "filter": chosen,
        "page_obj": page,
        "rows": rows,
        "refused": chosen.is_refused,
        "query": kept_query(request),
        "not_found": [] if rows else chosen.words_not_found(),
        "formats": FORMATS,
        "today": timezone.localdate(timezone=STOCKHOLM),
    }
    status = 400 if chosen.is_refused else 200
    return render(request, "partnerships/decisions.html", context, status=status)


@PARTIES_AND_OFFICE
@post_only
def decisions_file(request: PortalRequest) -> HttpResponse:
    """Order the decisions asked for as a file; a job makes it."""
    query, wanted = request.POST.get("query", ""), request.POST.get("format", "")
    chosen = DecisionFilter(QueryDict(query), user=request.user)
    back = f"{reverse('partnerships:decisions')}?{query}"
    if wanted not in FORMATS:
        messages.error(request, _("Choose which kind of file you want."))
        return redirect(back)
    if chosen.is_refused or not chosen.selection.exists():
        messages.error(request, _("The list holds no decision."))
        return redirect(back)
    ordered = prepared.order(
        KIND,
        by=request.user,
        title=_("Decisions of steering groups as %(format)s") % {"format": FORMATS[wanted]},
        format=wanted,
        query=query,
    )
    return redirect(ordered)
