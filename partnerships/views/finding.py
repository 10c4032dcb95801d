"""Finding the organisation, person or group that an address names, for the one who asks."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404

from partnerships import rules
from partnerships.models import Organisation, SteeringGroup, User
from partnerships.requests import PortalRequest


def organisation_of(request: PortalRequest, pk: int) -> Organisation:
    """Return the organisation with this number; Http404 if there is none."""
    register = Organisation.objects.visible_to(request.user).select_related("country", "kind")
    found: Organisation = get_object_or_404(register, pk=pk)
    return found


def peopled(request: PortalRequest, pk: int) -> Organisation:
    """Return the organisation if this person may see who its people are; Http404 otherwise."""
    found = organisation_of(request, pk)
    if not rules.may_see_members(request.user, found):
        raise Http404("people of another organisation")
    return found


def managed(request: PortalRequest, pk: int) -> Organisation:
    """Return the organisation if this person looks after its people."""
    found = peopled(request, pk)
    if not rules.may_manage_members(request.user, found):
        raise PermissionDenied("manage_members")
    return found


def member_of(organisation: Organisation, pk: int) -> User:
    """Return the person with this number if they are a member of ``organisation``."""
    members = User.objects.filter(memberships__organisation=organisation).distinct()
    return get_object_or_404(members, pk=pk)


def group_of(request: PortalRequest, pk: int) -> SteeringGroup:
    """Return the steering group with this number, of those this person may open."""
    visible = SteeringGroup.objects.all().visible_to(request.user).select_related("partnership")
    found: SteeringGroup = get_object_or_404(visible, pk=pk)
    return found


def run_by(request: PortalRequest, pk: int) -> SteeringGroup:
    """Return the steering group if this person runs it; PermissionDenied otherwise."""
    found = group_of(request, pk)
    if not rules.may_run_group(request.user, found):
        raise PermissionDenied("run_group")
    return found
