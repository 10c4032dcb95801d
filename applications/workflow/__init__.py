"""The life of an application: one function per deed, and the table they follow."""

from applications.workflow.agreeing import (
    StaleConsensus,
    agree,
    reopen_consensus,
    save_consensus,
)
from applications.workflow.alone import decide, propose_alone, proposed_alone, send_back
from applications.workflow.assigning import give, give_evenly, take_from
from applications.workflow.deciding import assign, decision_problems, take_up
from applications.workflow.giving_out import Assigned, Order, assign_all, shared_out
from applications.workflow.handing_in import reopen, reopen_problems, submit, withdraw
from applications.workflow.interests import declare, withdraw_declaration
from applications.workflow.meeting import (
    StaleProposal,
    Wanted,
    confirm,
    meet_condition,
    meeting_of,
    order_release,
    propose,
    release,
    release_problems,
    set_pot,
    stop_release,
    take_back_confirmation,
)
from applications.workflow.ordering import StaleOrder, move_case
from applications.workflow.scoring import (
    criteria_in,
    criteria_version,
    hand_in,
    is_agreed,
    save_assessment,
    take_back,
)
from applications.workflow.starting import (
    AlreadyBegun,
    draft_of,
    move_to_open_round,
    open_round,
    start_application,
    start_once,
)
from applications.workflow.transitions import (
    APPROVE,
    REJECT,
    REOPEN,
    SUBMIT,
    TAKE_UP,
    TRANSITIONS,
    WITHDRAW,
)

__all__ = [
    "APPROVE",
    "REJECT",
    "REOPEN",
    "SUBMIT",
    "TAKE_UP",
    "TRANSITIONS",
    "WITHDRAW",
    "AlreadyBegun",
    "Assigned",
    "Order",
    "StaleConsensus",
    "StaleOrder",
    "StaleProposal",
    "Wanted",
    "agree",
    "assign",
    "assign_all",
    "confirm",
    "criteria_in",
    "criteria_version",
    "decide",
    "decision_problems",
    "declare",
    "draft_of",
    "give",
    "give_evenly",
    "hand_in",
    "is_agreed",
    "meet_condition",
    "meeting_of",
    "move_case",
    "move_to_open_round",
    "open_round",
    "order_release",
    "propose",
    "propose_alone",
    "proposed_alone",
    "release",
    "release_problems",
    "reopen",
    "reopen_consensus",
    "reopen_problems",
    "save_assessment",
    "save_consensus",
    "send_back",
    "set_pot",
    "shared_out",
    "start_application",
    "start_once",
    "stop_release",
    "submit",
    "take_back",
    "take_back_confirmation",
    "take_from",
    "take_up",
    "withdraw",
    "withdraw_declaration",
]
