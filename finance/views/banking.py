"""Bank details of an organisation, and the accounts ICLD books payments on."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from finance import rules
from finance.models import BookAccounts
from finance.paying import bank as details
from finance.paying import exporting
from finance.views.paying_forms import BankForm, BooksForm
from icld_portal.access import OFFICE, PARTIES_AND_OFFICE, get_or_post
from icld_portal.problems import NotReady
from partnerships.models import Organisation
from partnerships.requests import PortalRequest

MOST_SHOWN = 20


@PARTIES_AND_OFFICE
@get_or_post
def bank(request: PortalRequest, pk: int) -> HttpResponse:
    """Show where an organisation is paid and what it was before, and take new details."""
    register = Organisation.objects.visible_to(request.user)
    organisation = get_object_or_404(register, pk=pk)
    if not rules.may_see_bank_details(request.user, organisation):
        raise Http404("not of this organisation")
    may_enter = rules.may_enter_bank_details(request.user, organisation)
    if request.method == "POST" and not may_enter:
        raise PermissionDenied("enter_bank_details")
    form = BankForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = details.enter(
                organisation, by=request.user, at=request.received_at, **form.cleaned_data
            )
        except NotReady as refused:
            form.show(refused.problems)
        else:
            told = _("The bank details are saved as version %(version)d.")
            messages.success(request, told % {"version": made.version})
            return redirect("finance:bank", pk)
    rows = organisation.bank_details.select_related("entered_by").order_by("-version")
    context = {
        "organisation": organisation,
        "rows": rows[:MOST_SHOWN],
        "form": form if may_enter else None,
    }
    return render(request, "finance/bank.html", context, status=422 if form.errors else 200)


@OFFICE
@get_or_post
def books(request: PortalRequest) -> HttpResponse:
    """Show and change the accounts that payments are booked on in ICLD's books."""
    may_enter = rules.may_export(request.user)
    if request.method == "POST" and not may_enter:
        raise PermissionDenied("enter_book_accounts")
    stored = exporting.book_accounts()
    form = BooksForm(request.POST if request.method == "POST" else None, initial=stored)
    if form.is_bound and form.is_valid():
        try:
            exporting.enter_book_accounts(
                by=request.user, at=request.received_at, **form.cleaned_data
            )
        except NotReady as refused:
            form.show(refused.problems)
        else:
            messages.success(request, _("The accounts are saved. The next export uses them."))
            return redirect("finance:books")
    context = {
        "form": form if may_enter else None,
        "stored": stored,
        "rows": BookAccounts.objects.select_related("entered_by")[:MOST_SHOWN],
        "office": Organisation.objects.all().office(),
    }
    return render(request, "finance/office/books.html", context, status=422 if form.errors else 200)
