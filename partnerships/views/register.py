"""Keeping the register: profiles, and partners that a party adds."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from icld_portal.access import PARTIES_AND_OFFICE, get_or_post
from icld_portal.problems import NotReady
from partnerships import rules, workflow
from partnerships.forms import PartnerForm, ProfileForm
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
            form.show(refused.problems)
        else:
            messages.success(
                request, _("The partner is added and waits for ICLD's check. You can go on.")
            )
            return redirect(f"{reverse('partnerships:new')}?partner={added.pk}")
    status = 422 if form.is_bound else 200
    return render(request, "partnerships/add_partner.html", {"form": form}, status=status)
