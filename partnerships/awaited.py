"""Who is awaited to verify minutes: somebody of another party has, and nobody of theirs."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from partnerships.models import (
    Attendance,
    MeetingStatus,
    Membership,
    Party,
    SteeringMeeting,
    User,
    Verification,
)


def people_of(meeting: SteeringMeeting, parties: Iterable[Party]) -> list[User]:
    """Return who was at ``meeting`` for one of ``parties``, and is of that party still."""
    there = Attendance.objects.filter(
        meeting=meeting, is_present=True, term__user=OuterRef("pk"), term__seat__party__in=parties
    )
    same = Membership.objects.filter(
        user=OuterRef("term__user"), organisation=OuterRef("term__seat__party__organisation")
    )
    found = User.objects.filter(Exists(there.filter(Exists(same))), is_active=True)
    return list(found.order_by("pk"))


def parties_with_somebody(meeting: SteeringMeeting) -> set[int]:
    """Return the parties for which somebody was there who can sign in and is of it still."""
    member = Membership.objects.filter(
        user=OuterRef("term__user"),
        user__is_active=True,
        organisation=OuterRef("term__seat__party__organisation"),
    )
    there = meeting.attendance.filter(Exists(member), is_present=True)
    return set(there.order_by().values_list("term__seat__party", flat=True))


def minutes_for(user: User) -> QuerySet[SteeringMeeting]:
    """Return the meetings whose minutes wait for ``user``'s party, the first held first."""
    given = Verification.objects.valid()
    own = Attendance.objects.filter(
        meeting=OuterRef("pk"),
        is_present=True,
        term__user=user,
        term__seat__party__organisation__in=list(user.roles),
    ).exclude(
        Exists(given.filter(meeting=OuterRef("meeting"), party=OuterRef("term__seat__party")))
    )
    waiting = SteeringMeeting.objects.all().visible_to(user).filter(status=MeetingStatus.HELD)
    by_others = given.filter(meeting=OuterRef("pk"))
    return (
        waiting.filter(Exists(by_others.exclude(user=user)), Exists(own))
        .exclude(Exists(by_others.filter(user=user)))
        .select_related("group__partnership")
        .order_by("starts_at", "pk")
    )
