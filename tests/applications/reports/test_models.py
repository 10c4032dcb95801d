"""What the database holds of reports, whoever writes to it."""

from datetime import date

import pytest
from django.db import IntegrityError
from django.utils import timezone

from applications.models import (
    Answer,
    Audit,
    ChangeRequest,
    Participation,
    Purpose,
    Question,
    QuestionSet,
    Report,
    ReportControl,
    ReportStatus,
    ReportSupplement,
    ReportSupplementPart,
    Section,
)
from applications.models.answers import AnswerSheet
from applications.models.changes import CHANGE_MOVES
from applications.models.reports import REPORT_MOVES
from applications.workflow.changing import CHANGE_TRANSITIONS
from finance import grants, statements
from finance.models import PaymentStatus, Statement
from finance.models.payments import PAYMENT_MOVES
from finance.paying.deeds import PAYMENT_TRANSITIONS
from icld_portal.management.commands import draw_states
from tests.factories import cases, money, reports
from tests.refusals import refused

pytestmark = pytest.mark.django_db
SHA = "a" * 64


@pytest.fixture
def case(partnership, coordinator, decider):
    return cases.approved(partnership, by=coordinator, decider=decider)


@pytest.fixture
def report(case) -> Report:
    return reports.open_report(case)


def hand_in(report: Report) -> None:
    now = timezone.now()
    AnswerSheet.objects.filter(pk=report.sheet_id).update(frozen_at=now)
    statements.freeze(report.statement, at=now)
    change(report, status=ReportStatus.SUBMITTED, received_at=now, content_sha256=SHA)


def change(report: Report, **facts) -> None:
    Report.objects.filter(pk=report.pk).update(**facts)


def ask(report: Report, officer, *kinds: str, **facts) -> ReportSupplement:
    asked = ReportSupplement.objects.create(
        report=report,
        number=report.supplements.count() + 1,
        due_on=date(2030, 1, 1),
        asked_by=officer,
    )
    for kind in kinds:
        ReportSupplementPart.objects.create(
            supplement=asked, kind=kind, reason="Oklart.", before={}, **facts
        )
    return asked


def test_a_year_has_one_report_and_the_case_one_final(case, report):
    with refused(IntegrityError):
        Report.objects.create(
            application=case,
            grant=report.grant,
            kind="year",
            year=1,
            first_on=report.first_on,
            last_on=report.last_on,
            due_on=report.due_on,
            sheet=AnswerSheet.objects.create(question_set=report.sheet.question_set),
            statement=report.statement,
        )
    final = reports.open_report(case, year=None)
    assert (final.slug, report.slug) == ("final", "year-1")
    with refused(IntegrityError):
        reports.open_report(case, year=None)


def test_it_goes_from_draft_to_control_to_approved_and_back_to_control(report):
    with refused():
        change(report, status=ReportStatus.APPROVED)
    with refused(IntegrityError):
        change(report, status=ReportStatus.SUBMITTED)
    hand_in(report)
    change(report, status=ReportStatus.APPROVED)
    change(report, status=ReportStatus.SUBMITTED)
    with refused():
        change(report, status=ReportStatus.DRAFT, received_at=None)
    with refused():
        report.delete()


@pytest.mark.parametrize(
    ("transitions", "moves"),
    [
        (draw_states.REPORT_TRANSITIONS, REPORT_MOVES),
        (CHANGE_TRANSITIONS, CHANGE_MOVES),
        (PAYMENT_TRANSITIONS, PAYMENT_MOVES),
    ],
    ids=["report", "change request", "payment"],
)
def test_the_deeds_move_as_the_database_allows(transitions, moves):
    made = {(source, one.target) for one in transitions for source in one.sources}

    # A payment is cancelled and begun anew by what is approved, beside its own deeds.
    assert made <= set(moves)
    assert {move for move in set(moves) - made if move[1] != PaymentStatus.CANCELLED} == set()


def test_what_was_handed_in_is_written_by_nobody(report, robertsfors):
    row = {"report": report, "organisation": robertsfors, "group": "officials"}
    Participation.objects.create(women=3, men=2, **row)
    hand_in(report)

    with refused():
        Participation.objects.update(women=4)
    with refused():
        money.add_cost(report.statement)
    with refused():
        statements.thaw(report.statement)


def test_a_supplement_unlocks_what_it_names_and_nothing_else(report, officer, robertsfors):
    Participation.objects.create(report=report, organisation=robertsfors, group="officials")
    hand_in(report)
    asked = ask(report, officer, "accounts")

    statements.thaw(Statement.objects.get(pk=report.statement_id))
    money.add_cost(report.statement)
    with refused():
        Participation.objects.update(women=4)

    statements.freeze(Statement.objects.get(pk=report.statement_id), at=timezone.now())
    ReportSupplement.objects.filter(pk=asked.pk).update(
        state="handed_in", handed_in_at=timezone.now(), edition=2
    )
    ask(report, officer, "participants")
    Participation.objects.update(women=4)
    with refused():
        statements.thaw(Statement.objects.get(pk=report.statement_id))


def test_a_supplement_unlocks_the_very_question(case, officer):
    form = QuestionSet.objects.create(
        purpose=Purpose.REPORT,
        grant_type=case.grant_type,
        version=90,
        title_sv="Testredovisning",
        title_en="Test report",
    )
    section = Section.objects.create(question_set=form, key="learning", sort_order=0)
    asked, other = (
        Question.objects.create(section=section, key=key, sort_order=place, kind="long_text")
        for place, key in enumerate(("asked", "other"))
    )
    report = reports.open_report(case)
    for question in (asked, other):
        Answer.objects.create(sheet=report.sheet, question=question, text="Före")
    hand_in(report)
    with refused():
        Answer.objects.update(text="Efter")

    ask(report, officer, "question", question=asked)

    Answer.objects.filter(question=asked).update(text="Efter")
    with refused():
        Answer.objects.filter(question=other).update(text="Efter")


def test_only_a_report_in_control_is_supplemented(report, officer):
    with refused():
        ask(report, officer, "accounts")


def test_a_control_is_approved_once_and_withdrawn_for_a_reason(report, officer, decider):
    hand_in(report)
    control = ReportControl.objects.create(
        report=report,
        edition=1,
        sheet=AnswerSheet.objects.create(question_set=report.sheet.question_set),
    )
    found = ReportControl.objects.filter(pk=control.pk)
    with refused(IntegrityError):
        found.update(approved_at=timezone.now())
    found.update(approved_at=timezone.now(), approved_by=officer, approved=100)
    with refused():
        found.update(approved=200)
    with refused(IntegrityError):
        found.update(withdrawn_at=timezone.now(), withdrawn_by=decider)
    found.update(withdrawn_at=timezone.now(), withdrawn_by=decider, withdrawn_reason="Fel rad.")


def test_a_certificate_is_signed_or_sent_and_then_only_lapses(report, stranger):
    found = Audit.objects.filter(pk=reports.invite_auditor(report, stranger).pk)
    with refused(IntegrityError):
        reports.invite_auditor(report)
    certified = {"certified_at": timezone.now(), "opinion": "clean", "content_sha256": SHA}
    with refused(IntegrityError):
        found.update(**certified)
    with refused(IntegrityError):
        found.update(**(certified | {"opinion": "remarks", "file": "audits/x.pdf"}))
    found.update(**certified, statement="Jag intygar.", method="totp")
    with refused():
        found.update(opinion="refused", remarks="Ångrat.")
    found.update(lapsed_at=timezone.now(), lapsed_reason="accounts")
    reports.invite_auditor(report)


def test_one_change_request_is_under_way_and_a_decision_has_its_reason(case, decider):
    budget = grants.budget_of(reports.open_report(case).grant)
    asked = ChangeRequest.objects.create(application=case, number=1, budget=budget)
    with refused(IntegrityError):
        ChangeRequest.objects.create(application=case, number=2, budget=budget)
    found = ChangeRequest.objects.filter(pk=asked.pk)
    found.update(status="submitted", received_at=timezone.now())
    facts = {"status": "approved", "decided_at": timezone.now(), "decided_by": decider}
    with refused(IntegrityError):
        found.update(**facts)
    found.update(**facts, decided_reason="Rimligt.")
    with refused():
        found.update(status="submitted")
    ChangeRequest.objects.create(application=case, number=2, budget=budget)
