"""The parties: people, organisations, memberships and partnerships."""

from partnerships.models.interests import Interest
from partnerships.models.invitations import Invitation, InvitationState
from partnerships.models.organisations import (
    BudgetRegion,
    Country,
    Organisation,
    OrganisationKind,
    OrganisationSide,
)
from partnerships.models.partnerships import Partnership, Party, PartySide
from partnerships.models.people import Membership, Role, User

__all__ = [
    "BudgetRegion",
    "Country",
    "Interest",
    "Invitation",
    "InvitationState",
    "Membership",
    "Organisation",
    "OrganisationKind",
    "OrganisationSide",
    "Partnership",
    "Party",
    "PartySide",
    "Role",
    "User",
]
