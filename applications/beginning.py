"""Beginning well: a project with its steering group, or a case from an earlier one."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import citing, rules
from applications.citing import CaseDecision
from applications.drafting import editing
from applications.models import (
    Activity,
    Answer,
    Application,
    Bundle,
    Indicator,
    Question,
    Result,
    Risk,
    Status,
)
from applications.workflow import open_round, start_application
from finance.models import BudgetLine, CostCategory, GrantType
from icld_portal import events
from icld_portal.localize import in_language, money
from icld_portal.problems import NotReady
from partnerships.models import Partnership, User

TERMS = ("core_areas", "cooperation_areas", "goals")


@dataclass(frozen=True)
class LeftOut:
    """Something of the earlier case that has no place in the new one, with why and its text."""

    title: str
    text: str


@transaction.atomic
def start_bundle(
    partnership: Partnership, *, by: User, at: datetime | None = None, language: str = "sv"
) -> list[Application]:
    """Begin a project and its steering group together; both drafts are made, or none.

    Raises as ``start_application`` does.
    """
    at = at or timezone.now()
    if not rules.may_start(by, partnership):
        raise PermissionDenied("start")
    found, problems = open_round(GrantType.PROJECT, at=at)
    if problems:
        raise NotReady(problems)
    bundle = Bundle.objects.create(partnership=partnership, round=found, created_at=at)
    return [
        start_application(partnership, kind, by=by, at=at, language=language, bundle=bundle)
        for kind in (GrantType.PROJECT, GrantType.STEERING_GROUP)
    ]


@transaction.atomic
def start_from(
    source: Application, grant_type: str, *, by: User, at: datetime | None = None
) -> Application:
    """Begin a case with the texts, the plan and the budget of ``source``; its dates are empty.

    Raises as ``start_application`` does, and PermissionDenied when ``source`` is still a
    draft or not of this person's parties.
    """
    if source.status == Status.DRAFT or not rules.is_of_party(by, source):
        raise PermissionDenied("start_from")
    made = start_application(
        source.partnership,
        grant_type,
        by=by,
        at=at,
        language=source.language,
        copied_from=source,
    )
    with editing(made, by=by) as draft:
        _copy_facts(source, draft)
        _copy_answers(source, draft, by=by)
        _copy_plan(source, draft)
        _copy_budget(source, draft)
    events.record(made, "begin_from", by=by, at=at, source=source.reference)
    return made


def _copy_facts(source: Application, draft: Application) -> None:
    draft.title_sv, draft.title_en = source.title_sv, source.title_en
    draft.save(update_fields=["title_sv", "title_en"])
    for name in TERMS:
        getattr(draft, name).set(getattr(source, name).filter(is_current=True))
    contacts = {
        party.organisation.current_id: party
        for party in source.case_parties.select_related("organisation")
    }
    for party in draft.case_parties.all():
        if known := contacts.get(party.organisation_id):
            party.contact_name = known.contact_name
            party.contact_email = known.contact_email
            party.contact_phone = known.contact_phone
            party.save()


def _questions(application: Application) -> dict[tuple[str, str], Question]:
    """The questions of the case's own form by key and kind: alike in both, a text fits."""
    questions = Question.objects.filter(
        section__question_set=application.sheet.question_set_id
    ).select_related("section")
    return {(question.key, question.kind): question for question in questions}


def _answers(source: Application) -> list[Answer]:
    answers = source.sheet.answers.select_related("question").exclude(text="")
    return list(answers.order_by("question__section__sort_order", "question__sort_order", "pk"))


def _copy_answers(source: Application, draft: Application, *, by: User) -> None:
    places = _questions(draft)
    Answer.objects.bulk_create(
        Answer(
            sheet_id=draft.sheet_id,
            question=place,
            language=answer.language,
            text=answer.text,
            updated_by=by,
        )
        for answer in _answers(source)
        if (place := places.get((answer.question.key, answer.question.kind)))
    )


def _copy_plan(source: Application, draft: Application) -> None:
    for result in source.results.prefetch_related("indicators"):
        copied = Result.objects.create(application=draft, text=result.text)
        Indicator.objects.bulk_create(
            Indicator(
                result=copied,
                text=row.text,
                baseline=row.baseline,
                target=row.target,
                source=row.source,
            )
            for row in result.indicators.all()
        )
    parties = rules.party_ids(draft)
    Activity.objects.bulk_create(
        Activity(
            application=draft,
            year=row.year,
            organisation_id=row.organisation.current_id,
            text=row.text,
            cost_sek=row.cost_sek,
        )
        for row in source.activities.select_related("organisation")
        if row.organisation.current_id in parties
    )
    Risk.objects.bulk_create(
        Risk(
            application=draft,
            text=row.text,
            probability=row.probability,
            consequence=row.consequence,
            measure=row.measure,
            owner=row.owner,
        )
        for row in source.risks.all()
    )


def _categories(application: Application) -> dict[tuple[str, bool], CostCategory]:
    categories = CostCategory.objects.filter(guideline=application.budget.guideline_id)
    return {(category.code, category.is_salary): category for category in categories}


def _copy_budget(source: Application, draft: Application) -> None:
    draft.budget.years = source.budget.years
    draft.budget.save(update_fields=["years"])
    places, parties = _categories(draft), rules.party_ids(draft)
    BudgetLine.objects.bulk_create(
        BudgetLine(
            budget_id=draft.budget_id,
            year=line.year,
            organisation_id=line.organisation.current_id,
            category=place,
            description=line.description,
            days=line.days,
            day_cost_sek=line.day_cost_sek,
            amount_sek=line.amount_sek,
        )
        for line in source.budget.lines.select_related("category", "organisation")
        if line.organisation.current_id in parties
        and (place := places.get((line.category.code, line.category.is_salary)))
    )


def _cited(decision: CaseDecision) -> LeftOut:
    words = {"sign": decision.sign, "group": decision.group_name}
    return LeftOut(_("Cited decision %(sign)s, %(group)s") % words, decision.heading)


def left_out(source: Application, draft: Application) -> list[LeftOut]:
    """Return what ``source`` says that found no place in ``draft``, in the form's order."""
    places, parties = _questions(draft), rules.party_ids(draft)
    # A decision was taken about the earlier case: the parties choose anew what backs this one.
    found = [_cited(decision) for decision in citing.cited_in(source)]
    found += [
        LeftOut(in_language(answer.question, "text"), answer.text)
        for answer in _answers(source)
        if (answer.question.key, answer.question.kind) not in places
    ]
    found += [
        LeftOut(
            _("Activity, year %(year)d, %(party)s")
            % {"year": row.year, "party": row.organisation.name},
            row.text,
        )
        for row in source.activities.select_related("organisation")
        if row.organisation.current_id not in parties
    ]
    categories = _categories(draft)
    return found + [
        LeftOut(
            _("Budget line, year %(year)d, %(party)s")
            % {"year": line.year, "party": line.organisation.name},
            f"{line.category}: {line.description} {money(line.amount_sek)}",
        )
        for line in source.budget.lines.select_related("category", "organisation")
        if line.organisation.current_id not in parties
        or (line.category.code, line.category.is_salary) not in categories
    ]
