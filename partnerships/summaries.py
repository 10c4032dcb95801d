"""What a steering group has done in a year, in words that a report can take over."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from icld_portal.localize import STOCKHOLM, day
from partnerships import seats
from partnerships.models import (
    FollowUp,
    MatterKind,
    MeetingStatus,
    SeatTerm,
    SteeringDecision,
    SteeringGroup,
    SteeringMeeting,
)

HELD = (MeetingStatus.HELD, MeetingStatus.VERIFIED)


@dataclass(frozen=True)
class SummaryPart:
    """One subject of the summary: its heading, and a line for each thing."""

    title: str
    lines: list[str]

    @property
    def text(self) -> str:
        """The lines as plain text."""
        return "\n".join(self.lines)


def years_of(group: SteeringGroup, *, on: date) -> list[int]:
    """Return the years that a summary can be made of, the latest first."""
    last = min(group.ended_on, on) if group.ended_on else on
    return list(range(last.year, group.begins_on.year - 1, -1))


def summary_of(group: SteeringGroup, year: int, *, on: date) -> list[SummaryPart]:
    """Return the year of a group as it is known on the day ``on``, in the reader's language.

    Years are Stockholm's. Seats are told without the political side. Six queries.
    """
    # After its own last day a group has no seats to be vacant.
    last_day = min(date(year, 12, 31), on, group.ended_on or on)
    return [
        SummaryPart(_("Meetings held"), _meetings(group, year) or [_("None.")]),
        SummaryPart(_("Decisions in verified minutes"), _decisions(group, year) or [_("None.")]),
        SummaryPart(_("Follow-ups of these decisions"), _follow_ups(group, year, on=on)),
        SummaryPart(
            _("Vacant seats on %(day)s") % {"day": day(last_day)},
            _vacancies(group, last_day) or [_("None.")],
        ),
        SummaryPart(_("Members who came and went"), _changes(group, year) or [_("None.")]),
    ]


def _meetings(group: SteeringGroup, year: int) -> list[str]:
    first = datetime(year, 1, 1, tzinfo=STOCKHOLM)
    sitting = Q(attendance__term__isnull=False)
    meetings = (
        SteeringMeeting.objects.filter(
            group=group,
            status__in=HELD,
            starts_at__gte=first,
            starts_at__lt=first.replace(year=year + 1),
        )
        .annotate(
            sitting=Count("attendance", filter=sitting),
            present=Count("attendance", filter=sitting & Q(attendance__is_present=True)),
        )
        .order_by("starts_at", "pk")
    )
    return [_meeting(meeting) for meeting in meetings]


def _meeting(meeting: SteeringMeeting) -> str:
    words = {
        "day": day(meeting.starts_at),
        "present": meeting.present,  # type: ignore[attr-defined]
        "sitting": meeting.sitting,  # type: ignore[attr-defined]
    }
    if meeting.status == MeetingStatus.VERIFIED:
        return _("%(day)s: %(present)d of %(sitting)d members present, minutes verified") % words
    return _("%(day)s: %(present)d of %(sitting)d members present, minutes not verified") % words


def _decisions(group: SteeringGroup, year: int) -> list[str]:
    decisions = SteeringDecision.objects.verified().filter(
        paragraph__group=group, paragraph__year=year, paragraph__is_struck=False
    )
    found = list(decisions.select_related("paragraph").order_by("paragraph__number", "pk"))
    numbers = Counter(one.matter_kind for one in found)
    counted = [f"{kind.label}: {numbers[kind]}" for kind in MatterKind if numbers[kind]]
    return counted + [f"{one.paragraph.sign} {one.paragraph.heading}" for one in found]


def _follow_ups(group: SteeringGroup, year: int, *, on: date) -> list[str]:
    asked = FollowUp.objects.all().of_verified_minutes()
    waiting = Q(done_at=None)
    numbers = asked.filter(paragraph__group=group, paragraph__year=year).aggregate(
        done=Count("pk", filter=~waiting),
        waiting=Count("pk", filter=waiting),
        overdue=Count("pk", filter=waiting & Q(due_on__lt=on)),
    )
    return [
        ngettext("%(n)d done", "%(n)d done", numbers["done"]) % {"n": numbers["done"]},
        _("%(n)d waiting, %(overdue)d of them overdue")
        % {"n": numbers["waiting"], "overdue": numbers["overdue"]},
    ]


def _vacancies(group: SteeringGroup, on: date) -> list[str]:
    return [
        f"{party.party.organisation.name}: {row.seat.neutral_words}"
        for party in seats.seats_of(group, on=on)
        for row in party.seats
        if row.term is None
    ]


def _changes(group: SteeringGroup, year: int) -> list[str]:
    """Who began after the group itself, and who left, in the order it happened."""
    terms = SeatTerm.objects.filter(seat__group=group).select_related("seat__party__organisation")
    came = Q(from_on__year=year, from_on__gt=group.begins_on)
    found: list[tuple[date, str]] = []
    for term in terms.filter(came | Q(to_on__year=year)).order_by("pk"):
        words = {
            "name": term.name,
            "seat": term.seat.neutral_words,
            "party": term.seat.party.organisation.name,
        }
        if term.from_on.year == year and term.from_on > group.begins_on:
            text = _("%(day)s: %(name)s came, %(seat)s, %(party)s")
            found.append((term.from_on, text % {**words, "day": day(term.from_on)}))
        if term.to_on and term.to_on.year == year:
            text = _("%(day)s: last day of %(name)s, %(seat)s, %(party)s")
            found.append((term.to_on, text % {**words, "day": day(term.to_on)}))
    return [text for _day, text in sorted(found)]


def today() -> date:
    """The day in Stockholm."""
    return timezone.localdate(timezone=STOCKHOLM)
