"""The pages that need no login: what the programme is, and how the portal can be used."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from applications.guidance import guidance
from applications.models import GrantTypeSetting, Round
from finance.models import GrantType
from icld_portal.access import PUBLIC, get_only

TEXTS = ("help_start", "about", "who_may_apply", "how_it_works")


@PUBLIC
@get_only
def start(request: HttpRequest) -> HttpResponse:
    """What the programme is, who may apply, and when."""
    now = timezone.now()
    texts = guidance(*TEXTS, *(f"for_{grant_type}" for grant_type in GrantType.values))
    context = {**rounds_at(now), "grant_types": _grant_types(texts), **texts}
    return render(request, "icld_portal/start.html", context)


@PUBLIC
@get_only
def accessibility(request: HttpRequest) -> HttpResponse:
    """How accessible the portal is, and whom to tell when it is not."""
    return render(request, f"icld_portal/accessibility.{(get_language() or 'sv')[:2]}.html")


def rounds_at(now: datetime) -> dict[str, Round | None]:
    """Return the round that takes applications now, and the one that opens next."""
    coming = list(Round.objects.coming_at(now))
    return {
        "open_round": next((one for one in coming if one.is_open_at(now)), None),
        "next_round": next((one for one in coming if one.opens_at > now), None),
    }


def _grant_types(texts: Mapping[str, SafeString]) -> list[dict[str, Any]]:
    open_all_year = set(
        GrantTypeSetting.objects.filter(open_all_year=True).values_list("grant_type", flat=True)
    )
    return [
        {
            "value": value,
            "label": label,
            "purpose": texts[f"for_{value}"],
            "open_all_year": value in open_all_year,
        }
        for value, label in GrantType.choices
    ]
