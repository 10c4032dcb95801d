"""The table of a steering meeting's life; drawn in docs/states.md and held by a trigger."""

from django.utils.translation import gettext_lazy

from icld_portal.workflow import Transition
from partnerships import meeting_letters, minute_letters, rules
from partnerships.models import MeetingStatus

CALL = Transition(
    "call_meeting",
    frozenset({MeetingStatus.PLANNED}),
    MeetingStatus.CALLED,
    rules.may_keep_meeting,
    gettext_lazy("Send the call"),
    meeting_letters.tell_called,
)
HOLD = Transition(
    "hold_meeting",
    frozenset({MeetingStatus.PLANNED, MeetingStatus.CALLED}),
    MeetingStatus.HELD,
    rules.may_keep_meeting,
    gettext_lazy("Open the minutes"),
)
VERIFY = Transition(
    "verify_meeting",
    frozenset({MeetingStatus.HELD}),
    MeetingStatus.VERIFIED,
    rules.may_verify_minutes,
    gettext_lazy("Verify the minutes"),
    minute_letters.tell_verified,
)
CANCEL = Transition(
    "cancel_meeting",
    frozenset({MeetingStatus.PLANNED, MeetingStatus.CALLED}),
    MeetingStatus.CANCELLED,
    rules.may_keep_meeting,
    gettext_lazy("Cancel the meeting"),
    meeting_letters.tell_cancelled,
)
MEETING_TRANSITIONS = (CALL, HOLD, VERIFY, CANCEL)
