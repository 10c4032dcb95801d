"""A group's calendar: one meeting as a file, one's own secret link, and what it answers."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from icld_portal.access import PARTIES_AND_OFFICE, PUBLIC, get_only, get_or_post
from partnerships.calendars import Method, feed, invitation
from partnerships.clocks import clock_of
from partnerships.models import (
    CalendarLink,
    MeetingStatus,
    SteeringGroup,
    SteeringMeeting,
)
from partnerships.quorum import parties_of
from partnerships.requests import PortalRequest
from partnerships.views.meetings import group_for, meeting_for
from partnerships.workflow import calendar_links

# A calendar looks back this far; older meetings are in the portal.
SHOWN_DAYS = 400
TOKEN_MAX_CHARACTERS = 64


@PARTIES_AND_OFFICE
@get_only
def meeting_file(request: PortalRequest, pk: int) -> HttpResponse:
    """One meeting as a calendar file, by the reader's own clock."""
    found = meeting_for(request, pk)
    clock = clock_of(request.user, parties_of(found.group))
    language = request.user.language
    content = invitation(
        found, method=Method.PUBLISH, clock=clock, language=language, at=request.received_at
    )
    return _calendar(content, name="meeting.ics")


@PARTIES_AND_OFFICE
@get_or_post
def calendar(request: PortalRequest, pk: int) -> HttpResponse:
    """One's own secret link to the group's calendar, shown when it is made and never again."""
    group = group_for(request, pk)
    address = ""
    if request.method == "POST":
        if request.POST.get("wish") == "revoke":
            calendar_links.revoke_link(group, by=request.user)
            messages.success(request, _("The link is closed. It answers nobody any more."))
            return redirect("partnerships:calendar", group.pk)
        token = calendar_links.make_link(group, by=request.user)
        address = settings.PUBLIC_URL + reverse("partnerships:calendar_feed", args=[token])
    links = CalendarLink.objects.all().valid().filter(group=group, user=request.user)
    context = {"group": group, "address": address, "link": links.first()}
    return render(request, "partnerships/calendar.html", context)


@PUBLIC
@get_only
def calendar_feed(request: PortalRequest, token: str) -> HttpResponse:
    """Answer a secret link with the meetings its owner may see; nothing else opens it.

    Whoever left the party, may not sign in or has a conflict of interest finds nothing.
    """
    link = _link(token)
    group = SteeringGroup.objects.all().visible_to(link.user).filter(pk=link.group_id).first()
    if group is None:
        raise Http404
    meetings = (
        SteeringMeeting.objects.filter(
            group=group, starts_at__gte=timezone.now() - timedelta(days=SHOWN_DAYS)
        )
        # What nobody was called to is not worth a line when it is cancelled.
        .exclude(status=MeetingStatus.CANCELLED, called_at=None)
        .select_related("group")
        .order_by("starts_at", "pk")
    )
    clock = clock_of(link.user, parties_of(group))
    content = feed(group, meetings, clock=clock, language=link.user.language, at=timezone.now())
    return _calendar(content, name="")


def _link(token: str) -> CalendarLink:
    if len(token) > TOKEN_MAX_CHARACTERS:
        raise Http404
    valid = CalendarLink.objects.all().valid().select_related("user")
    found = valid.filter(token_sha256=calendar_links.hashed(token), user__is_active=True).first()
    if found is None:
        raise Http404
    return found


def _calendar(content: bytes, *, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    # A link that was pasted somewhere public is not to be found by searching.
    response.headers["X-Robots-Tag"] = "noindex"
    if name:
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
