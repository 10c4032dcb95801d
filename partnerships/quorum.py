"""Quorum: whether enough of a group were there, and somebody from each party."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from icld_portal.localize import STOCKHOLM
from partnerships.models import Attendance, Party, SeatTerm, SteeringGroup, SteeringMeeting


@dataclass(frozen=True)
class Quorum:
    """How many of those who sat that day were there, and which parties nobody stood for."""

    present: int
    filled: int
    percent: int
    missing: tuple[str, ...]

    @property
    def is_reached(self) -> bool:
        """More than the group's share of the filled seats, and somebody from each party."""
        return self.present * 100 > self.filled * self.percent and not self.missing

    @property
    def words(self) -> str:
        """ "5 of 7 filled seats, every party: quorate"."""
        seats = ngettext(
            "%(present)d of %(filled)d filled seat",
            "%(present)d of %(filled)d filled seats",
            self.filled,
        ) % {"present": self.present, "filled": self.filled}
        if self.missing:
            parties = _("nobody from %(parties)s") % {"parties": ", ".join(self.missing)}
        else:
            parties = _("somebody from each party")
        verdict = _("quorate") if self.is_reached else _("not quorate")
        return f"{seats}, {parties}: {verdict}"


def sitting(meeting: SteeringMeeting) -> list[SeatTerm]:
    """Return who sits in the group on the day of the meeting, with party and login."""
    day = meeting.starts_at.astimezone(STOCKHOLM).date()
    terms = SeatTerm.objects.all().on(day).filter(seat__group=meeting.group_id)
    return list(
        terms.select_related("user", "seat__party__organisation__country").order_by(
            "seat__party", "seat", "pk"
        )
    )


def parties_of(group: SteeringGroup) -> list[Party]:
    """Return the parties of the group's partnership with their countries, the first first."""
    parties = Party.objects.filter(partnership=group.partnership_id)
    return list(parties.select_related("organisation__country").order_by("pk"))


def quorum(
    meeting: SteeringMeeting,
    *,
    terms: Iterable[SeatTerm],
    rows: Iterable[Attendance],
    parties: Iterable[Party],
) -> Quorum:
    """Count who was there against who sat that day; nothing is asked of the database."""
    seats = {term.pk: term for term in terms}
    there = {row.term_id for row in rows if row.is_present and row.term_id in seats}
    stood_for = {seats[pk].seat.party_id for pk in there if pk is not None}
    missing = tuple(party.organisation.name for party in parties if party.pk not in stood_for)
    return Quorum(len(there), len(seats), meeting.group.quorum_percent, missing)
