"""Deeds about the parties and their people."""

from partnerships.workflow.elections import remove_election, save_election
from partnerships.workflow.follow_ups import finish, remind_of_follow_ups
from partnerships.workflow.groups import (
    add_seats,
    begin_group,
    change_group,
    delete_group,
    end_group,
    open_group_again,
)
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
from partnerships.workflow.seating import (
    Days,
    Sitter,
    correct_term,
    end_term,
    remove_term,
    replace_person,
    seat_person,
)

__all__ = [
    "Days",
    "InvitationClosed",
    "Sitter",
    "accept",
    "accept_as_new",
    "accept_organisation",
    "add_partner",
    "add_seats",
    "begin_group",
    "change_group",
    "change_roles",
    "correct_term",
    "delete_group",
    "end_group",
    "end_term",
    "finish",
    "found_partnership",
    "hand_over",
    "invite",
    "merge_organisation",
    "merge_problems",
    "open_group_again",
    "party_problems",
    "refuse_organisation",
    "remind_of_follow_ups",
    "remind_of_meetings",
    "remove_election",
    "remove_member",
    "remove_term",
    "replace_person",
    "resend",
    "revoke",
    "save_election",
    "save_profile",
    "seat_person",
]
