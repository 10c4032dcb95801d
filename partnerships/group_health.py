"""How steering groups fare: meetings, vacant seats, follow-ups; for their people and for ICLD."""

from datetime import date, datetime
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from icld_portal.ordering import SvKey
from partnerships.models import (
    Election,
    FollowUp,
    MeetingStatus,
    Party,
    Seat,
    SeatTerm,
    SteeringGroup,
    SteeringMeeting,
    User,
)
from partnerships.seats import ELECTED

ANY, VACANT, ELECTION, OVERDUE, NO_MEETING = "any", "vacant", "election", "overdue", "no-meeting"
ATTENTION = (
    (ANY, _("anything")),
    (VACANT, _("a vacant seat")),
    (ELECTION, _("a seat from before the election")),
    (OVERDUE, _("an overdue follow-up")),
    (NO_MEETING, _("no meeting planned")),
)
NEEDS = {
    VACANT: Q(vacant__gt=0),
    ELECTION: Q(before_election__gt=0),
    OVERDUE: Q(overdue__gt=0),
    NO_MEETING: Q(next_meets_at=None),
}
HAS_MET = (MeetingStatus.HELD, MeetingStatus.VERIFIED)


def groups_with_health(user: User, *, on: date, at: datetime) -> QuerySet[SteeringGroup]:
    """Return the groups ``user`` may open with how they fare, those that go on first.

    Annotates ``vacant``, ``before_election`` and ``overdue`` (numbers, on the day ``on``) and
    ``last_met_at`` and ``next_meets_at`` (moments, around ``at``). Of a group that has ended
    nothing is asked any more.
    """
    of_group = OuterRef("pk")
    held = SteeringMeeting.objects.filter(group=of_group, status__in=HAS_MET)
    coming = SteeringMeeting.objects.all().coming().filter(group=of_group, starts_at__gte=at)
    late = FollowUp.objects.all().waiting().filter(due_on__lt=on)
    parties = Party.objects.select_related("organisation__country")
    return (
        SteeringGroup.objects.all()
        .visible_to(user)
        .select_related("partnership")
        .prefetch_related(Prefetch("partnership__parties", parties))
        .annotate(
            vacant=_number(_vacant(on), "group"),
            before_election=_number(_before_election(on), "seat__group"),
            overdue=_number(late, "paragraph__group"),
            last_met_at=Subquery(held.order_by("-starts_at").values("starts_at")[:1]),
            next_meets_at=Subquery(coming.values("starts_at")[:1]),
        )
        .order_by(F("ended_on").desc(nulls_first=True), SvKey("name"), "pk")
    )


def needing(groups: QuerySet[SteeringGroup], what: str) -> QuerySet[SteeringGroup]:
    """Keep the groups that go on and need attention in one way, or in any."""
    wanted = NEEDS.get(what) or (
        NEEDS[VACANT] | NEEDS[ELECTION] | NEEDS[OVERDUE] | NEEDS[NO_MEETING]
    )
    return groups.active().filter(wanted)  # type: ignore[attr-defined, no-any-return]


def _vacant(on: date) -> QuerySet[Seat]:
    sits = SeatTerm.objects.all().on(on).filter(seat=OuterRef("pk"))
    return Seat.objects.filter(~Exists(sits))


def _before_election(on: date) -> QuerySet[SeatTerm]:
    since = Election.objects.filter(
        country=OuterRef("seat__party__organisation__country"),
        held_on__lte=on,
        held_on__gt=OuterRef("from_on"),
    )
    return SeatTerm.objects.all().on(on).filter(Exists(since), seat__kind__in=ELECTED)


def _number(rows: QuerySet[Any], path: str) -> Coalesce:
    """Count the rows that belong to the group by ``path``, in the query of the list."""
    of_group = rows.filter(**{path: OuterRef("pk")}).order_by().values(path)
    number = of_group.annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), Value(0))
