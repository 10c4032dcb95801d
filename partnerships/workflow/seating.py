"""Deeds about who sits in a steering group: taking a seat, leaving it, succeeding, correcting.

A term is the days of one person in one seat, both ends included; two terms of a seat never
share a day, which Postgres holds as well.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from icld_portal import events
from icld_portal.localize import STOCKHOLM
from icld_portal.problems import NotReady, Problem
from partnerships.models import MeetingStatus, Organisation, Seat, SeatTerm, SteeringGroup, User
from partnerships.workflow.groups import held

FACTS = ("name", "email", "title")


@dataclass(frozen=True)
class Sitter:
    """Who sits: a member of the party's organisation, or somebody without a login.

    An address that belongs to a member stands for that member.
    """

    name: str = ""
    email: str = ""
    title: str = ""
    user: User | None = None


@dataclass(frozen=True)
class Days:
    """The first and the last day of a term; no last day means until further notice."""

    from_on: date
    to_on: date | None = None


@transaction.atomic
def seat_person(seat: Seat, sitter: Sitter, days: Days, *, by: User) -> SeatTerm:
    """Let somebody sit in ``seat``.

    Raises PermissionDenied if ``by`` does not run the group, NotReady if somebody else sits
    there on one of the days, or the person is not of the party's organisation.
    """
    group, seat = _held_seat(seat, by=by)
    term = SeatTerm(seat=seat)
    _write(term, group, sitter, days)
    events.record(group, "seat_person", by=by, seat_id=seat.pk, term_id=term.pk)
    return term


@transaction.atomic
def replace_person(term: SeatTerm, sitter: Sitter, days: Days, *, by: User) -> SeatTerm:
    """Let ``sitter`` succeed the person of ``term``, which ends the day before, in one deed."""
    group, term = _held_term(term, by=by)
    if days.from_on <= term.from_on:
        text = _(
            "%(name)s took the seat on %(day)s. Choose a later day, or correct that term if it "
            "was a mistake."
        )
        raise _refused("from_on", text % {"name": term.name, "day": term.from_on})
    if term.to_on is None or term.to_on >= days.from_on:
        _end(term, days.from_on - timedelta(days=1))
    new = SeatTerm(seat=term.seat)
    _write(new, group, sitter, days)
    events.record(
        group,
        "replace_person",
        by=by,
        seat_id=term.seat_id,
        term_id=new.pk,
        earlier_id=term.pk,
    )
    return new


@transaction.atomic
def end_term(term: SeatTerm, *, on: date, by: User) -> SeatTerm:
    """Let ``on`` be the person's last day; the seat is vacant from the next."""
    group, term = _held_term(term, by=by)
    if found := day_problems(term, group, Days(term.from_on, on)):
        raise NotReady([Problem(problem.text, anchor="to_on") for problem in found])
    _end(term, on)
    events.record(group, "end_term", by=by, term_id=term.pk, on=on.isoformat())
    return term


@transaction.atomic
def correct_term(term: SeatTerm, sitter: Sitter, days: Days, *, by: User) -> SeatTerm:
    """Put right what was written wrong; what stood before is kept in the history.

    Raises NotReady also if verified minutes name the person and it would be another.
    """
    group, term = _held_term(term, by=by)
    _write(term, group, sitter, days)
    # Minutes that are still written name the person as a reservation of theirs does.
    named = term.attendance.exclude(meeting__status=MeetingStatus.VERIFIED)
    named.exclude(name=term.name).update(name=term.name)
    events.record(group, "correct_term", by=by, term_id=term.pk)
    return term


@transaction.atomic
def remove_term(term: SeatTerm, *, by: User) -> None:
    """Take away a term that was a mistake.

    Raises NotReady if minutes name the person.
    """
    group, term = _held_term(term, by=by)
    number, seat = term.pk, term.seat_id
    try:
        with transaction.atomic():
            term.delete()
    except ProtectedError as error:
        text = _("Minutes name %(name)s. End the term instead of removing it.")
        raise NotReady([Problem(text % {"name": term.name})]) from error
    events.record(group, "remove_term", by=by, term_id=number, seat_id=seat)


def day_problems(term: SeatTerm, group: SteeringGroup, days: Days) -> list[Problem]:
    """Return what keeps ``term`` from lasting these days; each names the field that mends it."""
    if days.to_on and days.to_on < days.from_on:
        text = _("The last day cannot be before %(day)s, the first.") % {"day": days.from_on}
        return [Problem(text, anchor="to_on")]
    found = _problems_with_group(group, days)
    if not found:
        found = _problems_with_others(term, days) + _problems_with_meetings(term, days)
    return found


def _problems_with_group(group: SteeringGroup, days: Days) -> list[Problem]:
    found = []
    if days.from_on < group.begins_on:
        text = _("The group begins on %(day)s.") % {"day": group.begins_on}
        found.append(Problem(text, anchor="from_on"))
    if group.ended_on and (days.to_on is None or days.to_on > group.ended_on):
        text = _("The group ended on %(day)s.") % {"day": group.ended_on}
        found.append(Problem(text, anchor="to_on"))
    return found


def _problems_with_others(term: SeatTerm, days: Days) -> list[Problem]:
    same = SeatTerm.objects.filter(seat=term.seat_id).exclude(pk=term.pk)
    same = same.filter(Q(to_on=None) | Q(to_on__gte=days.from_on))
    if days.to_on:
        same = same.filter(from_on__lte=days.to_on)
    other = same.order_by("from_on").first()
    if other is None:
        return []
    text = _(
        "%(name)s sits in this seat from %(from)s to %(to)s. Two people never sit in one seat on "
        "the same day."
    )
    until = other.to_on or _("until further notice")
    facts = {"name": other.name, "from": other.from_on, "to": until}
    # Whoever comes later stands in the way of the last day, whoever was there of the first.
    anchor = "to_on" if other.from_on > days.from_on else "from_on"
    return [Problem(text % facts, anchor=anchor)]


def _problems_with_meetings(term: SeatTerm, days: Days) -> list[Problem]:
    """Who was at a meeting sat in the group that day."""
    if term.pk is None:
        return []
    there = term.attendance.filter(is_present=True).exclude(meeting__status=MeetingStatus.CANCELLED)
    for starts_at in there.order_by("meeting__starts_at").values_list(
        "meeting__starts_at", flat=True
    ):
        day = timezone.localdate(starts_at, STOCKHOLM)
        text = _("%(name)s was at the meeting on %(day)s.") % {"name": term.name, "day": day}
        if day < days.from_on:
            return [Problem(text, anchor="from_on")]
        if days.to_on and day > days.to_on:
            return [Problem(text, anchor="to_on")]
    return []


def _write(term: SeatTerm, group: SteeringGroup, sitter: Sitter, days: Days) -> None:
    """Save the term, or say why not."""
    sitter = _known(sitter, term.seat.party.organisation, same=term.user_id)
    found = day_problems(term, group, days)
    if _becomes_another(term, sitter):
        text = _("Verified minutes name %(name)s. End the term and let somebody succeed.")
        found.append(Problem(text % {"name": term.name}, anchor="name"))
    if found:
        raise NotReady(found)
    term.user = sitter.user
    for fact in FACTS:
        setattr(term, fact, getattr(sitter, fact))
    term.from_on, term.to_on = days.from_on, days.to_on
    term.save()


def _known(sitter: Sitter, organisation: Organisation, *, same: int | None) -> Sitter:
    """Return ``sitter`` with the login, name and address of the member that is meant.

    Raises NotReady if there is no name, or the login belongs to no member; whoever has the
    seat already (``same``) may have left.
    """
    user = sitter.user
    if user is None and sitter.email:
        members = User.objects.filter(memberships__organisation=organisation, is_active=True)
        user = members.filter(email__iexact=sitter.email).first()
    elif user and user.pk != same and not _is_member(user, organisation):
        text = _("%(name)s is not in %(organisation)s.")
        facts = {"name": user.name, "organisation": organisation.name}
        raise _refused("user", text % facts)
    name = sitter.name or (user.name if user else "")
    if not name:
        raise _refused("name", _("Write who it is, or choose a person."))
    email = user.email if user else sitter.email
    return Sitter(name=name, email=email, title=sitter.title, user=user)


def _is_member(user: User, organisation: Organisation) -> bool:
    return user.is_active and user.memberships.filter(organisation=organisation).exists()


def _becomes_another(term: SeatTerm, sitter: Sitter) -> bool:
    """Whether verified minutes name the person and another would stand there."""
    person = (sitter.name, sitter.user.pk if sitter.user else None)
    if term.pk is None or person == (term.name, term.user_id):
        return False
    return term.attendance.filter(meeting__status=MeetingStatus.VERIFIED).exists()


def _end(term: SeatTerm, on: date) -> None:
    if found := _problems_with_meetings(term, Days(term.from_on, on)):
        raise NotReady([Problem(problem.text, anchor="from_on") for problem in found])
    term.to_on = on
    term.save(update_fields=["to_on"])


def _held_seat(seat: Seat, *, by: User) -> tuple[SteeringGroup, Seat]:
    group = held(seat.group, by=by)
    fresh = Seat.objects.select_related("party__organisation").filter(group=group, pk=seat.pk)
    found = fresh.first()
    if found is None:
        raise PermissionDenied("seat")
    return group, found


def _held_term(term: SeatTerm, *, by: User) -> tuple[SteeringGroup, SeatTerm]:
    group = held(term.seat.group, by=by)
    fresh = SeatTerm.objects.select_related("seat__party__organisation").filter(pk=term.pk)
    found = fresh.first()
    if found is None:
        raise NotReady([Problem(_("Somebody has removed this term."))])
    return group, found


def _refused(anchor: str, text: str) -> NotReady:
    return NotReady([Problem(text, anchor=anchor)])
