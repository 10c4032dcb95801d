"""A budget as a spreadsheet, out and in, and one year copied to the next."""

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications import drafting, snapshots, workspace
from applications.finding import case_of, draft_of
from applications.forms.budget_rows import (
    COLUMNS,
    TITLES,
    FileForm,
    ReadLine,
    as_text,
    copy_year,
    full_years,
    read_lines,
    write_lines,
)
from applications.models import Application, Part, PartKind, Section
from applications.progress import section_url
from applications.versions import form_of
from finance import caps
from finance.models.budgets import MAX_YEARS
from finance.versions import guideline_of
from icld_portal import exports
from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post
from icld_portal.files import XLSX
from icld_portal.workflow import WrongStatus
from partnerships.models import User
from partnerships.requests import PortalRequest

# What a supplement unlocks for these pages.
BUDGET = (str(PartKind.BUDGET), 0)


@PARTIES_AND_OFFICE
@get_only
def budget_download(request: PortalRequest, handle: str, file_format: str) -> HttpResponseBase:
    """Send the budget's lines as CSV or XLSX, in the columns that can be read in again."""
    if file_format not in {"csv", "xlsx"}:
        raise Http404
    application = snapshots.for_reader(case_of(request, handle), request.user)
    header = [str(TITLES[name]) for name in COLUMNS]
    response: HttpResponseBase
    if file_format == "csv":
        rows = exports.csv_rows(header, _cells(application))
        response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    else:
        # The response closes the file, which has no name and leaves nothing behind.
        file = TemporaryFile()  # noqa: SIM115
        exports.write_xlsx(header, _cells(application), file)
        file.seek(0)
        response = FileResponse(file, content_type=XLSX)
    name = f"budget-{application.handle}.{file_format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cells(application: Application) -> Iterator[list[exports.Cell]]:
    for line in caps.lines_of(application.budget):
        yield [
            line.year,
            line.organisation.name,
            str(line.category),
            line.description,
            line.days,
            line.day_cost_sek,
            line.amount_sek,
        ]


@PARTIES_AND_OFFICE
@get_or_post
def budget_file(request: PortalRequest, handle: str) -> HttpResponse:
    """Read rows from a file or a paste, show what was understood, and keep it when confirmed."""
    application = draft_of(request, handle, BUDGET)
    if request.method != "POST":
        return _show(request, application, FileForm())
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, application, form, status=422)
    lines = read_lines(form.read, application)
    replace = form.cleaned_data["then"] == "replace"
    refused = sum(bool(line.problems) for line in lines)
    if not refused and (full := full_years(application, lines, replace=replace)):
        form.add_error(None, _("Year %(year)d gets too many lines.") % {"year": full[0]})
        return _show(request, application, form, status=422)
    if refused or request.POST.get("sure") != "yes":
        context = {"lines": lines, "refused": refused, "rows": as_text(lines), "replace": replace}
        return _show(request, application, form, status=422 if refused else 200, **context)
    return _keep(request, application, lines, replace=replace)


def _keep(
    request: PortalRequest, application: Application, lines: list[ReadLine], *, replace: bool
) -> HttpResponse:
    try:
        with drafting.editing(
            application, by=request.user, within=[BUDGET], at=request.received_at
        ) as draft:
            write_lines(draft, lines, replace=replace)
            note_change(draft, by=request.user)
    except WrongStatus:
        messages.warning(request, _("This application has moved on since you opened the page."))
        return redirect(application)
    text = ngettext("%(n)d line is in the budget.", "%(n)d lines are in the budget.", len(lines))
    messages.success(request, text % {"n": len(lines)})
    return redirect(budget_url(application))


def _show(
    request: PortalRequest,
    application: Application,
    form: FileForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "application": application,
        "form": form,
        "titles": [TITLES[name] for name in COLUMNS],
        "budget_url": budget_url(application),
        "parties": [party.organisation for party in application.case_parties.all()],
        "categories": guideline_of(application.budget).categories.all(),
    }
    return render(request, "applications/budget_file.html", context | more, status=status)


@PARTIES_AND_OFFICE
@get_or_post
def budget_copy(request: PortalRequest, handle: str, year: int) -> HttpResponse:
    """Ask, then let a year have the lines of the year before."""
    application = draft_of(request, handle, BUDGET)
    if not 2 <= year <= min(application.budget.years, MAX_YEARS):
        raise Http404("no such year")
    if request.method != "POST":
        lines = caps.lines_of(application.budget)
        context = {
            "application": application,
            "year": year,
            "before": year - 1,
            "copied": [line for line in lines if line.year == year - 1],
            "replaced": [line for line in lines if line.year == year],
            "budget_url": budget_url(application),
        }
        return render(request, "applications/budget_copy.html", context)
    try:
        with drafting.editing(
            application, by=request.user, within=[BUDGET], at=request.received_at
        ) as draft:
            copy_year(draft, year=year)
            note_change(draft, by=request.user)
    except WrongStatus:
        messages.warning(request, _("This application has moved on since you opened the page."))
        return redirect(application)
    words = {"before": year - 1, "year": year}
    messages.success(request, _("Year %(before)d is copied to year %(year)d.") % words)
    return redirect(f"{budget_url(application)}#year-{year}")


def budget_section(application: Application) -> Section | None:
    """The section of the case's form that holds the budget."""
    sections = form_of(application).sections.all()
    return next((section for section in sections if section.part == Part.BUDGET), None)


def note_change(draft: Application, *, by: User) -> None:
    """Let the parties see that the budget was changed, though nobody was on its page."""
    if section := budget_section(draft):
        workspace.note_change(draft, section, by=by)


def budget_url(application: Application) -> str:
    """The address of the case's budget section."""
    section = budget_section(application)
    if section is None:
        return reverse("applications:application", args=[application.handle])
    return section_url(application, section)
