"""Who may do what with parties and partnerships."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from icld_portal.localize import STOCKHOLM
from partnerships.models import (
    FollowUp,
    Organisation,
    OrganisationSide,
    Partnership,
    Party,
    PartySide,
    Role,
    SeatTerm,
    SteeringGroup,
    SteeringMeeting,
    User,
)
from partnerships.models.matters import hidden_from
from partnerships.models.people import ICLD_ROLES, PARTY_ROLES, WRITING_ROLES

PROFILE_ROLES = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR, Role.PROJECT_MANAGER})


def may_view_partnership(user: User, partnership: Partnership) -> bool:
    """Twin of ``PartnershipQuerySet.visible_to``; a test holds them together."""
    if user.office:
        return True
    parties = partnership.parties.values_list("organisation", flat=True)
    return bool(set(parties) & set(user.roles))


def may_view_group(user: User, group: SteeringGroup) -> bool:
    """Twin of ``SteeringGroupQuerySet.visible_to``; a test holds them together."""
    if user.conflicts and SteeringGroup.objects.filter(hidden_from(user), pk=group.pk).exists():
        return False
    return may_view_partnership(user, group.partnership)


def may_begin_group(user: User, partnership: Partnership) -> bool:
    """Who writes for a party of the partnership begins its steering groups."""
    mine = user.organisations_with(WRITING_ROLES)
    return partnership.parties.filter(organisation__in=mine).exists()


def may_run_group(user: User, group: SteeringGroup) -> bool:
    """Who writes for a party of the partnership keeps its seats, meetings and agendas."""
    return may_begin_group(user, group.partnership)


def may_write_minutes(user: User, group: SteeringGroup, *, on: date) -> bool:
    """Who runs the group, and who sits in it on the day ``on`` and belongs to a party."""
    if may_run_group(user, group):
        return True
    sits = SeatTerm.objects.all().on(on).filter(seat__group=group, user=user)
    return sits.filter(seat__party__organisation__in=list(user.roles)).exists()


def may_keep_meeting(user: User, meeting: SteeringMeeting) -> bool:
    """Who runs the group plans, calls, opens and cancels its meetings."""
    return may_run_group(user, meeting.group)


def may_write_of_meeting(user: User, meeting: SteeringMeeting) -> bool:
    """Who may write the minutes of ``meeting`` today; whoever sat there that day reads on."""
    return may_write_minutes(user, meeting.group, on=timezone.localdate())


def may_finish(user: User, follow_up: FollowUp) -> bool:
    """Who is responsible for a follow-up, while of the party they sit for, and who runs the
    group says that it is done."""
    group = follow_up.paragraph.meeting.group
    if not may_view_group(user, group):
        return False
    term = follow_up.responsible
    if term and term.user_id == user.pk and term.seat.party.organisation_id in user.roles:
        return True
    return may_run_group(user, group)


def may_verify_minutes(user: User, meeting: SteeringMeeting) -> bool:
    """Who sat in the group at ``meeting``, and belongs to that party still."""
    day = meeting.starts_at.astimezone(STOCKHOLM).date()
    held = SeatTerm.objects.filter(
        seat__group=meeting.group_id, user=user, seat__party__organisation__in=list(user.roles)
    )
    return held.on(day).exists() or held.filter(attendance__meeting=meeting).exists()


def may_see_minute_history(user: User, meeting: SteeringMeeting) -> bool:
    """What the minutes said before is for the parties alone."""
    parties = meeting.group.partnership.parties.filter(organisation__in=list(user.roles))
    return parties.exists()


def may_found(user: User, organisation: Organisation) -> bool:
    """Whether ``user`` may begin a partnership for the Swedish ``organisation``."""
    return organisation.pk in user.organisations_with(WRITING_ROLES)


def may_see_members(user: User, organisation: Organisation) -> bool:
    """Names and roles are for the organisation's own people and for ICLD."""
    # An external assessor is not one of ICLD's own people.
    held = user.roles.get(organisation.pk, frozenset()) - {Role.EXTERNAL_ASSESSOR}
    return user.office or bool(held)


def administrator_role(organisation: Organisation) -> Role:
    """The role that looks after the people of ``organisation``."""
    return Role.OFFICE_ADMINISTRATOR if is_office(organisation) else Role.ADMINISTRATOR


def roles_in(organisation: Organisation) -> frozenset[Role]:
    """The roles a person can have in ``organisation``: ICLD has its own."""
    return ICLD_ROLES if is_office(organisation) else PARTY_ROLES


def is_office(organisation: Organisation) -> bool:
    """Whether ``organisation`` is ICLD itself."""
    return organisation.kind.side == OrganisationSide.OFFICE


def may_manage_members(user: User, organisation: Organisation) -> bool:
    """The organisation's own administrators invite, change and remove its people."""
    return administrator_role(organisation) in user.roles.get(organisation.pk, frozenset())


def may_invite_administrator(user: User, organisation: Organisation) -> bool:
    """Whether ``user`` may invite somebody to be administrator of another's organisation.

    ICLD's administrators may for any party. A Swedish party may for its own partner, as
    long as nobody there has a login and the partner cooperates with no other Swedish
    party: otherwise an invitation would open other people's drafts.
    """
    if is_office(organisation):
        return False
    if user.is_office_administrator:
        return True
    if organisation.kind.side != OrganisationSide.PARTNER:
        return False
    mine = user.organisations_with(WRITING_ROLES)
    if not mine or organisation.memberships.exists():
        return False
    swedish = Party.objects.filter(
        partnership__parties__organisation=organisation, side=PartySide.SWEDISH
    ).values_list("organisation", flat=True)
    found = set(swedish)
    return bool(found) and found <= mine


def may_invite(user: User, organisation: Organisation, roles: Iterable[str]) -> bool:
    """Whether ``user`` may invite somebody to ``organisation`` with these ``roles``."""
    if may_manage_members(user, organisation):
        return frozenset(roles) <= roles_in(organisation)
    return set(roles) == {Role.ADMINISTRATOR} and may_invite_administrator(user, organisation)


def may_edit_profile(user: User, organisation: Organisation) -> bool:
    """Who writes for an organisation keeps its contact person and addresses."""
    return organisation.pk in user.organisations_with(PROFILE_ROLES)


def may_add_partner(user: User) -> bool:
    """Who writes for a Swedish party adds a partner that the register lacks."""
    mine = user.organisations_with(WRITING_ROLES)
    return bool(mine) and Organisation.objects.swedish().filter(pk__in=mine).exists()


def may_keep_elections(user: User) -> bool:
    """ICLD's administrators write down when countries hold elections."""
    return user.is_office_administrator


def may_check_register(user: User) -> bool:
    """ICLD's programme officers and administrators check what the parties add."""
    return user.is_officer or user.is_office_administrator
