"""The agenda of a meeting: what waits for the group, and what it has itself to follow up."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from icld_portal.localize import day
from partnerships.models import (
    AgendaItem,
    FollowUp,
    Matter,
    MatterKind,
    MeetingStatus,
    SteeringGroup,
    SteeringMeeting,
    User,
)
from partnerships.models.matters import sources

LAST_MINUTES = "minutes-"


class GroupMatters:
    """The group's own matters: overdue follow-ups and the minutes of its last meeting."""

    def open_for(self, group: SteeringGroup, user: User) -> list[Matter]:
        """Return what was to be done by now and is not, and the last minutes; two queries."""
        late = (
            FollowUp.objects.all()
            .waiting()
            .visible_to(user)
            .filter(paragraph__group=group, due_on__lt=timezone.localdate())
        )
        return [self._follow_up(one) for one in late.select_related("paragraph")] + (
            self._last_minutes(group)
        )

    def known_to(self, group: SteeringGroup, user: User) -> list[Matter]:
        """Return every follow-up that waits; minutes are dealt with, not decided about."""
        waiting = FollowUp.objects.all().waiting().visible_to(user).filter(paragraph__group=group)
        return [self._follow_up(one) for one in waiting.select_related("paragraph")]

    def hidden_groups(self, references: Iterable[str]) -> set[int]:
        """Return nothing: what is the group's own hides no case."""
        return set()

    def _follow_up(self, one: FollowUp) -> Matter:
        facts = {"sign": one.paragraph.sign, "heading": one.paragraph.heading}
        why = _("Due %(day)s, %(name)s.") % {"day": day(one.due_on), "name": one.responsible_name}
        title = _("Follow-up of %(sign)s: %(heading)s") % facts
        return Matter(MatterKind.FOLLOW_UP, str(one.pk), title, why=why)

    def _last_minutes(self, group: SteeringGroup) -> list[Matter]:
        last = group.meetings.all().verified().order_by("-starts_at", "-pk").first()
        if last is None:
            return []
        return [
            Matter(
                MatterKind.FOLLOW_UP,
                f"{LAST_MINUTES}{last.pk}",
                _("Minutes of the meeting %(day)s") % {"day": day(last.starts_at)},
                last.get_absolute_url(),
                _("The last minutes, to follow up."),
            )
        ]


GROUP = GroupMatters()


def waiting_for(meeting: SteeringMeeting, user: User) -> list[Matter]:
    """Return what could be taken up and is not on the agenda of ``meeting``."""
    taken = set(meeting.agenda.values_list("matter_kind", "matter_key"))
    found = [one for source in sources() for one in source.open_for(meeting.group, user)]
    return [one for one in found if (one.kind.value, one.key) not in taken]


def addresses(meeting: SteeringMeeting, user: User) -> dict[tuple[str, str], str]:
    """Return where the matters of the agenda are, of those that ``user`` may open."""
    known = [one for source in sources() for one in source.known_to(meeting.group, user)]
    return {(one.kind.value, one.key): one.url for one in known if one.url}


def items_of(meeting: SteeringMeeting) -> list[AgendaItem]:
    """Return the agenda in its order."""
    return list(meeting.agenda.order_by("sort_order", "pk"))


def is_open(meeting: SteeringMeeting) -> bool:
    """Whether the agenda can be written: until the meeting is held or cancelled."""
    return meeting.status in (MeetingStatus.PLANNED, MeetingStatus.CALLED)
