"""Pages of the parties: the register of organisations, and the partnerships."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post
from icld_portal.paging import page_of
from icld_portal.problems import NotReady
from partnerships import rules, workflow
from partnerships.acting import acting_for
from partnerships.filters import OrganisationFilter
from partnerships.forms import PartnershipForm
from partnerships.models import Membership, Organisation, Partnership, Party
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_only
def organisations(request: PortalRequest) -> HttpResponse:
    """The register, searched by name, country and kind."""
    register = Organisation.objects.visible_to(request.user).select_related("country", "kind")
    found = OrganisationFilter(request.GET or None, register)
    refused = found.is_bound and not found.form.is_valid()
    page = page_of(request, found.qs)
    context = {"filter": found, "page_obj": page, "refused": refused, "query": kept_query(request)}
    context["may_check"] = rules.may_check_register(request.user)
    status = 400 if refused else 200
    return render(request, "partnerships/organisations.html", context, status=status)


@PARTIES_AND_OFFICE
@get_only
def organisation(request: PortalRequest, pk: int) -> HttpResponse:
    """Facts about one organisation; its people only for its own and for ICLD."""
    if merged := Organisation.objects.filter(pk=pk).exclude(merged_into=None).first():
        return redirect("partnerships:organisation", merged.current_id)
    register = Organisation.objects.visible_to(request.user).select_related("country", "kind")
    found = get_object_or_404(register, pk=pk)
    context: dict[str, Any] = {
        "organisation": found,
        "partnerships": _with_parties(
            Partnership.objects.visible_to(request.user).filter(parties__organisation=found)
        ),
        "sees_members": rules.may_see_members(request.user, found),
        "may_edit_profile": rules.may_edit_profile(request.user, found),
        "invites_administrator": rules.may_invite_administrator(request.user, found),
        "may_check": rules.may_check_register(request.user),
    }
    if context["sees_members"]:
        members = Membership.objects.filter(organisation=found, user__is_active=True)
        context["members"] = members.select_related("user").order_by("user__name", "role")
    return render(request, "partnerships/organisation.html", context)


@PARTIES_AND_OFFICE
@get_only
def partnerships(request: PortalRequest) -> HttpResponse:
    """The partnerships this person may open."""
    mine = _with_parties(Partnership.objects.visible_to(request.user))
    if chosen := acting_for(request):
        mine = mine.filter(parties__organisation=chosen)
    page = page_of(request, mine)
    context = {"page_obj": page, "may_found": _founds(request)}
    return render(request, "partnerships/partnerships.html", context)


@PARTIES_AND_OFFICE
@get_only
def partnership(request: PortalRequest, pk: int) -> HttpResponse:
    """One partnership: its parties and its cases."""
    found = get_object_or_404(_with_parties(Partnership.objects.visible_to(request.user)), pk=pk)
    context = {
        "partnership": found,
        "may_start": not request.user.office and _founds(request),
        "groups": found.steering_groups.all().visible_to(request.user),
        "may_begin_group": rules.may_begin_group(request.user, found),
        **_invitable(request, found),
    }
    return render(request, "partnerships/partnership.html", context)


@PARTIES_AND_OFFICE
@get_or_post
def new(request: PortalRequest) -> HttpResponse:
    """Begin a partnership, with partners found in the register."""
    if not _founds(request):
        raise PermissionDenied
    if request.method != "POST":
        form = PartnershipForm(user=request.user, partner=request.GET.get("partner", ""))
        return render(request, "partnerships/new.html", {"form": form})
    form = PartnershipForm(request.POST, user=request.user)
    if request.POST.get("action") == "search":
        form.errors.clear()
        return render(request, "partnerships/new.html", {"form": form, "searched": True})
    if form.is_valid():
        try:
            made = workflow.found_partnership(
                form.cleaned_data["name"],
                swedish=form.cleaned_data["swedish"],
                partners=list(form.cleaned_data["partners"]),
                since_year=form.cleaned_data["since_year"],
                by=request.user,
            )
        except NotReady as refused:
            for problem in refused.problems:
                form.add_error(
                    "partners" if problem.anchor == "partners" else "swedish", problem.text
                )
        else:
            messages.success(request, _("The partnership is made."))
            return redirect(made)
    return render(request, "partnerships/new.html", {"form": form}, status=422)


def _invitable(request: PortalRequest, found: Partnership) -> dict[str, Any]:
    """Which parties nobody works for yet, and whose administrator this person may invite."""
    organisations = {party.organisation_id: party.organisation for party in found.parties.all()}
    peopled = Membership.objects.filter(organisation__in=organisations).values_list(
        "organisation", flat=True
    )
    without_people = set(organisations) - set(peopled)
    invitable = {
        pk
        for pk in without_people
        if rules.may_invite_administrator(request.user, organisations[pk])
    }
    return {"without_people": without_people, "invitable": invitable}


def _founds(request: PortalRequest) -> bool:
    """Whether this person may begin a partnership for some Swedish organisation."""
    return rules.may_add_partner(request.user)


def _with_parties(found: QuerySet[Partnership]) -> QuerySet[Partnership]:
    parties = Party.objects.select_related("organisation__country", "organisation__kind")
    return found.prefetch_related(Prefetch("parties", parties))


def kept_query(request: PortalRequest) -> str:
    """The address's filter without its page number, for links to other pages."""
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()
