"""Rows of cases for pages of other parts of the portal."""

from typing import Any

from django import template
from django.db.models import Value

from applications import agreement_list, agreements, citing, holding, rules, unlocking
from applications.chain import chain_of
from applications.filings import filing_rows
from applications.models import Application, Question
from applications.models.messages import unread_by
from applications.progress import next_step_in_list
from applications.statuses import APPLICANT_WORDS, Status
from finance.models import GrantType
from partnerships.models import Organisation, Partnership, User
from partnerships.rules import is_office

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
    """Lead to the messages of a case that the reader has open, and ICLD to its notes.

    ``Thread.visible_to`` says of any thread what follows here from the open case: its parties
    and ICLD read its messages, and who assesses from outside reads none.
    """
    user = context["request"].user
    of_party = rules.is_of_party(user, application)
    with_messages, with_notes = user.office or of_party, user.office and not of_party
    # Their rows are few and are read together; each count by itself would be one query more.
    rows = application.threads.order_by().values_list(Value("thread"), unread_by(user))
    if with_notes:
        notes = application.notes.filter(withdrawn_at=None).order_by()
        rows = rows.union(notes.values_list(Value("note"), Value(value=False)), all=True)
    found = list(rows) if with_messages else []
    return {
        "application": application,
        "with_messages": with_messages,
        "with_notes": with_notes,
        "threads": sum(kind == "thread" for kind, _unread in found),
        "unread": sum(unread for _kind, unread in found),
        "notes": sum(kind == "note" for kind, _unread in found),
    }


@register.inclusion_tag("applications/_cases_of_organisation.html", takes_context=True)
def cases_of_organisation(context: dict[str, Any], organisation: int) -> dict[str, Any]:
    """List the cases of one organisation, as far as the reader may see, the newest first."""
    cases = Application.objects.visible_to(context["request"].user).of_organisation(organisation)
    return {"cases": cases.order_by("-pk")[:MOST_SHOWN]}


@register.inclusion_tag("applications/_held_by.html", takes_context=True)
def held_by_person(
    context: dict[str, Any], person: User, organisation: Organisation
) -> dict[str, Any]:
    """List what a person holds, before they hand over or are removed."""
    held = holding.held_by(person, organisation, reader=context["request"].user)
    if is_office(organisation):
        found = {"cases": held.cases[:MOST_SHOWN], "assessments": held.assessments[:MOST_SHOWN]}
    else:
        found = {"contacts": held.contacts[:MOST_SHOWN], "sections": held.sections[:MOST_SHOWN]}
    rows = {name: list(of_kind) for name, of_kind in found.items()}
    return {"contacts": [], "sections": [], "cases": [], "assessments": [], **rows}


@register.inclusion_tag("applications/_steering.html")
def steering_of(application: Application) -> dict[str, Any]:
    """Show which steering group follows a case, what it cites and what was decided about it."""
    return {"steering": citing.steering_of(application)}


@register.inclusion_tag("applications/_conditions.html", takes_context=True)
def conditions_of(context: dict[str, Any], application: Application) -> dict[str, Any]:
    """Show the conditions of the approval; ICLD marks them as met."""
    return {
        "application": application,
        "conditions": application.conditions.filter(is_released=True),
        "may_mark": rules.may_assess(context["request"].user, application),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("applications/_agreement_step.html", takes_context=True)
def agreement_step(context: dict[str, Any], application: Application) -> dict[str, Any]:
    """Show how far the agreement has come and what the reader does next with it."""
    return {"step": agreements.step_of(application, context["request"].user)}


@register.inclusion_tag("applications/_grant_case.html", takes_context=True)
def case_of_grant(context: dict[str, Any], reference: str) -> dict[str, Any]:
    """Show on a grant's page how its agreement and its conditions stand."""
    request = context["request"]
    cases = Application.objects.visible_to(request.user).prefetch_related("case_parties")
    found = cases.filter(reference=reference).first()
    return {"application": found, "request": request, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("applications/office/_agreement_counts.html", takes_context=True)
def agreement_counts(context: dict[str, Any]) -> dict[str, Any]:
    """Count the agreements by whom they wait for; for ICLD alone."""
    user = context["request"].user
    return {"counts": agreement_list.counts(user) if user.office else []}


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


@register.inclusion_tag("applications/_supplements.html", takes_context=True)
def supplements_of(context: dict[str, Any], application: Application) -> dict[str, Any]:
    """What was asked for after the case was handed in, and what came of it, the newest first."""
    user, moment = context["request"].user, context["request"].received_at
    if not rules.may_read_supplements(user, application):
        return {}
    found = reversed(unlocking.supplements_of(application))
    return {"supplements": [(one, one.is_overdue_at(moment)) for one in found]}
