"""What a report still lacks: the same list on the list of parts, at submission and at ICLD."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from applications.completeness import question_problems
from applications.drafting import answers_by_question
from applications.models import Done, Part, Report, Section
from applications.reports import plan_rows
from applications.versions import form_of
from finance.accounts import problems as accounts
from icld_portal.problems import Problem, blocking

# What the anchor of a row of the accounts begins with.
ROWS_OF_ACCOUNTS = frozenset({"line", "salary"})
# Which pages of the accounts belong to which section of the form.
PAGES_OF = {
    Part.ACCOUNTS: frozenset({accounts.ACCOUNTS, accounts.DEVIATIONS}),
    Part.SALARIES: frozenset({accounts.SALARIES}),
}
NOT_BEGUN, GAPS, COMPLETE = "not_begun", "gaps", "complete"


@dataclass(frozen=True)
class ReportTask:
    """One section on the list of parts, and how far it has come."""

    section: Section
    state: str
    problems: list[Problem]
    url: str

    @property
    def word(self) -> str:
        """The state in words."""
        return {
            NOT_BEGUN: _("not begun"),
            GAPS: _("has gaps"),
            COMPLETE: _("complete"),
        }[self.state]

    @property
    def gaps(self) -> int:
        """How many things are missing or wrong."""
        return len(blocking(self.problems))


def problems(report: Report) -> list[Problem]:
    """Return everything that is missing or wrong, in the order of the form's sections.

    A blocking problem stops a submission; the others are shown and accepted. To be late stops
    nobody.
    """
    return [one for of_section in section_problems(report).values() for one in of_section]


def section_problems(report: Report) -> dict[str, list[Problem]]:
    """Return the problems of each section by its key, empty lists included."""
    checks = {
        Part.INDICATORS: indicator_problems,
        Part.DONE: activity_problems,
        Part.PARTICIPANTS: participant_problems,
    }
    answers = {pk: answer.text for pk, answer in answers_by_question(report).items()}
    of_accounts: list[Problem] = []
    if report.statement:
        report.statement.grant = report.grant  # The same, and read already.
        of_accounts = accounts.problems(report.statement)
    found: dict[str, list[Problem]] = {}
    for section in form_of(report).sections.all():
        part = Part(section.part)
        of_section = [one for one in of_accounts if one.page in PAGES_OF.get(part, ())]
        if check := checks.get(part):
            of_section += check(report, section)
        for question in section.questions.all():
            of_section += question_problems(question, answers.get(question.pk, ""), section)
        found[section.key] = of_section
    return found


def indicator_problems(report: Report, section: Section) -> Iterator[Problem]:
    """Each indicator of the plan says how far it has come."""
    for row in plan_rows.indicators_of(report, None):
        if row.outcome is None or not row.outcome.cumulative:
            text = _("The indicator “%(indicator)s”: what has been achieved since the beginning?")
            anchor = f"id_indicator-{row.indicator.pk}-cumulative"
            words = {"indicator": row.indicator.text}
            yield Problem(text % words, page=section.key, anchor=anchor)


def activity_problems(report: Report, section: Section) -> Iterator[Problem]:
    """Each activity says what became of it, and why where it is not done."""
    for row in plan_rows.activities_of(report, plan_rows.report_before(report)):
        anchor = f"id_activity-{row.activity.pk}"
        words = {"activity": row.activity.text[:80]}
        if row.outcome is None:
            text = _("The activity “%(activity)s”: what became of it?")
            yield Problem(text % words, page=section.key, anchor=f"{anchor}-done")
        elif row.outcome.done != Done.DONE and not row.outcome.comment.strip():
            text = _("The activity “%(activity)s” is not done as planned: write why.")
            yield Problem(text % words, page=section.key, anchor=f"{anchor}-comment")


def participant_problems(report: Report, section: Section) -> Iterator[Problem]:
    """Each party says how many took part; none is an answer too."""
    counted = {party for party, _group in plan_rows.counted(report)}
    for party in report.application.case_parties.all():
        if party.organisation_id not in counted:
            text = _("%(party)s: how many took part? Write 0 if nobody did.")
            anchor = f"id_people-{party.organisation_id}-politicians-women"
            words = {"party": party.organisation.name}
            yield Problem(text % words, page=section.key, anchor=anchor)


def tasks(report: Report) -> list[ReportTask]:
    """Return every section of the report in order, with its state."""
    found = section_problems(report)
    answered = {pk for pk, answer in answers_by_question(report).items() if answer.text}
    return [
        ReportTask(
            section,
            _state(report, section, found[section.key], answered),
            found[section.key],
            section_url(report, section),
        )
        for section in form_of(report).sections.all()
    ]


def _state(report: Report, section: Section, found: list[Problem], answered: set[int]) -> str:
    if not blocking(found):
        return COMPLETE
    is_begun = any(question.pk in answered for question in section.questions.all())
    return GAPS if is_begun or _part_is_begun(report, section.part, found) else NOT_BEGUN


def _part_is_begun(report: Report, part: str, found: list[Problem]) -> bool:
    rows: dict[str, Any] = {
        Part.INDICATORS: report.indicator_outcomes,
        Part.DONE: report.activity_outcomes,
        Part.PARTICIPANTS: report.participation,
    }
    if part in PAGES_OF:
        return all(problem.anchor != accounts.NEW_ROW for problem in found)
    return part in rows and bool(rows[part].all())


def section_url(report: Report, section: Section) -> str:
    """The address of a section's page; accounts and salary sheet have pages of their own."""
    if section.part in PAGES_OF:
        return page_url(report, section.part)
    where = [report.application.reference, report.slug, section.key]
    return reverse("applications:report_section", args=where)


def page_url(report: Report, page: str) -> str:
    """The address of a page that a report has besides the sections of its form."""
    return f"{report.get_absolute_url()}{page}/"


def problem_url(report: Report, problem: Problem) -> str:
    """Where a problem is mended."""
    sections = {one.key: one for one in form_of(report).sections.all()}
    found = sections.get(problem.page)
    url = section_url(report, found) if found else page_url(report, problem.page)
    kind, _dash, row = problem.anchor.partition("-")
    if kind in ROWS_OF_ACCOUNTS:  # Which of the pages of the table, the table knows.
        url = f"{url}?row={row.partition('-')[0]}"
    return f"{url}#{problem.anchor}" if problem.anchor else url
