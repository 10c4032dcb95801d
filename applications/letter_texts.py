"""Letters written by the texts that staff keep: the version in force, merged with a case.

    facts = case_facts(application, "sv", organisation="Robertsfors kommun")
    letter = render("mail_rejected", "sv", facts | decision_facts(words, "sv"))
    letter.subject, letter.text, letter.wording

``text_kinds`` says which fields each kind has.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from applications.models import (
    Application,
    Decision,
    Outcome,
    PendingDecision,
    PendingOutcome,
    ProgrammeText,
    TextKind,
)
from applications.text_kinds import KINDS
from icld_portal.localize import day, in_language, money
from icld_portal.localize import moment as written_moment
from icld_portal.wording import Block, Value, as_html, as_text, merged, merged_line

# The mail that tells of each outcome; the first two come with a decision letter.
MAIL_OF: dict[str, TextKind] = {
    PendingOutcome.APPROVED: TextKind.MAIL_APPROVED,
    PendingOutcome.REJECTED: TextKind.MAIL_REJECTED,
    PendingOutcome.POSTPONED: TextKind.MAIL_POSTPONED,
}
PAPER_OF: dict[str, TextKind] = {
    Outcome.APPROVED: TextKind.DECISION_APPROVED,
    Outcome.REJECTED: TextKind.DECISION_REJECTED,
}
# The letters about a case's own life that staff write, by the kind a letter is kept under.
MAIL_ABOUT: dict[str, TextKind] = {
    "submitted": TextKind.MAIL_SUBMITTED,
    "reminder": TextKind.MAIL_REMINDER,
    "prolonged": TextKind.MAIL_PROLONGED,
    "withdrawn": TextKind.MAIL_WITHDRAWN,
    "reopened": TextKind.MAIL_REOPENED,
}
OF_DECISIONS = (*MAIL_OF.values(), *PAPER_OF.values())


@dataclass(frozen=True)
class Written:
    """A text of one version, merged with a case, in one language."""

    subject: str
    blocks: Sequence[Block]
    wording: str

    @property
    def text(self) -> str:
        """The text as a mail has it."""
        return as_text(self.blocks)

    def html(self, *, level: int = 2, drawn: Mapping[str, SafeString] | None = None) -> SafeString:
        """The text as HTML; ``drawn`` are rows that the reader draws itself, by field."""
        return as_html(self.blocks, level=level, drawn=drawn)


@dataclass(frozen=True)
class DecisionWords:
    """What a decision says, taken or proposed; ``amounts`` are whole SEK per year of the case."""

    outcome: str
    reason: str
    amounts: Mapping[int, int]
    conditions: Sequence[tuple[str, date]]
    decided_at: datetime


def texts_in_force(kinds: Iterable[str], at: datetime | None = None) -> dict[str, ProgrammeText]:
    """Return the version of each kind that is, or at ``at`` was, in force; one query."""
    of_kinds = ProgrammeText.objects.filter(kind__in=list(kinds))
    return {text.kind: text for text in of_kinds.in_force_at(at or timezone.now())}


def render(
    kind: str, language: str, facts: Mapping[str, Value], *, at: datetime | None = None
) -> Written:
    """Return the text of ``kind`` in force at ``at``, merged with ``facts``, in "sv" or "en".

    Raises KeyError when a field of the kind has no value, or the programme's texts are
    not loaded.
    """
    return written(texts_in_force([kind], at)[kind], language, facts)


def written(text: ProgrammeText, language: str, facts: Mapping[str, Value]) -> Written:
    """Return one version of a text merged with ``facts``; raises KeyError as ``render``."""
    if lacking := {field.name for field in KINDS[text.kind].fields} - facts.keys():
        raise KeyError(f"{text.kind} has no value for {', '.join(sorted(lacking))}")
    subject, body = getattr(text, f"subject_{language}"), getattr(text, f"body_{language}")
    return Written(merged_line(subject, facts), merged(body, facts), text.wording)


def mark(at: datetime | None = None) -> str:
    """Return which texts of decisions are in force, to notice that they have changed."""
    return " ".join(sorted(text.wording for text in texts_in_force(OF_DECISIONS, at).values()))


def case_facts(
    application: Application, language: str, *, organisation: str = ""
) -> dict[str, Value]:
    """Return the fields that every letter about a case has; ``organisation`` is the reader's."""
    parties = application.case_parties.select_related("organisation")
    with translation.override(language):
        return {
            "reference": str(application.reference or ""),
            "title": in_language(application, "title") or _("Untitled"),
            "partnership": application.partnership.name,
            "grant_type": application.get_grant_type_display(),
            "received_at": written_moment(application.received_at),
            "period": f"{day(application.start_on)} – {day(application.end_on)}",
            "parties": [party.organisation.name for party in parties],
            "url": settings.PUBLIC_URL + application.get_absolute_url(),
            "organisation": organisation,
        }


def decision_facts(
    application: Application, words: DecisionWords, language: str
) -> dict[str, Value]:
    """Return the fields that letters about a decision have besides those of the case."""
    with translation.override(language):
        return {
            "reason": words.reason,
            "amounts": [
                _("Year %(year)d: %(amount)s") % {"year": year, "amount": money(amount)}
                for year, amount in sorted(words.amounts.items())
            ],
            "total": money(sum(words.amounts.values())),
            "conditions": [
                _("%(condition)s (to be met by %(day)s)") % {"condition": text, "day": day(due_on)}
                for text, due_on in words.conditions
            ],
            "decided_on": day(words.decided_at),
            "facts": [f"{label}: {value}" for label, value in fact_rows(application)],
        }


def fact_rows(application: Application) -> list[tuple[str, str]]:
    """Return what the decision letter says of the case in a table, in the active language."""
    return [
        (_("Reference number"), str(application.reference)),
        (_("Grant type"), str(application.get_grant_type_display())),
        (
            _("Received"),
            _("%(moment)s (Swedish time)") % {"moment": written_moment(application.received_at)},
        ),
        (_("Period applied for"), f"{day(application.start_on)} – {day(application.end_on)}"),
    ]


def words_of_decision(decision: Decision) -> DecisionWords:
    """Return what a decision that is taken says."""
    released = decision.application.conditions.filter(is_released=True)
    return DecisionWords(
        decision.outcome,
        decision.reason,
        dict(decision.years.values_list("year", "amount_sek")),
        list(released.values_list("text", "due_on")),
        decision.decided_at,
    )


def words_of_proposal(pending: PendingDecision, at: datetime) -> DecisionWords:
    """Return what a proposed decision says, if it is taken at ``at``.

    Only a meeting gives conditions.
    """
    proposed = pending.application.conditions.filter(is_released=False)
    rows = proposed.values_list("text", "due_on") if pending.meeting_id else ()
    return DecisionWords(
        pending.outcome,
        pending.reason.strip(),
        {year.year: year.amount_sek for year in pending.years.all()},
        list(rows),
        at,
    )
