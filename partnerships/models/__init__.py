"""The parties: people, organisations, memberships and partnerships."""

from partnerships.models.decisions import (
    DecisionWords,
    Dissent,
    FollowUp,
    FollowUpReminder,
    ReminderOf,
    SteeringDecision,
)
from partnerships.models.interests import Interest
from partnerships.models.invitations import Invitation, InvitationState
from partnerships.models.matters import Matter, MatterKind
from partnerships.models.meetings import (
    AgendaItem,
    Attendance,
    MeetingStatus,
    SteeringMeeting,
)
from partnerships.models.minutes import Paragraph, ParagraphText, TextPart
from partnerships.models.organisations import (
    BudgetRegion,
    Country,
    Organisation,
    OrganisationKind,
    OrganisationSide,
)
from partnerships.models.partnerships import Partnership, Party, PartySide
from partnerships.models.people import Membership, Role, User
from partnerships.models.steering import (
    CalendarLink,
    Election,
    Seat,
    SeatKind,
    SeatTerm,
    SteeringGroup,
)
from partnerships.models.verifications import MinutesPaper, Verification, VerifiedMinutes

__all__ = [
    "AgendaItem",
    "Attendance",
    "BudgetRegion",
    "CalendarLink",
    "Country",
    "DecisionWords",
    "Dissent",
    "Election",
    "FollowUp",
    "FollowUpReminder",
    "Interest",
    "Invitation",
    "InvitationState",
    "Matter",
    "MatterKind",
    "MeetingStatus",
    "Membership",
    "MinutesPaper",
    "Organisation",
    "OrganisationKind",
    "OrganisationSide",
    "Paragraph",
    "ParagraphText",
    "Partnership",
    "Party",
    "PartySide",
    "ReminderOf",
    "Role",
    "Seat",
    "SeatKind",
    "SeatTerm",
    "SteeringDecision",
    "SteeringGroup",
    "SteeringMeeting",
    "TextPart",
    "User",
    "Verification",
    "VerifiedMinutes",
]
