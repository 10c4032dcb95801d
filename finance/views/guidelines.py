"""The budget guidelines as anybody may read them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise

from finance.models import GrantType, Guideline, GuidelineAmount, PartyCount
from icld_portal.access import PUBLIC, get_only
from partnerships.models import BudgetRegion

COLUMNS = [(parties, region) for parties in PartyCount for region in BudgetRegion]


@dataclass(frozen=True)
class Row:
    """One grant type: its amounts in the order of ``COLUMNS``; None where there is none."""

    label: Promise | str
    amounts: list[GuidelineAmount | None]


@PUBLIC
@get_only
def guidelines(request: HttpRequest) -> HttpResponse:
    """The ceilings and guide values in force, the day rate and the closed list of costs."""
    guideline = in_force()
    context = table_of(guideline) if guideline else {"guideline": None}
    return render(request, "finance/guidelines.html", context)


def table_of(guideline: Guideline) -> dict[str, Any]:
    """Return what the table of a version shows, in the reader's language."""
    return {
        "guideline": guideline,
        "regions": [str(region.label) for _parties in PartyCount for region in BudgetRegion],
        "party_counts": [str(parties.label) for parties in PartyCount],
        "rows": rows(guideline),
    }


def in_force() -> Guideline | None:
    """Return the version that counts today; None before the first is valid."""
    try:
        return Guideline.objects.all().in_force_on(timezone.localdate())
    except Guideline.DoesNotExist:
        return None


def rows(guideline: Guideline) -> list[Row]:
    """Return the table of amounts, a row for each grant type in the order of the chain."""
    cells = {
        (amount.grant_type, amount.parties, amount.region): amount
        for amount in guideline.amounts.all()
    }
    return [
        Row(kind.label, [cells.get((kind, parties, region)) for parties, region in COLUMNS])
        for kind in GrantType
    ]
