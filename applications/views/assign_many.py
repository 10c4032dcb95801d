"""Giving picked cases to a colleague, or evenly to several, after a look at who gets what."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications import workflow
from applications.models import Application
from applications.officers import current_officers
from applications.picking import PICKS_MAX, REFERENCE, Picked, kept_query, picked
from applications.statuses import UNDER_WORK
from applications.workflow import Assigned, Order
from icld_portal.access import CASE_KEEPERS, get_or_post
from partnerships.models import User
from partnerships.requests import PortalRequest

NUMBER_DIGITS = 9
NOBODY = "-"


@CASE_KEEPERS
@get_or_post
def assign_many(request: PortalRequest) -> HttpResponse:
    """Show the picked cases and, once officers are chosen, who would get which; then do it."""
    if request.method == "POST":
        return give(request)
    chosen = picked(request.GET, request.user)
    back = back_to(request.GET)
    cases = list(with_parties(chosen)[: PICKS_MAX + 1])
    problems = chosen.problems or problems_of(cases)
    if problems:
        messages.error(request, " ".join(problems))
        return redirect(back)
    people = list(current_officers())
    wanted = set(request.GET.getlist("officer"))
    officers = [person for person in people if str(person.pk) in wanted]
    movable = [case for case in cases if case.status in UNDER_WORK]
    context = {
        "back": back,
        "query": request.GET.get("query", ""),
        "picks": [case.reference for case in cases],
        "people": [(person, person in officers) for person in people],
        "rows": proposal(movable, officers),
        "stuck": [case for case in cases if case.status not in UNDER_WORK],
        "gone": chosen.gone,
        "officers": officers,
        "asked_nobody": "propose" in request.GET and not officers,
    }
    return render(request, "applications/office/assign_many.html", context)


def with_parties(chosen: Picked) -> Any:
    """Load what the proposal reads of each case."""
    return chosen.cases.select_related("officer").prefetch_related("case_parties")


def problems_of(cases: list[Application]) -> list[str]:
    """Say why the cases cannot be given out together."""
    if not cases:
        return [_("None of the picked cases is there any more.")]
    if len(cases) > PICKS_MAX:
        return [_("At most %d cases can be given out at a time. Filter the list.") % PICKS_MAX]
    return []


def proposal(cases: list[Application], officers: list[User]) -> list[dict[str, Any]]:
    """Return who gets which case, and what the form says of it: reference, to, seen."""
    return [
        {
            "case": case,
            "to": to,
            "order": f"{case.reference}:{to.pk}:{case.officer_id or NOBODY}" if to else "",
        }
        for case, to in workflow.shared_out(cases, officers)
    ]


def back_to(sent: QueryDict) -> str:
    """Return the list that the person came from."""
    query = kept_query(QueryDict(sent.get("query", "")))
    return f"{reverse('applications:worklist')}?{query or 'view=none'}"


def give(request: PortalRequest) -> HttpResponse:
    """Give the cases to those whom the person saw, and name every one that had moved on."""
    back = back_to(request.POST)
    orders = orders_in(request.POST)
    if not orders:
        messages.error(request, _("The form was not understood. Nothing was changed."))
        return redirect(back)
    officers = current_officers().filter(pk__in={order.to_id for order in orders})
    result = workflow.assign_all(orders, officers, by=request.user, at=request.received_at)
    tell(request, result)
    return redirect(back)


def orders_in(sent: QueryDict) -> list[Order]:
    """Read the form's orders; none at all if one of them is not as we wrote it."""
    orders = []
    for text in sent.getlist("order"):
        reference, to, seen = (*text.split(":"), "", "", "")[:3]
        if not (REFERENCE.fullmatch(reference) and is_number(to)):
            return []
        if seen != NOBODY and not is_number(seen):
            return []
        orders.append(Order(reference, int(to), None if seen == NOBODY else int(seen)))
    return orders if len(orders) <= PICKS_MAX else []


def is_number(text: str) -> bool:
    """Return whether ``text`` can be the number of a row."""
    return text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS


def tell(request: PortalRequest, result: Assigned) -> None:
    """Say what was done, and name what was not."""
    if result.done:
        text = ngettext("%d case was given out.", "%d cases were given out.", len(result.done))
        messages.success(request, text % len(result.done))
    elif result.already and not result.moved:
        messages.info(request, _("The cases had been given out already."))
    if result.moved:
        text = _("Had moved on meanwhile, and are left as they are: %s.")
        messages.warning(request, text % ", ".join(result.moved))
