"""Pages of meetings: the list, planning, one meeting, and the deeds that move it on."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post, post_only
from icld_portal.paging import page_of
from icld_portal.problems import NotReady, blocking
from icld_portal.workflow import WrongStatus
from partnerships import agenda, meeting_letters, rules
from partnerships.clocks import clock_of, clocks_of
from partnerships.forms.meetings import MeetingForm, PlanForm
from partnerships.meeting_rows import rows_of
from partnerships.models import MeetingStatus, SteeringGroup, SteeringMeeting
from partnerships.models.matters import addresses_of
from partnerships.quorum import parties_of, quorum, sitting
from partnerships.requests import PortalRequest
from partnerships.workflow import meetings as deeds
from partnerships.workflow.meeting_states import CANCEL, HOLD


def group_for(request: PortalRequest, pk: int, *, runs: bool = False) -> SteeringGroup:
    """Return a group this person may open, or 404; 403 if they should ``run`` it and do not."""
    visible = SteeringGroup.objects.all().visible_to(request.user).select_related("partnership")
    found = get_object_or_404(visible, pk=pk)
    if runs and not rules.may_run_group(request.user, found):
        raise PermissionDenied
    return found


def meeting_for(request: PortalRequest, pk: int, *, keeps: bool = False) -> SteeringMeeting:
    """Return a meeting this person may open, or 404; 403 if they should ``keep`` it and do not."""
    visible = SteeringMeeting.objects.all().visible_to(request.user)
    found = get_object_or_404(visible.select_related("group__partnership"), pk=pk)
    if keeps and not rules.may_keep_meeting(request.user, found):
        raise PermissionDenied
    return found


def done(request: PortalRequest, deed: Callable[[], object], said: str) -> bool:
    """Do ``deed`` and say so; a refusal is said instead, and nothing has changed."""
    try:
        deed()
    except NotReady as refused:
        for problem in refused.problems:
            messages.error(request, problem.text)
    except WrongStatus:
        messages.warning(request, _("The meeting has moved on since you opened the page."))
    else:
        messages.success(request, said)
        return True
    return False


@PARTIES_AND_OFFICE
@get_only
def meetings(request: PortalRequest, pk: int) -> HttpResponse:
    """All meetings of a group, the newest first."""
    group = group_for(request, pk)
    page = page_of(request, group.meetings.order_by("-starts_at", "-pk"))
    context = {
        "group": group,
        "page_obj": page,
        "rows": rows_of(page, parties_of(group)),
        "runs": rules.may_run_group(request.user, group),
    }
    return render(request, "partnerships/meetings.html", context)


@PARTIES_AND_OFFICE
@get_or_post
def plan(request: PortalRequest, pk: int) -> HttpResponse:
    """Plan the meetings of a year on one page."""
    group = group_for(request, pk, runs=True)
    parties = parties_of(group)
    data = request.POST if request.method == "POST" else None
    form = PlanForm(clocks_of(parties), clock_of(request.user, parties), data)
    if form.is_bound and form.is_valid():
        try:
            made = deeds.plan_meetings(group, form.planned, by=request.user)
        except NotReady as refused:
            form.show(refused.problems)
        else:
            said = ngettext(
                "%(count)d meeting is planned.", "%(count)d meetings are planned.", len(made)
            )
            messages.success(request, said % {"count": len(made)})
            return redirect("partnerships:meetings", group.pk)
    context = {"group": group, "form": form}
    return render(
        request, "partnerships/plan_meetings.html", context, status=422 if form.errors else 200
    )


@PARTIES_AND_OFFICE
@get_only
def meeting(request: PortalRequest, pk: int) -> HttpResponse:
    """One meeting: when and where, its agenda, who sits that day, and what comes next."""
    found = meeting_for(request, pk)
    parties = parties_of(found.group)
    written = found.attendance.select_related("term__seat__party__organisation")
    terms, rows = sitting(found), list(written.order_by("pk"))
    items = agenda.items_of(found)
    places = addresses_of([(one.matter_kind, one.matter_key) for one in items], request.user)
    context = {
        "meeting": found,
        "group": found.group,
        "row": rows_of([found], parties)[0],
        "items": [(item, places.get((item.matter_kind, item.matter_key), "")) for item in items],
        "terms": terms,
        "rows": rows,
        "quorum": quorum(found, terms=terms, rows=rows, parties=parties) if rows else None,
        "agenda_is_open": agenda.is_open(found),
        "is_called": found.status == MeetingStatus.CALLED,
        "hold_problems": deeds.hold_problems(found, at=request.received_at),
        **_may(request, found),
    }
    return render(request, "partnerships/meeting.html", context)


def _may(request: PortalRequest, found: SteeringMeeting) -> dict[str, Any]:
    keeps = rules.may_keep_meeting(request.user, found)
    is_held = found.status == MeetingStatus.HELD
    return {
        "keeps": keeps and agenda.is_open(found),
        "may_hold": keeps and found.status in HOLD.sources,
        "may_write": is_held and rules.may_write_of_meeting(request.user, found),
        "has_minutes": is_held or found.status == MeetingStatus.VERIFIED,
    }


@PARTIES_AND_OFFICE
@get_or_post
def change(request: PortalRequest, pk: int) -> HttpResponse:
    """Give a meeting another time or place; who was called gets a new letter."""
    found = meeting_for(request, pk, keeps=True)
    parties = parties_of(found.group)
    data = request.POST if request.method == "POST" else None
    form = MeetingForm(found, clocks_of(parties), clock_of(request.user, parties), data)
    if form.is_bound and form.is_valid():
        try:
            deeds.change_meeting(found, form.facts, by=request.user)
        except NotReady as refused:
            form.show(refused.problems)
        except WrongStatus:
            messages.warning(request, _("The meeting has moved on since you opened the page."))
            return redirect(found)
        else:
            messages.success(request, _("The meeting is changed."))
            return redirect(found)
    context = {"meeting": found, "group": found.group, "form": form}
    return render(
        request, "partnerships/change_meeting.html", context, status=422 if form.errors else 200
    )


@PARTIES_AND_OFFICE
@get_or_post
def call(request: PortalRequest, pk: int) -> HttpResponse:
    """Show everybody who gets the call, then send it; of a called meeting, once more."""
    found = meeting_for(request, pk, keeps=True)
    again = found.status == MeetingStatus.CALLED
    if request.method == "POST":
        deed = deeds.call_again if request.POST.get("again") else deeds.call_meeting
        done(
            request,
            lambda: deed(found, by=request.user, at=request.received_at),
            _("The call is sent."),
        )
        return redirect(found)
    if not agenda.is_open(found):
        return redirect(found)
    parties = parties_of(found.group)
    problems = deeds.call_problems(found, at=request.received_at)
    context = {
        "meeting": found,
        "group": found.group,
        "again": again,
        "row": rows_of([found], parties)[0],
        "readers": meeting_letters.readers(sitting(found)),
        "items": agenda.items_of(found),
        "problems": problems,
        "is_stopped": bool(blocking(problems)),
    }
    return render(request, "partnerships/call_meeting.html", context)


@PARTIES_AND_OFFICE
@get_or_post
def cancel(request: PortalRequest, pk: int) -> HttpResponse:
    """Cancel a meeting, after a question."""
    found = meeting_for(request, pk, keeps=True)
    if request.method == "POST":
        done(
            request,
            lambda: deeds.cancel_meeting(found, by=request.user, at=request.received_at),
            _("The meeting is cancelled."),
        )
        return redirect(found)
    if found.status not in CANCEL.sources:
        return redirect(found)
    context = {
        "meeting": found,
        "group": found.group,
        "row": rows_of([found], parties_of(found.group))[0],
    }
    return render(request, "partnerships/cancel_meeting.html", context)


@PARTIES_AND_OFFICE
@post_only
def hold(request: PortalRequest, pk: int) -> HttpResponse:
    """Open the minutes of a meeting that has begun; attendance comes first."""
    found = meeting_for(request, pk, keeps=True)
    held = done(
        request,
        lambda: deeds.hold_meeting(found, by=request.user, at=request.received_at),
        _("The minutes are open. Write down who was there."),
    )
    return redirect("partnerships:attendance", found.pk) if held else redirect(found)
