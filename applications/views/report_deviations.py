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
from applications.unlocking import TooLate
from applications.views.report_accounts import statement_of, tabs, tell_moved_on
from finance.accounts.totals import KindSum, totals
from finance.ledger import NOTHING
from finance.models import DeviationComment, Statement
from finance.versions import guideline_of_statement
from icld_portal import writers
from icld_portal.access import PARTIES_AND_OFFICE, get_or_post, post_only
from icld_portal.localize import clock
from icld_portal.shared_texts import (
    StaleText,
    told_closed,
    told_conflict,
    told_other_person,
    told_refused,
    told_saved,
)
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


@PARTIES_AND_OFFICE
@post_only
def save_deviation(request: PortalRequest, reference: str, slug: str, anchor: str) -> HttpResponse:
    """Keep one comment while it is typed; says in JSON what happened."""
    report = report_of(request, reference, slug)
    statement = statement_of(report)
    if not rules.may_account(request.user, report):
        raise PermissionDenied("save_deviation")
    if writers.writer_id(request) != request.user.pk:
        return told_other_person()
    kind = kind_of(report, statement, anchor)
    form = DeviationsForm(request.POST, kinds=[kind], comments={})
    if not form.is_valid():
        return told_refused(form.first_error)
    try:
        seen = _keep(request, report, form)
    except StaleText as stale:
        return told_conflict(stale.stored)
    except TooLate:
        return told_closed("too_late")
    except WrongStatus:
        return told_closed("handed_in")
    return told_saved(seen)


def kind_of(report: Report, statement: Statement, anchor: str) -> KindSum:
    """Return the kind of cost of a party that ``anchor`` names; Http404 if the case has none.

    Whether it deviates is not asked: somebody else may change a row while this text is typed.
    """
    for party in report.application.case_parties.all():
        for category in guideline_of_statement(statement).categories.all():
            kind = KindSum(party.organisation, category, NOTHING, NOTHING, percent=0)
            if kind.anchor == anchor:
                return kind
    raise Http404("no such kind of cost")


def _keep(request: PortalRequest, report: Report, form: DeviationsForm) -> str:
    """Write the one comment if it was changed; return the mark of what then stands."""
    at, [kind] = request.received_at, form.subjects
    with accounting.accounts_of(report, ACCOUNTS, by=request.user, at=at) as held:
        form.stored = accounting.comments_of(held)
        stored = form.stored.get(kind.key)
        for written in form.written():
            stored = _write(
                request, held, kind, written.text, stored=stored, version=written.version
            )
        return form.mark_after(kind, stored)


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
    mark = writers.mark_of(request.user)
    context = tabs(request, report, "deviations") | {"form": form, "writer": mark} | more
    return render(request, "applications/reports/deviations.html", context, status=status)


def address(report: Report) -> str:
    """Where the comments are written."""
    return reverse(
        "applications:report_deviations", args=[report.application.reference, report.slug]
    )
