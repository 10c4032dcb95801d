"""The accounts of a report and its salary sheet: read by everybody, written by the grantee."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.forms.reports_accounts import AGAIN, CostForm, LineForm, SalaryForm
from applications.models import Report
from applications.reports import accounting, rules
from applications.reports.completeness import problem_url
from applications.reports.finding import report_of
from applications.reports.writing import ACCOUNTS, SALARIES
from applications.unlocking import Place, TooLate
from finance.accounts import problems
from finance.accounts.totals import (
    Typed,
    Unsaved,
    expense_categories,
    salary_category,
    totals,
)
from finance.models import AccountLine, SalaryRow, Statement
from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post, post_only
from icld_portal.localize import clock
from icld_portal.paging import ROWS_PER_PAGE, page_of
from icld_portal.problems import Problem
from icld_portal.workflow import WrongStatus
from partnerships.models import Organisation
from partnerships.requests import PortalRequest

# More than this is read in a list of its own, row by row.
MOST_PROBLEMS = 10


@dataclass(frozen=True)
class Sheet:
    """One of the two tables of accounts: what it is called, and how its rows are read."""

    name: str
    model: Any
    place: Place
    template: str
    row_anchor: str
    rows: Callable[[Statement], Any]
    wrong: Callable[[Statement, list[Any]], list[Problem]]
    form: Callable[[Report, Any, Any], Any]
    typed: Callable[[Statement, Any, int | None], Typed]


def line_form(report: Report, row: AccountLine | None, data: Any = None) -> LineForm:
    """The form of one cost."""
    categories = expense_categories(statement_of(report))
    return LineForm(row, data, parties=parties_of(report), categories=categories)


def salary_form(report: Report, row: SalaryRow | None, data: Any = None) -> SalaryForm:
    """The form of days that somebody worked."""
    return SalaryForm(row, data)


def typed_line(statement: Statement, form: LineForm, pk: int | None) -> Typed:
    """The sums with the line as it stands on the page."""
    return Typed(form.typed(), without_line=pk)


def typed_salary(statement: Statement, form: SalaryForm, pk: int | None) -> Typed:
    """The sums with the row of salary as it stands on the page."""
    amount = form.typed()
    if amount is None:
        return Typed(without_salary=pk)
    row = Unsaved(statement.grant.grantee_id, salary_category(statement).pk, amount)
    return Typed(row, without_salary=pk)


def wrong_salaries(statement: Statement, rows: list[SalaryRow]) -> list[Problem]:
    """What is wrong with the rows of a page, also where the other row is on another page."""
    people = accounting.rows_of_people(statement, rows) if rows else []
    return problems.salary_problems(statement, people, {row.pk for row in rows})


SHEETS = {
    "accounts": Sheet(
        "accounts",
        AccountLine,
        ACCOUNTS,
        "applications/reports/accounts.html",
        "line",
        accounting.lines_of,
        problems.line_problems,
        line_form,
        typed_line,
    ),
    "salaries": Sheet(
        "salaries",
        SalaryRow,
        SALARIES,
        "applications/reports/salaries.html",
        "salary",
        accounting.salaries_of,
        wrong_salaries,
        salary_form,
        typed_salary,
    ),
}


# --- Pages ------------------------------------------------------------------------------


@PARTIES_AND_OFFICE
@get_or_post
def sheet(request: PortalRequest, reference: str, slug: str, kind: str) -> HttpResponse:
    """Show a page of rows with their sums; the grantee's writers add a row."""
    report, found = sheet_of(request, reference, slug, kind)
    if request.method != "POST":
        if "row" in request.GET:
            return at_its_page(request, report, found)
        return show(request, report, found)
    allowed(request, report, found)
    form = found.form(report, None, request.POST)
    if not form.is_valid() or form.refuse_twin(found.rows(statement_of(report))):
        return show(request, report, found, form=form, status=422)
    row = keep(request, report, found, form, None)
    return redirect(address(report, found, row))


@PARTIES_AND_OFFICE
@get_or_post
def row(request: PortalRequest, reference: str, slug: str, kind: str, pk: int) -> HttpResponse:
    """Change one row; a second editor is shown what the first has saved."""
    report, found = sheet_of(request, reference, slug, kind)
    allowed(request, report, found)
    stored = found.rows(statement_of(report)).filter(pk=pk).first()
    if stored is None:
        raise Http404("no such row")
    form = found.form(report, stored, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        keep(request, report, found, form, pk)
        return redirect(address(report, found, stored))
    context = _context(request, report, found) | {
        "form": form,
        "row": stored,
        "sums": totals(statement_of(report)),
        "people": accounting.known_people(statement_of(report)) if kind == "salaries" else [],
    }
    status = 422 if form.errors else 200
    return render(request, "applications/reports/account_row.html", context, status=status)


@PARTIES_AND_OFFICE
@post_only
def remove(request: PortalRequest, reference: str, slug: str, kind: str, pk: int) -> HttpResponse:
    """Take one row away."""
    report, found = sheet_of(request, reference, slug, kind)
    try:
        with accounting.accounts_of(
            report, found.place, by=request.user, at=request.received_at
        ) as statement:
            accounting.remove_row(
                statement, found.model, pk, by=request.user, at=request.received_at
            )
    except (WrongStatus, accounting.Gone) as stopped:
        tell_moved_on(request, stopped)
    else:
        messages.success(request, _("The row is removed."))
    return redirect(address(report, found))


@PARTIES_AND_OFFICE
@post_only
def sums(request: PortalRequest, reference: str, slug: str, kind: str) -> HttpResponse:
    """Return the panel of sums with the row as it stands on the page."""
    report, found = sheet_of(request, reference, slug, kind)
    allowed(request, report, found)
    statement = statement_of(report)
    written = request.POST.get("row", "")
    pk = int(written) if written.isascii() and written.isdecimal() and len(written) < 16 else None
    form = found.form(report, None, request.POST)
    live = totals(statement, found.typed(statement, form, pk))
    context = {
        "report": report,
        "sums": live,
        "sum_problems": problems.sum_problems(statement, live)[:MOST_PROBLEMS],
        "live": True,
    }
    return render(request, "applications/reports/_account_sums.html", context)


@PARTIES_AND_OFFICE
@get_only
def missing(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """List everything that is wrong with the accounts, page by page, each at its row."""
    report = report_of(request, reference, slug)
    found = problems.problems(statement_of(report))
    page = page_of(request, found)
    context = tabs(request, report, "missing") | {
        "page_obj": page,
        "found": [{"problem": one, "url": problem_url(report, one)} for one in page.object_list],
        "blocking": sum(one.blocks for one in found),
    }
    return render(request, "applications/reports/account_problems.html", context)


# --- What the pages share ---------------------------------------------------------------


def sheet_of(request: PortalRequest, reference: str, slug: str, kind: str) -> tuple[Report, Sheet]:
    """Return the report and which of its tables is meant; Http404 for a report without accounts."""
    report = report_of(request, reference, slug)
    statement_of(report)
    return report, SHEETS[kind]


def statement_of(report: Report) -> Statement:
    """Return the accounts of a yearly report; Http404 for the final one, which has none."""
    if report.statement is None:
        raise Http404("no accounts")
    report.statement.grant = report.grant
    return report.statement


def parties_of(report: Report) -> list[Organisation]:
    """The organisations of the case, the grantee first."""
    parties = sorted(report.application.case_parties.all(), key=lambda one: not one.is_grantee)
    return [party.organisation for party in parties]


def allowed(request: PortalRequest, report: Report, found: Sheet) -> None:
    """See that the person can write here now: 403 for the wrong one, 404 when it is closed."""
    if not rules.may_account(request.user, report):
        raise PermissionDenied("accounts")
    if not accounting.may_write(report, found.place, by=request.user):
        raise Http404("closed")


def keep(
    request: PortalRequest, report: Report, found: Sheet, form: CostForm, pk: int | None
) -> Any:
    """Write the row; None when it could not be, which the person is told."""
    try:
        with accounting.accounts_of(
            report, found.place, by=request.user, at=request.received_at
        ) as statement:
            row = accounting.save_row(statement, found.model, pk, form.facts())
    except (WrongStatus, accounting.Gone) as stopped:
        tell_moved_on(request, stopped)
        return None
    messages.success(request, _("Saved %(clock)s.") % {"clock": clock(timezone.now())})
    return row


def tell_moved_on(request: PortalRequest, stopped: Exception) -> None:
    """Say why nothing was saved."""
    if isinstance(stopped, TooLate):
        text = _("The day to answer by has passed. Nothing was saved.")
    elif isinstance(stopped, WrongStatus):
        text = _("This report has been handed in since you opened the page. Nothing was saved.")
    else:
        text = _("Somebody else has removed it since you opened the page.")
    messages.warning(request, text)


def show(
    request: PortalRequest,
    report: Report,
    found: Sheet,
    *,
    form: Any = None,
    status: int = 200,
) -> HttpResponse:
    """Show one page of rows, what is wrong with each, the sums, and a form for a new row."""
    statement = statement_of(report)
    rows = found.rows(statement)
    page = page_of(request, rows)
    wrong = found.wrong(statement, list(page.object_list))
    now = totals(statement)
    context = _context(request, report, found)
    if context["may_write"] and form is None:
        form = found.form(report, None, None)
    context |= {
        "page_obj": page,
        "rows": [
            (one, [p for p in wrong if p.anchor.startswith(f"{found.row_anchor}-{one.pk}-")])
            for one in page.object_list
        ],
        "form": form,
        "sums": now,
        "sum_problems": problems.sum_problems(statement, now)[:MOST_PROBLEMS],
        "again": AGAIN if form is not None and form.asks_again else "",
        "people": accounting.known_people(statement)
        if found.name == "salaries" and context["may_write"]
        else [],
    }
    return render(request, found.template, context, status=status)


def at_its_page(request: PortalRequest, report: Report, found: Sheet) -> HttpResponse:
    """Go to the page on which the row named in the address stands."""
    keys = [str(pk) for pk in found.rows(statement_of(report)).values_list("pk", flat=True)]
    wanted = request.GET["row"]
    if wanted not in keys:
        raise Http404("no such row")
    page = keys.index(wanted) // ROWS_PER_PAGE + 1
    return redirect(f"{address(report, found)}?page={page}#{found.row_anchor}-{wanted}")


def _context(request: PortalRequest, report: Report, found: Sheet) -> dict[str, Any]:
    return tabs(request, report, found.name) | {
        "sheet": found,
        "may_write": accounting.may_write(report, found.place, by=request.user),
        "statement": report.statement,
        "sums_url": reverse(f"applications:{found.name}_sums", args=_where(report)),
    }


def tabs(request: PortalRequest, report: Report, here: str) -> dict[str, Any]:
    """What every page of the accounts shows: the report, and the way to the other pages."""
    statement_of(report)
    return {
        "report": report,
        "application": report.application,
        "here": here,
        "may_send": accounting.may_write(report, ACCOUNTS, by=request.user),
    }


def address(report: Report, found: Sheet, row: Any = None) -> str:
    """Where a table is shown, at one of its rows if it is named."""
    url = reverse(f"applications:report_{found.name}", args=_where(report))
    if row is None or row.pk is None:
        return url
    return f"{url}?row={row.pk}#{found.row_anchor}-{row.pk}"


def _where(report: Report) -> list[Any]:
    return [report.application.reference, report.slug]
