"""Forms about meetings: planned many at once, changed, with agenda and attendance."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any, ClassVar

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from icld_portal.forms import DayField, HourField, LongTextField, SafeCharField
from icld_portal.page_forms import PageForm
from icld_portal.seen_forms import SeenForm
from partnerships.clocks import Clock, NoSuchTime
from partnerships.models import AgendaItem, Attendance, SeatTerm, SteeringMeeting
from partnerships.workflow.attendance import NAME_MAX_CHARACTERS, Guest
from partnerships.workflow.meetings import MeetingFacts

MOST_DAYS = 8
DAY_NAMES = tuple(f"day_{number}" for number in range(1, MOST_DAYS + 1))
LANGUAGES = (("sv", _("Swedish")), ("en", _("English")))


class MeetingFields(forms.Form):
    """What is alike for one meeting and for a year of them."""

    starts = HourField(label=_("Begins"), help_text=_("For example 09:30."))
    ends = HourField(label=_("Ends"), help_text=_("On the same day."))
    zone = forms.ChoiceField(
        label=_("The times are"),
        help_text=_("Everybody reads the time in each country beside the other."),
    )
    place = SafeCharField(
        label=_("Place"),
        help_text=_("Address and room, if you meet."),
        required=False,
        max_length=200,
    )
    link = forms.URLField(
        label=_("Link to the meeting"),
        help_text=_("If you meet on screen. The call needs a place or a link."),
        required=False,
        max_length=500,
        assume_scheme="https",
        validators=[URLValidator(schemes=("http", "https"))],
    )
    title = SafeCharField(
        label=_("Title"),
        help_text=_("Only if it should be called something else than a meeting of the group."),
        required=False,
        max_length=200,
    )
    language = forms.ChoiceField(label=_("Language of the minutes"), choices=LANGUAGES)


def offer_clocks(form: forms.Form, clocks: Sequence[Clock]) -> None:
    """Let the time be written by each of the clocks."""
    field: Any = form.fields["zone"]
    field.choices = [(clock.key, clock.city) for clock in clocks]


def facts_on(cleaned: dict[str, Any], day: date, clocks: Sequence[Clock]) -> MeetingFacts:
    """Return the meeting on ``day``. Raises NoSuchTime on a daylight-saving night."""
    clock = next(one for one in clocks if one.key == cleaned["zone"])
    return MeetingFacts(
        starts_at=clock.at(day, cleaned["starts"]),
        ends_at=clock.at(day, cleaned["ends"]),
        title=cleaned["title"],
        place=cleaned["place"],
        link=cleaned["link"],
        language=cleaned["language"],
    )


def check_hours(form: forms.Form, starts: time | None, ends: time | None) -> None:
    """Refuse a meeting that ends when it begins, or before."""
    if starts and ends and ends <= starts:
        form.add_error("ends", _("The meeting must end later than it begins, on the same day."))


class PlanForm(MeetingFields, PageForm):
    """Several meetings at once: the days, and what is alike for all of them."""

    optional: ClassVar = frozenset({"place", "link", "title", *DAY_NAMES[1:]})
    field_order = DAY_NAMES

    def __init__(self, clocks: Sequence[Clock], own: Clock, data: Any = None) -> None:
        language = "sv" if own.city == "Stockholm" else "en"
        super().__init__(data, initial={"zone": own.key, "language": language})
        self.clocks = clocks
        offer_clocks(self, clocks)
        for number, name in enumerate(DAY_NAMES, 1):
            label = _("Day %(number)d") % {"number": number}
            self.add_field(name, DayField(label=label, required=False), optional=number > 1)
        self.order_fields(DAY_NAMES)

    def day_fields(self) -> list[forms.BoundField]:
        """The days, for the page."""
        return [self[name] for name in DAY_NAMES]

    def other_fields(self) -> list[forms.BoundField]:
        """What is alike for all of them."""
        return [self[name] for name in self.fields if name not in DAY_NAMES]

    def clean(self) -> dict[str, Any]:
        """Ask for a day, and refuse one twice or an hour that a night does not have."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        check_hours(self, cleaned.get("starts"), cleaned.get("ends"))
        days = {name: cleaned[name] for name in DAY_NAMES if cleaned.get(name)}
        if not days and not any(name in self.errors for name in DAY_NAMES):
            self.add_error("day_1", _("Write at least one day."))
        for name, day in days.items():
            if list(days.values()).index(day) != list(days).index(name):
                self.add_error(name, _("This day is written twice."))
        if not self.errors:
            self._read(days)
        return cleaned

    def _read(self, days: dict[str, date]) -> None:
        self.planned = []
        for name, day in days.items():
            try:
                self.planned.append(facts_on(self.cleaned_data, day, self.clocks))
            except NoSuchTime as refused:
                self.add_error(name, str(refused))


def is_one_day(meeting: SteeringMeeting, clock: Clock) -> bool:
    """Whether ``meeting`` begins and ends on the same day by ``clock``."""
    begins, ends = (at.astimezone(clock.zone) for at in (meeting.starts_at, meeting.ends_at))
    return begins.date() == ends.date()


class MeetingForm(MeetingFields, SeenForm):
    """One meeting; its times are shown by the reader's own clock, unless it ends past midnight
    there: no form takes that back."""

    optional: ClassVar = frozenset({"place", "link", "title"})
    field_order = ("day",)

    day = DayField(label=_("Day"))

    def __init__(
        self, meeting: SteeringMeeting, clocks: Sequence[Clock], own: Clock, data: Any = None
    ) -> None:
        own = next((one for one in (own, *clocks) if is_one_day(meeting, one)), own)
        begins, ends = (at.astimezone(own.zone) for at in (meeting.starts_at, meeting.ends_at))
        stored = {
            "day": begins.date(),
            "starts": begins.time(),
            "ends": ends.time(),
            "zone": own.key,
            **{name: getattr(meeting, name) for name in ("place", "link", "title", "language")},
        }
        super().__init__(stored, data)
        self.clocks = clocks
        offer_clocks(self, clocks)

    def clean(self) -> dict[str, Any]:
        """Refuse an hour that the night of the day does not have."""
        cleaned = super().clean()
        check_hours(self, cleaned.get("starts"), cleaned.get("ends"))
        if not self.errors:
            try:
                self.facts = facts_on(cleaned, cleaned["day"], self.clocks)
            except NoSuchTime as refused:
                self.add_error("starts", str(refused))
        return cleaned


class OwnItemForm(PageForm):
    """An item of the group's own on the agenda."""

    optional: ClassVar = frozenset({"note"})

    title = SafeCharField(label=_("What is taken up"), max_length=300)
    note = LongTextField(
        label=_("Note"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ItemForm(OwnItemForm, SeenForm):
    """An item that stands on the agenda, with another heading or note."""

    def __init__(self, item: AgendaItem, data: Any = None) -> None:
        super().__init__({"title": item.title, "note": item.note}, data)


class AttendanceForm(SeenForm):
    """Who was there of those who sat that day, and guests, one a line."""

    optional: ClassVar = frozenset({"guests"})

    present = forms.MultipleChoiceField(
        label=_("Who was there"), required=False, widget=forms.CheckboxSelectMultiple
    )
    guests = LongTextField(
        label=_("Guests"),
        help_text=_("One a line: name, comma, what they were there for."),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self, terms: Sequence[SeatTerm], rows: Sequence[Attendance], data: Any = None
    ) -> None:
        there = sorted(str(row.term_id) for row in rows if row.term_id and row.is_present)
        guests = [row for row in rows if row.term_id is None]
        lines = [", ".join(filter(None, (row.name, row.role))) for row in guests]
        super().__init__({"present": there, "guests": "\n".join(lines)}, data)
        field: Any = self.fields["present"]
        field.choices = [(str(term.pk), _words(term)) for term in terms]

    def clean_guests(self) -> str:
        """Refuse a line that is no name, or too long to be kept."""
        self.names = [self._guest(line) for line in self.cleaned_data["guests"].splitlines()]
        self.names = [guest for guest in self.names if guest.name]
        return str(self.cleaned_data["guests"])

    def _guest(self, line: str) -> Guest:
        name, _comma, role = (part.strip() for part in line.partition(","))
        if role and not name:
            raise forms.ValidationError(
                _("Write the name first: “%(line)s”."), params={"line": line}
            )
        if max(len(name), len(role)) > NAME_MAX_CHARACTERS:
            raise forms.ValidationError(
                _("At most %(most)d characters for a name and for what they were there for."),
                params={"most": NAME_MAX_CHARACTERS},
            )
        return Guest(name, role)

    def chosen(self) -> set[int]:
        """The terms of those who were there."""
        return {int(pk) for pk in self.cleaned_data["present"]}


def _words(term: SeatTerm) -> str:
    return f"{term.name}, {term.seat.neutral_words}, {term.seat.party.organisation.name}"
