"""The ledger of a grant: what each year has been granted, reported, approved and paid."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from finance import ledger as ledgers
from finance.models import Grant
from icld_portal.access import PARTIES_AND_OFFICE, get_only
from icld_portal.paging import page_of
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_only
def ledger(request: PortalRequest, reference: str) -> HttpResponse:
    """Show the sums of each year, every entry behind them, and what is under payment."""
    grant = get_object_or_404(
        Grant.objects.all().visible_to(request.user).select_related("grantee"),
        reference=reference,
    )
    of_years = ledgers.balances(grant)
    entries = grant.entries.select_related(
        "budget", "statement", "payment", "repayment", "corrects", "booked_by"
    )
    context = {
        "grant": grant,
        "years": of_years.items(),
        "total": ledgers.total(of_years),
        "page_obj": page_of(request, entries.order_by("-booked_at", "-pk")),
        "payments": grant.payments.under_way().order_by("year", "number"),
        "claims": grant.repayments.order_by("year", "number"),
        "is_office": request.user.office,
    }
    return render(request, "finance/ledger.html", context)
