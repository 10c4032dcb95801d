"""Pages of the seats of a steering group: who sits, who sat, and what is expected."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post
from icld_portal.paging import page_of
from icld_portal.problems import NotReady
from partnerships import rules, seats, workflow
from partnerships.forms import LastDayForm, SitterForm
from partnerships.forms.groups import first_of
from partnerships.models import Seat, SeatTerm, SteeringGroup
from partnerships.requests import PortalRequest
from partnerships.views.doing import already_gone, done
from partnerships.views.finding import group_of, run_by


@PARTIES_AND_OFFICE
@get_only
def seats_page(request: PortalRequest, pk: int) -> HttpResponse:
    """Every seat with the political side, and what is expected of whoever sits there."""
    found = group_of(request, pk)
    parties = seats.seats_of(found, on=timezone.localdate())
    context = {
        "group": found,
        "parties": parties,
        "problems": [] if found.ended_on else seats.problems_of(parties),
        "may_run": rules.may_run_group(request.user, found),
    }
    return render(request, "partnerships/seats.html", context)


@PARTIES_AND_OFFICE
@get_only
def seat(request: PortalRequest, pk: int, seat_pk: int) -> HttpResponse:
    """One seat: who sits there, everybody who has, and who changed what."""
    found = group_of(request, pk)
    one = _seat_in(found, seat_pk)
    context = {
        "group": found,
        "seat": one,
        "now": seats.seat_now(one, on=timezone.localdate()),
        "page_obj": page_of(request, one.terms.order_by("-from_on", "-pk")),
        "changes": seats.changes_of(one),
        "may_run": rules.may_run_group(request.user, found),
    }
    return render(request, "partnerships/seat.html", context)


@PARTIES_AND_OFFICE
@get_or_post
def seat_person(request: PortalRequest, pk: int, seat_pk: int) -> HttpResponse:
    """Let somebody take a vacant seat, or succeed who sits there."""
    found = run_by(request, pk)
    one = _seat_in(found, seat_pk)
    now = seats.seat_now(one, on=timezone.localdate())
    form = _sitter_form(request, one, first=_first(request, now))
    earlier = _named(one, request.POST.get("replaces", ""))

    def take_seat() -> None:
        if earlier:
            workflow.replace_person(earlier, form.sitter(), form.days(), by=request.user)
        else:
            workflow.seat_person(one, form.sitter(), form.days(), by=request.user)

    if form.is_bound and form.is_valid() and done(form, take_seat):
        messages.success(request, _("Saved: who sits in the seat, and from when."))
        return redirect("partnerships:seats", found.pk)
    context = {"group": found, "seat": one, "now": now, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "partnerships/seat_person.html", context, status=status)


@PARTIES_AND_OFFICE
@get_or_post
def end_term(request: PortalRequest, pk: int, term_pk: int) -> HttpResponse:
    """Choose somebody's last day in the seat."""
    found = run_by(request, pk)
    term = _term_in(found, term_pk)
    data = request.POST if request.method == "POST" else None
    form = LastDayForm(data, name="to_on", label=_("Last day in the seat"))
    if form.is_bound and form.is_valid():
        last = form.cleaned_data["to_on"]
        if done(form, lambda: workflow.end_term(term, on=last, by=request.user)):
            messages.success(request, _("The last day is saved. After it the seat is vacant."))
            return redirect("partnerships:seats", found.pk)
    status = 422 if form.is_bound else 200
    context = {"group": found, "term": term, "seat": term.seat, "form": form}
    return render(request, "partnerships/end_term.html", context, status=status)


@PARTIES_AND_OFFICE
@get_or_post
def correct_term(request: PortalRequest, pk: int, term_pk: int) -> HttpResponse:
    """Put right who sat in a seat, and when."""
    found = run_by(request, pk)
    term = _term_in(found, term_pk)
    form = _sitter_form(request, term.seat, term=term)

    def correct() -> None:
        workflow.correct_term(term, form.sitter(), form.days(), by=request.user)

    if form.is_bound and form.is_valid() and done(form, correct):
        text = _("The correction is saved. What stood before is in the history of the seat.")
        messages.success(request, text)
        return redirect("partnerships:seat", found.pk, term.seat_id)
    status = 422 if form.is_bound else 200
    context = {"group": found, "term": term, "seat": term.seat, "form": form}
    return render(request, "partnerships/correct_term.html", context, status=status)


@PARTIES_AND_OFFICE
@get_or_post
def remove_term(request: PortalRequest, pk: int, term_pk: int) -> HttpResponse:
    """Take away a term that was a mistake, after one more question."""
    found = run_by(request, pk)
    if already_gone(request, SeatTerm.objects.filter(pk=term_pk)):
        return redirect("partnerships:seats", found.pk)
    term = _term_in(found, term_pk)
    context: dict[str, Any] = {"group": found, "term": term, "seat": term.seat}
    if request.method != "POST" or request.POST.get("sure") != "yes":
        return render(request, "partnerships/remove_term.html", context)
    try:
        workflow.remove_term(term, by=request.user)
    except NotReady as refused:
        context["problems"] = refused.problems
        return render(request, "partnerships/remove_term.html", context, status=422)
    messages.success(request, _("The term is removed. The history of the seat still tells of it."))
    return redirect("partnerships:seat", found.pk, term.seat_id)


def _seat_in(group: SteeringGroup, pk: int) -> Seat:
    found = group.seats.select_related("party__organisation__country")
    seat = get_object_or_404(found, pk=pk)
    seat.group = group
    return seat


def _term_in(group: SteeringGroup, pk: int) -> SeatTerm:
    terms = SeatTerm.objects.filter(seat__group=group)
    found = get_object_or_404(terms.select_related("seat__party__organisation"), pk=pk)
    found.seat.group = group
    return found


def _sitter_form(request: PortalRequest, seat: Seat, **more: Any) -> SitterForm:
    organisation = seat.party.organisation
    return SitterForm(
        request.POST if request.method == "POST" else None,
        organisation=organisation,
        sees_members=rules.may_see_members(request.user, organisation),
        **more,
    )


def _first(request: PortalRequest, now: seats.SeatNow) -> dict[str, Any]:
    """What the form begins with: today, or the same person after an election."""
    if now.term and "again" in request.GET:
        return first_of(now.term, begins_on=now.on)
    return {"from_on": _earliest(now)}


def _earliest(now: seats.SeatNow) -> date:
    return max(now.on, now.seat.group.begins_on)


def _named(seat: Seat, number: str) -> SeatTerm | None:
    """The term the page wanted to end; another seat's is none."""
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    return SeatTerm.objects.filter(seat=seat, pk=number).select_related("seat__group").first()
