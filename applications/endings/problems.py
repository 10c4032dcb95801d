"""What stands in the way of a pause, of ending a grant early, and of closing it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from applications.models import (
    Agreement,
    AgreementStatus,
    Application,
    ChangeStatus,
    Report,
    ReportKind,
    ReportStatus,
)
from finance import ledger, settling
from finance.budgets import accounting_years
from finance.models import Grant, Pause
from icld_portal.localize import day, money_ore
from icld_portal.problems import Problem

LONGEST_PAUSE = timedelta(days=730)
# Where a problem is mended; the page makes addresses of them.
REPORT, CHANGE, ENDING = "report", "change", "ending"


@dataclass(frozen=True)
class Days:
    """When a grant is to end, and when its last reports are due."""

    last_on: date
    report_on: date
    final_on: date


def pause_problems(grant: Grant, first_on: date, last_on: date) -> list[Problem]:
    """Return what speaks against resting from ``first_on`` to ``last_on``; one query."""
    found = []
    if first_on < grant.start_on:
        text = _("The case begins %(day)s: choose that day or a later one.")
        found.append(Problem(text % {"day": day(grant.start_on)}, anchor="first_on"))
    if last_on < first_on:
        text = _("The last day cannot come before the first one.")
        found.append(Problem(text, anchor="last_on"))
    elif last_on - first_on > LONGEST_PAUSE:
        text = _("A pause has at most %(n)d days.") % {"n": LONGEST_PAUSE.days}
        found.append(Problem(text, anchor="last_on"))
    overlapping = grant.pauses.filter(first_on__lte=last_on, back_on__gt=first_on)
    for pause in overlapping.order_by("first_on"):
        if pause.days:
            words = {"first": day(pause.first_on), "last": day(pause.until_on)}
            text = _("The grant is paused from %(first)s to %(last)s already.") % words
            found.append(Problem(text, anchor="first_on"))
    return found


def back_problems(pause: Pause, back_on: date) -> list[Problem]:
    """Return what speaks against working again from ``back_on``."""
    if pause.first_on <= back_on <= pause.last_on:
        return []
    words = {"first": day(pause.first_on), "last": day(pause.last_on)}
    text = _("Choose a day from %(first)s to %(last)s.") % words
    return [Problem(text, anchor="back_on")]


def signed_agreement(case: Application) -> Agreement | None:
    """Return the agreement that promises reports; nobody reports under one that is not signed."""
    return case.agreements.filter(status=AgreementStatus.SIGNED).order_by("-edition").first()


def years_to_release(grant: Grant, last_on: date, *, is_signed: bool) -> dict[int, Decimal]:
    """Return what an end on ``last_on`` lets go of: all that is left of each year that has not
    begun by then, or of every year if no agreement lets the parties report; one query."""
    of_years = ledger.balances(grant)
    return {
        one.number: of_years[one.number].left
        for one in accounting_years(grant.start_on, grant.end_on, of_years)
        if not is_signed or one.first > last_on
    }


def ending_problems(
    grant: Grant, reports: Iterable[Report], days: Days, *, today: date
) -> list[Problem]:
    """Return what speaks against ending ``grant`` on these days; no query.

    What is handed in stays: the last day lies within the last year that has a report, or later.
    """
    found = []
    if not grant.start_on <= days.last_on < grant.end_on:
        words = {
            "first": day(grant.start_on),
            "last": day(grant.end_on - timedelta(days=1)),
            "end": day(grant.end_on),
        }
        text = _("Choose a day from %(first)s to %(last)s: the case ends %(end)s by itself.")
        found.append(Problem(text % words, anchor="last_on"))
    soonest = max(days.last_on, today)
    if days.report_on <= soonest:
        text = _("Choose a day after %(day)s for the report.") % {"day": day(soonest)}
        found.append(Problem(text, anchor="report_on"))
    if days.final_on < days.report_on:
        text = _("The final report cannot be due before the report of the last year.")
        found.append(Problem(text, anchor="final_on"))
    return found + _handed_in_problems(reports, days.last_on)


def _handed_in_problems(reports: Iterable[Report], last_on: date) -> list[Problem]:
    found = []
    for report in reports:
        is_draft = report.status == ReportStatus.DRAFT
        if report.kind == ReportKind.FINAL:
            if not is_draft:
                text = _("The final report is handed in: close the grant when all is settled.")
                found.append(Problem(text))
            continue
        words = {"report": str(report)}
        if last_on < report.first_on:
            words["day"] = day(report.first_on)
            text = _("%(report)s is open: choose %(day)s or a later day.") % words
            found.append(Problem(text, anchor="last_on"))
        elif last_on < report.last_on and not is_draft:
            words["day"] = day(report.last_on)
            text = _("%(report)s is handed in: choose %(day)s or a later day.") % words
            found.append(Problem(text, anchor="last_on"))
    return found


def closing_problems(case: Application, grant: Grant, reports: Iterable[Report]) -> list[Problem]:
    """Return what has to be done before ``grant`` is closed; what nobody has used only warns.

    Seven queries.
    """
    reports = list(reports)
    found = [*_report_problems(case, grant, reports), *settling.money_problems(grant)]
    found += [
        Problem(_("%(change)s waits for an answer.") % {"change": str(change)}, page=CHANGE)
        for change in case.change_requests.filter(status=ChangeStatus.SUBMITTED)
    ]
    if grant.endings.waiting().exists():
        text = _("A proposal to end the grant early waits for its decision.")
        found.append(Problem(text, anchor=ENDING))
    left = ledger.total(ledger.balances(grant)).left
    if left and not found:
        text = _("%(amount)s has not been used. It is released when you close the grant.")
        found.append(Problem(text % {"amount": money_ore(left)}, blocks=False))
    return found


def _report_problems(case: Application, grant: Grant, reports: list[Report]) -> list[Problem]:
    agreement = signed_agreement(case)
    if agreement is None:
        if grant.status == Grant.Status.ACTIVE:
            text = _("The agreement is not signed. A grant without agreement is ended early first.")
            return [Problem(text)]
        return []
    found = [
        Problem(_not_done(report), page=REPORT, anchor=report.slug)
        for report in sorted(reports, key=lambda one: (one.year is None, one.year))
        if report.status != ReportStatus.APPROVED
    ]
    known = {(str(report.kind), report.year) for report in reports}
    begun = [
        row["year"]
        for row in sorted(agreement.content["years"], key=lambda row: int(row["year"]))
        if date.fromisoformat(row["first"]) <= grant.end_on
    ]
    missing = [Report(kind=ReportKind.YEAR, year=year) for year in begun]
    missing.append(Report(kind=ReportKind.FINAL))
    found += [
        Problem(_("%(report)s has not opened yet.") % {"report": str(report)})
        for report in missing
        if (str(report.kind), report.year) not in known
    ]
    return found


def _not_done(report: Report) -> str:
    words = {"report": str(report), "day": day(report.due_on)}
    if report.status == ReportStatus.DRAFT:
        return _("%(report)s is not handed in. It is due %(day)s.") % words
    return _("%(report)s is in control and not approved.") % words
