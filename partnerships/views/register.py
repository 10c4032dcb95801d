"""Keeping the register: profiles, partners that a party adds, and ICLD's check of them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from icld_portal.access import (
    OFFICE_ADMINISTRATORS,
    PARTIES_AND_OFFICE,
    get_only,
    get_or_post,
)
from icld_portal.page_forms import PageForm
from icld_portal.paging import page_of
from icld_portal.problems import NotReady
from partnerships import rules, workflow
from partnerships.forms import CheckForm, PartnerForm, ProfileForm
from partnerships.models import Organisation
from partnerships.requests import PortalRequest
from partnerships.views.finding import peopled
from partnerships.workflow.register import PROFILE


@PARTIES_AND_OFFICE
@get_or_post
def profile(request: PortalRequest, pk: int) -> HttpResponse:
    """Contact person and addresses, which every new application begins with."""
    organisation = peopled(request, pk)
    if not rules.may_edit_profile(request.user, organisation):
        raise PermissionDenied("save_profile")
    if request.method != "POST":
        form = ProfileForm(initial={name: getattr(organisation, name) for name in PROFILE})
        return render(
            request, "partnerships/profile.html", {"organisation": organisation, "form": form}
        )
    form = ProfileForm(request.POST)
    if form.is_valid():
        workflow.save_profile(organisation, form.cleaned_data, by=request.user)
        messages.success(request, _("The profile is saved. New applications begin with it."))
        return redirect("partnerships:organisation", organisation.pk)
    context = {"organisation": organisation, "form": form}
    return render(request, "partnerships/profile.html", context, status=422)


@PARTIES_AND_OFFICE
@get_or_post
def add_partner(request: PortalRequest) -> HttpResponse:
    """Add a partner that is not in the register, and go on with the partnership."""
    if not rules.may_add_partner(request.user):
        raise PermissionDenied("add_partner")
    form = PartnerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            added = workflow.add_partner(
                form.cleaned_data["name"],
                country=form.cleaned_data["country"],
                kind=form.cleaned_data["kind"],
                by=request.user,
            )
        except NotReady as refused:
            _show(refused, form)
        else:
            messages.success(
                request, _("The partner is added and waits for ICLD's check. You can go on.")
            )
            return redirect(f"{reverse('partnerships:new')}?partner={added.pk}")
    status = 422 if form.is_bound else 200
    return render(request, "partnerships/add_partner.html", {"form": form}, status=status)


@OFFICE_ADMINISTRATORS
@get_only
def unchecked(request: PortalRequest) -> HttpResponse:
    """Organisations that parties have added and ICLD has not checked."""
    waiting = Organisation.objects.visible_to(request.user).awaiting_check()
    page = page_of(request, waiting.select_related("country", "kind").order_by("pk"))
    return render(request, "partnerships/unchecked.html", {"page_obj": page})


@OFFICE_ADMINISTRATORS
@get_or_post
def check_organisation(request: PortalRequest, pk: int) -> HttpResponse:
    """Correct an added organisation and let it into the register."""
    waiting = Organisation.objects.visible_to(request.user).awaiting_check()
    organisation = get_object_or_404(waiting.select_related("country", "kind"), pk=pk)
    if request.method == "POST":
        form = CheckForm(request.POST)
    else:
        facts = ("name", "country", "kind")
        form = CheckForm(initial={name: getattr(organisation, name) for name in facts})
    if form.is_bound and form.is_valid():
        try:
            workflow.accept_organisation(
                organisation,
                name=form.cleaned_data["name"],
                country=form.cleaned_data["country"],
                kind=form.cleaned_data["kind"],
                by=request.user,
            )
        except NotReady as refused:
            _show(refused, form)
        else:
            text = _("%(name)s is in the register.")
            messages.success(request, text % {"name": form.cleaned_data["name"]})
            return redirect("partnerships:unchecked")
    context = {"organisation": organisation, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "partnerships/check_organisation.html", context, status=status)


def _show(refused: NotReady, form: PageForm) -> None:
    for problem in refused.problems:
        form.add_error(problem.anchor if problem.anchor in form.fields else None, problem.text)
