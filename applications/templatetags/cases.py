"""Rows of cases for pages of other parts of the portal."""

from typing import Any

from django import template
from django.db.models import Count, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from applications import rules
from applications.chain import chain_of
from applications.filings import filing_rows
from applications.models import Application, CaseNote, MessageThread, Question
from applications.progress import next_step_in_list
from applications.statuses import APPLICANT_WORDS, Status
from finance.models import GrantType
from partnerships.models import Partnership

register = template.Library()
CHAIN = {value: number for number, value in enumerate(GrantType.values)}
# A partnership's chain is short; more than this is shown in the list of applications.
MOST_SHOWN = 50


@register.filter
def beside(threads: dict[int | None, list[Any]], question: Question | None) -> list[Any]:
    """Pick the open threads beside one question, or beside the section as a whole."""
    return threads.get(question.pk if question else None, [])


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


@register.inclusion_tag("applications/_messages_of.html", takes_context=True)
def messages_of(context: dict[str, Any], application: Application) -> dict[str, Any]:
    """Lead to the case's messages and, for ICLD, its notes, with how many there are."""
    user = context["request"].user
    with_notes = user.office and not rules.is_of_party(user, application)
    threads = MessageThread.objects.all().visible_to(user).filter(application=OuterRef("pk"))
    notes = CaseNote.objects.all().visible_to(user).filter(application=OuterRef("pk"))
    counts = Application.objects.filter(pk=application.pk).values_list(
        _how_many(threads),
        _how_many(threads.unread_by(user)),
        _how_many(notes.filter(withdrawn_at=None)),
    )
    return {"application": application, "with_notes": with_notes} | dict(
        zip(("threads", "unread", "notes"), counts[0], strict=True)
    )


def _how_many(rows: "QuerySet[Any]") -> Coalesce:
    """Count ``rows`` inside another query, so that three counts are asked for at once."""
    counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(found=Count("pk"))
    return Coalesce(Subquery(counted.values("found")[:1]), 0)


@register.inclusion_tag("applications/_conditions.html", takes_context=True)
def conditions_of(context: dict[str, Any], application: Application) -> dict[str, Any]:
    """Show the conditions of the approval; ICLD marks them as met."""
    return {
        "application": application,
        "conditions": application.conditions.filter(is_released=True),
        "may_mark": rules.may_assess(context["request"].user, application),
        "csrf_token": context.get("csrf_token"),
    }


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
