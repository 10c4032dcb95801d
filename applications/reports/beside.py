"""What was written before beside what is asked now: the plan, and the report of last year.

Questions are known by their keys, which are the same in every version of a form. A key that
the case's own form does not have shows nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from applications.models import Answer, Question, QuestionKind, Report

IN_WORDS = frozenset({QuestionKind.LONG_TEXT, QuestionKind.SHORT_TEXT, QuestionKind.NUMBER})
# Which answers of the application stand beside a question of a report.
OF_PLAN: dict[str, tuple[str, ...]] = {
    "summary": ("summary",),
    "goals_reached": ("long_term_goal", "project_goal", "purpose"),
    "organisation_swedish": ("problem_swedish",),
    "organisation_partner": ("problem_partner",),
    "society": ("core_areas_effect",),
    "learnt": ("mutual_learning",),
    "gender": ("gender_equality", "equality_and_rights"),
    "follow_up": ("follow_up",),
    "lasting": ("sustainability", "lasting_effect"),
    "next_step": ("dissemination",),
    "reached": ("with_whom",),
}


@dataclass(frozen=True)
class Earlier:
    """One text that was written before; ``report`` is None where it stands in the plan."""

    report: Report | None
    title: str
    text: str
    language: str


def texts_beside(
    report: Report, questions: Iterable[Question], before: Report | None
) -> dict[int, list[Earlier]]:
    """Return what was written before, by question: the plan first; one query."""
    asked = list(questions)
    sheets = {report.application.sheet_id: None} | ({before.sheet_id: before} if before else {})
    keys = {key for one in asked for key in OF_PLAN.get(one.key, ())} | {one.key for one in asked}
    answers = Answer.objects.filter(sheet__in=sheets, question__key__in=keys).exclude(text="")
    written = {
        (answer.sheet_id, answer.question.key): answer
        for answer in answers.select_related("question").order_by("pk")
        if answer.language == report.language and answer.question.kind in IN_WORDS
    }
    found: dict[int, list[Earlier]] = {}
    for one in asked:
        places = [(report.application.sheet_id, key) for key in OF_PLAN.get(one.key, ())]
        places += [(before.sheet_id, one.key)] if before else []
        found[one.pk] = [
            Earlier(sheets[sheet], str(answer.question), answer.text, answer.language)
            for sheet, key in places
            if (answer := written.get((sheet, key)))
        ]
    return found
