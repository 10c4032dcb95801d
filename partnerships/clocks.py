"""Times as the parties read them: in Stockholm, and in the country of each partner."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from icld_portal.localize import STOCKHOLM
from partnerships.models import Party, PartySide, User

# Where the name of the time zone is another city than the country's own.
CITIES = {"VN": "Hanoi", "XK": "Pristina"}


class NoSuchTime(ValueError):
    """A clock is put forward past this time, or back over it; the text says which and when."""


@dataclass(frozen=True)
class Clock:
    """One time zone, and the city people know it by."""

    zone: ZoneInfo
    city: str

    @property
    def key(self) -> str:
        """The name of the time zone, as calendars know it: Africa/Nairobi."""
        return self.zone.key

    def at(self, day: date, hour: time) -> datetime:
        """Return the moment when this clock shows ``hour`` on ``day``, in UTC.

        Raises NoSuchTime on a daylight-saving night, where the hour is missing or comes twice.
        """
        local = datetime.combine(day, hour, tzinfo=self.zone)
        moment = local.astimezone(UTC)
        facts = {"time": f"{hour:%H:%M}", "day": day.isoformat(), "city": self.city}
        if moment.astimezone(self.zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            raise NoSuchTime(
                _(
                    "There is no %(time)s on %(day)s in %(city)s: that night the clock is put "
                    "forward past it. Choose another time."
                )
                % facts
            )
        if local.replace(fold=1).utcoffset() != local.utcoffset():
            raise NoSuchTime(
                _(
                    "%(time)s comes twice on %(day)s in %(city)s: that night the clock is put "
                    "back. Choose another time."
                )
                % facts
            )
        return moment


HOME = Clock(STOCKHOLM, "Stockholm")


def clock_of_party(party: Party) -> Clock:
    """Return the clock of the country of ``party``; Sweden's for the Swedish party."""
    if party.side == PartySide.SWEDISH:
        return HOME
    country = party.organisation.country
    zone = ZoneInfo(country.time_zone)
    return Clock(zone, CITIES.get(country.code) or zone.key.rpartition("/")[2].replace("_", " "))


def clocks_of(parties: Iterable[Party]) -> list[Clock]:
    """Return Stockholm's clock and then that of each partner's country, each once."""
    found = {HOME.city: HOME}
    for party in parties:
        clock = clock_of_party(party)
        found.setdefault(clock.city, clock)
    return list(found.values())


def clock_of(user: User, parties: Iterable[Party]) -> Clock:
    """Return the clock of the party ``user`` belongs to; Stockholm's for all others."""
    own = [party for party in parties if party.organisation_id in user.roles]
    clocks = [clock_of_party(party) for party in own]
    return HOME if HOME in clocks or not clocks else clocks[0]


def times(moment: datetime, clocks: Iterable[Clock]) -> str:
    """Return "2027-03-15 10:00 Stockholm · 12:00 Nairobi"; a day is written where it is new."""
    return span(moment, None, clocks)


def span(begins: datetime, ends: datetime | None, clocks: Iterable[Clock]) -> str:
    """Return "2027-03-15 10:00–12:00 Stockholm · 12:00–14:00 Nairobi"."""
    return " · ".join(spans(begins, ends, clocks))


def spans(begins: datetime, ends: datetime | None, clocks: Iterable[Clock]) -> list[str]:
    """Return the time by each clock, the first with its day."""
    parts: list[str] = []
    shown_day = None
    for clock in clocks:
        local = begins.astimezone(clock.zone)
        words = f"{local:%H:%M}"
        if ends is not None:
            words += f"–{ends.astimezone(clock.zone):%H:%M}"
        if local.date() != shown_day:
            words = f"{local:%Y-%m-%d} {words}"
            # Where the first clock's day returns, it is not written again in vain.
            shown_day = local.date()
        parts.append(f"{words} {clock.city}")
    return parts
