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
    drafts = rows_for(written[:SHOWN_DRAFTS], request.user)
    # Who may write in it is asked of a draft alone, and so are its parties.
    others = mine.exclude(status=Status.DRAFT).prefetch_related(None)[:SHOWN_OTHERS]
    waiting = todo.waiting_for(request.user, written, organisation=chosen)
    # A draft tells its own deadline.
    coming = Round.objects.all().coming_at(request.received_at)
    context = {
        "organisations": Organisation.objects.of_member(request.user),
        "drafts": drafts,
        "to_sign": todo.agreements_of(request.user),
        "audits": waiting.audits,
        "reports": waiting.reports,
        "follow_ups": waiting.follow_ups,
        "minutes_to_verify": waiting.minutes,
        "today": timezone.localdate(timezone=STOCKHOLM),
        "parts": waiting.parts,
        "mentions": waiting.mentions,
        "others": rows_for(others, request.user),
        "may_start": may_start_any(request.user),
        "round": None if drafts else coming.first(),
    }
    return render(request, "icld_portal/home.html", context)
