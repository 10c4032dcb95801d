"""The papers of an application, one function each: the receipt and the decision letter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import prefetch_related_objects
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from applications import approvals, citing, letter_texts, snapshots
from applications.agreement_content import text_in
from applications.letter_texts import DecisionWords, Written
from applications.models import (
    Activity,
    Agreement,
    Answer,
    Application,
    Decision,
    Meeting,
    Part,
    ProgrammeText,
    Question,
    Section,
    Stage,
)
from applications.models.content import CONTENT
from applications.paper_budget import budget_tables
from applications.protocols import protocol_of
from applications.read_answers import shown
from applications.risk_matrix import matrix_of
from finance import caps
from finance.models import BudgetLine
from icld_portal.localize import STOCKHOLM, in_language
from icld_portal.pdf import render_pdf

PART_TEMPLATES = {
    part: f"papers/receipt/_{part}.html"
    for part in (Part.AREAS, Part.RESULTS, Part.ACTIVITIES, Part.RISKS, Part.BUDGET)
}


@dataclass(frozen=True)
class WrittenAnswer:
    """What was written to a question in one language."""

    language: str
    text: str


@dataclass(frozen=True)
class AnsweredQuestion:
    """A question in the paper's language and what was written to it, as it was written."""

    question: str
    texts: list[WrittenAnswer]


@dataclass(frozen=True)
class AnsweredSection:
    """One section of the form; ``template`` shows its tables, if it has any."""

    title: str
    answers: list[AnsweredQuestion]
    template: str


@dataclass(frozen=True)
class ActivityYear:
    """The activities of one year of the case."""

    year: int
    activities: list[Activity]


@dataclass(frozen=True)
class DecidedYear:
    """What was asked and what was decided for one year of the case, whole SEK."""

    year: int
    asked_sek: int
    decided_sek: int


def receipt_pdf(application: Application, language: str) -> bytes:
    """Return the whole application as it was handed in, with its tables and fingerprint."""
    prefetch_related_objects([application], "case_parties__organisation__country", *CONTENT)
    snapshots.let_read_as_handed_in(application)
    with translation.override(language):
        context = _receipt(application)
    return render_pdf(
        "papers/receipt.html",
        context,
        language=language,
        identifier=f"receipt {application.reference} {language}",
    )


def draft_pdf(application: Application, language: str, *, at: datetime) -> bytes:
    """Return the application as it stands at ``at``, marked as a draft on every page."""
    with translation.override(language):
        drawn_at = timezone.localtime(at, STOCKHOLM)
        context = _written_content(application) | {
            "dated_at": drawn_at.isoformat(timespec="seconds"),
            "drawn_at": drawn_at.strftime("%Y-%m-%d %H:%M"),
        }
    return render_pdf(
        "papers/draft.html",
        context,
        language=language,
        identifier=f"draft {application.key} {application.content_version} {language}",
    )


def decision_letter_pdf(application: Application, language: str) -> bytes:
    """Return the letter that tells both parties the decision; DoesNotExist if there is none."""
    with translation.override(language):
        context = _decision(application, language)
    return render_pdf(
        "papers/decision.html",
        context,
        language=language,
        identifier=f"decision {application.reference} {language}",
    )


def protocol_pdf(meeting: Meeting, language: str) -> bytes:
    """Return the protocol of a released meeting: pots, cases, sums, who decided, who was told."""
    assert meeting.released_at is not None  # noqa: S101 - the database says so too
    released_at = timezone.localtime(meeting.released_at, STOCKHOLM)
    return render_pdf(
        "papers/protocol.html",
        {
            "protocol": protocol_of(meeting),
            "meeting": meeting,
            "dated_at": released_at.isoformat(timespec="seconds"),
        },
        language=language,
        identifier=f"protocol {meeting.round} {language}",
    )


def agreement_pdf(agreement: Agreement, stage: Stage, language: str) -> bytes:
    """Return the agreement with its budget: with lines to sign on, or who has signed and how.

    Load it ``with_parties``. The same content and signatures give the same bytes.
    """
    is_signed = stage == Stage.SIGNED
    dated_at = agreement.signed_at if is_signed and agreement.signed_at else agreement.made_at
    with translation.override(language):
        context = {
            "application": agreement.application,
            "agreement": agreement,
            "text": text_in(agreement, language),
            "sides": list(agreement.parties.all()),
            "is_signed_by_all": is_signed,
            "dated_at": timezone.localtime(dated_at, STOCKHOLM).isoformat(timespec="seconds"),
        }
    return render_pdf(
        "papers/agreement.html",
        context,
        language=language,
        identifier=f"agreement {agreement.pk} {stage} {language}",
    )


def _receipt(application: Application) -> dict[str, Any]:
    assert application.received_at is not None  # noqa: S101 - the database says so too
    received_at = timezone.localtime(application.received_at, STOCKHOLM)
    return _written_content(application) | {
        "dated_at": received_at.isoformat(timespec="seconds"),
        # To the second: whether it came before the deadline can hang on one.
        "received_at": received_at.strftime("%Y-%m-%d %H:%M:%S"),
        "supplements": _supplements(application),
    }


def _supplements(application: Application) -> list[dict[str, Any]]:
    """What was handed in later, and when; of a submission before the last, only what it held."""
    answered = application.supplements.with_parts().exclude(edition=None)
    return [
        {
            "number": supplement.number,
            "handed_in_at": timezone.localtime(supplement.handed_in_at, STOCKHOLM).strftime(
                "%Y-%m-%d %H:%M:%S"
            ),
            "parts": ", ".join(str(part) for part in supplement.parts.all()),
            "answer": supplement.answer,
        }
        for supplement in answered.order_by("number")
    ]


def _written_content(application: Application) -> dict[str, Any]:
    """Everything the parties have written, as the templates of the papers show it."""
    return {
        "application": application,
        "parties": application.case_parties.all(),
        "sections": _sections(application),
        "areas": {
            "core": application.core_areas.all(),
            "cooperation": application.cooperation_areas.all(),
            "goals": application.goals.all(),
        },
        "results": application.results.all(),
        "activity_years": _activity_years(application),
        "risks": (risks := list(application.risks.all())),
        "risk_matrix": matrix_of(risks),
        "budget": budget_tables(application.budget, _lines(application)),
        "approvals": approvals.of_parties(application),
        "attachments": list(application.attachments.all()),
        "cited": citing.cited_in(application),
    }


def _sections(application: Application) -> list[AnsweredSection]:
    """The form's sections in order, each question with what was written to it."""
    written: dict[int, list[Answer]] = {}
    answers = sorted(application.sheet.answers.all(), key=lambda one: one.question_id)
    # The case's own language first; a translation that was emptied again is no answer.
    for answer in sorted(answers, key=lambda one: one.language != application.language):
        if answer.language != application.language and not answer.text:
            continue
        written.setdefault(answer.question_id, []).append(answer)
    sections = Section.objects.filter(
        question_set=application.sheet.question_set_id
    ).prefetch_related("questions__options")
    return [
        AnsweredSection(
            in_language(section, "title"),
            [
                AnsweredQuestion(
                    in_language(question, "text"),
                    [_written(question, answer) for answer in written.get(question.pk, ())],
                )
                for question in section.questions.all()
            ],
            PART_TEMPLATES.get(Part(section.part), ""),
        )
        for section in sections.order_by("sort_order")
    ]


def _written(question: Question, answer: Answer) -> WrittenAnswer:
    """What was written, or what the chosen answer says."""
    return WrittenAnswer(answer.language, shown(question, answer.text))


def _activity_years(application: Application) -> list[ActivityYear]:
    activities = sorted(application.activities.all(), key=lambda one: (one.year, one.pk))
    return [
        ActivityYear(year, list(those))
        for year, those in groupby(activities, key=lambda activity: activity.year)
    ]


def _lines(application: Application) -> list[BudgetLine]:
    return caps.lines_of(application.budget)


def _decision(application: Application, language: str) -> dict[str, Any]:
    decision = Decision.objects.select_related("decided_by").get(application=application)
    words = letter_texts.words_of_decision(decision)
    asked = asked_by_year(application)
    letter, body = decision_letter(application, words, language, asked=asked)
    decided_at = timezone.localtime(decision.decided_at, STOCKHOLM)
    return {
        "application": application,
        "letter": letter,
        "body": body,
        "decided_by": decision.decided_by.name,
        "dated_at": decided_at.isoformat(timespec="seconds"),
        "decided_on": decided_at.date(),
        "parties": application.case_parties.select_related("organisation__country"),
    }


def decision_letter(
    application: Application,
    words: DecisionWords,
    language: str,
    *,
    asked: Mapping[int, int],
    text: ProgrammeText | None = None,
) -> tuple[Written, SafeString]:
    """Return the text of a decision letter and its body as HTML, its facts and sums as tables.

    ``asked`` is whole SEK per year. ``text`` is the version to write by, else the one in force
    when it was decided. Also of a decision that is not taken yet, for a preview.
    """
    kind = letter_texts.PAPER_OF[words.outcome]
    years = _decided_years(words.amounts, asked)
    with translation.override(language):
        facts = letter_texts.case_facts(application, language)
        facts |= letter_texts.decision_facts(application, words, language)
        version = text or letter_texts.texts_in_force([kind], words.decided_at)[kind]
        letter = letter_texts.written(version, language, facts)
        drawn = {
            "facts": _drawn("facts", {"rows": letter_texts.fact_rows(application)}),
            "amounts": _drawn(
                "amounts",
                {
                    "years": years,
                    "asked_sek": sum(year.asked_sek for year in years),
                    "decided_sek": sum(year.decided_sek for year in years),
                },
            ),
        }
    return letter, letter.html(drawn=drawn)


def _drawn(name: str, context: dict[str, Any]) -> SafeString:
    return render_to_string(f"papers/letter/_{name}.html", context)


def asked_by_year(application: Application) -> dict[int, int]:
    """Return what was asked for each year of the case, whole SEK."""
    tables = budget_tables(application.budget, _lines(application))
    return {year.year: year.total_sek for year in tables.years}


def _decided_years(decided: Mapping[int, int], asked: Mapping[int, int]) -> list[DecidedYear]:
    return [
        DecidedYear(year, asked.get(year, 0), decided.get(year, 0))
        for year in sorted({*decided, *asked})
    ]
