"""ICLD's check of what a party has added: into the register, the same as one there, or refused."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from icld_portal.access import CASE_KEEPERS, get_only, get_or_post, post_only
from icld_portal.page_forms import PageForm
from icld_portal.paging import page_of
from icld_portal.problems import NotReady
from partnerships import workflow
from partnerships.forms import CheckForm, MergeForm, RefuseForm
from partnerships.models import Invitation, Membership, Organisation, Party
from partnerships.requests import PortalRequest


@CASE_KEEPERS
@get_only
def unchecked(request: PortalRequest) -> HttpResponse:
    """Organisations that parties have added and ICLD has not checked."""
    waiting = Organisation.objects.visible_to(request.user).awaiting_check()
    page = page_of(request, waiting.select_related("country", "kind").order_by("pk"))
    return render(request, "partnerships/unchecked.html", {"page_obj": page})


@CASE_KEEPERS
@get_or_post
def check_organisation(request: PortalRequest, pk: int) -> HttpResponse:
    """Correct an added organisation and let it into the register; the ways to do otherwise."""
    organisation = _unchecked(request, pk)
    facts = ("name", "country", "kind")
    if request.method != "POST":
        form = CheckForm(initial={name: getattr(organisation, name) for name in facts})
        return _page(request, organisation, form=form)
    form = CheckForm(request.POST)
    if form.is_valid():
        try:
            found = {name: form.cleaned_data[name] for name in facts}
            workflow.accept_organisation(organisation, by=request.user, **found)
        except NotReady as refused:
            form.show(refused.problems)
        else:
            text = _("%(name)s is in the register.")
            messages.success(request, text % {"name": form.cleaned_data["name"]})
            return redirect("partnerships:unchecked")
    return _page(request, organisation, form=form, status=422)


@CASE_KEEPERS
@get_or_post
def merge_organisation(request: PortalRequest, pk: int) -> HttpResponse:
    """Show what happens if an added organisation is one of the register, and make it so."""
    organisation = _unchecked(request, pk)
    data = request.POST if request.method == "POST" else request.GET or None
    form = MergeForm(data, organisation=organisation)
    into = form.cleaned_data["into"] if form.is_bound and form.is_valid() else None
    if into and request.method == "POST":
        try:
            workflow.merge_organisation(organisation, into=into, by=request.user)
        except NotReady as refused:
            form.show(refused.problems)
        else:
            words = {"name": organisation.name, "into": into.name}
            messages.success(request, _("%(name)s is now the same as %(into)s.") % words)
            return redirect("partnerships:organisation", into.pk)
    elif into:
        form.show(workflow.merge_problems(organisation, into))
    context = {"organisation": organisation, "form": form}
    if into and not form.errors:
        context |= _consequences(organisation, into)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "partnerships/merge_organisation.html", context, status=status)


@CASE_KEEPERS
@post_only
def refuse_organisation(request: PortalRequest, pk: int) -> HttpResponse:
    """Refuse an added organisation, with the reason that whoever added it is told."""
    organisation = _unchecked(request, pk)
    form = RefuseForm(request.POST)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            workflow.refuse_organisation(organisation, reason=reason, by=request.user)
        except NotReady as refused:
            form.show(refused.problems)
        else:
            text = _("%(name)s is refused. Whoever added it is told the reason.")
            messages.success(request, text % {"name": organisation.name})
            return redirect("partnerships:unchecked")
    return _page(request, organisation, refusing=form, status=422)


def _unchecked(request: PortalRequest, pk: int) -> Organisation:
    waiting = Organisation.objects.visible_to(request.user).unchecked()
    found: Organisation = get_object_or_404(waiting.select_related("country", "kind"), pk=pk)
    return found


def _page(
    request: PortalRequest,
    organisation: Organisation,
    *,
    form: PageForm | None = None,
    refusing: PageForm | None = None,
    status: int = 200,
) -> HttpResponse:
    facts = {name: getattr(organisation, name) for name in ("name", "country", "kind")}
    context = {
        "organisation": organisation,
        "form": form or CheckForm(initial=facts),
        "merging": MergeForm(organisation=organisation),
        "refusing": refusing or RefuseForm(),
        "refused_form": refusing or form,
    }
    return render(request, "partnerships/check_organisation.html", context, status=status)


def _consequences(organisation: Organisation, into: Organisation) -> dict[str, Any]:
    """What follows ``organisation`` to ``into``, for whoever is to confirm it."""
    people = Membership.objects.filter(organisation=organisation).select_related("user")
    invited = Invitation.objects.all().unanswered().filter(organisation=organisation)
    parties = Party.objects.filter(organisation=organisation).select_related("partnership")
    return {
        "into": into,
        "people": people.order_by("user__name", "user", "role"),
        "invitations": invited.select_related("invited_by"),
        "partnerships": [party.partnership for party in parties.order_by("pk")],
    }
