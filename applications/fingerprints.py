"""The content of an application as one canonical text, and its fingerprint."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application, Part
from icld_portal.canonical import fingerprint_of

DIGEST_LENGTH = 16
PART_WORDS: dict[str, Promise] = {
    "question_set": gettext_lazy("the version of the form"),
    "title_sv": gettext_lazy("the title"),
    "title_en": gettext_lazy("the title"),
    "start_on": gettext_lazy("the period"),
    "end_on": gettext_lazy("the period"),
    "parties": gettext_lazy("the contact persons"),
    "core_areas": gettext_lazy("the areas"),
    "cooperation_areas": gettext_lazy("the areas"),
    "goals": gettext_lazy("the goals"),
    "answers": gettext_lazy("the answers"),
    "results": gettext_lazy("the results"),
    "indicators": gettext_lazy("the indicators"),
    "activities": gettext_lazy("the activities"),
    "risks": gettext_lazy("the risks"),
    "budget": gettext_lazy("the budget"),
    "attachments": gettext_lazy("the attachments"),
    "citations": gettext_lazy("the decisions cited"),
}

PARTY = (
    "organisation",
    "side",
    "is_grantee",
    "contact_name",
    "contact_email",
    "contact_phone",
)
ANSWER = ("question__key", "question", "language", "text")
INDICATOR = (
    "pk",
    "indicators__text",
    "indicators__baseline",
    "indicators__target",
    "indicators__source",
)
ACTIVITY = ("pk", "year", "organisation", "text", "cost_sek")
RISK = ("pk", "text", "probability", "consequence", "measure", "owner")
LINE = (
    "pk",
    "year",
    "organisation",
    "category",
    "description",
    "days",
    "day_cost_sek",
    "amount_sek",
)
CITATION = (
    "decision__paragraph__group",
    "decision__paragraph__year",
    "decision__paragraph__number",
    "decision__paragraph__meeting__content_sha256",
)
ATTACHMENT = ("slot__key", "organisation", "sha256", "file_name")
# Which of the above are written on the page of a section of this kind.
READ_IN_PART: dict[str, tuple[str, ...]] = {
    Part.BASICS: ("parties",),
    Part.AREAS: ("core_areas", "cooperation_areas", "goals"),
    Part.RESULTS: ("results", "indicators"),
    Part.ACTIVITIES: ("activities",),
    Part.RISKS: ("risks",),
    Part.BUDGET: ("budget",),
}
# The first of what such a section holds has facts that its page does not write.
OWN_FACTS: dict[str, tuple[str, ...]] = {
    Part.BASICS: ("title_sv", "title_en", "start_on", "end_on"),
    Part.BUDGET: ("guide_reason", "lines"),
}


def fingerprint(application: Application) -> str:
    """Return the SHA-256 of the content, in hexadecimal."""
    return fingerprint_of(content(application))


def digests(written: dict[str, Any]) -> dict[str, str]:
    """Return a short fingerprint of each part, to tell later which one was changed."""
    return {part: fingerprint_of(rows)[:DIGEST_LENGTH] for part, rows in written.items()}


def part_words(parts: Iterable[str]) -> list[str]:
    """Return the parts in the reader's language, each word once."""
    words = (str(PART_WORDS.get(part, _("the application"))) for part in parts)
    return list(dict.fromkeys(words))


def content(application: Application) -> dict[str, Any]:
    """Return everything the parties have written, in an order that never varies."""
    written = _facts(application) | {name: read() for name, read in _readers(application).items()}
    # What was signed before decisions could be cited keeps its fingerprint.
    if citations := _rows(application.citations, CITATION):
        written["citations"] = citations
    return written


def written_in_part(application: Application, part: str) -> list[Any]:
    """Return what a section of this kind holds besides its answers; nothing if that is all."""
    readers = _readers(application)
    found = [readers[name]() for name in READ_IN_PART.get(part, ())]
    return [_facts(application), *found] if part == Part.BASICS else found


def mark_of_part(part: str, written: list[Any]) -> str:
    """Return a short mark of what the forms of such a section have written, to notice a
    second editor; ``written`` is from ``written_in_part``.

    What stands in the content and is written elsewhere changes no mark.
    """
    own = OWN_FACTS.get(part)
    if own:
        facts, *rows = written
        written = [{name: facts[name] for name in own}, *rows]
    return fingerprint_of(written)[:DIGEST_LENGTH]


def _readers(application: Application) -> dict[str, Callable[[], Any]]:
    return {
        "parties": lambda: _rows(application.case_parties, PARTY),
        "core_areas": lambda: _codes(application.core_areas),
        "cooperation_areas": lambda: _codes(application.cooperation_areas),
        "goals": lambda: _codes(application.goals),
        "answers": lambda: _rows(application.sheet.answers, ANSWER),
        "results": lambda: _rows(application.results, ("pk", "text")),
        "indicators": lambda: _indicators(application),
        "activities": lambda: _rows(application.activities, ACTIVITY),
        "risks": lambda: _rows(application.risks, RISK),
        "budget": lambda: {
            "region": application.budget.region,
            "years": application.budget.years,
            "guide_reason": application.budget.guide_reason,
            "lines": _rows(application.budget.lines, LINE),
        },
        "attachments": lambda: _rows(application.attachments, ATTACHMENT),
    }


def _facts(application: Application) -> dict[str, Any]:
    return {
        "partnership": application.partnership_id,
        "grant_type": application.grant_type,
        "question_set": application.sheet.question_set_id,
        "guideline": application.budget.guideline_id,
        "title_sv": application.title_sv,
        "title_en": application.title_en,
        "start_on": _day(application.start_on),
        "end_on": _day(application.end_on),
    }


def _indicators(application: Application) -> list[list[Any]]:
    rows = application.results.order_by("pk", "indicators__pk")
    return [list(row) for row in rows.values_list(*INDICATOR)]


def _rows(rows: Any, columns: tuple[str, ...]) -> list[list[Any]]:
    """Read ``columns``, in their own order: two rows that are alike may change places."""
    return [list(row) for row in rows.order_by(*columns).values_list(*columns)]


def _codes(terms: Any) -> list[str]:
    return list(terms.order_by("code").values_list("code", flat=True))


def _day(value: Any) -> str:
    return value.isoformat() if value else ""
