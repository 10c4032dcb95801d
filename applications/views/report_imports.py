"""Accounts from a file: sent, shown as they were understood, then kept; and out again."""

from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRefresh

from applications.forms.reports_imports import ImportForm, MappingForm
from applications.models import Report
from applications.reports import accounting, rules
from applications.reports.finding import report_of
from applications.reports.writing import ACCOUNTS, SALARIES
from applications.unlocking import Place
from applications.views.report_accounts import (
    SHEETS,
    address,
    statement_of,
    tabs,
    tell_moved_on,
)
from finance.accounts import files, imports
from finance.accounts.totals import expense_categories
from finance.models import AccountImport, ImportKind, ImportState
from icld_portal import exports
from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post, post_only
from icld_portal.files import XLSX, UploadRefused
from icld_portal.paging import page_of
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest

SECONDS_UNTIL_NEXT_LOOK = 1
LATEST = 10
TABLES = {"costs": ImportKind.LINES, "salaries": ImportKind.SALARIES}


@PARTIES_AND_OFFICE
@get_or_post
def send(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Take a file in; nothing of it is in the accounts before it has been looked at."""
    report = writable_report(request, reference, slug)
    statement = statement_of(report)
    if request.method == "POST":
        form = ImportForm(request.POST, request.FILES)
        if form.is_valid() and (sent := _send(request, report, form)):
            return redirect(address_of(report, sent))
    else:
        form = ImportForm(initial=_initial(request, report))
    sent_before = AccountImport.objects.filter(statement=statement).defer("content")
    context = tabs(request, report, "import") | {
        "form": form,
        "sent_before": sent_before.select_related("made_by")[:LATEST],
        "titles": {kind: files.header_of(kind) for kind in TABLES.values()},
    }
    status = 422 if form.errors else 200
    return render(request, "applications/reports/account_file.html", context, status=status)


def _send(request: PortalRequest, report: Report, form: ImportForm) -> AccountImport | None:
    facts = form.cleaned_data
    if not accounting.may_write(report, place_of(facts["kind"]), by=request.user):
        raise Http404("closed")
    try:
        return imports.send(
            statement_of(report),
            facts["kind"],
            facts["file"],
            project=facts["project"],
            by=request.user,
        )
    except UploadRefused as refused:
        form.add_error("file", str(refused))
    return None


def _initial(request: PortalRequest, report: Report) -> dict[str, Any]:
    """The kind that the link asks for, and the project code of the case's last file."""
    before = AccountImport.objects.filter(statement__grant=report.grant_id, kind=ImportKind.SIE)
    wanted = request.GET.get("kind", "")
    return {
        "kind": wanted if wanted in ImportKind.values else ImportKind.LINES,
        "project": before.order_by("-pk").values_list("project", flat=True).first() or "",
    }


@PARTIES_AND_OFFICE
@get_or_post
def sent_file(request: PortalRequest, reference: str, slug: str, pk: int) -> HttpResponse:
    """Show how far a file has come and how it was understood; its accounts are mapped here."""
    report = writable_report(request, reference, slug)
    sent = _import(report, pk)
    if request.htmx:
        if not sent.is_under_way:
            return HttpResponseClientRefresh()
        return render(request, "icld_portal/_prepared_progress.html", {"ordered": sent})
    context = tabs(request, report, "import") | {"sent": sent, "seconds": SECONDS_UNTIL_NEXT_LOOK}
    if sent.state != ImportState.READ:
        return render(request, "applications/reports/account_import.html", context)
    form = _mapping(request, sent)
    if request.method == "POST" and form is not None and form.is_valid():
        imports.remember(sent, form.mapping(), by=request.user, at=request.received_at)
        messages.success(request, _("The choice is remembered for the next file."))
        return redirect(address_of(report, sent))
    found = imports.preview(sent)
    page: Page[Any] = page_of(request, found.rows)
    context |= {
        "found": found,
        "page_obj": page,
        "form": form,
        "titles": _titles(sent),
        "notes": sent.content.get("notes", []),
    }
    return render(request, "applications/reports/account_import.html", context)


def _titles(sent: AccountImport) -> list[str]:
    if sent.kind == ImportKind.SIE:
        return [_("Voucher"), _("Date"), _("What it is"), _("Account"), _("Amount in SEK")]
    return files.header_of(sent.kind)


def _mapping(request: PortalRequest, sent: AccountImport) -> MappingForm | None:
    if sent.kind != ImportKind.SIE:
        return None
    return MappingForm(
        request.POST if request.method == "POST" else None,
        accounts=sent.content["accounts"],
        known=imports.mapping_of(sent),
        categories=expense_categories(sent.statement),
    )


@PARTIES_AND_OFFICE
@post_only
def keep(request: PortalRequest, reference: str, slug: str, pk: int) -> HttpResponse:
    """Put all rows of a file in the accounts, or none of them."""
    report = writable_report(request, reference, slug)
    sent = _import(report, pk)
    try:
        with accounting.accounts_of(
            report, place_of(sent.kind), by=request.user, at=request.received_at
        ) as statement:
            number = imports.keep(sent, statement)
            if not number:
                raise accounting.Gone
    except (WrongStatus, accounting.Gone) as stopped:
        if isinstance(stopped, WrongStatus):
            tell_moved_on(request, stopped)
        else:
            messages.warning(request, _("Nothing was kept: look at the file once more."))
        return redirect(address_of(report, sent))
    text = ngettext("%(n)d row is in the accounts.", "%(n)d rows are in the accounts.", number)
    messages.success(request, text % {"n": number})
    sheet = "salaries" if sent.kind == ImportKind.SALARIES else "accounts"
    return redirect(address(report, SHEETS[sheet]))


@PARTIES_AND_OFFICE
@get_only
def download(
    request: PortalRequest, reference: str, slug: str, table: str, file_format: str
) -> HttpResponseBase:
    """Send a table of the accounts as CSV or XLSX, in the columns that can be read in again."""
    report = report_of(request, reference, slug)
    if file_format not in {"csv", "xlsx"} or table not in TABLES:
        raise Http404("no such file")
    header = files.header_of(TABLES[table])
    rows = files.cells_of(TABLES[table], statement_of(report))
    response: HttpResponseBase
    if file_format == "csv":
        chunks = exports.csv_rows(header, rows)
        response = StreamingHttpResponse(chunks, content_type="text/csv; charset=utf-8")
    else:
        # The response closes the file, which has no name and leaves nothing behind.
        file = TemporaryFile()  # noqa: SIM115
        exports.write_xlsx(header, rows, file)
        file.seek(0)
        response = FileResponse(file, content_type=XLSX)
    name = f"{table}-{report.application.reference}-{report.slug}.{file_format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def writable_report(request: PortalRequest, reference: str, slug: str) -> Report:
    """Return the report if this person writes its accounts now; 403 or 404 otherwise."""
    report = report_of(request, reference, slug)
    statement_of(report)
    if not rules.may_account(request.user, report):
        raise PermissionDenied("accounts")
    if not any(
        accounting.may_write(report, place, by=request.user) for place in (ACCOUNTS, SALARIES)
    ):
        raise Http404("closed")
    return report


def place_of(kind: str) -> Place:
    """What a file of this kind is written to."""
    return SALARIES if kind == ImportKind.SALARIES else ACCOUNTS


def address_of(report: Report, sent: AccountImport) -> str:
    """Where a file that was sent is shown."""
    return reverse(
        "applications:account_import", args=[report.application.reference, report.slug, sent.pk]
    )


def _import(report: Report, pk: int) -> AccountImport:
    sent = get_object_or_404(AccountImport, statement=report.statement_id, pk=pk)
    sent.statement = statement_of(report)
    return sent
