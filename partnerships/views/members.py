"""The people of an organisation: who they are, their roles, leaving and handing over."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post, post_only
from icld_portal.page_forms import PageForm
from icld_portal.paging import page_of
from icld_portal.problems import NotReady
from partnerships import rules, seats, workflow
from partnerships.forms import HandOverForm, RolesForm
from partnerships.models import Membership, Organisation, User
from partnerships.requests import PortalRequest
from partnerships.views.doing import done
from partnerships.views.finding import managed, member_of, peopled


@PARTIES_AND_OFFICE
@get_only
def members(request: PortalRequest, pk: int) -> HttpResponse:
    """Who works for the organisation, and who is invited."""
    organisation = peopled(request, pk)
    manages = rules.may_manage_members(request.user, organisation)
    invites = manages or rules.may_invite_administrator(request.user, organisation)
    roles = Membership.objects.filter(organisation=organisation).order_by("role")
    people = (
        User.objects.filter(memberships__organisation=organisation)
        .distinct()
        .order_by("name", "pk")
        .prefetch_related(Prefetch("memberships", roles))
    )
    waiting = organisation.invitations.unanswered()
    context = {
        "organisation": organisation,
        "page_obj": page_of(request, people),
        # At most workflow.invitations.MOST_UNANSWERED.
        "invitations": waiting.select_related("invited_by"),
        "manages": manages,
        "invites": invites,
        "may_edit_profile": rules.may_edit_profile(request.user, organisation),
    }
    return render(request, "partnerships/members.html", context)


@PARTIES_AND_OFFICE
@get_or_post
def member(request: PortalRequest, pk: int, person_pk: int) -> HttpResponse:
    """Change what one person is in the organisation; the ways to leave it."""
    organisation = managed(request, pk)
    person = member_of(organisation, person_pk)
    held = person.roles.get(organisation.pk, frozenset())
    if request.method != "POST":
        form = RolesForm(organisation=organisation, held=held)
        return _member_page(request, organisation, person, form=form)
    form = RolesForm(request.POST, organisation=organisation)
    if form.is_valid() and done(
        form,
        lambda: workflow.change_roles(
            organisation, person, form.cleaned_data["roles"], by=request.user
        ),
    ):
        messages.success(request, _("The roles are changed."))
        return _to_members(organisation)
    return _member_page(request, organisation, person, form=form, status=422)


@PARTIES_AND_OFFICE
@post_only
def hand_over(request: PortalRequest, pk: int, person_pk: int) -> HttpResponse:
    """Let somebody else take over everything a leaving person holds."""
    organisation = managed(request, pk)
    person = member_of(organisation, person_pk)
    form = HandOverForm(request.POST, organisation=organisation, person=person)
    if form.is_valid() and done(
        form,
        lambda: workflow.hand_over(
            organisation, person, to=form.cleaned_data["to"], by=request.user
        ),
    ):
        text = _("%(to)s has taken over from %(person)s.")
        messages.success(request, text % {"to": form.cleaned_data["to"], "person": person})
        _tell_of_seats(request, organisation, person)
        return _to_members(organisation)
    return _member_page(request, organisation, person, taking_over=form, status=422)


@PARTIES_AND_OFFICE
@post_only
def remove_member(request: PortalRequest, pk: int, person_pk: int) -> HttpResponse:
    """Take a person out of the organisation, after one more question."""
    organisation = managed(request, pk)
    person = member_of(organisation, person_pk)
    terms = seats.terms_of(person, organisation, on=timezone.localdate())
    context: dict[str, Any] = {"organisation": organisation, "person": person, "terms": terms}
    if request.POST.get("sure") != "yes":
        return render(request, "partnerships/remove_member.html", context)
    try:
        workflow.remove_member(organisation, person, by=request.user)
    except NotReady as refused:
        context["problems"] = refused.problems
        return render(request, "partnerships/remove_member.html", context, status=422)
    text = _("%(person)s is no longer in %(organisation)s.")
    messages.success(request, text % {"person": person, "organisation": organisation})
    _tell_of_seats(request, organisation, person)
    return _to_members(organisation)


def _member_page(
    request: PortalRequest,
    organisation: Organisation,
    person: User,
    *,
    form: PageForm | None = None,
    taking_over: PageForm | None = None,
    status: int = 200,
) -> HttpResponse:
    held = person.roles.get(organisation.pk, frozenset())
    context: dict[str, Any] = {
        "organisation": organisation,
        "person": person,
        "terms": seats.terms_of(person, organisation, on=timezone.localdate()),
        "form": form or RolesForm(organisation=organisation, held=held),
        "taking_over": taking_over or HandOverForm(organisation=organisation, person=person),
        "refused": form if form is not None and form.is_bound else taking_over,
    }
    return render(request, "partnerships/member.html", context, status=status)


def _tell_of_seats(request: PortalRequest, organisation: Organisation, person: User) -> None:
    """A seat is the group's matter: it is not taken over, but the page tells of it."""
    terms = seats.terms_of(person, organisation, on=timezone.localdate())
    if groups := {term.seat.group_id: term.seat.group.name for term in terms}:
        text = _("%(person)s still has a seat in %(groups)s. Change it on the group's own page.")
        facts = {"person": person, "groups": ", ".join(groups.values())}
        messages.warning(request, text % facts)


def _to_members(organisation: Organisation) -> HttpResponse:
    return redirect("partnerships:members", organisation.pk)
