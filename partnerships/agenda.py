"""The agenda of a meeting: what waits for the group, and what it has itself to follow up."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
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
from partnerships.models.matters import Point, sources

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

    def addresses_of(self, points: Iterable[Point], user: User) -> dict[Point, str]:
        """Return where the follow-ups and minutes of an agenda are, in a query for each kind."""
        keys = {point: point[1] for point in points if point[0] == MatterKind.FOLLOW_UP}
        late = FollowUp.objects.all().visible_to(user).of_verified_minutes()
        minutes = SteeringMeeting.objects.all().visible_to(user)
        return _pages(keys, "", late, "partnerships:follow_up") | _pages(
            keys, LAST_MINUTES, minutes, "partnerships:meeting"
        )

    def dealing_with(self, references: Iterable[str]) -> Q:
        """Return what is true of no group: what is the group's own hides no case."""
        return Q(pk__in=[])

    def _follow_up(self, one: FollowUp) -> Matter:
        facts = {"sign": one.paragraph.sign, "heading": one.paragraph.heading}
        why = _("Due %(day)s, %(name)s.") % {"day": day(one.due_on), "name": one.responsible_name}
        title = _("Follow-up of %(sign)s: %(heading)s") % facts
        page = reverse("partnerships:follow_up", args=[one.pk])
        return Matter(MatterKind.FOLLOW_UP, str(one.pk), title, page, why)

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


def _pages(
    keys: dict[Point, str], before: str, rows: QuerySet[Any], route: str
) -> dict[Point, str]:
    """Return the pages of the matters whose keys are ``before`` and a number, of ``rows``."""
    numbers = {
        point: int(key.removeprefix(before))
        for point, key in keys.items()
        if key.startswith(before) and key.removeprefix(before).isdecimal()
    }
    if not numbers:
        return {}
    found = set(rows.filter(pk__in=numbers.values()).order_by().values_list("pk", flat=True))
    return {point: reverse(route, args=[pk]) for point, pk in numbers.items() if pk in found}


GROUP = GroupMatters()


def waiting_for(meeting: SteeringMeeting, user: User) -> list[Matter]:
    """Return what could be taken up and is not on the agenda of ``meeting``."""
    taken = set(meeting.agenda.values_list("matter_kind", "matter_key"))
    found = [one for source in sources() for one in source.open_for(meeting.group, user)]
    return [one for one in found if (one.kind.value, one.key) not in taken]


def items_of(meeting: SteeringMeeting) -> list[AgendaItem]:
    """Return the agenda in its order."""
    return list(meeting.agenda.order_by("sort_order", "pk"))


def is_open(meeting: SteeringMeeting) -> bool:
    """Whether the agenda can be written: until the meeting is held or cancelled."""
    return meeting.status in (MeetingStatus.PLANNED, MeetingStatus.CALLED)
