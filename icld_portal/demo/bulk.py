"""Many applications for measuring: rows like the real ones, written in bulk.

They do not walk the workflow, so they have no letters, papers or row history, and their
fingerprint is not that of their content. Everything a page reads is there.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pgtrigger
from django.db import connection, models, transaction

from applications import search
from applications.models import (
    Answer,
    AnswerSheet,
    Application,
    CaseParty,
    Consensus,
    Decision,
    DecisionYear,
    Indicator,
    Outcome,
    Part,
    Result,
    Risk,
    Status,
)
from finance.models import (
    Budget,
    BudgetLine,
    BudgetSum,
    CostCategory,
    EntryKind,
    Grant,
    GrantBudget,
    GrantBudgetLine,
    GrantYear,
    LedgerEntry,
)
from icld_portal.demo import assessing, plans, world
from icld_portal.demo.budgets import Costs
from icld_portal.demo.bulk_reports import Granted
from icld_portal.demo.bulk_source import Case, Source
from icld_portal.events import subject_type
from icld_portal.models import Event
from partnerships.models import User

BATCH = 500
DECIDED = (Status.APPROVED, Status.REJECTED)


@transaction.atomic
def top_up(total: int) -> int:
    """Add applications until there are ``total``; return how many were added."""
    before = Application.objects.count()
    with connection.cursor() as cursor, pgtrigger.ignore():
        cursor.execute("SET LOCAL statement_timeout = 0")
        source = Source()
        for begin in range(before, total, BATCH):
            Batch(source, range(begin, min(begin + BATCH, total))).save()
        source.save_references()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return max(0, total - before)


@dataclass
class Batch:
    """The rows of some applications, saved one table after the other."""

    source: Source
    numbers: Iterable[int]
    rows: dict[type[models.Model], list[Any]] = field(default_factory=dict)
    granted: list[Granted] = field(default_factory=list)

    def save(self) -> None:
        """Make and insert everything."""
        cases = [self.source.case(number) for number in self.numbers]
        sheets = AnswerSheet.objects.bulk_create(self._sheet(case) for case in cases)
        budgets = Budget.objects.bulk_create(self._budget(case) for case in cases)
        applications = Application.objects.bulk_create(
            self._application(case, sheet, budget)
            for case, sheet, budget in zip(cases, sheets, budgets, strict=True)
        )
        for case, application in zip(cases, applications, strict=True):
            self._content(case, application)
        self._results(cases, applications)
        self._decisions(cases, applications)
        for model, rows in self.rows.items():
            model._default_manager.bulk_create(rows, batch_size=2000)
        self.source.reports.save(self.granted)
        search.keep(application.pk for application in applications)

    def add(self, rows: Iterable[models.Model]) -> None:
        """Keep ``rows`` until their tables' turn."""
        for row in rows:
            self.rows.setdefault(type(row), []).append(row)

    def _sheet(self, case: Case) -> AnswerSheet:
        return AnswerSheet(
            question_set=self.source.question_sets[case.grant_type], frozen_at=_frozen_at(case)
        )

    def _budget(self, case: Case) -> Budget:
        limit = self.source.limit(case)
        return Budget(
            guideline=self.source.guideline,
            grant_type=case.grant_type,
            region=limit.region,
            parties=limit.parties,
            years=case.years,
            frozen_at=_frozen_at(case),
        )

    def _application(self, case: Case, sheet: AnswerSheet, budget: Budget) -> Application:
        draft = case.status == Status.DRAFT
        year = case.round.deadline_on.year
        reference = None if draft else self.source.reference(year)
        taken_up = case.status not in {Status.DRAFT, Status.SUBMITTED}
        return Application(
            reference=reference,
            partnership=case.partnership,
            country=case.parties[1].organisation.country,
            grant_type=case.grant_type,
            round=case.round,
            status=case.status,
            language=case.language,
            title_sv=f"{case.partnership.name}, ansökan {case.number + 1}",
            title_en=f"{case.partnership.name}, application {case.number + 1}",
            start_on=case.start_on,
            end_on=case.end_on,
            sheet=sheet,
            budget=budget,
            content_sha256="" if draft else hashlib.sha256(str(reference).encode()).hexdigest(),
            created_at=case.round.opens_at,
            received_at=_frozen_at(case),
            officer=self.source.officer(case) if taken_up else None,
        )

    def _content(self, case: Case, application: Application) -> None:
        """Parties, areas, answers, activities, risks and budget of one application."""
        source, writer = self.source, case.writer
        self.add(
            CaseParty(
                application=application,
                organisation=party.organisation,
                side=party.side,
                is_grantee=party.is_grantee,
                contact_name="Demo Kontaktsson",
                contact_email=f"contact{party.pk}@example.org",
            )
            for party in case.parties
        )
        self.add(_areas(source, case, application))
        self.add(
            Answer(
                sheet=application.sheet,
                question=question,
                language=case.language,
                text=source.answer(case, question.key),
            )
            for question in source.questions[case.grant_type]
        )
        organisations = [party.organisation for party in case.parties]
        asked = source.parts[case.grant_type]
        if Part.ACTIVITIES in asked:
            self.add(world.activities(application, organisations, writer, case.years))
        if Part.RISKS in asked:
            self.add(Risk(application=application, **risk) for risk in writer.plan["risks"])
        lines = self._lines(case, application.budget)
        self.add(lines)
        asked_sek = sum(line.amount_sek for line in lines)
        self.add([BudgetSum(budget=application.budget, asked_sek=asked_sek)])

    def _lines(self, case: Case, budget: Budget) -> list[BudgetLine]:
        ids = [party.organisation_id for party in case.parties]
        categories: dict[str, CostCategory] = self.source.categories
        costs = Costs(self.source.limit(case), categories, ids[0], ids[1:], case.language)
        return costs.lines(budget, share=70 + case.number % 31)

    def _results(self, cases: list[Case], applications: list[Application]) -> None:
        """Results first, since indicators point at them."""
        wanted = [
            (Result(application=application, text=text), measure)
            for case, application in zip(cases, applications, strict=True)
            if Part.RESULTS in self.source.parts[case.grant_type]
            for text, measure in case.writer.results()
        ]
        Result.objects.bulk_create(result for result, _measure in wanted)
        self.add(Indicator(result=result, **measure) for result, measure in wanted)

    def _decisions(self, cases: list[Case], applications: list[Application]) -> None:
        """Assessments, decisions, grants and the events of all of it."""
        lines: dict[int, Counter[int]] = {}
        for line in self.rows[BudgetLine]:
            lines.setdefault(line.budget_id, Counter())[line.year] += line.amount_sek
        decided = [
            (case, application, _decision(case, application, self.source))
            for case, application in zip(cases, applications, strict=True)
            if case.status in DECIDED
        ]
        Decision.objects.bulk_create(decision for _case, _application, decision in decided)
        for case, application in zip(cases, applications, strict=True):
            self.add(_events(case, application))
        approved = [row for row in decided if row[1].status == Status.APPROVED]
        grants = Grant.objects.bulk_create(
            _grant(case, application) for case, application, _decision in approved
        )
        self._common_views(decided)
        for (_case, application, decision), grant in zip(approved, grants, strict=True):
            for year, amount in lines[application.budget_id].items():
                self.add([DecisionYear(decision=decision, year=year, amount_sek=amount)])
                self.add([GrantYear(grant=grant, year=year, decided_sek=amount)])
        self._decided_budgets(approved, grants)

    def _decided_budgets(
        self, approved: list[tuple[Case, Application, Decision]], grants: list[Grant]
    ) -> None:
        """What was asked for is decided, line by line, and booked."""
        asked: dict[int, Counter[tuple[int, int, int]]] = {}
        for line in self.rows[BudgetLine]:
            key = (line.year, line.organisation_id, line.category_id)
            asked.setdefault(line.budget_id, Counter())[key] += line.amount_sek
        budgets = GrantBudget.objects.bulk_create(
            GrantBudget(
                grant=grant, version=1, made_by=decision.decided_by, made_at=decision.decided_at
            )
            for (_case, _application, decision), grant in zip(approved, grants, strict=True)
        )
        for (_case, application, _decision), budget in zip(approved, budgets, strict=True):
            sums: Counter[int] = Counter()
            for (year, organisation, category), amount in asked[application.budget_id].items():
                sums[year] += amount
                self.add(
                    [
                        GrantBudgetLine(
                            budget=budget,
                            year=year,
                            organisation_id=organisation,
                            category_id=category,
                            amount_sek=amount,
                        )
                    ]
                )
            self.add(_granted(budget, year, amount) for year, amount in sums.items())
            self.granted.append(Granted(application, budget, dict(sums)))

    def _common_views(self, decided: list[tuple[Case, Application, Decision]]) -> None:
        """The common assessment of each decided case: a score for every criterion."""
        source = self.source
        sheets = AnswerSheet.objects.bulk_create(
            AnswerSheet(question_set=source.criteria[case.grant_type])
            for case, _application, _decision in decided
        )
        for (case, _application, decision), sheet in zip(decided, sheets, strict=True):
            self.add([_common_view(source.officer(case), sheet, decision)])
            scores = assessing.SCORES[Outcome(decision.outcome)]
            self.add(
                Answer(sheet=sheet, question=question, text=str(scores[place % len(scores)]))
                for place, question in enumerate(source.scored[case.grant_type])
            )


def _frozen_at(case: Case) -> datetime | None:
    return None if case.status == Status.DRAFT else case.received_at


def _areas(source: Source, case: Case, application: Application) -> Iterator[models.Model]:
    for core_area in source.core_areas[: 1 + case.number % 3]:
        yield Application.core_areas.through(application=application, corearea=core_area)
    yield Application.cooperation_areas.through(
        application=application, cooperationarea=source.areas[case.area]
    )
    for code in {plans.GOALS[case.area], "17"}:
        yield Application.goals.through(application=application, goal=source.goals[code])


def _decision(case: Case, application: Application, source: Source) -> Decision:
    outcome = Outcome(application.status)
    return Decision(
        application=application,
        outcome=outcome,
        reason=plans.REASON[outcome],
        proposed_by=source.officers[0],
        decided_by=source.decider,
        decided_at=case.decided_at,
    )


def _common_view(author: User, sheet: AnswerSheet, decision: Decision) -> Consensus:
    outcome = Outcome(decision.outcome)
    at = decision.decided_at - timedelta(days=20)
    return Consensus(
        application=decision.application,
        sheet=sheet,
        text=plans.ASSESSMENT[outcome],
        recommendation=outcome,
        written_by=author,
        written_at=at,
        agreed_at=at,
    )


def _grant(case: Case, application: Application) -> Grant:
    return Grant(
        reference=str(application.reference),
        title=application.title_sv,
        grant_type=application.grant_type,
        partnership=case.partnership,
        grantee=case.parties[0].organisation,
        start_on=case.start_on,
        end_on=case.end_on,
        opened_at=case.decided_at,
    )


def _granted(budget: GrantBudget, year: int, amount: int) -> LedgerEntry:
    return LedgerEntry(
        grant=budget.grant,
        year=year,
        kind=EntryKind.GRANTED,
        amount=amount,
        budget=budget,
        booked_by=budget.made_by,
        booked_at=budget.made_at,
    )


def _events(case: Case, application: Application) -> Iterator[Event]:
    deeds = [("start", application.created_at, "", Status.DRAFT)]
    if application.received_at:
        deeds.append(("submit", application.received_at, Status.DRAFT, Status.SUBMITTED))
    if application.officer_id and application.received_at:
        at = application.received_at + timedelta(days=12)
        deeds.append(("take_up", at, Status.SUBMITTED, Status.IN_ASSESSMENT))
    if case.status in {*DECIDED, Status.WITHDRAWN}:
        verb = {"approved": "approve", "rejected": "reject"}.get(case.status, "withdraw")
        deeds.append((verb, case.decided_at, Status.IN_ASSESSMENT, case.status))
    for verb, at, left, reached in deeds:
        yield Event(
            at=at,
            subject_type=subject_type(application),
            subject_id=application.pk,
            verb=verb,
            from_status=left,
            to_status=reached,
        )
