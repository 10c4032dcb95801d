"""The letters about how a grant rests and ends: to both parties, and at ICLD."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse

from applications import notices
from applications import rules as case_rules
from applications.models import Application
from applications.proposal_notices import is_over
from finance.models import Closing, Ending, Pause
from icld_portal.localize import day, money_ore
from partnerships.models import Membership, Role

PROPOSED = "ending_proposed"


def tell_paused(case: Application, pause: Pause) -> None:
    """The work of the case rests: both parties are told from when to when, and why."""
    facts = {"first_on": day(pause.first_on), "last_on": day(pause.last_on)}
    _tell(case, "grant_paused", reason=pause.reason, **facts)


def tell_pause_ended(case: Application, pause: Pause) -> None:
    """Work begins sooner than was told."""
    facts = {"back_on": day(pause.back_on), "last_on": day(pause.last_on)}
    _tell(case, "pause_ended", **facts)


def ask_to_decide(case: Application, ending: Ending) -> None:
    """Somebody else than who proposed it decides: ICLD's decision makers are told."""
    held = Membership.objects.filter(role=Role.DECIDER, user__is_active=True)
    people = {one.user_id: one.user for one in held.select_related("user").order_by("pk")}
    people.pop(ending.proposed_by_id, None)
    to = [
        notices.person_at(person)
        for person in people.values()
        if not case_rules.is_disqualified(person, case)
    ]
    page = settings.PUBLIC_URL + reverse("applications:ending", args=[case.reference])
    if to:
        notices.tell(case, PROPOSED, to=to, proposed_by=ending.proposed_by.name, page=page)


def nobody_is_awaited(case: Application) -> None:
    """The proposal is answered, by whomever: those who were asked need not look any more."""
    is_over(case, PROPOSED)


def tell_sent_back(case: Application, ending: Ending) -> None:
    """The proposer reads why it was not decided."""
    page = settings.PUBLIC_URL + reverse("applications:ending", args=[case.reference])
    to = [notices.person_at(ending.proposed_by)]
    notices.tell(case, "ending_sent_back", to=to, reason=ending.answer, page=page)


def tell_ended(case: Application, ending: Ending, *, released: Decimal, reports: int) -> None:
    """ICLD has decided that the grant ends early: both parties read what is awaited of them."""
    facts = {
        "last_on": day(ending.last_on),
        "report_on": day(ending.report_on),
        "final_on": day(ending.final_on),
        "released": money_ore(released) if released else "",
        "reports": reports,
        "reason": ending.reason,
    }
    _tell(case, "grant_ended", **facts)


def tell_closed(case: Application, closing: Closing) -> None:
    """Everything is settled: both parties are told what became of what nobody used."""
    facts = {
        "released": money_ore(closing.released) if closing.released else "",
        "reason": closing.reason,
    }
    _tell(case, "grant_closed", **facts)


def _tell(case: Application, kind: str, **facts: Any) -> None:
    page = settings.PUBLIC_URL + reverse("finance:grant", args=[case.reference])
    notices.tell(case, kind, to=notices.recipients(case), page=page, **facts)
