"""The pages that need no login: what the programme is, and how the portal can be used."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from applications.guidance import guidance
from applications.models import GrantTypeSetting, Round
from finance.models import GrantType
from icld_portal.access import PUBLIC, get_only

PURPOSES: dict[str, Promise | str] = {
    GrantType.PREPARATION: _(
        "You get to know each other, anchor the cooperation at home and plan a project together."
    ),
    GrantType.PROJECT: _("You solve a challenge you share, for one to three years."),
    GrantType.STEERING_GROUP: _(
        "Politicians and officials of both parties follow the projects, for one to three years."
    ),
    GrantType.DEVELOPMENT: _("You build further on a project that has given results."),
    GrantType.DISSEMINATION: _("You share what you have learned with others."),
}


@PUBLIC
@get_only
def start(request: HttpRequest) -> HttpResponse:
    """What the programme is, who may apply, and when."""
    now = timezone.now()
    context = {
        **rounds_at(now),
        "grant_types": _grant_types(),
        **guidance("about", "who_may_apply", "how_it_works"),
    }
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


def _grant_types() -> list[dict[str, Any]]:
    open_all_year = set(
        GrantTypeSetting.objects.filter(open_all_year=True).values_list("grant_type", flat=True)
    )
    return [
        {
            "value": value,
            "label": label,
            "purpose": PURPOSES[value],
            "open_all_year": value in open_all_year,
        }
        for value, label in GrantType.choices
    ]
