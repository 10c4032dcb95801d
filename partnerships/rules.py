"""Who may do what with parties and partnerships."""

from partnerships.models import Organisation, Partnership, User
from partnerships.models.people import WRITING_ROLES


def may_view_partnership(user: User, partnership: Partnership) -> bool:
    """Twin of ``PartnershipQuerySet.visible_to``; a test holds them together."""
    if user.office:
        return True
    parties = partnership.parties.values_list("organisation", flat=True)
    return bool(set(parties) & set(user.roles))


def may_found(user: User, organisation: Organisation) -> bool:
    """Whether ``user`` may begin a partnership for the Swedish ``organisation``."""
    return organisation.pk in user.organisations_with(WRITING_ROLES)


def may_see_members(user: User, organisation: Organisation) -> bool:
    """Names and roles are for the organisation's own people and for ICLD."""
    return user.office or organisation.pk in user.roles
