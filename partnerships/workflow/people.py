"""Deeds about the people of one organisation. Each locks the organisation first.

Two administrators who remove each other at the same moment must not both succeed.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from icld_portal import events
from icld_portal.problems import NotReady, Problem
from partnerships import notices, rules
from partnerships.models import Invitation, Membership, Organisation, Role, User


def locked(organisation: Organisation) -> Organisation:
    """Return ``organisation`` fresh and locked against other changes of its people."""
    # No key: rows that only refer to the organisation can still be written.
    return (
        Organisation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("kind")
        .get(pk=organisation.pk)
    )


def roles_of(person: User, organisation: Organisation) -> frozenset[str]:
    """Return what ``person`` is in ``organisation``, read from the database now."""
    found = Membership.objects.filter(user=person, organisation=organisation)
    return frozenset(found.values_list("role", flat=True))


def grant(person: User, organisation: Organisation, roles: Iterable[str]) -> None:
    """Give ``person`` the roles they do not have yet."""
    Membership.objects.bulk_create(
        [Membership(user=person, organisation=organisation, role=role) for role in sorted(roles)],
        ignore_conflicts=True,
    )


@transaction.atomic
def change_roles(
    organisation: Organisation, person: User, roles: Iterable[str], *, by: User
) -> None:
    """Let ``person`` have exactly ``roles`` in ``organisation``.

    Raises PermissionDenied if ``by`` does not look after its people, NotReady if no role
    is left or the last administrator would be gone.
    """
    organisation, held = _begin(organisation, person, by=by)
    wanted = frozenset(roles)
    if not wanted <= rules.roles_in(organisation):
        raise PermissionDenied("change_roles")
    if not wanted:
        raise NotReady([Problem(_("Choose at least one role."), anchor="roles")])
    _keep_an_administrator(organisation, person, left=wanted)
    _memberships(organisation, person).exclude(role__in=wanted).delete()
    grant(person, organisation, wanted - held)
    if wanted != held:
        events.record(
            organisation,
            "change_roles",
            by=by,
            person_id=person.pk,
            roles=sorted(wanted),
            earlier=sorted(held),
        )


@transaction.atomic
def remove_member(organisation: Organisation, person: User, *, by: User) -> None:
    """Take every role in ``organisation`` from ``person``; they keep their login.

    Invitations to the same address are withdrawn. Raises PermissionDenied if ``by`` does
    not look after its people, NotReady for the last administrator.
    """
    organisation, held = _begin(organisation, person, by=by)
    _keep_an_administrator(organisation, person, left=frozenset())
    _leave(organisation, person, by=by)
    events.record(organisation, "remove_member", by=by, person_id=person.pk, roles=sorted(held))


@transaction.atomic
def hand_over(organisation: Organisation, person: User, *, to: User, by: User) -> None:
    """Let ``to``, a member, take over everything ``person`` holds, who then leaves.

    What they hold in the cases follows by the functions that ``settings.HANDED_OVER`` names.

    Raises PermissionDenied if ``by`` does not look after the people of ``organisation``,
    NotReady if ``to`` is no other member who can sign in.
    """
    organisation, held = _begin(organisation, person, by=by)
    if to.pk == person.pk or not to.is_active or not roles_of(to, organisation):
        text = _("Choose another person of the organisation.")
        raise NotReady([Problem(text, anchor="to")])
    grant(to, organisation, held)
    moved: dict[str, Any] = {}
    for path in settings.HANDED_OVER:
        moved |= import_string(path)(organisation, person, to=to, by=by)
    _leave(organisation, person, by=by)
    if organisation.contact_email.lower() == person.email.lower():
        organisation.contact_name, organisation.contact_email = to.name, to.email
        organisation.save(update_fields=["contact_name", "contact_email"])
    events.record(
        organisation,
        "hand_over",
        by=by,
        person_id=person.pk,
        to_id=to.pk,
        roles=sorted(held),
        **moved,
    )
    notices.tell_handed_over(organisation, person, to=to, roles=held)


def _begin(
    organisation: Organisation, person: User, *, by: User
) -> tuple[Organisation, frozenset[str]]:
    """Lock ``organisation``; return it with the roles of ``person`` there."""
    organisation = locked(organisation)
    # Read now, not from the request: ``by`` may have been removed a moment ago.
    if rules.administrator_role(organisation) not in roles_of(by, organisation):
        raise PermissionDenied("manage_members")
    held = roles_of(person, organisation)
    if not held:
        text = _("This person is no longer in the organisation.")
        raise NotReady([Problem(text)])
    return organisation, held


def _keep_an_administrator(
    organisation: Organisation, person: User, *, left: frozenset[Role] | frozenset[str]
) -> None:
    """Raise NotReady if nobody would look after the people of ``organisation``."""
    role = rules.administrator_role(organisation)
    if role in left:
        return
    others = Membership.objects.filter(
        organisation=organisation, role=role, user__is_active=True
    ).exclude(user=person)
    if role in roles_of(person, organisation) and not others.exists():
        text = _(
            "An organisation needs an administrator. Make somebody else administrator first, "
            "or hand over."
        )
        raise NotReady([Problem(text, anchor="roles")])


def _leave(organisation: Organisation, person: User, *, by: User) -> None:
    _memberships(organisation, person).delete()
    Invitation.objects.unanswered().filter(
        organisation=organisation, email__iexact=person.email
    ).update(revoked_at=timezone.now(), revoked_by=by)


def _memberships(organisation: Organisation, person: User) -> QuerySet[Membership]:
    return Membership.objects.filter(organisation=organisation, user=person)
