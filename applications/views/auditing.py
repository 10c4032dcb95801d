"""What an auditor sees: one report's accounts, the checklist, the certificate to sign."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.finding import is_handle
from applications.forms.answers import AnswersForm
from applications.forms.audits import CertifyForm
from applications.models import Audit
from applications.models.reports import ReportQuerySet
from applications.reports import audits
from applications.reports.finding import for_page
from applications.versions import whole
from applications.views.report_audit import checklist_of
from applications.workflow import auditing as deeds
from finance import statements
from icld_portal import files
from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post, post_only
from icld_portal.paging import page_of
from icld_portal.problems import NotReady
from icld_portal.second_factor import key_options
from icld_portal.shared_texts import StaleText
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest

PARTS = ("accounts", "salaries", "receipts")


def audit_of(request: PortalRequest, reference: str, slug: str) -> Audit:
    """Return this person's newest audit of the report; Http404 for everybody else."""
    if not is_handle(reference):
        raise Http404("no such case")
    reports: Any = for_page()
    seen: ReportQuerySet = reports.by_handle(reference, slug).visible_to(request.user)
    report = get_object_or_404(seen.select_related("grant__grantee"))
    own = report.audits.filter(user=request.user, revoked_at=None)
    found = own.select_related("sheet", "user").order_by("-invited_at", "-pk").first()
    if found is None:
        raise Http404("not the auditor")
    found.report = report
    return found


@PARTIES_AND_OFFICE
@get_or_post
def auditing(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Show the accounts' sum and the checklist, and keep what is answered."""
    audit = audit_of(request, reference, slug)
    form = checklist_form(request, audit)
    if not form.is_bound:
        return show(request, audit, form)
    if not form.is_valid():
        return show(request, audit, form, status=422)
    texts = [(one.subject, one.text, one.version) for one in form.written()]
    try:
        deeds.save_checklist(audit, texts, by=request.user, at=request.received_at)
    except StaleText as stale:
        form.show_conflict(stale.stored.question, stale.stored)
        form.add_error(None, _("You have saved another text in another window. Save again."))
        return show(request, audit, form, status=409)
    except WrongStatus:
        return moved_on(request, audit)
    messages.success(request, _("Your answers are saved. Nothing is certified yet."))
    return redirect("applications:auditing", reference, slug)


def checklist_form(request: PortalRequest, audit: Audit, *, bound: bool = True) -> AnswersForm:
    """The questions of the checklist, with what is answered."""
    sections = whole(audit.sheet.question_set_id).sections.all()
    answers = {one.question_id: one for one in audit.sheet.answers.all()}
    return AnswersForm(
        request.POST if bound and request.method == "POST" else None,
        questions=[question for section in sections for question in section.questions.all()],
        answers=answers,
    )


def show(
    request: PortalRequest,
    audit: Audit,
    form: AnswersForm,
    *,
    certify_form: CertifyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the page, with a form that was refused."""
    report = audit.report
    assert report.statement is not None  # noqa: S101 - an audit is of accounts
    is_open = audit.certified_at is None and audit.lapsed_at is None and audits.is_open(report)
    has_factor = is_mfa_enabled(request.user)
    sha256 = audits.accounts_of(report).sha256
    statement = report.statement
    context: dict[str, Any] = {
        "audit": audit,
        "report": report,
        "application": report.application,
        "total": statements.total(statement),
        "counts": {
            "accounts": statement.lines.count(),
            "salaries": statement.salaries.count(),
            "receipts": statement.receipts.count(),
        },
        "is_open": is_open,
        "has_factor": has_factor,
        "form": form,
        "rows": form.rows() if is_open else [],
        "answers": [] if is_open else checklist_of(audit),
        "certify_form": certify_form or CertifyForm(initial={"sha256": sha256}),
        "key_options": key_options(request.user) if is_open and has_factor else None,
    }
    return render(request, "applications/auditing.html", context, status=status)


def moved_on(request: PortalRequest, audit: Audit) -> HttpResponse:
    """Say that nothing can be written now, and show how it is."""
    messages.warning(
        request, _("The report has moved on since you opened the page. Nothing was saved.")
    )
    return redirect("applications:auditing", audit.report.application.reference, audit.report.slug)


@PARTIES_AND_OFFICE
@post_only
def certify(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Sign the certificate of exactly the accounts that were read, with the second factor."""
    audit = audit_of(request, reference, slug)
    checklist, form = checklist_form(request, audit, bound=False), CertifyForm(request.POST)
    if not form.is_valid() or not (method := form.factor(request.user)):
        return show(request, audit, checklist, certify_form=form, status=422)
    facts = {name: form.cleaned_data[name] for name in ("sha256", "opinion", "remarks")}
    try:
        deeds.certify(
            audit,
            by=request.user,
            statement=form.cleaned_data["statement"],
            method=method,
            at=request.received_at,
            **facts,
        )
    except WrongStatus:
        return moved_on(request, audit)
    except NotReady as refused:
        form.show(refused.problems)
        return show(request, audit, checklist, certify_form=form, status=422)
    messages.success(request, _("The accounts are certified. The grantee is told by letter."))
    return redirect("applications:auditing", reference, slug)


@PARTIES_AND_OFFICE
@get_only
def audited_rows(request: PortalRequest, reference: str, slug: str, part: str) -> HttpResponse:
    """List the accounts, the salary sheet or the receipts, in pages."""
    audit = audit_of(request, reference, slug)
    if part not in PARTS:
        raise Http404("no such part")
    statement = audit.report.statement
    assert statement is not None  # noqa: S101 - an audit is of accounts
    rows: Any = {
        "accounts": statement.lines.select_related("category", "organisation").prefetch_related(
            "receipts"
        ),
        "salaries": statement.salaries.select_related("organisation"),
        "receipts": statement.receipts.select_related("line"),
    }[part]
    context = {
        "audit": audit,
        "report": audit.report,
        "application": audit.report.application,
        "part": part,
        "page_obj": page_of(request, rows),
    }
    return render(request, "applications/audited_rows.html", context)


@PARTIES_AND_OFFICE
@get_only
def audited_receipt(request: PortalRequest, reference: str, slug: str, pk: int) -> HttpResponseBase:
    """Hand out a receipt to the auditor."""
    audit = audit_of(request, reference, slug)
    assert audit.report.statement is not None  # noqa: S101 - an audit is of accounts
    receipt = get_object_or_404(audit.report.statement.receipts, pk=pk)
    try:
        return files.hand_out(receipt.file, receipt.file_name, receipt.content_type, inline=True)
    except files.Held as held:
        messages.error(request, str(held))
        return redirect("applications:audited_rows", reference, slug, "receipts")
