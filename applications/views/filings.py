"""The page where a party writes its own registry number and decision."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import rules
from applications.filings import FilingFacts, save_filing
from applications.finding import case_of
from applications.forms.filings import FilingForm
from icld_portal.access import PARTIES_AND_OFFICE, get_or_post
from partnerships.requests import PortalRequest

FACTS = tuple(FilingFacts.__annotations__)


@PARTIES_AND_OFFICE
@get_or_post
def filing(request: PortalRequest, handle: str, organisation: int) -> HttpResponse:
    """Write what the party's own registry says of the case, at any time."""
    application = case_of(request, handle)
    party = get_object_or_404(application.case_parties, organisation=organisation)
    if not rules.may_file(request.user, application, party.organisation_id):
        raise PermissionDenied("save_filing")
    if request.method != "POST":
        stored = application.filings.filter(organisation=organisation).first()
        form = FilingForm(initial={name: getattr(stored, name, "") for name in FACTS})
    else:
        form = FilingForm(request.POST)
        if form.is_valid():
            facts = cast(FilingFacts, form.cleaned_data)
            save_filing(application, party.organisation, facts, by=request.user)
            messages.success(request, _("The registry number is saved."))
            return redirect(application)
    context = {"application": application, "party": party, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "applications/filing.html", context, status=status)
