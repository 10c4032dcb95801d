"""The letters of a proposed decision, read before they are sent: exactly what will go out."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from applications import letter_texts, workflow
from applications.models import Application, PendingDecision, Status
from applications.text_previews import letters_of_decision
from applications.views.assessing import moved_on, staff_cases
from applications.views.rounds import round_with
from icld_portal.access import OFFICE, get_only
from partnerships.requests import PortalRequest


@OFFICE
@get_only
def meeting_letters(request: PortalRequest, deadline: str, handle: str) -> HttpResponse:
    """The letters of one case of a meeting, as its release will send them."""
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    if application.status != Status.IN_ASSESSMENT:
        return moved_on(request, application)
    pending = get_object_or_404(
        PendingDecision.objects.select_related("application", "meeting__round").prefetch_related(
            "years"
        ),
        meeting__round=round_with(deadline),
        application=application,
    )
    return _show(request, application, pending)


@OFFICE
@get_only
def decision_letters(request: PortalRequest, handle: str) -> HttpResponse:
    """The letters of a decision that is proposed outside a meeting."""
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    pending = workflow.proposed_alone(application)
    if application.status != Status.IN_ASSESSMENT or pending is None:
        return moved_on(request, application)
    return _show(request, application, pending)


def _show(
    request: PortalRequest, application: Application, pending: PendingDecision
) -> HttpResponse:
    words = letter_texts.words_of_proposal(pending, request.received_at)
    letters = letters_of_decision(application, words)
    context = {
        "application": application,
        "pending": pending,
        "mails": letters.mails_by_text(),
        "previews": letters.papers,
    }
    return render(request, "applications/office/decision_letters.html", context)
