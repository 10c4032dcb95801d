"""The letters about a meeting, each in the reader's language with the reader's own clock.

Whoever sits in the group on the day of the meeting is written to, with or without a login; who
was called and sits there no longer is told so, once, and their calendar takes the meeting out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation

from icld_portal.events import subject_type
from icld_portal.mail import new_letter, queue_letters, render_letter
from icld_portal.models import Letter, LetterAttachment
from partnerships.calendars import Method, invitation, title_of
from partnerships.clocks import HOME, Clock, clock_of_party, clocks_of, span
from partnerships.models import PartySide, SeatTerm, SteeringMeeting
from partnerships.quorum import parties_of, sitting

FILE_NAME = "meeting.ics"
TAKES_IN = ("meeting_called", "meeting_changed")
TAKES_OUT = ("meeting_cancelled", "meeting_left")


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


def former_readers(meeting: SteeringMeeting, now: Sequence[Reader]) -> list[Reader]:
    """Return who has ``meeting`` in their calendar and is none of those written to ``now``."""
    letters = Letter.objects.filter(
        about_type=subject_type(meeting), about_id=meeting.pk, kind__in=TAKES_IN + TAKES_OUT
    )
    last = {letter.to_email.lower(): letter for letter in letters.order_by("pk")}
    gone = [letter for letter in last.values() if letter.kind in TAKES_IN]
    present = {reader.email.lower() for reader in now}
    gone = [letter for letter in gone if letter.to_email.lower() not in present]
    if not gone:
        return []
    terms = SeatTerm.objects.filter(seat__group=meeting.group_id).select_related("user")
    names = {(term.user.email if term.user else term.email).lower(): term.name for term in terms}
    return [
        Reader(
            name=names.get(letter.to_email.lower(), letter.to_email),
            email=letter.to_email,
            # They may have left the party, and a page would not open.
            user_id=None,
            language=letter.language,
            clock=HOME,
        )
        for letter in gone
    ]


def tell_called(meeting: SteeringMeeting) -> None:
    """Send the call, or the call anew, with a calendar file that takes the meeting in."""
    _send_to_members(meeting, "meeting_called")


def tell_changed(meeting: SteeringMeeting) -> None:
    """Tell that a meeting which was called has another time or place."""
    _send_to_members(meeting, "meeting_changed")


def _send_to_members(meeting: SteeringMeeting, kind: str) -> None:
    now = readers(sitting(meeting))
    gone = former_readers(meeting, now)
    _send(meeting, kind, Method.REQUEST, now)
    _send(meeting, "meeting_left", Method.CANCEL, gone)


def tell_cancelled(meeting: SteeringMeeting) -> None:
    """Take a meeting out of the calendars again; of one that nobody was called to, nothing."""
    if meeting.called_at is not None:
        now = readers(sitting(meeting))
        everybody = now + former_readers(meeting, now)
        _send(meeting, "meeting_cancelled", Method.CANCEL, everybody)


def remind(meeting: SteeringMeeting) -> None:
    """Remind of a meeting; the calendar has it already."""
    _send(meeting, "meeting_reminder", None, readers(sitting(meeting)))


def _send(meeting: SteeringMeeting, kind: str, method: Method | None, to: Sequence[Reader]) -> None:
    at = timezone.now()
    clocks = clocks_of(parties_of(meeting.group))
    when = span(meeting.starts_at, meeting.ends_at, clocks)
    agenda = list(meeting.agenda.order_by("sort_order", "pk"))
    letters = []
    for reader in to:
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
