"""Meetings as lists show them: the time in every country, and the word for where one stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from partnerships.calendars import title_of
from partnerships.clocks import Clock, clocks_of, spans
from partnerships.models import MeetingStatus, Party, SteeringGroup, SteeringMeeting
from partnerships.quorum import parties_of

# The shapes of statuses that the style sheet has.
SHAPES = {
    MeetingStatus.PLANNED: "coming",
    MeetingStatus.CALLED: "open",
    MeetingStatus.HELD: "draft",
    MeetingStatus.VERIFIED: "approved",
    MeetingStatus.CANCELLED: "withdrawn",
}
SHOWN_ON_A_GROUP = 5


@dataclass(frozen=True)
class MeetingRow:
    """One meeting, said in the reader's language."""

    meeting: SteeringMeeting
    clocks: Sequence[Clock]

    @property
    def title(self) -> str:
        """What it is called; the group's name where it has no title of its own."""
        return title_of(self.meeting)

    @property
    def parts(self) -> list[str]:
        """Day and time in each country."""
        return spans(self.meeting.starts_at, self.meeting.ends_at, self.clocks)

    @property
    def shape(self) -> str:
        """The shape and colour of its status."""
        return SHAPES[MeetingStatus(self.meeting.status)]


def rows_of(meetings: Iterable[SteeringMeeting], parties: Iterable[Party]) -> list[MeetingRow]:
    """Return meetings for a list; asks nothing of the database but what they are of."""
    clocks = clocks_of(parties)
    return [MeetingRow(meeting, clocks) for meeting in meetings]


def meetings_of(group: SteeringGroup) -> dict[str, list[MeetingRow]]:
    """Return the next and the last meetings of a group for its page, in three queries."""
    parties = parties_of(group)
    of_group = SteeringMeeting.objects.filter(group=group).select_related("group")
    coming = of_group.coming().filter(ends_at__gte=timezone.now())
    behind = of_group.exclude(status=MeetingStatus.CANCELLED).filter(ends_at__lt=timezone.now())
    return {
        "coming": rows_of(coming[:SHOWN_ON_A_GROUP], parties),
        "behind": rows_of(behind.order_by("-starts_at", "-pk")[:SHOWN_ON_A_GROUP], parties),
    }
