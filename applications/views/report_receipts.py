"""The receipts of a report: attached to a cost or to the whole, removed ones in a history."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.forms.reports_accounts import ReceiptsForm
from applications.models import Report
from applications.reports import accounting, rules
from applications.reports.finding import report_of
from applications.reports.writing import ACCOUNTS
from applications.views.report_accounts import statement_of, tabs, tell_moved_on
from finance.models import AccountLine, Receipt
from icld_portal import files, scanning
from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post, post_only
from icld_portal.paging import page_of
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_only
def receipts(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """List the costs with their receipts, 25 a page, and the receipts for the whole."""
    report = report_of(request, reference, slug)
    statement = statement_of(report)
    standing = Receipt.objects.select_related("uploaded_by").order_by("pk")
    lines = accounting.lines_of(statement).prefetch_related(Prefetch("receipts", standing))
    without = "without" in request.GET
    page = page_of(request, lines.filter(has_receipt=False) if without else lines)
    whole = list(standing.filter(statement=statement, line=None))
    shown = [*whole, *(one for line in page.object_list for one in line.receipts.all())]
    held = scanning.held(one.file.name for one in shown)
    for one in shown:
        one.held = held.get(one.file.name)
    context = tabs(request, report, "receipts") | {
        "page_obj": page,
        "whole": whole,
        "without": without,
        "number_without": lines.filter(has_receipt=False).count(),
        "may_write": accounting.may_write(report, ACCOUNTS, by=request.user),
        "has_history": rules.is_of_party(request.user, report) and _set_aside(report).exists(),
    }
    return render(request, "applications/reports/receipts.html", context)


@PARTIES_AND_OFFICE
@get_or_post
def attach(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Take receipts for one cost, or for the whole; a refused file is named with the reason."""
    report = report_of(request, reference, slug)
    statement = statement_of(report)
    if not rules.may_account(request.user, report):
        raise PermissionDenied("attach")
    if not accounting.may_write(report, ACCOUNTS, by=request.user):
        raise Http404("closed")
    line = _line(request, AccountLine.objects.filter(statement=statement))
    form = ReceiptsForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = ReceiptsForm(request.POST, request.FILES)
        if form.is_valid():
            _attach(request, report, form, line)
            return redirect(f"{address(report)}{f'#line-{line.pk}' if line else ''}")
    context = tabs(request, report, "receipts") | {"form": form, "line": line}
    status = 422 if form.errors else 200
    return render(request, "applications/reports/attach_receipt.html", context, status=status)


def _attach(
    request: PortalRequest, report: Report, form: ReceiptsForm, line: AccountLine | None
) -> None:
    taken = form.cleaned_data["receipts"]
    try:
        kept = accounting.attach(
            report,
            taken.files,
            line=line.pk if line else None,
            by=request.user,
            at=request.received_at,
        )
    except (WrongStatus, accounting.Gone) as stopped:
        tell_moved_on(request, stopped)
    else:
        names = ", ".join(one.file_name for one in kept)
        messages.success(request, _("Attached: %(names)s") % {"names": names})
    for refused in taken.refused:
        messages.error(request, refused)


@PARTIES_AND_OFFICE
@get_only
def receipt(request: PortalRequest, reference: str, slug: str, pk: int) -> HttpResponseBase:
    """Give back one file; a removed one only to the parties."""
    report = report_of(request, reference, slug)
    found = get_object_or_404(Receipt.ever.filter(statement=statement_of(report)), pk=pk)
    if found.set_aside_at and not rules.is_of_party(request.user, report):
        raise Http404("no such file")
    try:
        return files.hand_out(
            found.file, found.file_name, found.content_type, inline="look" in request.GET
        )
    except files.Held as held:
        messages.warning(request, str(held))
        return redirect(address(report))


@PARTIES_AND_OFFICE
@post_only
def remove(request: PortalRequest, reference: str, slug: str, pk: int) -> HttpResponse:
    """Take a receipt away; it stays in the history."""
    report = report_of(request, reference, slug)
    statement_of(report)
    try:
        accounting.set_aside(report, pk, by=request.user, at=request.received_at)
    except (WrongStatus, accounting.Gone) as stopped:
        tell_moved_on(request, stopped)
    else:
        messages.success(request, _("The file is removed. It stays in the history."))
    return redirect(address(report))


@PARTIES_AND_OFFICE
@get_only
def history(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """List the receipts that were removed; only the parties see it."""
    report = report_of(request, reference, slug)
    statement_of(report)
    if not rules.is_of_party(request.user, report):
        raise Http404("not yours")
    context = tabs(request, report, "receipts") | {"page_obj": page_of(request, _set_aside(report))}
    return render(request, "applications/reports/receipt_history.html", context)


def address(report: Report) -> str:
    """Where the receipts are listed."""
    return reverse("applications:report_receipts", args=[report.application.reference, report.slug])


def _set_aside(report: Report) -> Any:
    removed = Receipt.ever.filter(statement=report.statement_id).exclude(set_aside_at=None)
    return removed.select_related("set_aside_by", "line").order_by("-set_aside_at", "-pk")


def _line(request: PortalRequest, lines: Any) -> AccountLine | None:
    written = request.GET.get("line") or request.POST.get("line") or ""
    if not written:
        return None
    if not (written.isascii() and written.isdecimal() and len(written) < 16):
        raise Http404("no such line")
    line: AccountLine = get_object_or_404(lines, pk=int(written))
    return line
