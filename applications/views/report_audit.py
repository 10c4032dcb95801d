"""The audit of a year's accounts as the parties and ICLD meet it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.forms.audits import AuditorForm, CertificateForm, SetAsideForm
from applications.models import Audit, Report
from applications.read_answers import shown
from applications.reports import audits, rules
from applications.reports.finding import report_of
from applications.workflow import auditing
from icld_portal import files
from icld_portal.access import PARTIES_AND_OFFICE, get_only, post_only
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest
from partnerships.workflow import InvitationClosed


def audited_report(request: PortalRequest, reference: str, slug: str) -> Report:
    """Return a report with accounts that the person reads; Http404 otherwise."""
    report = report_of(request, reference, slug)
    if report.statement_id is None:
        raise Http404("no accounts")
    return report


@PARTIES_AND_OFFICE
@get_only
def audit(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Show how the audit stands; the grantee's writers invite, or send in the certificate."""
    report = audited_report(request, reference, slug)
    if not rules.may_see_narrative(request.user, report):
        return redirect("applications:auditing", reference, slug)
    return show(request, report)


def show(
    request: PortalRequest,
    report: Report,
    *,
    invite_form: AuditorForm | None = None,
    certificate_form: CertificateForm | None = None,
    aside_form: SetAsideForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the page, with a form that was refused."""
    found = audits.standing(report)
    may_manage = rules.may_account(request.user, report) and audits.is_open(report)
    earlier = report.audits.exclude(revoked_at=None, lapsed_at=None)
    uncertified = found is None or found.certified_at is None
    certificate = certificate_form
    if may_manage and uncertified and certificate is None:
        read = audits.accounts_of(report)
        certificate = CertificateForm(initial={"sha256": read.sha256})
    context: dict[str, Any] = {
        "report": report,
        "application": report.application,
        "audit": found,
        "checklist": checklist_of(found) if found and found.certified_at else [],
        "earlier": [(one, audits.changed_words(one)) for one in earlier.select_related("user")],
        "may_manage": may_manage,
        "invite_form": invite_form or AuditorForm(initial={"language": "sv"}),
        "certificate_form": certificate,
        "aside_form": aside_form or SetAsideForm(),
    }
    return render(request, "applications/audit.html", context, status=status)


def checklist_of(audit: Audit) -> list[tuple[Any, str]]:
    """Return the questions of the checklist that were answered, with the answers."""
    answers = audit.sheet.answers.select_related("question").prefetch_related("question__options")
    return [
        (one.question, shown(one.question, one.text))
        for one in answers.order_by("question__section__sort_order", "question__sort_order")
        if one.text.strip()
    ]


def managed(request: PortalRequest, reference: str, slug: str) -> Report:
    """Return the report for a deed of the grantee's; PermissionDenied for others."""
    report = audited_report(request, reference, slug)
    if not rules.may_account(request.user, report):
        raise PermissionDenied("audit")
    return report


def standing_of(report: Report) -> Audit:
    """Return what stands; Http404 when it has been taken away meanwhile."""
    found = audits.standing(report)
    if found is None:
        raise Http404("no audit")
    return found


def _moved_on(request: PortalRequest, report: Report) -> HttpResponse:
    text = _("The audit has moved on since you opened the page. Nothing was done.")
    messages.warning(request, text)
    return _back(report)


def _back(report: Report) -> HttpResponse:
    return redirect("applications:audit", report.application.reference, report.slug)


@PARTIES_AND_OFFICE
@post_only
def invite(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Invite an auditor to this report."""
    report = managed(request, reference, slug)
    form = AuditorForm(request.POST)
    if not form.is_valid():
        return show(request, report, invite_form=form, status=422)
    try:
        auditing.invite_auditor(
            report, by=request.user, at=request.received_at, **form.cleaned_data
        )
    except WrongStatus:
        return _moved_on(request, report)
    except NotReady as refused:
        form.show(refused.problems)
        return show(request, report, invite_form=form, status=422)
    words = {"email": form.cleaned_data["email"]}
    messages.success(request, _("An invitation is on its way to %(email)s.") % words)
    return _back(report)


@PARTIES_AND_OFFICE
@post_only
def invite_again(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Send the letter again, with a new link."""
    report = managed(request, reference, slug)
    try:
        sent = auditing.invite_again(standing_of(report), by=request.user, at=request.received_at)
    except (InvitationClosed, WrongStatus):
        return _moved_on(request, report)
    words = {"email": sent.email}
    messages.success(request, _("An invitation is on its way to %(email)s.") % words)
    return _back(report)


@PARTIES_AND_OFFICE
@post_only
def withdraw(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Take the invitation back: its link stops working, and the report closes to the auditor."""
    report = managed(request, reference, slug)
    try:
        gone = auditing.withdraw_auditor(
            standing_of(report), by=request.user, at=request.received_at
        )
    except WrongStatus:
        return _moved_on(request, report)
    words = {"email": gone.email}
    messages.success(request, _("The invitation to %(email)s is withdrawn.") % words)
    return _back(report)


@PARTIES_AND_OFFICE
@post_only
def upload(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Take in the signed certificate of an auditor who does not sign in."""
    report = managed(request, reference, slug)
    form = CertificateForm(request.POST, request.FILES)
    if not form.is_valid():
        return show(request, report, certificate_form=form, status=422)
    facts = {name: value for name, value in form.cleaned_data.items() if name != "file"}
    try:
        auditing.upload_certificate(
            report, form.cleaned_data["file"], by=request.user, at=request.received_at, **facts
        )
    except WrongStatus:
        return _moved_on(request, report)
    except NotReady as refused:
        form.show(refused.problems)
        return show(request, report, certificate_form=form, status=422)
    messages.success(request, _("The audit certificate is kept with the report."))
    return _back(report)


@PARTIES_AND_OFFICE
@post_only
def set_aside(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Take back a certificate that was given by mistake."""
    report = managed(request, reference, slug)
    form = SetAsideForm(request.POST)
    if not form.is_valid():
        return show(request, report, aside_form=form, status=422)
    try:
        auditing.set_certificate_aside(
            standing_of(report),
            reason=form.cleaned_data["reason"],
            by=request.user,
            at=request.received_at,
        )
    except WrongStatus:
        return _moved_on(request, report)
    messages.success(request, _("The certificate counts no more. It stays in the history."))
    return _back(report)


@PARTIES_AND_OFFICE
@get_only
def certificate(request: PortalRequest, reference: str, slug: str, pk: int) -> HttpResponseBase:
    """Hand out a certificate that was sent in as a file."""
    report = audited_report(request, reference, slug)
    if not rules.may_see_narrative(request.user, report):
        raise Http404("not for the auditor")
    found = get_object_or_404(report.audits.exclude(file=""), pk=pk)
    try:
        return files.hand_out(found.file, found.file_name, found.content_type, inline=True)
    except files.Held as held:
        messages.error(request, str(held))
        return _back(report)
