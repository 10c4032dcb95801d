"""Approval of a report by the parties: read, state, show the second factor; remind."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.approvals import ChangedSinceRead
from applications.forms.approving import ApprovalForm
from applications.models import Report, ReportStatus
from applications.reports import approvals, citing, completeness, rules
from applications.reports.approvals import PartyApproval
from applications.reports.finding import CONTENT, narrative_of
from applications.reports.listing import rows_of
from applications.reports.reading import sections_of
from icld_portal.access import PARTIES_AND_OFFICE, get_or_post, post_only
from icld_portal.localize import STOCKHOLM
from icld_portal.problems import NotReady, blocking
from icld_portal.second_factor import key_options
from icld_portal.workflow import WrongStatus
from partnerships.models import User
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_or_post
def report_approval(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Who has approved and who is awaited; for a signatory, the text and the form."""
    report = narrative_of(request, reference, slug, content=CONTENT)
    if report.status != ReportStatus.DRAFT or not rules.is_of_party(request.user, report):
        return redirect(report)
    if request.method != "POST":
        return _show(request, report, None)
    form = ApprovalForm(request.POST)
    if not form.is_valid():
        return _show(request, report, form, status=422)
    if not rules.may_approve(request.user, report, form.cleaned_data["organisation"]):
        raise PermissionDenied("approve")
    if form.cleaned_data["version"] != report.content_version:
        return _read_again(request, report)
    method = form.factor(request.user) if _is_complete(report) else ""
    if not method:
        return _show(request, report, form, status=422)
    return _approve(request, report, form, method=method)


def _approve(
    request: PortalRequest, report: Report, form: ApprovalForm, *, method: str
) -> HttpResponse:
    try:
        approvals.approve(
            report,
            by=request.user,
            organisation=form.cleaned_data["organisation"],
            statement=form.cleaned_data["statement"],
            version=form.cleaned_data["version"],
            method=method,
            at=request.received_at,
        )
    except ChangedSinceRead:
        return _read_again(request, report)
    except WrongStatus:
        messages.warning(request, _("This report has moved on since you opened the page."))
    else:
        messages.success(request, _("Your approval is noted."))
    return redirect(report)


def _read_again(request: PortalRequest, report: Report) -> HttpResponse:
    messages.warning(
        request, _("Somebody has changed the report since you opened it. Read it again.")
    )
    return redirect("applications:report_approval", report.application.reference, report.slug)


def _show(
    request: PortalRequest, report: Report, form: ApprovalForm | None, *, status: int = 200
) -> HttpResponse:
    parties = approvals.of_parties(report)
    own = _awaited_of(request.user, parties)
    today = timezone.localtime(request.received_at, STOCKHOLM).date()
    [row] = rows_of([report], request.user, today=today)
    awaited = any(state.signatories and not state.is_given for state in parties)
    context: dict[str, Any] = {
        "report": report,
        "row": row,
        "parties": parties,
        "own": own,
        "is_complete": _is_complete(report),
        "may_remind": awaited and rules.may_remind(request.user, report),
        "has_factor": own is None or is_mfa_enabled(request.user),
        "sections": sections_of(report),
        "cited": citing.cited_in(report),
        "form": form or _empty_form(report, own),
        "key_options": key_options(request.user) if own else None,
    }
    return render(request, "applications/reports/approval.html", context, status=status)


def _empty_form(report: Report, own: PartyApproval | None) -> ApprovalForm:
    return ApprovalForm(
        initial={
            "version": report.content_version,
            "organisation": own.party.organisation_id if own else "",
        }
    )


def _is_complete(report: Report) -> bool:
    return not blocking(completeness.problems(report))


def _awaited_of(user: User, parties: list[PartyApproval]) -> PartyApproval | None:
    """The first party that waits for ``user``."""
    return next(
        (state for state in parties if not state.is_given and user in state.signatories), None
    )


@PARTIES_AND_OFFICE
@post_only
def remind_of_report(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Ask the awaited signatories by letter, at most once a day."""
    report = narrative_of(request, reference, slug)
    try:
        asked = approvals.remind(report, by=request.user, at=request.received_at)
    except NotReady as stopped:
        messages.warning(request, stopped.problems[0].text)
    except WrongStatus:
        messages.warning(request, _("This report has moved on since you opened the page."))
    else:
        names = ", ".join(person.name for person in asked)
        messages.success(request, _("A reminder is on its way to %(names)s.") % {"names": names})
    return redirect("applications:report_approval", report.application.reference, report.slug)
