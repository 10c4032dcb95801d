"""Where a person lands after signing in: what waits, one next step per case."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from applications import todo
from applications.models import Application, Round, Status
from applications.views.home import may_start_any, rows_for
from icld_portal.access import SIGNED_IN, get_only
from icld_portal.localize import STOCKHOLM
from partnerships.acting import acting_for
from partnerships.models import Organisation
from partnerships.requests import PortalRequest

# The newest are enough here; the list of applications has them all, in pages.
SHOWN_DRAFTS = 10
SHOWN_OTHERS = 10


@SIGNED_IN
@get_only
def home(request: PortalRequest) -> HttpResponse:
    """The to-do of a person of a party; ICLD's people go to their work list."""
    if request.user.office:
        return redirect("applications:worklist")
    if request.user.is_external_assessor and not request.user.is_of_party:
        return redirect("applications:my_assessments")
    mine = Application.objects.visible_to(request.user).for_own_list()
    if chosen := acting_for(request):
        mine = mine.of_organisation(chosen)
    written = mine.filter(status=Status.DRAFT)
    drafts = written[:SHOWN_DRAFTS]
    others = mine.exclude(status=Status.DRAFT)[:SHOWN_OTHERS]
    context = {
        "organisations": Organisation.objects.of_member(request.user).select_related("country"),
        "drafts": rows_for(drafts, request.user),
        "to_sign": todo.agreements_of(request.user),
        "follow_ups": todo.follow_ups_of(request.user),
        "today": timezone.localdate(timezone=STOCKHOLM),
        "parts": todo.parts_of(request.user, written),
        "mentions": todo.mentions_of(request.user, written),
        "others": rows_for(others, request.user),
        "may_start": may_start_any(request.user),
        "round": Round.objects.all().coming_at(request.received_at).first(),
    }
    return render(request, "icld_portal/home.html", context)
