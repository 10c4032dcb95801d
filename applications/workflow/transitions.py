"""The table of an application's life; drawn in docs/states.md and held by a trigger."""

from django.utils.translation import gettext_lazy

from applications import notices, rules
from applications.models import Status
from icld_portal.workflow import Transition

SUBMIT = Transition(
    "submit",
    frozenset({Status.DRAFT}),
    Status.SUBMITTED,
    rules.may_submit,
    gettext_lazy("Submit"),
    notices.tell_submitted,
)
TAKE_UP = Transition(
    "take_up",
    frozenset({Status.SUBMITTED}),
    Status.IN_ASSESSMENT,
    rules.may_take_up,
    gettext_lazy("Take up for assessment"),
)
APPROVE = Transition(
    "approve",
    frozenset({Status.IN_ASSESSMENT}),
    Status.APPROVED,
    rules.may_decide,
    gettext_lazy("Approve"),
    notices.tell_decided,
)
REJECT = Transition(
    "reject",
    frozenset({Status.IN_ASSESSMENT}),
    Status.REJECTED,
    rules.may_decide,
    gettext_lazy("Reject"),
    notices.tell_decided,
)
WITHDRAW = Transition(
    "withdraw",
    frozenset({Status.SUBMITTED, Status.IN_ASSESSMENT}),
    Status.WITHDRAWN,
    rules.may_withdraw,
    gettext_lazy("Withdraw"),
    notices.tell_withdrawn,
)
REOPEN = Transition(
    "reopen",
    frozenset({Status.SUBMITTED, Status.WITHDRAWN}),
    Status.DRAFT,
    rules.may_reopen,
    gettext_lazy("Open again"),
    notices.tell_reopened,
)
TRANSITIONS = (SUBMIT, TAKE_UP, APPROVE, REJECT, WITHDRAW, REOPEN)
