"""ICLD controls a report: its rows, the checklist, the approval and taking it back."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications import workflow
from applications.forms.reports_control import (
    ChecklistForm,
    WithdrawForm,
    amount_of,
    initial_of,
    said_in,
)
from applications.models import Report, ReportStatus
from applications.reports import control as controls
from applications.reports import rules
from applications.reports.finding import report_of
from finance.models import Verdict
from finance.paying.payable import Payable, payable_of, progress_of
from icld_portal.access import OFFICE, get_or_post, post_only
from icld_portal.localize import grouped
from icld_portal.paging import page_of
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest

KINDS = {
    controls.LINES: gettext_lazy("Costs"),
    controls.SALARIES: gettext_lazy("Salaries"),
}
SHOWN = {
    "": gettext_lazy("All"),
    "left": gettext_lazy("Not controlled"),
    "query": gettext_lazy("With a query"),
    "adjusted": gettext_lazy("Adjusted"),
}
VERDICTS = [
    (Verdict.APPROVED, gettext_lazy("Approve in full")),
    (Verdict.ADJUSTED, gettext_lazy("Adjust")),
    (Verdict.QUERY, gettext_lazy("Query")),
]


def _report(request: PortalRequest, reference: str, slug: str) -> Report:
    return report_of(request, reference, slug)


def _controlled(request: PortalRequest, reference: str, slug: str) -> Report:
    found = _report(request, reference, slug)
    if not rules.may_control(request.user, found):
        raise PermissionDenied("control")
    return found


def _moved_on(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    messages.warning(request, _("The report has moved on since you opened the page."))
    return redirect("applications:report_control", reference, slug)


@OFFICE
@get_or_post
def control(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Show the control with its rows, sums and what stops the approval; keep a page of rows."""
    if request.method != "POST":
        return _page(request, _report(request, reference, slug))
    found = _controlled(request, reference, slug)
    try:
        said = list(said_in(request.POST))
        number = workflow.review_rows(found, said, by=request.user, at=request.received_at)
    except ValidationError as error:
        return _page(request, found, [Problem(error.messages[0], anchor=str(error.code))])
    except NotReady as refused:
        return _page(request, found, refused.problems)
    except WrongStatus:
        return _moved_on(request, reference, slug)
    told = ngettext("%(n)d row is kept.", "%(n)d rows are kept.", number)
    messages.success(request, told % {"n": number})
    return redirect(request.get_full_path())


def _page(
    request: PortalRequest, found: Report, refused: list[Problem] | None = None
) -> HttpResponse:
    statement = found.statement
    so_far = progress_of(statement) if statement else None
    context: dict[str, Any] = {
        "report": found,
        "refused": refused,
        "problems": controls.approval_problems(found, so_far),
        "control": controls.standing(found),
        "may_control": rules.may_control(request.user, found),
        "is_open": found.status == ReportStatus.SUBMITTED,
        "verdicts": VERDICTS,
    }
    if statement is not None:
        kind, shown = request.GET.get("kind", controls.LINES), request.GET.get("show", "")
        if kind not in KINDS or shown not in SHOWN:
            raise Http404("no such rows")
        page = page_of(request, controls.rows_of(statement, kind, shown))
        context |= {
            "kind": kind,
            "shown": shown,
            "kinds": KINDS.items(),
            "filters": SHOWN.items(),
            "page_obj": page,
            "rows": [_shown_row(kind, row, request) for row in page.object_list],
            "progress": so_far,
            "sums": payable_of(statement),
        }
    status = 422 if refused else 200
    return render(request, "applications/reports/control.html", context, status=status)


def _shown_row(kind: str, row: Any, request: PortalRequest) -> dict[str, Any]:
    """One row of the accounts as the page draws it; what was refused is shown again."""
    review, key, sent = controls.review_of(row), f"{kind}-{row.pk}", request.POST
    adjusted = review is not None and review.verdict == Verdict.ADJUSTED
    approved = grouped(review.approved) if review and adjusted else ""
    return {
        "row": row,
        "key": key,
        "review": review,
        "seen": controls.mark_of(review),
        "verdict": sent.get(f"verdict-{key}", review.verdict if review else ""),
        "approved": sent.get(f"approved-{key}", approved),
        "reason": sent.get(f"reason-{key}", review.reason if review else ""),
    }


@OFFICE
@post_only
def approve_rest(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Approve every row that nobody has said anything of."""
    found = _controlled(request, reference, slug)
    try:
        number = workflow.approve_rest(found, by=request.user, at=request.received_at)
    except WrongStatus:
        return _moved_on(request, reference, slug)
    told = ngettext("%(n)d row is approved.", "%(n)d rows are approved.", number)
    messages.success(request, told % {"n": number})
    return redirect("applications:report_control", reference, slug)


@OFFICE
@get_or_post
def checklist(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Answer the checklist and write to the parties; kept also when it is half answered."""
    found = _controlled(request, reference, slug)
    standing = controls.standing(found)
    form_version = standing.sheet.question_set if standing else controls.newest_checklist(found)
    initial = initial_of(dict(controls.answers_of(standing)), standing.text if standing else "")
    sent = request.POST if request.method == "POST" else None
    form = ChecklistForm(controls.questions_of(form_version), sent, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            workflow.answer_checklist(
                found,
                form.answers(),
                text=form.cleaned_data["text"] or "",
                by=request.user,
                at=request.received_at,
            )
        except WrongStatus:
            return _moved_on(request, reference, slug)
        messages.success(request, _("The checklist is kept."))
        return redirect("applications:report_control", reference, slug)
    context = {"report": found, "form": form, "version": form_version.version}
    status = 422 if form.errors else 200
    return render(request, "applications/reports/checklist.html", context, status=status)


@OFFICE
@get_or_post
def approve_report(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Read how the sum comes about, then approve the report."""
    found = _controlled(request, reference, slug)
    problems = controls.approval_problems(found)
    sums: Payable | None = payable_of(found.statement) if found.statement else None
    if found.status != ReportStatus.SUBMITTED:
        return _moved_on(request, reference, slug)
    if request.method == "POST":
        try:
            workflow.approve_report(
                found, payable=_read(request), by=request.user, at=request.received_at
            )
        except NotReady as refused:
            problems = refused.problems
        except WrongStatus:
            return _moved_on(request, reference, slug)
        else:
            messages.success(request, _("The report is approved. The parties are told."))
            return redirect("applications:report_control", reference, slug)
    context = {"report": found, "problems": problems, "sums": sums}
    status = 422 if request.method == "POST" else 200
    return render(request, "applications/reports/approve_control.html", context, status=status)


def _read(request: PortalRequest) -> Decimal | None:
    try:
        return amount_of(request.POST.get("payable", ""))
    except ValidationError:
        return Decimal(-1)


@OFFICE
@get_or_post
def withdraw_approval(request: PortalRequest, reference: str, slug: str) -> HttpResponse:
    """Take back the approval of a report, with the reason that the parties read."""
    found = _controlled(request, reference, slug)
    if found.status != ReportStatus.APPROVED:
        return _moved_on(request, reference, slug)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            workflow.withdraw_approval(
                found, reason=form.cleaned_data["reason"], by=request.user, at=request.received_at
            )
        except NotReady as refused:
            form.show(refused.problems)
        except WrongStatus:
            return _moved_on(request, reference, slug)
        else:
            messages.success(request, _("The approval is withdrawn. The parties are told."))
            return redirect("applications:report_control", reference, slug)
    context = {"report": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "applications/reports/withdraw_approval.html", context, status=status)
