"""Sending approved payments to the bank and the books, and the files of what was sent."""

import contextlib

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from finance import rules
from finance.ledger import NOTHING
from finance.models import Payment, PaymentExport, PaymentStatus
from finance.paying import exporting, files
from finance.views.paying_forms import DayForm, ExportForm
from finance.views.payments import STATES, payments_of
from icld_portal.access import OFFICE, get_only, get_or_post
from icld_portal.localize import STOCKHOLM
from icld_portal.paging import page_of
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


def _chosen(request: PortalRequest) -> list[int]:
    """Return the ids in the form, as far as they are numbers that can be ids."""
    found = []
    for text in request.POST.getlist("payment")[: exporting.MOST_PAYMENTS + 1]:
        with contextlib.suppress(ValueError):
            found.append(int(text[:18]))
    return found


@OFFICE
@get_or_post
def export(request: PortalRequest) -> HttpResponse:
    """Choose among the approved payments, read every recipient, then send them together."""
    if not rules.may_export(request.user):
        raise PermissionDenied("export_payments")
    ready = payments_of(request.user).filter(STATES["approved"][1]).order_by("approved_at", "pk")
    today = timezone.localtime(request.received_at, STOCKHOLM).date()
    is_sent = request.method == "POST"
    form = ExportForm(request.POST if is_sent else None, initial={"pay_on": today})
    rows = list(
        ready.filter(pk__in=_chosen(request)) if is_sent else ready[: exporting.MOST_PAYMENTS]
    )
    if is_sent and form.is_valid():
        if len(rows) != len(set(_chosen(request))):
            messages.warning(request, _("A payment has moved on since you opened the page."))
            return redirect("finance:export")
        if not rows:
            form.add_error(None, _("Choose at least one payment."))
        elif request.POST.get("sure") == "yes" and (made := _made(request, form, rows)):
            return made
    if is_sent and not rows:
        rows = list(ready[: exporting.MOST_PAYMENTS])
        is_sent = False
    context = {
        "form": form,
        "rows": rows,
        "is_check": is_sent and not form.errors,
        "is_chosen": is_sent,
        "total": sum((one.amount for one in rows), NOTHING),
    }
    return render(
        request, "finance/office/export.html", context, status=422 if form.errors else 200
    )


def _made(request: PortalRequest, form: ExportForm, rows: list[Payment]) -> HttpResponse | None:
    try:
        made = exporting.export(
            [one.pk for one in rows],
            pay_on=form.cleaned_data["pay_on"],
            by=request.user,
            at=request.received_at,
        )
    except NotReady as refused:
        form.show(refused.problems)
        return None
    except WrongStatus:
        messages.warning(request, _("A payment has moved on since you opened the page."))
        return redirect("finance:export")
    messages.success(request, _("The payments are sent. Fetch the files for the bank here."))
    return redirect("finance:payment_export", made.number)


@OFFICE
@get_only
def payment_exports(request: PortalRequest) -> HttpResponse:
    """List what was sent to the bank, the latest first."""
    rows = PaymentExport.objects.all().visible_to(request.user).select_related("made_by")
    context = {"page_obj": page_of(request, rows.order_by("-number"))}
    return render(request, "finance/office/exports.html", context)


@OFFICE
@get_or_post
def payment_export(request: PortalRequest, number: int) -> HttpResponse:
    """Show what was sent and its files; mark all of it as paid."""
    found = get_object_or_404(
        PaymentExport.objects.all().visible_to(request.user).select_related("made_by"),
        number=number,
    )
    rows = list(payments_of(request.user).filter(export=found).order_by("pk"))
    left = [one for one in rows if one.status == PaymentStatus.APPROVED]
    may_pay = all(rules.may_pay(request.user, one) for one in left)
    if request.method == "POST" and not may_pay:
        raise PermissionDenied("mark_paid")
    form = DayForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            exporting.mark_export_paid(
                found, on=form.cleaned_data["on"], by=request.user, at=request.received_at
            )
        except NotReady as refused:
            form.show(refused.problems)
        except WrongStatus:
            messages.info(request, _("All of it is marked as paid already."))
            return redirect("finance:payment_export", number)
        else:
            messages.success(request, _("All of it is marked as paid. The parties are told."))
            return redirect("finance:payment_export", number)
    context = {
        "export": found,
        "rows": rows,
        "left": left,
        "form": form if left and may_pay else None,
        "kinds": list(files.KINDS),
    }
    status = 422 if form.errors else 200
    return render(request, "finance/office/payment_export.html", context, status=status)


@OFFICE
@get_only
def export_file(request: PortalRequest, number: int, kind: str) -> HttpResponse:
    """Send one of the files of an export: csv, xlsx, sie or pain."""
    found = get_object_or_404(PaymentExport.objects.all().visible_to(request.user), number=number)
    if not rules.may_export(request.user):
        raise PermissionDenied("export_file")
    made = files.KINDS.get(kind)
    if made is None:
        raise Http404("no such file")
    response = HttpResponse(made.make(found.content), content_type=made.content_type)
    name = f"utbetalning-{found.number}.{made.suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
