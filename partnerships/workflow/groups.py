"""Deeds about a steering group itself: beginning, changing, ending and deleting it.

Each deed locks the group first, so that of two at once the second sees what the first did.
"""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from icld_portal import events
from icld_portal.localize import STOCKHOLM
from icld_portal.problems import NotReady, Problem
from partnerships import rules
from partnerships.models import (
    MeetingStatus,
    Partnership,
    Party,
    Seat,
    SeatKind,
    SeatTerm,
    SteeringGroup,
    User,
)


def held(group: SteeringGroup, *, by: User) -> SteeringGroup:
    """Return ``group`` fresh and locked against other deeds.

    Raises PermissionDenied if ``by`` does not run it, NotReady if it has been deleted.
    """
    # No key: rows that only refer to the group can still be written.
    locked = SteeringGroup.objects.select_for_update(of=("self",), no_key=True)
    fresh = locked.select_related("partnership").filter(pk=group.pk).first()
    if fresh is None:
        raise NotReady([Problem(_("Somebody has deleted this steering group."))])
    if not rules.may_run_group(by, fresh):
        raise PermissionDenied("run_group")
    return fresh


@transaction.atomic
def begin_group(
    partnership: Partnership, *, name: str, begins_on: date, by: User, quorum_percent: int = 50
) -> SteeringGroup:
    """Begin a steering group with four vacant seats for each party of ``partnership``.

    Raises PermissionDenied if ``by`` writes for no party, NotReady if the partnership has a
    group of this name. Source: the programme, steering group.
    """
    if not rules.may_begin_group(by, partnership):
        raise PermissionDenied("begin_group")
    group = SteeringGroup(
        partnership=partnership,
        name=name,
        begins_on=begins_on,
        quorum_percent=quorum_percent,
        created_by=by,
    )
    _save(group)
    parties = list(partnership.parties.all())
    _add_seats(group, parties)
    events.record(group, "begin_group", by=by, parties=len(parties))
    return group


@transaction.atomic
def change_group(
    group: SteeringGroup, *, name: str, begins_on: date, quorum_percent: int, by: User
) -> SteeringGroup:
    """Give ``group`` another name, first day or quorum (per cent of the filled seats)."""
    group = held(group, by=by)
    if first := SeatTerm.objects.filter(seat__group=group, from_on__lt=begins_on).first():
        text = _("%(name)s sits in the group from %(day)s. It cannot begin later than that.")
        raise _refused("begins_on", text % {"name": first.name, "day": first.from_on})
    meetings = group.meetings.exclude(status=MeetingStatus.CANCELLED).order_by("starts_at")
    met = meetings.values_list("starts_at", flat=True).first()
    if met and (day := timezone.localdate(met, STOCKHOLM)) < begins_on:
        text = _("There is a meeting on %(day)s. It cannot begin later than that.")
        raise _refused("begins_on", text % {"day": day})
    if group.ended_on and group.ended_on < begins_on:
        raise _refused("begins_on", _("The group ended on %(day)s.") % {"day": group.ended_on})
    group.name, group.begins_on, group.quorum_percent = name, begins_on, quorum_percent
    _save(group)
    events.record(group, "change_group", by=by)
    return group


@transaction.atomic
def add_seats(group: SteeringGroup, party: Party, *, by: User) -> list[Seat]:
    """Give a party that has joined the partnership its four seats."""
    group = held(group, by=by)
    if party.partnership_id != group.partnership_id:
        raise PermissionDenied("add_seats")
    if group.seats.filter(party=party).exists():
        raise NotReady([Problem(_("This party has its seats already."))])
    made = _add_seats(group, [party])
    events.record(group, "add_seats", by=by, party_id=party.pk)
    return made


@transaction.atomic
def end_group(group: SteeringGroup, *, on: date, by: User) -> SteeringGroup:
    """Let ``on`` be the last day of ``group``; everybody's term ends with it.

    Raises NotReady if it has not begun by then, or if a meeting or a term begins later.
    """
    group = held(group, by=by)
    if found := _ending_problems(group, on):
        raise NotReady(found)
    group.ended_on = on
    group.save(update_fields=["ended_on"])
    for term in SeatTerm.objects.filter(Q(to_on=None) | Q(to_on__gt=on), seat__group=group):
        term.to_on = on
        term.save(update_fields=["to_on"])
    events.record(group, "end_group", by=by, on=on.isoformat())
    return group


@transaction.atomic
def open_group_again(group: SteeringGroup, *, by: User) -> SteeringGroup:
    """Let an ended group go on; who sits there is chosen anew."""
    group = held(group, by=by)
    if group.ended_on is None:
        raise NotReady([Problem(_("This steering group has not ended."))])
    group.ended_on = None
    group.save(update_fields=["ended_on"])
    events.record(group, "open_group_again", by=by)
    return group


@transaction.atomic
def delete_group(group: SteeringGroup, *, by: User) -> None:
    """Delete a group that was begun by mistake.

    Raises NotReady if it has met or is going to, or follows cases; Postgres refuses it too.
    """
    group = held(group, by=by)
    if group.meetings.exists():
        text = _(
            "The group has meetings, and what it has decided is kept. End the group instead of "
            "deleting it."
        )
        raise NotReady([Problem(text)])
    number = group.pk
    try:
        with transaction.atomic():
            group.delete()
    except ProtectedError as error:
        text = _("The group follows cases. Take them away from it first.")
        raise NotReady([Problem(text)]) from error
    group.pk = number
    events.record(group, "delete_group", by=by, partnership_id=group.partnership_id)


def _ending_problems(group: SteeringGroup, on: date) -> list[Problem]:
    if on < group.begins_on:
        text = _("The group begins on %(day)s. It cannot end before that.")
        return [Problem(text % {"day": group.begins_on}, anchor="ended_on")]
    found = []
    later = SeatTerm.objects.filter(seat__group=group, from_on__gt=on).order_by("from_on").first()
    if later:
        text = _("%(name)s takes a seat on %(day)s. Remove that first, or choose a later day.")
        found.append(Problem(text % {"name": later.name, "day": later.from_on}, anchor="ended_on"))
    meetings = group.meetings.exclude(status=MeetingStatus.CANCELLED).order_by("-starts_at")
    last = meetings.values_list("starts_at", flat=True).first()
    day = timezone.localdate(last, STOCKHOLM) if last else None
    if day and day > on:
        text = _("There is a meeting on %(day)s. Cancel it first, or choose a later day.")
        found.append(Problem(text % {"day": day}, anchor="ended_on"))
    return found


def _add_seats(group: SteeringGroup, parties: list[Party]) -> list[Seat]:
    seats = [Seat(group=group, party=party, kind=kind) for party in parties for kind in SeatKind]
    return Seat.objects.bulk_create(seats)


def _save(group: SteeringGroup) -> None:
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        if "steering_group_name_once" not in str(error):
            raise
        text = _("The partnership has a steering group of this name already.")
        raise _refused("name", text) from error


def _refused(anchor: str, text: str) -> NotReady:
    return NotReady([Problem(text, anchor=anchor)])
