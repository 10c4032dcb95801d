"""ICLD's payments: the list, one payment with its deeds, and claims for money back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance import rules
from finance.models import Grant, Payment, PaymentStatus, Repayment
from finance.models.payments import RepaymentStatus
from finance.paying import deeds
from finance.paying.words import in_words
from finance.views.paying_forms import DayForm, ReasonForm
from icld_portal.access import OFFICE, get_only, get_or_post
from icld_portal.events import events_of
from icld_portal.page_forms import PageForm
from icld_portal.paging import page_of
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships.models import User
from partnerships.requests import PortalRequest

# The tabs of the list; what is held is shown apart from where it stands.
STATES: dict[str, tuple[Promise | str, Q]] = {
    "due": (gettext_lazy("To be prepared"), Q(status="due", held_reason="")),
    "prepared": (gettext_lazy("To be approved"), Q(status="prepared", held_reason="")),
    "approved": (gettext_lazy("To be sent"), Q(status="approved", export=None, held_reason="")),
    "held": (
        gettext_lazy("Held"),
        ~Q(held_reason="") & ~Q(status__in=[PaymentStatus.PAID, PaymentStatus.CANCELLED]),
    ),
    "sent": (gettext_lazy("With the bank"), Q(status="approved", export__isnull=False)),
    "paid": (gettext_lazy("Paid"), Q(status="paid")),
}


def payments_of(user: User) -> QuerySet[Payment]:
    """Return the payments a page starts from, with what each row shows."""
    found = Payment.objects.all().visible_to(user)
    return found.select_related("grant__grantee", "bank_details", "export")


@OFFICE
@get_only
def payments(request: PortalRequest) -> HttpResponse:
    """List payments by where they stand; the first tab that has any is opened."""
    counted = Payment.objects.all().visible_to(request.user)
    numbers = counted.aggregate(
        **{name: Count("pk", filter=where) for name, (_label, where) in STATES.items()}
    )
    state = request.GET.get("state") or next((name for name in STATES if numbers[name]), "due")
    if state not in STATES or set(request.GET) - {"state", "page"}:
        raise Http404("no such list")
    rows = payments_of(request.user).filter(STATES[state][1]).order_by("due_at", "pk")
    context = {
        "tabs": [(name, label, numbers[name]) for name, (label, _where) in STATES.items()],
        "state": state,
        "page_obj": page_of(request, rows),
        "may_export": rules.may_export(request.user),
        "claims": _claims(request.user).filter(status=RepaymentStatus.CLAIMED).count(),
    }
    return render(request, "finance/office/payments.html", context)


def _claims(user: User) -> QuerySet[Repayment]:
    return Repayment.objects.filter(grant__in=Grant.objects.all().visible_to(user))


@OFFICE
@get_or_post
def payment(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one payment with how it came about, and do what its buttons say."""
    found = get_object_or_404(payments_of(request.user), pk=pk)
    forms: dict[str, PageForm] = {}
    problems: list[Problem] = []
    if request.method == "POST":
        deed = DEEDS.get(request.POST.get("deed", ""))
        if deed is None:
            raise BadRequest("no such deed")
        form = deed.form(request.POST) if deed.form else None
        if form is None or form.is_valid():
            try:
                deed.do(found, request, form.cleaned_data if form else {})
            except NotReady as refused:
                if form:
                    form.show(refused.problems)
                else:
                    problems = refused.problems
            except WrongStatus:
                messages.warning(request, _("The payment has moved on since you opened the page."))
                return redirect("finance:payment", pk)
            else:
                messages.success(request, str(deed.told))
                return redirect("finance:payment", pk)
        if form:
            forms[request.POST["deed"]] = form
    context = _context(found, request.user) | {"problems": problems}
    context["open"] = [
        (name, deed, forms.get(name) or (deed.form() if deed.form else None))
        for name, deed in DEEDS.items()
        if deed.is_open(found, request.user)
    ]
    context["error_form"] = next(iter(forms.values()), None)
    status = 422 if problems or forms else 200
    return render(request, "finance/office/payment.html", context, status=status)


def _context(found: Payment, user: User) -> dict[str, Any]:
    newest = deeds.newest_details(found.grant.grantee_id)
    return {
        "payment": found,
        "details": found.bank_details or newest,
        "held": in_words(found.held_reason),
        "history": _history(found),
        "own": rules.is_own(user, found.grant),
        "awaits_another": found.status == PaymentStatus.PREPARED
        and found.prepared_by_id == user.pk,
    }


WORDS: dict[str, Promise | str] = {
    "make_due": gettext_lazy("The payment became due"),
    "prepare_payment": gettext_lazy("Prepared"),
    "approve_payment": gettext_lazy("The payment was approved"),
    "export_payment": gettext_lazy("Sent to the bank"),
    "mark_paid": gettext_lazy("Marked as paid"),
    "send_back_payment": gettext_lazy("Sent back to be prepared anew"),
    "hold_payment": gettext_lazy("The payment was held"),
    "release_payment": gettext_lazy("Allowed to go on"),
    "cancel_payment": gettext_lazy("Cancelled: the accounts were approved anew"),
}


def _history(found: Payment) -> list[dict[str, Any]]:
    """Return what happened to a payment, in words, the oldest first."""
    rows = list(events_of(found).order_by("at", "pk"))
    people = User.objects.in_bulk({row.actor_id for row in rows if row.actor_id})
    return [
        {
            "at": row.at,
            "words": WORDS.get(row.verb, row.verb),
            "who": people[row.actor_id].name if row.actor_id in people else "",
            "reason": in_words(row.facts.get("reason", "")),
        }
        for row in rows
    ]


class Deed:
    """One button of the page: its words, its form, when it is open and what it does."""

    def __init__(
        self,
        label: Promise | str,
        told: Promise | str,
        do: Callable[[Payment, PortalRequest, dict[str, Any]], object],
        is_open: Callable[[Payment, User], bool],
        form: type[PageForm] | None = None,
    ) -> None:
        self.label, self.told, self.do, self.is_open = label, told, do, is_open
        self.form = form


def _by(request: PortalRequest) -> dict[str, Any]:
    return {"by": request.user, "at": request.received_at}


def _goes_on(transition: Any) -> Callable[[Payment, User], bool]:
    return lambda found, user: not found.held_reason and transition.is_open_to(user, found)


def _is_under_way(found: Payment) -> bool:
    ended = found.status in {PaymentStatus.PAID, PaymentStatus.CANCELLED}
    return not ended and found.export_id is None


DEEDS: dict[str, Deed] = {
    "prepare": Deed(
        gettext_lazy("Prepare the payment"),
        gettext_lazy("The payment is prepared. Somebody else approves it."),
        lambda found, request, _data: deeds.prepare(found, **_by(request)),
        _goes_on(deeds.PREPARE),
    ),
    "approve": Deed(
        gettext_lazy("Approve the payment"),
        gettext_lazy("The payment is approved and can be sent to the bank."),
        lambda found, request, _data: deeds.approve(found, **_by(request)),
        _goes_on(deeds.APPROVE),
    ),
    "paid": Deed(
        gettext_lazy("Mark as paid"),
        gettext_lazy("The payment is marked as paid. The parties are told."),
        lambda found, request, data: deeds.mark_paid(found, **data, **_by(request)),
        lambda found, user: found.export_id is not None and deeds.MARK_PAID.is_open_to(user, found),
        DayForm,
    ),
    "release": Deed(
        gettext_lazy("Let the payment go on"),
        gettext_lazy("The payment is no longer held."),
        lambda found, request, _data: deeds.release(found, **_by(request)),
        lambda found, user: (
            bool(found.held_reason) and _is_under_way(found) and rules.may_hold_payment(user, found)
        ),
    ),
    "send_back": Deed(
        gettext_lazy("Send back to be prepared anew"),
        gettext_lazy("The payment is sent back."),
        lambda found, request, data: deeds.send_back(found, **data, **_by(request)),
        lambda found, user: found.export_id is None and deeds.SEND_BACK.is_open_to(user, found),
        ReasonForm,
    ),
    "hold": Deed(
        gettext_lazy("Hold the payment"),
        gettext_lazy("The payment is held."),
        lambda found, request, data: deeds.hold(found, **data, **_by(request)),
        lambda found, user: (
            not found.held_reason and _is_under_way(found) and rules.may_hold_payment(user, found)
        ),
        ReasonForm,
    ),
}


@OFFICE
@get_only
def repayments(request: PortalRequest) -> HttpResponse:
    """List what grantees are to pay back, what has not come first."""
    rows = _claims(request.user).select_related("grant__grantee").order_by("status", "claimed_at")
    context = {"page_obj": page_of(request, rows)}
    return render(request, "finance/office/repayments.html", context)


@OFFICE
@get_or_post
def repayment(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one claim, and note the day it was paid back."""
    claim = get_object_or_404(_claims(request.user).select_related("grant__grantee"), pk=pk)
    may_receive = rules.may_receive(request.user, claim)
    if request.method == "POST" and not may_receive:
        raise PermissionDenied("receive_repayment")
    form = DayForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            deeds.receive(claim, on=form.cleaned_data["on"], **_by(request))
        except NotReady as refused:
            form.show(refused.problems)
        except WrongStatus:
            messages.info(request, _("The repayment has been noted already."))
            return redirect("finance:repayment", pk)
        else:
            messages.success(request, _("The repayment is noted. The parties are told."))
            return redirect("finance:repayment", pk)
    is_open = claim.status == RepaymentStatus.CLAIMED
    context = {
        "claim": claim,
        "reason": in_words(claim.reason),
        "form": form if may_receive and is_open else None,
    }
    status = 422 if form.errors else 200
    return render(request, "finance/office/repayment.html", context, status=status)
