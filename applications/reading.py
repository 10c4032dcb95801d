"""A whole case as it is read: the same for its parties and for ICLD."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from applications.drafting import answers_by_question
from applications.models import Activity, Application, CaseParty, Question, QuestionKind, Section
from finance import caps
from finance.models import BudgetLine


@dataclass(frozen=True)
class ReadAnswer:
    """One question with the text as it is shown; empty when it was not answered."""

    question: Question
    text: str


@dataclass(frozen=True)
class ReadSection:
    """One section with its answers; ``part`` says which tables come with it."""

    section: Section
    answers: list[ReadAnswer]


@dataclass(frozen=True)
class BudgetYear:
    """The lines of one year of the case and their sum in whole SEK."""

    year: int
    amount_sek: int
    lines: list[BudgetLine] = field(default_factory=list)


@dataclass(frozen=True)
class CaseContent:
    """Everything a case says, in the order of its form."""

    application: Application
    parties: list[CaseParty]
    sections: list[ReadSection]
    years: list[BudgetYear]
    totals: caps.BudgetTotals
    by_party: list[tuple[str, int]]
    by_category: list[tuple[str, int]]
    activities: list[tuple[int, list[Activity]]]


def content_of(application: Application) -> CaseContent:
    """Return what the page of a whole case shows; load it ``with_content`` first."""
    lines = caps.lines_of(application.budget)
    sums = caps.totals(application.budget, lines)
    return CaseContent(
        application=application,
        parties=list(application.case_parties.all()),
        sections=_sections(application),
        years=[
            BudgetYear(year, amount, [line for line in lines if line.year == year])
            for year, amount in sorted(sums.by_year.items())
        ],
        totals=sums,
        by_party=caps.by_name(sums.by_party, lines, "organisation"),
        by_category=caps.by_name(sums.by_category, lines, "category"),
        activities=_activities_by_year(application),
    )


def _sections(application: Application) -> list[ReadSection]:
    texts = {pk: answer.text for pk, answer in answers_by_question(application).items()}
    return [
        ReadSection(
            section,
            [
                ReadAnswer(question, shown(question, texts.get(question.pk, "")))
                for question in section.questions.all()
            ],
        )
        for section in application.sheet.question_set.sections.all()
    ]


def shown(question: Question, text: str) -> str:
    """Return an answer in words: the option's text for a choice, Yes or No."""
    if question.kind == QuestionKind.YES_NO:
        return {"yes": _("Yes"), "no": _("No")}.get(text, text)
    if question.kind == QuestionKind.CHOICE:
        options = {option.value: str(option) for option in question.options.all()}
        return options.get(text, text)
    return text


def _activities_by_year(application: Application) -> list[tuple[int, list[Activity]]]:
    found: dict[int, list[Activity]] = {}
    for activity in application.activities.all():
        found.setdefault(activity.year, []).append(activity)
    return sorted(found.items())
