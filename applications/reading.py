"""A whole case as it is read: the same for its parties and for ICLD."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from applications import citing
from applications.citing import CaseDecision
from applications.drafting import answers_by_question
from applications.models import Activity, Application, CaseParty, Section
from applications.read_answers import ReadAnswer, shown
from applications.risk_matrix import Matrix, matrix_of
from applications.versions import form_of
from finance import caps
from finance.year_tables import YearTable, year_tables

# Keys of the questions that hold the goals, from the highest level down.
GOAL_LEVELS = ("long_term_goal", "project_goal")


@dataclass(frozen=True)
class ReadSection:
    """One section with its answers; ``part`` says which tables come with it."""

    section: Section
    answers: list[ReadAnswer]


@dataclass(frozen=True)
class CaseContent:
    """Everything a case says, in the order of its form."""

    application: Application
    parties: list[CaseParty]
    sections: list[ReadSection]
    years: list[YearTable]
    totals: caps.BudgetTotals
    by_party: list[tuple[str, int]]
    by_category: list[tuple[str, int]]
    activities: list[tuple[int, list[Activity]]]
    activity_sums: list[tuple[str, int]]
    risk_matrix: Matrix | None
    goals: list[str]
    cited: list[CaseDecision]


def content_of(application: Application) -> CaseContent:
    """Return what the page of a whole case shows; load it ``with_content`` first."""
    lines = caps.lines_of(application.budget)
    sums = caps.totals(application.budget, lines)
    return CaseContent(
        application=application,
        parties=list(application.case_parties.all()),
        sections=_sections(application),
        years=year_tables(application.budget, lines),
        totals=sums,
        by_party=caps.by_name(sums.by_party, lines, "organisation"),
        by_category=caps.by_name(sums.by_category, lines, "category"),
        activities=_activities_by_year(application),
        activity_sums=activity_sums(application.activities.all()),
        risk_matrix=matrix_of(list(application.risks.all())),
        goals=goals_of(application),
        cited=citing.cited_in(application),
    )


def goals_of(application: Application) -> list[str]:
    """Return the goals in levels, the long-term one first, as far as they are written."""
    answers = answers_by_question(application)
    texts = {
        question.key: answers[question.pk].text
        for section in form_of(application).sections.all()
        for question in section.questions.all()
        if question.key in GOAL_LEVELS and question.pk in answers
    }
    return [texts[key] for key in GOAL_LEVELS if texts.get(key, "").strip()]


def activity_sums(activities: Iterable[Activity]) -> list[tuple[str, int]]:
    """Return what the activities cost by year and by party, whole SEK; nothing if none says."""
    by_year: dict[int, int] = defaultdict(int)
    by_party: dict[str, int] = defaultdict(int)
    for activity in activities:
        if activity.cost_sek is not None:
            by_year[activity.year] += activity.cost_sek
            by_party[activity.organisation.name] += activity.cost_sek
    years = [
        (_("Year %(year)d") % {"year": year}, amount) for year, amount in sorted(by_year.items())
    ]
    return [*years, *by_party.items()]


def _sections(application: Application) -> list[ReadSection]:
    texts = {pk: answer.text for pk, answer in answers_by_question(application).items()}
    translated = answers_by_question(application, application.other_language)
    translations = {pk: answer.text for pk, answer in translated.items()}
    return [
        ReadSection(
            section,
            [
                ReadAnswer(
                    question,
                    shown(question, texts.get(question.pk, "")),
                    translations.get(question.pk, ""),
                )
                for question in section.questions.all()
            ],
        )
        for section in form_of(application).sections.all()
    ]


def _activities_by_year(application: Application) -> list[tuple[int, list[Activity]]]:
    found: dict[int, list[Activity]] = {}
    for activity in application.activities.all():
        found.setdefault(activity.year, []).append(activity)
    return sorted(found.items())
