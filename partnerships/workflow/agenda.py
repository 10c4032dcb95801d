"""Deeds about an agenda; it is written until the meeting is held."""

from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from icld_portal import events
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships import agenda, rules
from partnerships.models import AgendaItem, Matter, SteeringMeeting, User

MOST_ITEMS = 60
TITLE_MAX_CHARACTERS = 300


def locked(meeting: SteeringMeeting, *, by: User) -> SteeringMeeting:
    """Lock a meeting that is still to be held, for somebody who keeps it, and return it fresh.

    Raises WrongStatus once it has been held or cancelled, PermissionDenied if ``by`` may not.
    """
    fresh = SteeringMeeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if not agenda.is_open(fresh):
        raise WrongStatus("locked")
    if not rules.may_keep_meeting(by, fresh):
        raise PermissionDenied("locked")
    return fresh


@transaction.atomic
def add_matters(meeting: SteeringMeeting, values: Collection[str], *, by: User) -> int:
    """Put those of the waiting matters on the agenda that ``values`` name; return how many.

    What stands there already, or waits no longer, is passed over.
    """
    fresh = locked(meeting, by=by)
    chosen = [one for one in agenda.waiting_for(fresh, by) if one.value in values]
    _check_room(fresh, len(chosen))
    first = _next_place(fresh)
    AgendaItem.objects.bulk_create(
        _item(fresh, one, first + number) for number, one in enumerate(chosen)
    )
    if chosen:
        events.record(fresh, "add_to_agenda", by=by, items=len(chosen))
    return len(chosen)


def _item(meeting: SteeringMeeting, matter: Matter, place: int) -> AgendaItem:
    return AgendaItem(
        meeting=meeting,
        sort_order=place,
        title=matter.title[:TITLE_MAX_CHARACTERS],
        matter_kind=matter.kind,
        matter_key=matter.key,
    )


@transaction.atomic
def add_item(meeting: SteeringMeeting, title: str, note: str, *, by: User) -> AgendaItem:
    """Put an item of the group's own last on the agenda."""
    fresh = locked(meeting, by=by)
    _check_room(fresh, 1)
    place = _next_place(fresh)
    events.record(fresh, "add_to_agenda", by=by, items=1)
    return AgendaItem.objects.create(meeting=fresh, sort_order=place, title=title, note=note)


@transaction.atomic
def change_item(item: AgendaItem, title: str, note: str, *, by: User) -> None:
    """Write another heading or note of an item."""
    locked(item.meeting, by=by)
    AgendaItem.objects.filter(pk=item.pk).update(title=title, note=note)


@transaction.atomic
def remove_item(item: AgendaItem, *, by: User) -> None:
    """Take an item off the agenda; done twice, it is gone."""
    locked(item.meeting, by=by)
    AgendaItem.objects.filter(pk=item.pk).delete()


@transaction.atomic
def move_item(item: AgendaItem, *, down: bool, by: User) -> None:
    """Let an item change places with its neighbour, if it has one on that side."""
    fresh = locked(item.meeting, by=by)
    items = agenda.items_of(fresh)
    places = [one.pk for one in items]
    if item.pk not in places:
        return
    here = places.index(item.pk)
    there = here + (1 if down else -1)
    if 0 <= there < len(items):
        items[here], items[there] = items[there], items[here]
    for place, one in enumerate(items):
        one.sort_order = place
    AgendaItem.objects.bulk_update(items, ["sort_order"])


def _next_place(meeting: SteeringMeeting) -> int:
    last: int | None = meeting.agenda.aggregate(last=Max("sort_order"))["last"]
    return 0 if last is None else last + 1


def _check_room(meeting: SteeringMeeting, more: int) -> None:
    if meeting.agenda.count() + more > MOST_ITEMS:
        text = _("An agenda has at most %(most)d items.") % {"most": MOST_ITEMS}
        raise NotReady([Problem(text)])
