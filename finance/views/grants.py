"""Grants: what has been promised, year by year."""

from django.core.paginator import InvalidPage, Paginator
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from finance import ledger, rules
from finance.models import EndingOutcome, Grant
from icld_portal.access import PARTIES_AND_OFFICE, get_only
from icld_portal.localize import STOCKHOLM
from icld_portal.paging import ROWS_PER_PAGE
from partnerships.requests import PortalRequest

UNDERSTOOD = frozenset({"page"})


@PARTIES_AND_OFFICE
@get_only
def grants(request: PortalRequest) -> HttpResponse:
    """List the grants this person may see, the newest first, with what they add up to."""
    found = Grant.objects.all().visible_to(request.user)
    sums = found.aggregate(number=Count("pk", distinct=True), total_sek=Sum("years__decided_sek"))
    rows = found.with_totals().select_related("partnership", "grantee").order_by("-reference")
    paginator = Paginator(rows, ROWS_PER_PAGE)
    paginator.count = sums["number"]
    context = {"number": sums["number"], "total_sek": sums["total_sek"] or 0}
    try:
        page = paginator.page(request.GET.get("page", "1"))
    except InvalidPage:
        page = None
    refused = page is None or bool(set(request.GET) - UNDERSTOOD)
    context |= {"page_obj": None if refused else page, "last_page": paginator.num_pages}
    return render(request, "finance/grants.html", context, status=400 if refused else 200)


@PARTIES_AND_OFFICE
@get_only
def grant(request: PortalRequest, reference: str) -> HttpResponse:
    """Show one grant: its facts, and what each year was granted, reported, approved and paid."""
    found = get_object_or_404(
        Grant.objects.all()
        .visible_to(request.user)
        .select_related("partnership", "grantee", "closing"),
        reference=reference,
    )
    of_years = ledger.balances(found)
    context = {
        "grant": found,
        "years": of_years.items(),
        "total": ledger.total(of_years),
        "sees_bank": rules.may_see_bank_details(request.user, found.grantee),
        "pauses": found.pauses.order_by("-first_on"),
        "ended": found.endings.filter(outcome=EndingOutcome.ENDED).first(),
        "closing": getattr(found, "closing", None),
        "today": timezone.localtime(request.received_at, STOCKHOLM).date(),
    }
    return render(request, "finance/grant.html", context)
