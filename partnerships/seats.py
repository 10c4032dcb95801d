"""Who sits in the seats of a steering group on a day, and what asks for attention there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db.models import Prefetch, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from icld_portal.problems import Problem
from partnerships.models import (
    Election,
    Membership,
    Organisation,
    Party,
    Seat,
    SeatKind,
    SeatTerm,
    SteeringGroup,
    User,
)

# An official keeps the seat when the voters choose others.
ELECTED = frozenset({SeatKind.POLITICIAN_MAJORITY, SeatKind.POLITICIAN_OPPOSITION})
DEEDS: dict[str, str | Promise] = {
    "insert": _("written"),
    "update": _("changed"),
    "delete": _("removed"),
}
MOST_CHANGES = 50
ORDER = {kind: place for place, kind in enumerate(SeatKind.values)}


@dataclass(frozen=True)
class SeatNow:
    """One seat as it stands on the day ``on``; ``terms`` are all its terms, the oldest first.

    ``election`` is the last one of the party's country by then. ``belongs`` holds who is in
    which organisation: pairs of ids.
    """

    seat: Seat
    terms: Sequence[SeatTerm]
    on: date
    election: Election | None
    belongs: frozenset[tuple[int, int]]

    @cached_property
    def term(self) -> SeatTerm | None:
        """Who sits there, if anybody does."""
        return next((term for term in self.terms if self._holds(term)), None)

    @property
    def coming(self) -> SeatTerm | None:
        """Who takes the seat next."""
        return next((term for term in self.terms if term.from_on > self.on), None)

    @property
    def is_vacant(self) -> bool:
        """Whether nobody sits there."""
        return self.term is None

    @property
    def predates_election(self) -> bool:
        """Whether a politician sits there since before the country's last election."""
        term, election = self.term, self.election
        if term is None or election is None or self.seat.kind not in ELECTED:
            return False
        return term.from_on < election.held_on

    @property
    def has_left(self) -> bool:
        """Whether who sits there is no longer in the party's organisation."""
        term = self.term
        if term is None or term.user_id is None:
            return False
        return (term.user_id, self.seat.party.organisation_id) not in self.belongs

    def problems(self) -> list[Problem]:
        """Return what asks for attention; a seat warns, it never blocks.

        The political side is not named. Source: the programme, steering group.
        """
        facts = {
            "seat": self.seat.neutral_words,
            "organisation": self.seat.party.organisation.name,
            "name": self.term.name if self.term else "",
            "day": self.election.held_on if self.election else "",
        }
        return [self._warning(text % facts) for text in self._texts()]

    def _texts(self) -> list[str]:
        found = []
        if self.is_vacant:
            found.append(gettext("Vacant: %(seat)s of %(organisation)s."))
        if self.has_left:
            found.append(
                gettext("%(name)s is no longer in %(organisation)s, but still has the seat.")
            )
        if self.predates_election:
            found.append(
                gettext(
                    "%(name)s (%(organisation)s) took the seat before the election on %(day)s. "
                    "Check who sits there now."
                )
            )
        return found

    def _warning(self, text: str) -> Problem:
        return Problem(text, blocks=False, anchor=f"seat-{self.seat.pk}")

    def _holds(self, term: SeatTerm) -> bool:
        return term.from_on <= self.on and (term.to_on is None or term.to_on >= self.on)


@dataclass(frozen=True)
class Change:
    """One writing about who sits in a seat: when, by whom, what was done, what then stood."""

    at: datetime
    by: str
    deed: str | Promise
    stood: Any


@dataclass(frozen=True)
class PartySeats:
    """The seats of one party, in the order of the programme."""

    party: Party
    seats: Sequence[SeatNow]
    election: Election | None


def seats_of(group: SteeringGroup, *, on: date) -> list[PartySeats]:
    """Return the seats of ``group`` as they stand on the day ``on``, party by party; 5 queries."""
    parties = list(
        group.partnership.parties.filter(seats__group=group)
        .distinct()
        .select_related("organisation__country")
    )
    terms = SeatTerm.objects.order_by("from_on", "pk")
    seats = list(group.seats.prefetch_related(Prefetch("terms", terms)).order_by("pk"))
    elections = last_elections((party.organisation.country_id for party in parties), by=on)
    belongs = _belongs(seats)
    found = []
    for party in parties:
        election = elections.get(party.organisation.country_id)
        own = [seat for seat in seats if seat.party_id == party.pk]
        for seat in own:
            seat.party = party
        rows = [SeatNow(seat, list(seat.terms.all()), on, election, belongs) for seat in own]
        rows.sort(key=lambda row: ORDER[row.seat.kind])
        found.append(PartySeats(party, rows, election))
    return found


def seat_now(seat: Seat, *, on: date) -> SeatNow:
    """Return one seat, of which the party's organisation is known, as it stands on ``on``."""
    country = seat.party.organisation.country_id
    election = last_elections([country], by=on).get(country)
    terms = list(seat.terms.order_by("from_on", "pk"))
    return SeatNow(seat, terms, on, election, _members(terms, [seat.party.organisation_id]))


def problems_of(parties: Sequence[PartySeats]) -> list[Problem]:
    """Return what asks for attention in the seats of ``parties``."""
    return [problem for party in parties for seat in party.seats for problem in seat.problems()]


def without_seats(group: SteeringGroup) -> QuerySet[Party]:
    """The parties that have joined the partnership since the group was begun."""
    return group.partnership.parties.exclude(seats__group=group).select_related("organisation")


def last_elections(countries: Iterable[int], *, by: date) -> dict[int, Election]:
    """Return the last election held by the day ``by`` in each country, by the country's id."""
    held = Election.objects.filter(country__in=set(countries), held_on__lte=by)
    newest = held.order_by("country_id", "-held_on").distinct("country_id")
    return {election.country_id: election for election in newest}


def terms_of(person: User, organisation: Organisation, *, on: date) -> list[SeatTerm]:
    """Return the seats ``person`` has, or will have, for ``organisation`` from the day ``on``."""
    running = SeatTerm.objects.filter(user=person, seat__party__organisation=organisation)
    groups = running.select_related("seat__group").order_by("seat__group__name", "pk")
    return [term for term in groups if term.to_on is None or term.to_on >= on]


def changes_of(seat: Seat) -> list[Change]:
    """Return who wrote what about the people of ``seat``, the newest first, at most MOST_CHANGES.

    A row whose writer is not known was made by the portal itself.
    """
    history = apps.get_model("partnerships", "SeatTermEvent")._default_manager
    rows = history.filter(seat=seat.pk).select_related("pgh_context").order_by("-pgh_id")
    found = list(rows[:MOST_CHANGES])
    numbers = [(row.pgh_context.metadata if row.pgh_context else {}).get("user") for row in found]
    people = User.objects.in_bulk([number for number in numbers if number])
    return [
        Change(
            row.pgh_created_at,
            str(people[number]) if number in people else "",
            DEEDS.get(row.pgh_label, row.pgh_label),
            row,
        )
        for row, number in zip(found, numbers, strict=True)
    ]


def _belongs(seats: Sequence[Seat]) -> frozenset[tuple[int, int]]:
    terms = [term for seat in seats for term in seat.terms.all()]
    return _members(terms)


def _members(
    terms: Sequence[SeatTerm], organisations: Sequence[int] | None = None
) -> frozenset[tuple[int, int]]:
    """Return who of ``terms`` is in which organisation and can sign in."""
    people = {term.user_id for term in terms if term.user_id}
    if not people:
        return frozenset()
    found = Membership.objects.filter(user__in=people, user__is_active=True).order_by()
    if organisations is not None:
        found = found.filter(organisation__in=organisations)
    return frozenset(found.values_list("user", "organisation").distinct())
