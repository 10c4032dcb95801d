"""The timeline of a case: what happened, when and by whom, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application, Outcome
from icld_portal.events import events_of
from icld_portal.localize import money
from icld_portal.models import Event
from partnerships.models import User

WORDS: dict[str, Promise] = {
    "start": gettext_lazy("The application was begun"),
    "move_to_open_round": gettext_lazy("The draft was moved to the open round"),
    "submit": gettext_lazy("The application was handed in"),
    "take_up": gettext_lazy("Taken up for assessment"),
    "assign": gettext_lazy("The programme officer was changed"),
    "give": gettext_lazy("An assessor was asked"),
    "take_from": gettext_lazy("An assessor was let off"),
    "declare_no_conflict": gettext_lazy("No conflict of interest was declared"),
    "declare_conflict": gettext_lazy("A conflict of interest was declared"),
    "withdraw_declaration": gettext_lazy("A declaration of interest was withdrawn"),
    "write_assessment": gettext_lazy("An assessment was written"),
    "approve": gettext_lazy("The application was approved"),
    "reject": gettext_lazy("The application was rejected"),
    "save_filing": gettext_lazy("A party wrote its own registry number"),
    "sign": gettext_lazy("A party approved the content"),
    "lapse": gettext_lazy("An approval lapsed: the content was changed"),
    "remind_signatories": gettext_lazy("The signatories were reminded"),
    "reopen": gettext_lazy("The application was opened again by the parties"),
    "accept_letter": gettext_lazy("The letter of intent was accepted"),
    "refuse_letter": gettext_lazy("The letter of intent was refused"),
    "erase_attachment": gettext_lazy("A file that was set aside was deleted for good"),
    "withdraw": gettext_lazy("The application was withdrawn"),
    "begin_from": gettext_lazy("The application was begun from an earlier one"),
    "prolong": gettext_lazy("The application got more time"),
}


@dataclass(frozen=True)
class Moment:
    """One line of a timeline; ``who`` is empty for the portal itself."""

    at: datetime
    words: str
    who: str
    facts: str = ""


def timeline(application: Application) -> list[Moment]:
    """Return what has happened to ``application``, oldest first, in two queries."""
    happened = list(events_of(application))
    people = {event.actor_id for event in happened} | {
        event.facts.get(name) for event in happened for name in ("officer_id", "person_id")
    }
    names = dict(User.objects.filter(pk__in=people - {None}).values_list("pk", "name"))
    return [
        Moment(event.at, _words(event), _who(event, names), _facts(event, names))
        for event in happened
    ]


def _words(event: Event) -> str:
    return str(WORDS.get(event.verb, event.verb.replace("_", " ")))


def _who(event: Event, names: dict[int, str]) -> str:
    if event.actor_id is None:
        return ""
    return names.get(event.actor_id, _("a person who has left"))


def _facts(event: Event, names: dict[int, str]) -> str:
    """Return the one fact that a reader of the timeline asks for."""
    facts: dict[str, Any] = event.facts
    if event.verb == "assign":
        officer = facts.get("officer_id")
        return names.get(officer, "") if officer else _("nobody")
    if "person_id" in facts:
        about = [names.get(facts["person_id"], ""), str(facts.get("reason", ""))]
        return ": ".join(text for text in about if text)
    if event.verb == "begin_from":
        return str(facts.get("source", ""))
    if event.verb == "prolong":
        words = {"day": facts.get("deadline", ""), "reason": facts.get("reason", "")}
        return _("until %(day)s: %(reason)s") % words
    if event.verb == "submit" and "asked_sek" in facts:
        return _("asked: %(amount)s") % {"amount": money(facts["asked_sek"])}
    if event.verb == "approve" and "granted_sek" in facts:
        return _("granted: %(amount)s") % {"amount": money(facts["granted_sek"])}
    if event.verb == "write_assessment":
        recommendation = dict(Outcome.choices).get(facts.get("recommendation", ""), "")
        return _("recommends: %(outcome)s") % {"outcome": recommendation}
    return ""
