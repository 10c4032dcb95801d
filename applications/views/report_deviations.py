"""Why the costs of a year became something else than was decided."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.forms.reports_accounts import DeviationsForm
from applications.models import Report
from applications.reports import accounting, rules
from applications.reports.finding import report_of
from applications.reports.writing import ACCOUNTS
from applications.views.report_accounts import statement_of, tabs, tell_moved_on
from finance.accounts.totals import KindSum, totals
from finance.models import DeviationComment, Statement
from icld_portal.access import PARTIES_AND_OFFICE, get_or_post
from icld_portal.localize import clock
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_or_post
def deviations(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Show the kinds of cost that deviate with their comments; the grantee writes them."""
    report = report_of(request, reference, slug)
    statement = statement_of(report)
    may_write = accounting.may_write(report, ACCOUNTS, by=request.user)
    sums = totals(statement)
    kinds = sums.deviating
    comments = accounting.comments_of(statement)
    if request.method != "POST":
        form = DeviationsForm(kinds=kinds, comments=comments)
        return _show(request, report, form, sums=sums, may_write=may_write)
    if not rules.may_account(request.user, report):
        raise PermissionDenied("deviations")
    if not may_write:
        raise Http404("closed")
    form = DeviationsForm(request.POST, kinds=kinds, comments=comments)
    if form.asks_to_merge():
        form.merge(comments)
        messages.info(
            request,
            _("Both texts stand in the field now and nothing is saved yet. Edit it, then save."),
        )
        return _show(request, report, form, sums=sums, may_write=True)
    if not form.is_valid():
        return _show(request, report, form, sums=sums, may_write=True, status=422)
    try:
        with accounting.accounts_of(
            report, ACCOUNTS, by=request.user, at=request.received_at
        ) as held:
            form.stored = accounting.comments_of(held)
            form.keep(partial(_write, request, held))
    except WrongStatus as stopped:
        tell_moved_on(request, stopped)
        return redirect(address(report))
    if form.conflicts:
        return _show(request, report, form, sums=sums, may_write=True, status=409)
    messages.success(request, _("Saved %(clock)s.") % {"clock": clock(timezone.now())})
    return redirect(address(report))


def _write(
    request: PortalRequest,
    held: Statement,
    kind: KindSum,
    text: str,
    /,
    *,
    stored: Any,
    version: int | None,
) -> DeviationComment:
    return accounting.write_comment(
        held, kind.key, text, stored=stored, by=request.user, version=version
    )


def _show(
    request: PortalRequest, report: Report, form: DeviationsForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = tabs(request, report, "deviations") | {"form": form} | more
    return render(request, "applications/reports/deviations.html", context, status=status)


def address(report: Report) -> str:
    """Where the comments are written."""
    return reverse(
        "applications:report_deviations", args=[report.application.reference, report.slug]
    )
