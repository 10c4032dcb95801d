"""Making reports for tests: opened by hand here, as the job does when the day comes."""

from datetime import timedelta

from applications.models import AnswerSheet, Application, Audit, Purpose, QuestionSet, Report
from finance import statements
from finance.budgets import accounting_years
from finance.models import Grant
from partnerships.models import User


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
