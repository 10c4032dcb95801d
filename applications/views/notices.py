"""A person's notices: the list, one to read, and how they want to be told."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.forms.notices import NoticeForm
from applications.noticeboard import notices_of
from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post, post_only
from icld_portal.paging import page_of
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_only
def notices(request: PortalRequest) -> HttpResponse:
    """Everything the portal has written to this person, the newest first."""
    page = page_of(request, notices_of(request.user).defer("body"))
    return render(request, "applications/notices.html", {"page_obj": page})


@PARTIES_AND_OFFICE
@get_only
def notice(request: PortalRequest, pk: int) -> HttpResponse:
    """One notice, as it was or would have been mailed; opening it marks it as read."""
    found = get_object_or_404(notices_of(request.user), pk=pk)
    if found.seen_at is None and request.method == "GET":
        found.seen_at = request.received_at
        found.save(update_fields=["seen_at"])
    return render(request, "applications/notice.html", {"notice": found})


@PARTIES_AND_OFFICE
@post_only
def read_all(request: PortalRequest) -> HttpResponse:
    """Mark every notice as read."""
    notices_of(request.user).filter(seen_at=None).update(seen_at=request.received_at)
    messages.success(request, _("All notices are marked as read."))
    return redirect("applications:notices")


@PARTIES_AND_OFFICE
@get_or_post
def notice_settings(request: PortalRequest) -> HttpResponse:
    """Choose, topic by topic, between mail at once, one mail a day, and the portal alone."""
    form = NoticeForm(request.POST or None, user=request.user)
    if form.is_bound and form.is_valid():
        form.save(request.user)
        messages.success(request, _("Your choice is saved."))
        return redirect("applications:notice_settings")
    status = 422 if form.is_bound else 200
    return render(request, "applications/notice_settings.html", {"form": form}, status=status)
