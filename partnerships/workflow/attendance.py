"""The deed that writes down who was at a meeting; open while the minutes are written."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from icld_portal import events
from icld_portal.problems import NotReady, Problem
from partnerships import minute_writing
from partnerships.models import Attendance, SeatTerm, SteeringMeeting, User
from partnerships.quorum import sitting

NAME_MAX_CHARACTERS = 120
MOST_GUESTS = 40


@dataclass(frozen=True)
class Guest:
    """Somebody who was there without a seat: an interpreter, a project manager, ICLD."""

    name: str
    role: str = ""


def save_attendance(
    meeting: SteeringMeeting, present: Collection[int], guests: Sequence[Guest], *, by: User
) -> SteeringMeeting:
    """Keep who was there: the terms ``present`` of those who sat that day, and the guests.

    Who sat but is not named was absent. A change lapses what has been verified. Raises
    WrongStatus unless the minutes are open, PermissionDenied if ``by`` may not write them.
    """
    if len(guests) > MOST_GUESTS:
        text = _("A meeting has at most %(most)d guests.") % {"most": MOST_GUESTS}
        raise NotReady([Problem(text, anchor="guests")])
    with minute_writing.writing(meeting, by=by, what=["attendance"]) as fresh:
        wanted = _rows(fresh, present, guests)
        if _facts(wanted) == _facts(fresh.attendance.all()):
            raise minute_writing.Unchanged
        fresh.attendance.all().delete()
        Attendance.objects.bulk_create(wanted)
        there = sum(row.is_present for row in wanted if row.term_id)
        events.record(fresh, "save_attendance", by=by, present=there, guests=len(guests))
    return fresh


def _rows(
    meeting: SteeringMeeting, present: Collection[int], guests: Sequence[Guest]
) -> list[Attendance]:
    with translation.override(meeting.language):
        seated = [
            Attendance(
                meeting=meeting,
                term=term,
                name=term.name,
                role=_role(term),
                is_present=term.pk in present,
            )
            for term in sitting(meeting)
        ]
    return seated + [
        Attendance(meeting=meeting, name=guest.name, role=guest.role) for guest in guests
    ]


def _role(term: SeatTerm) -> str:
    """The seat without its political side, and whose it is: minutes are public records."""
    return f"{term.seat.neutral_words}, {term.seat.party.organisation.name}"[:NAME_MAX_CHARACTERS]


def _facts(rows: Iterable[Attendance]) -> list[tuple[int, str, str, bool]]:
    return sorted((row.term_id or 0, row.name, row.role, row.is_present) for row in rows)
