"""Making reports for tests: opened by hand here, as the job does when the day comes."""

from datetime import timedelta

from django.utils import timezone

from applications.drafting import save_answer
from applications.models import (
    AnswerSheet,
    Application,
    Audit,
    Opinion,
    Purpose,
    Question,
    QuestionSet,
    Report,
)
from applications.reports import approvals, audits, plan_rows
from applications.reports.writing import editing
from finance import statements
from finance.budgets import accounting_years
from finance.models import Grant, Receipt
from icld_portal.models import Factor
from partnerships.models import Organisation, User
from tests.factories.cases import reply, signatory_of
from tests.factories.money import add_cost


def report_form(purpose: Purpose = Purpose.REPORT, grant_type: str = "project") -> QuestionSet:
    """Return the newest form, or one without a question where there is none."""
    known = QuestionSet.objects.all().of_form(purpose, grant_type).order_by("version")
    return known.last() or QuestionSet.objects.create(
        purpose=purpose,
        grant_type=grant_type,
        version=1,
        title_sv="Testredovisning",
        title_en="Test report",
    )


def open_report(case: Application, year: int | None = 1) -> Report:
    """Return the report of a year of an approved case, or the final one, as it is opened."""
    grant = Grant.objects.get(reference=case.reference)
    purpose = Purpose.REPORT if year else Purpose.FINAL_REPORT
    sheet = AnswerSheet.objects.create(question_set=report_form(purpose, case.grant_type))
    first, last, statement = grant.start_on, grant.end_on, None
    if year:
        [span] = accounting_years(grant.start_on, grant.end_on, [year])
        first, last = span.first, span.last
        statement = statements.open_statement(grant, span, case.budget.guideline)
    return Report.objects.create(
        application=case,
        grant=grant,
        kind="year" if year else "final",
        year=year,
        first_on=first,
        last_on=last,
        due_on=last + timedelta(days=60),
        sheet=sheet,
        statement=statement,
        language=case.language,
    )


def invite_auditor(report: Report, user: User | None = None) -> Audit:
    """Return an invitation to audit the report; ``user`` has accepted it."""
    number = Audit.objects.count()
    return Audit.objects.create(
        report=report,
        name="Test Revisorsson",
        email=f"revisor{number}@example.org",
        token_sha256=f"{number:064x}",
        sheet=AnswerSheet.objects.create(question_set=report_form(Purpose.AUDIT)),
        user=user,
        accepted_at=report.opened_at if user else None,
    )


def write_report(report: Report, *, by: User, amount: str = "100000.00") -> Report:
    """Write all that is asked for, with one cost of ``amount`` SEK, the whole budget by
    default, that has its receipt."""
    with editing(report, by=by, within=()) as draft:
        questions = Question.objects.filter(section__question_set=draft.sheet.question_set)
        for question in questions.prefetch_related("options"):
            save_answer(draft, question, reply(question, "Det gick bra."), by=by)
        for one in plan_rows.indicators_of(draft, None):
            draft.indicator_outcomes.create(indicator=one.indicator, cumulative="50 %")
        for row in plan_rows.activities_of(draft, None):
            draft.activity_outcomes.create(activity=row.activity, done="done")
        for party in draft.application.case_parties.all():
            draft.participation.create(
                organisation=party.organisation, group="officials", women=2, men=1
            )
        if draft.statement:
            line = add_cost(draft.statement, amount)
            Receipt.objects.create(
                statement=draft.statement,
                line=line,
                file="receipts/0.pdf",
                file_name="kvitto.pdf",
                content_type="application/pdf",
                size_bytes=1,
                sha256="0" * 64,
            )
    return Report.objects.get(pk=report.pk)


def certify(report: Report) -> Audit:
    """Let an auditor's signed file stand for the accounts as they are now."""
    audit = invite_auditor(report)
    accounts = audits.accounts_of(report)
    audit.certified_at, audit.opinion = timezone.now(), Opinion.CLEAN
    audit.content_sha256, audit.digests = accounts.sha256, accounts.digests
    audit.file = "audits/x.pdf"
    audit.save()
    return audit


def approve_report(report: Report) -> None:
    """Let a signatory of each party approve what is written, with accounts that are certified;
    a signatory is made where there is none."""
    if report.statement_id and audits.standing(report) is None:
        certify(report)
    for party in report.application.case_parties.select_related("organisation"):
        sign_for(report, party.organisation)


def sign_for(report: Report, organisation: Organisation) -> None:
    """Let somebody who signs for ``organisation`` approve what is written."""
    approvals.approve(
        report,
        by=signatory_of(organisation),
        organisation=organisation.pk,
        statement="Vi godkänner redovisningen.",
        version=Report.objects.get(pk=report.pk).content_version,
        method=Factor.TOTP,
    )
