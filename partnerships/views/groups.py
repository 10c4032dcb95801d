"""Pages of a steering group itself: the list, the group, beginning, changing, ending it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from icld_portal import prepared
from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post, post_only
from icld_portal.page_forms import PageForm
from icld_portal.paging import page_of
from icld_portal.problems import NotReady
from partnerships import decisions, rules, seats, workflow
from partnerships.acting import acting_for
from partnerships.forms import GroupForm, LastDayForm
from partnerships.group_files import FORMATS, KIND, chosen_groups
from partnerships.meeting_rows import meetings_of
from partnerships.models import Partnership, SteeringGroup
from partnerships.requests import PortalRequest
from partnerships.views.doing import already_gone, done
from partnerships.views.finding import group_of, run_by
from partnerships.views.parties import kept_query

FORM_PAGE = "partnerships/group_form.html"


@PARTIES_AND_OFFICE
@get_only
def groups(request: PortalRequest) -> HttpResponse:
    """The steering groups this person may open, and how each fares."""
    asked = chosen_groups(request.user, request.GET.urlencode(), organisation=acting_for(request))
    context = {
        "filter": asked,
        "refused": asked.is_refused,
        "query": kept_query(request),
        "page_obj": page_of(request, asked.selection),
        "formats": FORMATS,
    }
    status = 400 if asked.is_refused else 200
    return render(request, "partnerships/groups.html", context, status=status)


@PARTIES_AND_OFFICE
@post_only
def groups_file(request: PortalRequest) -> HttpResponse:
    """Order the groups asked for as a file; a job makes it."""
    query, wanted = request.POST.get("query", ""), request.POST.get("format", "")
    back = f"{reverse('partnerships:groups')}?{query}"
    if wanted not in FORMATS:
        messages.error(request, _("Choose which kind of file you want."))
        return redirect(back)
    organisation = acting_for(request)
    asked = chosen_groups(request.user, query, organisation=organisation)
    if asked.is_refused or not asked.selection.exists():
        messages.error(request, _("The list holds no steering group."))
        return redirect(back)
    title = _("Steering groups as %(format)s") % {"format": FORMATS[wanted]}
    facts = {"format": wanted, "query": query, "organisation": organisation}
    return redirect(prepared.order(KIND, by=request.user, title=title, **facts))


@PARTIES_AND_OFFICE
@get_only
def group(request: PortalRequest, pk: int) -> HttpResponse:
    """One steering group: who sits in it, what it follows, and what asks for attention."""
    found = group_of(request, pk)
    runs = rules.may_run_group(request.user, found)
    parties = seats.seats_of(found, on=timezone.localdate())
    context: dict[str, Any] = {
        "group": found,
        "parties": parties,
        "problems": [] if found.ended_on else seats.problems_of(parties),
        "may_run": runs,
        "may_plan": runs and not found.ended_on,
        "meetings": meetings_of(found),
        "decisions": decisions.newest_of(found, request.user, on=timezone.localdate()),
        "without_seats": seats.without_seats(found) if runs else [],
    }
    return render(request, "partnerships/group.html", context)


@PARTIES_AND_OFFICE
@get_or_post
def begin_group(request: PortalRequest, pk: int) -> HttpResponse:
    """Begin a steering group for a partnership."""
    partnership = get_object_or_404(Partnership.objects.visible_to(request.user), pk=pk)
    if not rules.may_begin_group(request.user, partnership):
        raise PermissionDenied("begin_group")
    form = GroupForm(request.POST if request.method == "POST" else None)
    made: list[SteeringGroup] = []
    if form.is_bound and form.is_valid():
        facts = {**form.cleaned_data, "by": request.user}
        if done(form, lambda: made.append(workflow.begin_group(partnership, **facts))):
            text = _("The steering group is begun. Now say who sits in it.")
            messages.success(request, text)
            return redirect("partnerships:seats", made[0].pk)
    context = {
        "form": form,
        "title": _("Begin a steering group"),
        "lead": _(
            "Each party gets four seats: two politicians, one of the majority and one of the "
            "opposition, a coordinator and a leading official."
        ),
        "above": partnership,
        "submit": _("Begin the steering group"),
        "back": partnership.get_absolute_url(),
    }
    return _form_page(request, form, context)


@PARTIES_AND_OFFICE
@get_or_post
def change_group(request: PortalRequest, pk: int) -> HttpResponse:
    """Name, first day and quorum."""
    found = run_by(request, pk)
    form = GroupForm(request.POST if request.method == "POST" else None, group=found)
    if form.is_bound and form.is_valid():
        facts = {**form.cleaned_data, "by": request.user}
        if done(form, lambda: workflow.change_group(found, **facts)):
            messages.success(request, _("The steering group is changed."))
            return redirect(found)
    context = {"title": _("Change the steering group"), "submit": _("Save")}
    return _form_page(request, form, context | _under(found))


@PARTIES_AND_OFFICE
@get_or_post
def end_group(request: PortalRequest, pk: int) -> HttpResponse:
    """Choose the last day of a group, which is kept to be read."""
    found = run_by(request, pk)
    data = request.POST if request.method == "POST" else None
    form = LastDayForm(data, name="ended_on", label=_("Last day"))
    if form.is_bound and form.is_valid():
        last = form.cleaned_data["ended_on"]
        if done(form, lambda: workflow.end_group(found, on=last, by=request.user)):
            messages.success(request, _("The steering group has ended. All of it is kept."))
            return redirect(found)
    context = {
        "title": _("End the steering group"),
        "lead": _(
            "Everybody's term ends with the group. Minutes and decisions are kept, and can be read "
            "and cited. It can be opened again."
        ),
        "submit": _("End the steering group"),
    }
    return _form_page(request, form, context | _under(found))


@PARTIES_AND_OFFICE
@post_only
def open_group_again(request: PortalRequest, pk: int) -> HttpResponse:
    """Let an ended group go on."""
    found = run_by(request, pk)
    try:
        workflow.open_group_again(found, by=request.user)
    except NotReady as refused:
        warn(request, refused)
    else:
        text = _("The steering group goes on. Its seats are vacant: say who sits there.")
        messages.success(request, text)
    return redirect(found)


@PARTIES_AND_OFFICE
@get_or_post
def delete_group(request: PortalRequest, pk: int) -> HttpResponse:
    """Delete a group that was begun by mistake, after one more question."""
    if already_gone(request, SteeringGroup.objects.filter(pk=pk)):
        return redirect("partnerships:groups")
    found = run_by(request, pk)
    context: dict[str, Any] = {"group": found}
    if request.method != "POST" or request.POST.get("sure") != "yes":
        return render(request, "partnerships/delete_group.html", context)
    try:
        workflow.delete_group(found, by=request.user)
    except NotReady as refused:
        context["problems"] = refused.problems
        return render(request, "partnerships/delete_group.html", context, status=422)
    messages.success(request, _("%(name)s is deleted.") % {"name": found.name})
    return redirect(found.partnership)


@PARTIES_AND_OFFICE
@post_only
def add_seats(request: PortalRequest, pk: int, party_pk: int) -> HttpResponse:
    """Give a party that has joined the partnership its seats."""
    found = run_by(request, pk)
    party = get_object_or_404(found.partnership.parties, pk=party_pk)
    try:
        workflow.add_seats(found, party, by=request.user)
    except NotReady as refused:
        warn(request, refused)
    else:
        text = _("%(organisation)s has four seats. Say who sits there.")
        messages.success(request, text % {"organisation": party.organisation.name})
    return redirect("partnerships:seats", found.pk)


def warn(request: PortalRequest, refused: NotReady) -> None:
    """Say at the top of the next page why a deed without a form was refused."""
    for problem in refused.problems:
        messages.warning(request, problem.text)


def _under(found: SteeringGroup) -> dict[str, Any]:
    return {"above": found, "back": reverse("partnerships:group", args=[found.pk])}


def _form_page(request: PortalRequest, form: PageForm, context: dict[str, Any]) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, FORM_PAGE, {"form": form} | context, status=status)
