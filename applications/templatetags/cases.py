"""Rows of cases for pages of other parts of the portal."""

from typing import Any

from django import template

from applications.chain import chain_of
from applications.filings import filing_rows
from applications.models import Application
from applications.progress import next_step_in_list
from applications.statuses import APPLICANT_WORDS, Status
from finance.models import GrantType
from partnerships.models import Partnership

register = template.Library()
CHAIN = {value: number for number, value in enumerate(GrantType.values)}
# A partnership's chain is short; more than this is shown in the list of applications.
MOST_SHOWN = 50


@register.inclusion_tag("applications/_case_table.html", takes_context=True)
def cases_of(context: dict[str, Any], partnership: Partnership) -> dict[str, Any]:
    """List a partnership's cases in the order of the chain, as far as the reader may see."""
    user = context["request"].user
    cases = Application.objects.visible_to(user).filter(partnership=partnership).for_own_list()
    rows = sorted(cases[:MOST_SHOWN], key=lambda case: (CHAIN[case.grant_type], case.pk))
    return {
        "rows": [
            {
                "application": case,
                "word": _word(case, office=user.office),
                "step": next_step_in_list(case, user),
            }
            for case in rows
        ]
    }


@register.inclusion_tag("applications/_filings.html", takes_context=True)
def filings_of(context: dict[str, Any], application: Application) -> dict[str, Any]:
    """Show how each party has filed the case at home."""
    user = context["request"].user
    return {"application": application, "rows": filing_rows(application, user)}


@register.inclusion_tag("applications/_chain.html", takes_context=True)
def chain(
    context: dict[str, Any], partnership: Partnership, here: Application | None = None
) -> dict[str, Any]:
    """Draw the chain with the cases the reader may see; ``here`` is the page's own case."""
    user = context["request"].user
    cases = list(
        Application.objects.visible_to(user)
        .filter(partnership=partnership)
        .order_by("-pk")[:MOST_SHOWN]
    )
    for case in cases:
        case.chain_word = _word(case, office=user.office)  # type: ignore[attr-defined]
    return {"chain": chain_of(cases), "here": here.pk if here else None}


def _word(case: Application, *, office: bool) -> Any:
    return case.get_status_display() if office else APPLICANT_WORDS[Status(case.status)]
