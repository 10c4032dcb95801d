"""Verifying minutes: read, show the second factor; and the papers of verified minutes."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post
from icld_portal.canonical import fingerprint_of
from icld_portal.localize import day
from icld_portal.problems import NotReady
from icld_portal.second_factor import key_options
from icld_portal.stored_papers import stored_or_coming
from icld_portal.workflow import WrongStatus
from partnerships import minutes, rules
from partnerships.forms.minutes import VerifyForm
from partnerships.models import MeetingStatus, SteeringMeeting
from partnerships.requests import PortalRequest
from partnerships.views.minutes import meeting_with_minutes, moved_on
from partnerships.workflow.minutes import (
    ChangedSinceRead,
    own_seat,
    verify_minutes,
    verifying_problems,
)


@PARTIES_AND_OFFICE
@get_or_post
def verify(request: PortalRequest, pk: int) -> HttpResponse:
    """Show the whole minutes and, at their end, the form to verify them."""
    meeting = meeting_with_minutes(request, pk)
    if not rules.may_verify_minutes(request.user, meeting):
        raise PermissionDenied("verify_meeting")
    if meeting.status != MeetingStatus.HELD:
        return redirect("partnerships:minutes", meeting.pk)
    content = minutes.content_of(meeting)
    if request.method != "POST":
        return _show(request, meeting, content, None)
    form = VerifyForm(request.POST)
    if not form.is_valid():
        return _show(request, meeting, content, form, status=422)
    # Nobody's code is used up by a form that could not be kept.
    if form.cleaned_data["sha256"] != fingerprint_of(content):
        return _read_again(request, meeting)
    if verifying_problems(meeting, request.user, content, at=request.received_at):
        return _show(request, meeting, content, None, status=422)
    method = form.factor(request.user)
    if not method:
        return _show(request, meeting, content, form, status=422)
    return _verify(request, meeting, sha256=form.cleaned_data["sha256"], method=method)


def _verify(
    request: PortalRequest, meeting: SteeringMeeting, *, sha256: str, method: str
) -> HttpResponse:
    try:
        done = verify_minutes(
            meeting, by=request.user, sha256=sha256, method=method, at=request.received_at
        )
    except ChangedSinceRead:
        return _read_again(request, meeting)
    except WrongStatus:
        return moved_on(request, meeting)
    except NotReady as stopped:
        messages.warning(request, stopped.problems[0].text)
        return redirect("partnerships:verify_minutes", meeting.pk)
    if done.status == MeetingStatus.VERIFIED:
        messages.success(request, _("The minutes are verified by all parties."))
    else:
        messages.success(request, _("You have verified the minutes for your party."))
    return redirect("partnerships:minutes", meeting.pk)


def _read_again(request: PortalRequest, meeting: SteeringMeeting) -> HttpResponse:
    messages.warning(
        request, _("Somebody has changed the minutes since you opened them. Read them again.")
    )
    return redirect("partnerships:verify_minutes", meeting.pk)


def _show(
    request: PortalRequest,
    meeting: SteeringMeeting,
    content: minutes.Content,
    form: VerifyForm | None,
    *,
    status: int = 200,
) -> HttpResponse:
    problems = verifying_problems(meeting, request.user, content, at=request.received_at)
    seat = None if problems else own_seat(meeting, request.user)
    context: dict[str, Any] = {
        "meeting": meeting,
        "minutes": minutes.read(content),
        "problems": problems,
        "party": seat.term.seat.party if seat and seat.term else None,
        "has_factor": is_mfa_enabled(request.user),
        "form": form or VerifyForm(initial={"sha256": fingerprint_of(content)}),
        "key_options": None if problems else key_options(request.user),
        "may_write": rules.may_write_of_meeting(request.user, meeting),
    }
    return render(request, "partnerships/verify_minutes.html", context, status=status)


@PARTIES_AND_OFFICE
@get_only
def minutes_paper(request: PortalRequest, pk: int, language: str) -> HttpResponseBase:
    """Show verified minutes as a PDF, as they were frozen, or say that it is being made."""
    meeting = meeting_with_minutes(request, pk)
    if meeting.status != MeetingStatus.VERIFIED or language not in dict(settings.LANGUAGES):
        raise Http404("no such paper")
    made = meeting.papers.filter(language=language).first()
    title = _("Minutes %(day)s") % {"day": day(meeting.starts_at)}
    return stored_or_coming(request, made, title=title, lead=meeting.group.name)
