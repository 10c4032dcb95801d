"""Forms about steering groups: the group itself, who sits in it, and elections."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icld_portal.columns_forms import ColumnsForm
from icld_portal.forms import DayField, SafeCharField
from icld_portal.page_forms import PageForm
from icld_portal.seen_forms import SeenForm
from partnerships.models import Country, Election, Organisation, SeatTerm, SteeringGroup, User
from partnerships.workflow.seating import Days, Sitter

MOST_PERCENT = 99


class GroupForm(SeenForm):
    """Name, first day and quorum of a group; ``group`` is None for a new one."""

    name = SafeCharField(
        label=_("Name of the steering group"),
        help_text=_("For example Steering group for waste management."),
        max_length=200,
    )
    begins_on = DayField(label=_("First day"))
    quorum_percent = forms.IntegerField(
        label=_("Quorum, per cent"),
        help_text=_(
            "A meeting can take decisions when more than this share of the filled seats is there, "
            "and somebody from each party."
        ),
        min_value=0,
        max_value=MOST_PERCENT,
    )

    def __init__(self, data: Any = None, *, group: SteeringGroup | None = None) -> None:
        names = ("name", "begins_on", "quorum_percent")
        super().__init__({name: getattr(group, name) for name in names} if group else {}, data)
        if group is None:
            self.fields["begins_on"].initial = timezone.localdate()
            self.fields["quorum_percent"].initial = 50


class LastDayForm(PageForm):
    """The last day of a group or of a term."""

    def __init__(self, data: Any = None, *, name: str, label: Any) -> None:
        super().__init__(data, initial={name: timezone.localdate()})
        self.add_field(name, DayField(label=label))


class SitterForm(SeenForm):
    """Who sits in a seat, and from when to when.

    A person is chosen from the members of the party's organisation only by who may see them;
    anybody else writes name and address.
    """

    optional = frozenset({"email", "title", "to_on"})

    name = SafeCharField(label=_("Name"), max_length=120, required=False)
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_(
            "Invitations to meetings go there. If it belongs to somebody with a login in the "
            "organisation, the seat is theirs."
        ),
        max_length=254,
        required=False,
    )
    title = SafeCharField(
        label=_("Title or office"),
        help_text=_("For example chair of the technical committee."),
        max_length=120,
        required=False,
    )
    from_on = DayField(label=_("First day in the seat"))
    to_on = DayField(
        label=_("Last day in the seat"),
        help_text=_("Leave it empty if it is not known yet."),
        required=False,
    )

    def __init__(
        self,
        data: Any = None,
        *,
        organisation: Organisation,
        sees_members: bool,
        term: SeatTerm | None = None,
        first: dict[str, Any] | None = None,
    ) -> None:
        """``term`` is the one to correct; ``first`` what a new one begins with."""
        self.term = term
        super().__init__(self._stored(term, sees_members=sees_members), data)
        if sees_members:
            people = self._people(organisation)
            if people:
                self.add_field("user", self._person_field(people), optional=True)
                self.fields["name"].optional = True  # type: ignore[attr-defined]
                self.order_fields(("user",))
        for name, value in (first or {}).items():
            if name in self.fields:
                self.fields[name].initial = value

    def sitter(self) -> Sitter:
        """Who it is, as it was written."""
        written = {name: self.cleaned_data[name] for name in ("name", "email", "title")}
        user = self._chosen(written["email"])
        if user and not self._is_same(user):
            written["name"] = user.name
        return Sitter(**written, user=user)

    def days(self) -> Days:
        """From when to when."""
        return Days(self.cleaned_data["from_on"], self.cleaned_data["to_on"])

    def _chosen(self, email: str) -> User | None:
        if number := self.cleaned_data.get("user"):
            return User.objects.filter(pk=number).first()
        # Who may not see the members leaves the login as it is, unless the address is another.
        if self.term and "user" not in self.fields and email == self.term.email:
            return self.term.user
        return None

    def _is_same(self, user: User) -> bool:
        return self.term is not None and self.term.user_id == user.pk

    def _people(self, organisation: Organisation) -> list[tuple[int, str]]:
        """The members who can sign in, and whoever has the seat, also if they have left."""
        members = User.objects.filter(memberships__organisation=organisation, is_active=True)
        found = list(members.distinct().order_by("name", "pk").values_list("pk", "name"))
        if self.term and self.term.user_id and self.term.user_id not in dict(found):
            found.append((self.term.user_id, self.term.name))
        return found

    @staticmethod
    def _person_field(people: list[tuple[int, str]]) -> forms.Field:
        return forms.TypedChoiceField(
            label=_("Person with a login"),
            help_text=_("Somebody without a login: leave this and write the name below."),
            choices=[("", _("Choose a person")), *people],
            coerce=int,
            empty_value=None,
            required=False,
        )

    @staticmethod
    def _stored(term: SeatTerm | None, *, sees_members: bool) -> dict[str, Any]:
        if term is None:
            return {}
        names = ("name", "email", "title", "from_on", "to_on")
        stored = {name: getattr(term, name) for name in names}
        return stored | {"user": term.user_id} if sees_members else stored


class ElectionForm(ColumnsForm):
    """Country, day and name of an election; ``election`` is None for a new one."""

    def __init__(self, data: Any = None, *, election: Election | None = None) -> None:
        country = election.country_id if election else None
        super().__init__(Election, election, data, country=country)
        countries = sorted(
            ((one.pk, str(one)) for one in Country.objects.all()), key=lambda c: c[1]
        )
        field = forms.TypedChoiceField(
            label=_("Country"), choices=[("", _("Choose a country")), *countries], coerce=int
        )
        self.add_field("country", field)
        self.order_fields(("country", "held_on"))

    def facts(self) -> dict[str, Any]:
        """Return the columns as they were written."""
        found = dict(self.cleaned_data)
        found["country_id"] = found.pop("country")
        return found


def first_of(term: SeatTerm, *, begins_on: date) -> dict[str, Any]:
    """What the next term of the same person begins with, as after an election."""
    return {
        "user": term.user_id,
        "name": term.name,
        "email": term.email,
        "title": term.title,
        "from_on": begins_on,
    }
