"""Complete drafts in any number: one is written through the workflow, the others are copies."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from applications import workflow
from applications.drafting import editing, save_answer
from applications.models import (
    Activity,
    Answer,
    AnswerSheet,
    Application,
    CaseParty,
    CooperationArea,
    CoreArea,
    Goal,
    Indicator,
    Question,
    QuestionKind,
    Result,
    Risk,
    Round,
)
from applications.models.application import new_key
from finance.budgets import salary_sek, years_between
from finance.models import Budget, BudgetLine
from partnerships.models import Partnership, User

YEARS = 3
SENTENCE = "Parterna möter samma fråga på olika sätt och vill lära av varandras vardag. "
# About what a real answer fills: 90-150 words.
SENTENCES_PER_ANSWER = 9
EXPENSES_PER_YEAR = 3
EXPENSE_SEK = 40_000
SALARY_DAYS, SALARY_SEK_PER_DAY = Decimal(20), 4_000


def open_round() -> Round:
    """Return a round that is open today."""
    today = timezone.localdate()
    found = Round.objects.all().open_at(timezone.now()).order_by("deadline_on").first()
    return found or Round.objects.create(
        opens_on=today - timedelta(days=10), deadline_on=today + timedelta(days=20)
    )


def write_draft(partnership: Partnership, *, by: User) -> Application:
    """Return a three-year project of ``partnership`` that can be handed in as it is."""
    open_round()
    begun = workflow.start_application(partnership, "project", by=by)
    with editing(begun, by=by) as draft:
        write_basics(draft)
        write_answers(draft, by=by)
        write_plan(draft)
        write_budget(draft)
    return Application.objects.get(pk=begun.pk)


def write_basics(draft: Application) -> None:
    """Title, period, areas and contacts."""
    draft.title_sv = "Rent vatten och delaktighet i två kommuner"
    draft.title_en = "Clean water and participation in two towns"
    first_year = timezone.localdate().year + 1
    draft.start_on, draft.end_on = date(first_year, 7, 1), date(first_year + YEARS, 6, 30)
    draft.save()
    draft.budget.years = years_between(draft.start_on, draft.end_on)
    draft.budget.save()
    draft.core_areas.set(CoreArea.objects.all()[:2])
    draft.cooperation_areas.set(CooperationArea.objects.all()[:2])
    draft.goals.set(Goal.objects.all()[:3])
    draft.case_parties.update(contact_name="Test Kontaktsson", contact_email="test@example.org")


def write_answers(draft: Application, *, by: User) -> None:
    """Answer every question of the case's set at the length people write."""
    questions = Question.objects.filter(section__question_set=draft.sheet.question_set)
    for question in questions.prefetch_related("options"):
        save_answer(draft, question, answer_to(question), by=by)


def answer_to(question: Question) -> str:
    """Return an answer that fits the kind of ``question`` and its limit."""
    if question.kind == QuestionKind.CHOICE:
        return question.options.all()[0].value
    if question.kind == QuestionKind.YES_NO:
        return "yes"
    if question.kind == QuestionKind.NUMBER:
        return "4"
    words = (SENTENCE * SENTENCES_PER_ANSWER).split()
    return " ".join(words[: question.word_limit or None])


def write_plan(draft: Application) -> None:
    """Four results with two indicators each, eight activities, five risks."""
    parties = [party.organisation for party in draft.case_parties.select_related("organisation")]
    for number in range(1, 5):
        result = Result.objects.create(application=draft, text=f"Resultat {number}: {SENTENCE}")
        for _row in range(2):
            Indicator.objects.create(
                result=result,
                text="Andel hushåll som har rent vatten inom 200 meter",
                baseline="40 %",
                target="60 %",
                source="Kommunens årliga mätning",
            )
    for number in range(8):
        Activity.objects.create(
            application=draft,
            year=number % YEARS + 1,
            organisation=parties[number % len(parties)],
            text=SENTENCE,
        )
    for number in range(5):
        Risk.objects.create(
            application=draft,
            text=SENTENCE,
            probability=number % 5 + 1,
            consequence=3,
            measure=SENTENCE,
            owner="Samordnarna",
        )


def write_budget(draft: Application) -> None:
    """Three expenses and one salary a year."""
    grantee = draft.case_parties.get(is_grantee=True).organisation
    categories = list(draft.budget.guideline.categories.filter(is_salary=False)[:EXPENSES_PER_YEAR])
    salary = draft.budget.guideline.categories.get(is_salary=True)
    for year in range(1, YEARS + 1):
        BudgetLine.objects.create(
            budget=draft.budget,
            year=year,
            organisation=grantee,
            category=salary,
            description="Projektledare",
            days=SALARY_DAYS,
            day_cost_sek=SALARY_SEK_PER_DAY,
            amount_sek=salary_sek(SALARY_DAYS, SALARY_SEK_PER_DAY),
        )
        for category in categories:
            BudgetLine.objects.create(
                budget=draft.budget,
                year=year,
                organisation=grantee,
                category=category,
                description="Resor och möten",
                amount_sek=EXPENSE_SEK,
            )


def copies(model: Application, count: int) -> list[Application]:
    """Return ``count`` more drafts with everything that ``model`` holds, parties included."""
    sheets = AnswerSheet.objects.bulk_create(clones(AnswerSheet, [model.sheet] * count))
    budgets = Budget.objects.bulk_create(clones(Budget, [model.budget] * count))
    applications = clones(Application, [model] * count)
    for application, sheet, budget in zip(applications, sheets, budgets, strict=True):
        application.key, application.sheet, application.budget = new_key(), sheet, budget
    Application.objects.bulk_create(applications)
    copy_rows(CaseParty, "application", model, applications)
    copy_rows(Answer, "sheet", model.sheet, sheets)
    copy_rows(BudgetLine, "budget", model.budget, budgets)
    for kind in (Activity, Risk):
        copy_rows(kind, "application", model, applications)
    for links in (Application.core_areas, Application.cooperation_areas, Application.goals):
        copy_rows(links.through, "application", model, applications)
    for result in model.results.prefetch_related("indicators"):
        results = clones(Result, [result] * count)
        for copy, application in zip(results, applications, strict=True):
            copy.application = application
        Result.objects.bulk_create(results)
        copy_rows(Indicator, "result", result, results)
    return applications


def copy_rows(kind: type[models.Model], parent: str, of: models.Model, to: list[Any]) -> None:
    """Give each of ``to`` a copy of the rows whose ``parent`` is ``of``."""
    rows = list(kind._default_manager.filter(**{parent: of}))
    made = []
    for owner in to:
        for row in clones(kind, rows):
            setattr(row, parent, owner)
            made.append(row)
    kind._default_manager.bulk_create(made, batch_size=2000)


def clones(kind: type[models.Model], rows: list[Any]) -> list[Any]:
    """Return unsaved rows with the values of ``rows``."""
    names = [field.attname for field in kind._meta.concrete_fields if not field.primary_key]
    return [kind(**{name: getattr(row, name) for name in names}) for row in rows]
