"""Pages of an agenda: what waits with one click, own items, their order; and attendance."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from icld_portal.access import PARTIES_AND_OFFICE, get_or_post, post_only
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships import agenda, rules
from partnerships.forms.meetings import AttendanceForm, ItemForm, OwnItemForm
from partnerships.models import AgendaItem, MeetingStatus, SteeringMeeting
from partnerships.quorum import parties_of, quorum, sitting
from partnerships.requests import PortalRequest
from partnerships.views.doing import already_gone
from partnerships.views.meetings import done, meeting_for
from partnerships.workflow import agenda as deeds
from partnerships.workflow.attendance import save_attendance


@PARTIES_AND_OFFICE
@get_or_post
def agenda_page(request: PortalRequest, pk: int) -> HttpResponse:
    """The agenda to write; a posted form adds an item of the group's own."""
    found = meeting_for(request, pk, keeps=True)
    if not agenda.is_open(found):
        return _moved_on(request, found)
    form = OwnItemForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        words = form.cleaned_data
        try:
            deeds.add_item(found, words["title"], words["note"], by=request.user)
        except NotReady as refused:
            form.show(refused.problems)
        except WrongStatus:
            return _moved_on(request, found)
        else:
            messages.success(request, _("The item stands on the agenda."))
            return redirect("partnerships:agenda", found.pk)
    context = {
        "meeting": found,
        "group": found.group,
        "form": form,
        "items": agenda.items_of(found),
        "waiting": agenda.waiting_for(found, request.user),
    }
    return render(request, "partnerships/agenda.html", context, status=422 if form.errors else 200)


@PARTIES_AND_OFFICE
@post_only
def take_up(request: PortalRequest, pk: int) -> HttpResponse:
    """Put one waiting matter on the agenda, or all of them."""
    found = meeting_for(request, pk, keeps=True)
    values = request.POST.getlist("matter")
    done(
        request,
        lambda: deeds.add_matters(found, values, by=request.user),
        _("It stands on the agenda."),
    )
    return redirect("partnerships:agenda", found.pk)


@PARTIES_AND_OFFICE
@get_or_post
def item(request: PortalRequest, pk: int, item_pk: int) -> HttpResponse:
    """Move, remove or rewrite one item of an agenda."""
    found = meeting_for(request, pk, keeps=True)
    if already_gone(request, AgendaItem.objects.filter(pk=item_pk)):
        return redirect("partnerships:agenda", found.pk)
    one = get_object_or_404(AgendaItem.objects.filter(meeting=found), pk=item_pk)
    if not agenda.is_open(found):
        return _moved_on(request, found)
    if request.method == "POST" and (wish := request.POST.get("wish")):
        return _moved(request, found, one, wish)
    form = ItemForm(one, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        words = form.cleaned_data
        done(
            request,
            lambda: deeds.change_item(one, words["title"], words["note"], by=request.user),
            _("The item is saved."),
        )
        return redirect("partnerships:agenda", found.pk)
    context = {"meeting": found, "group": found.group, "item": one, "form": form}
    return render(
        request, "partnerships/agenda_item.html", context, status=422 if form.errors else 200
    )


def _moved(
    request: PortalRequest, found: SteeringMeeting, one: AgendaItem, wish: str
) -> HttpResponse:
    one.meeting = found
    if wish == "remove":
        said = _("Taken off the agenda: %(title)s") % {"title": one.title}
        done(request, lambda: deeds.remove_item(one, by=request.user), said)
    elif wish in ("up", "down"):
        said = _("Moved: %(title)s") % {"title": one.title}
        down = wish == "down"
        done(request, lambda: deeds.move_item(one, down=down, by=request.user), said)
    return redirect("partnerships:agenda", found.pk)


@PARTIES_AND_OFFICE
@get_or_post
def attendance(request: PortalRequest, pk: int) -> HttpResponse:
    """Write down who was there, with the quorum that follows from it."""
    found = meeting_for(request, pk)
    if not rules.may_write_of_meeting(request.user, found):
        raise PermissionDenied
    if found.status != MeetingStatus.HELD:
        return _moved_on(request, found)
    terms, rows = sitting(found), list(found.attendance.order_by("pk"))
    form = AttendanceForm(terms, rows, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            save_attendance(found, form.chosen(), form.names, by=request.user)
        except NotReady as refused:
            form.show(refused.problems)
        except WrongStatus:
            return _moved_on(request, found)
        else:
            messages.success(request, _("Attendance is saved."))
            return redirect(found)
    parties = parties_of(found.group)
    context = {
        "meeting": found,
        "group": found.group,
        "form": form,
        "quorum": quorum(found, terms=terms, rows=rows, parties=parties) if rows else None,
    }
    return render(
        request, "partnerships/attendance.html", context, status=422 if form.errors else 200
    )


def _moved_on(request: PortalRequest, found: SteeringMeeting) -> HttpResponse:
    messages.warning(request, _("The meeting has moved on since you opened the page."))
    return redirect(found)
