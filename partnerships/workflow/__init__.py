"""Deeds about the parties and their people."""

from partnerships.workflow.invitations import (
    InvitationClosed,
    accept,
    accept_as_new,
    invite,
    resend,
    revoke,
)
from partnerships.workflow.meeting_reminders import remind_of_meetings
from partnerships.workflow.merging import (
    merge_organisation,
    merge_problems,
    refuse_organisation,
)
from partnerships.workflow.parties import found_partnership, party_problems
from partnerships.workflow.people import change_roles, hand_over, remove_member
from partnerships.workflow.register import accept_organisation, add_partner, save_profile

__all__ = [
    "InvitationClosed",
    "accept",
    "accept_as_new",
    "accept_organisation",
    "add_partner",
    "change_roles",
    "found_partnership",
    "hand_over",
    "invite",
    "merge_organisation",
    "merge_problems",
    "party_problems",
    "refuse_organisation",
    "remind_of_meetings",
    "remove_member",
    "resend",
    "revoke",
    "save_profile",
]
