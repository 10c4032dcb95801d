"""The letters about a meeting, each in the reader's language with the reader's own clock.

Whoever sits in the group on the day of the meeting is written to, with or without a login.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation

from icld_portal.mail import new_letter, queue_letters, render_letter
from icld_portal.models import Letter, LetterAttachment
from partnerships.calendars import Method, invitation, title_of
from partnerships.clocks import Clock, clock_of_party, clocks_of, span
from partnerships.models import PartySide, SeatTerm, SteeringMeeting
from partnerships.quorum import parties_of, sitting

FILE_NAME = "meeting.ics"


@dataclass(frozen=True)
class Reader:
    """Whom a letter about a meeting goes to."""

    name: str
    email: str
    user_id: int | None
    language: str
    clock: Clock


def readers(terms: Sequence[SeatTerm]) -> list[Reader]:
    """Return whom to write to, each address once; who has no address is left out."""
    found: dict[str, Reader] = {}
    for term in terms:
        reader = _reader(term)
        if reader.email:
            found.setdefault(reader.email.lower(), reader)
    return list(found.values())


def _reader(term: SeatTerm) -> Reader:
    party, user = term.seat.party, term.user
    home = "sv" if party.side == PartySide.SWEDISH else "en"
    return Reader(
        name=user.name if user else term.name,
        email=user.email if user else term.email,
        user_id=user.pk if user and user.is_active else None,
        language=user.language if user else home,
        clock=clock_of_party(party),
    )


def tell_called(meeting: SteeringMeeting) -> None:
    """Send the call, or the call anew, with a calendar file that takes the meeting in."""
    _send(meeting, "meeting_called", Method.REQUEST)


def tell_changed(meeting: SteeringMeeting) -> None:
    """Tell that a meeting which was called has another time or place."""
    _send(meeting, "meeting_changed", Method.REQUEST)


def tell_cancelled(meeting: SteeringMeeting) -> None:
    """Take a meeting out of the calendars again; of one that nobody was called to, nothing."""
    if meeting.called_at is not None:
        _send(meeting, "meeting_cancelled", Method.CANCEL)


def remind(meeting: SteeringMeeting) -> None:
    """Remind of a meeting; the calendar has it already."""
    _send(meeting, "meeting_reminder", None)


def _send(meeting: SteeringMeeting, kind: str, method: Method | None) -> None:
    at = timezone.now()
    clocks = clocks_of(parties_of(meeting.group))
    when = span(meeting.starts_at, meeting.ends_at, clocks)
    agenda = list(meeting.agenda.order_by("sort_order", "pk"))
    letters = []
    for reader in readers(sitting(meeting)):
        with translation.override(reader.language):
            context = {
                "name": reader.name,
                "meeting": meeting,
                "title": title_of(meeting),
                "group": meeting.group.name,
                "when": when,
                "agenda": agenda,
                "url": settings.PUBLIC_URL + meeting.get_absolute_url() if reader.user_id else "",
            }
        letters.append(
            _letter(meeting, kind, reader, context, _attached(meeting, method, reader, at))
        )
    queue_letters(letters)


def _letter(
    meeting: SteeringMeeting,
    kind: str,
    reader: Reader,
    context: dict[str, object],
    attached: Sequence[LetterAttachment],
) -> Letter:
    subject, body = render_letter(f"partnerships/letters/{kind}", reader.language, context)
    return new_letter(
        to_email=reader.email,
        to_user_id=reader.user_id,
        subject=subject,
        body=body,
        kind=kind,
        language=reader.language,
        about=meeting,
        attached=attached,
    )


def _attached(
    meeting: SteeringMeeting, method: Method | None, reader: Reader, at: datetime
) -> list[LetterAttachment]:
    if method is None:
        return []
    content = invitation(
        meeting,
        method=method,
        clock=reader.clock,
        language=reader.language,
        at=at,
        to=(reader.name, reader.email),
    )
    kind = f"text/calendar; method={method.value}; charset=utf-8"
    return [LetterAttachment(file_name=FILE_NAME, content_type=kind, content=content)]
