"""The deed of verifying minutes: one present member of each party, exactly one content."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from icld_portal import events
from icld_portal.canonical import fingerprint_of
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import begin, complete
from partnerships import jobs, minute_letters, minute_writing, minutes
from partnerships.models import (
    Attendance,
    MeetingStatus,
    Party,
    SteeringMeeting,
    User,
    Verification,
    VerifiedMinutes,
)
from partnerships.workflow.meeting_states import VERIFY


class ChangedSinceRead(Exception):
    """The minutes have been changed since the person opened them: read them again."""


def own_seat(meeting: SteeringMeeting, user: User) -> Attendance | None:
    """Return how ``user`` stands in the attendance of ``meeting``; None if not at all.

    Nobody verifies for a party they have left, though they sat for it at the meeting.
    """
    own = meeting.attendance.filter(
        term__user=user, term__seat__party__organisation__in=list(user.roles)
    )
    rows = own.select_related("term__seat__party__organisation")
    return rows.order_by("-is_present", "pk").first()


def verifying_problems(
    meeting: SteeringMeeting, user: User, content: minutes.Content, *, at: datetime
) -> list[Problem]:
    """Return everything that keeps ``user`` from verifying the minutes now."""
    if meeting.starts_at > at:
        return [Problem(_("The meeting has not begun yet."))]
    if found := minutes.problems_of(content):
        return found
    seat = own_seat(meeting, user)
    if seat is None:
        return [Problem(_("Only a member who was at the meeting verifies its minutes."))]
    if not seat.is_present:
        text = _("You are noted as absent. Only a member who was at the meeting verifies.")
        return [Problem(text)]
    assert seat.term is not None  # noqa: S101 - found by its term
    given = Verification.objects.valid().filter(meeting=meeting)
    if given.filter(user=user).exclude(party=seat.term.seat.party_id).exists():
        return [Problem(_("You have verified the minutes for another party already."))]
    if other := given.filter(party=seat.term.seat.party_id).first():
        words = _("%(name)s has verified the minutes for your party already.")
        return [Problem(words % {"name": other.name})]
    return []


@transaction.atomic
def verify_minutes(
    meeting: SteeringMeeting, *, by: User, sha256: str, method: str, at: datetime | None = None
) -> SteeringMeeting:
    """Verify the minutes for the party in whose seat ``by`` sat at the meeting.

    ``sha256`` is of the content ``by`` has read, ``method`` the second factor shown for this
    very act. With the last party the minutes stand: kept as data, frozen as papers by a job,
    and everybody in the group is told. Raises ChangedSinceRead, WrongStatus unless they are
    being written, PermissionDenied for who was not in the attendance at all, NotReady with
    what else speaks against it.
    """
    at = at or timezone.now()
    held = begin(VERIFY, meeting, by=by)
    content = minutes.content_of(held)
    if fingerprint_of(content) != sha256:
        raise ChangedSinceRead
    # Whatever has changed by another way than the one door lapses what was verified before it.
    minute_writing.lapse(held, by=None, what=["meeting"], at=at)
    if found := verifying_problems(held, by, content, at=at):
        raise NotReady(found)
    seat = own_seat(held, by)
    if seat is None or seat.term is None:
        raise PermissionDenied("verify_meeting")
    with translation.override(held.language):
        role = seat.term.seat.neutral_words
    Verification.objects.create(
        meeting=held,
        party=seat.term.seat.party,
        term=seat.term,
        user=by,
        name=seat.name,
        role=role,
        content_sha256=sha256,
        content_version=held.content_version,
        method=method,
        verified_at=at,
    )
    party = seat.term.seat.party
    events.record(
        held, "verify_minutes", by=by, at=at, organisation_id=party.organisation_id, sha256=sha256
    )
    if awaited := awaited_parties(held):
        minute_letters.tell_awaited(held, awaited, by=seat.name)
        return held
    return _finish(held, content, sha256, by=by, at=at)


def awaited_parties(meeting: SteeringMeeting) -> list[Party]:
    """Return the parties of whom nobody has verified the minutes as they stand."""
    given = Verification.objects.valid().filter(meeting=meeting).values("party")
    parties = meeting.group.partnership.parties.select_related("organisation")
    return list(parties.exclude(pk__in=given).order_by("pk"))


def _finish(
    held: SteeringMeeting, content: minutes.Content, sha256: str, *, by: User, at: datetime
) -> SteeringMeeting:
    VerifiedMinutes.objects.create(meeting=held, content=content, content_sha256=sha256)
    held.content_sha256, held.verified_at = sha256, at
    done = complete(VERIFY, held, by=by, at=at, sha256=sha256)
    assert done.status == MeetingStatus.VERIFIED  # noqa: S101 - by the table of transitions
    jobs.make_minutes_papers.defer(meeting_id=done.pk)
    return done
