"""How far each assessor of a case has come, and who has declared a conflict of interest."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from applications.models import Application, Assignment
from partnerships.models import Interest, Membership, Role, User
from partnerships.models.interests import InterestQuerySet

TO_DECLARE, TO_ASSESS, CONFLICT, CLEAR = "declare", "assess", "conflict", "clear"
SHAPES = {TO_DECLARE: "draft", TO_ASSESS: "in_assessment", CONFLICT: "warning", CLEAR: "draft"}


@dataclass(frozen=True)
class Standing:
    """One person who is to assess the case, or has declared something about it."""

    person_id: int
    name: str
    state: str
    is_external: bool
    assignment_id: int | None = None
    interest_id: int | None = None

    @property
    def word(self) -> str:
        """How far, in words."""
        return {
            TO_DECLARE: _("has not declared interests"),
            TO_ASSESS: _("no conflict, is to assess"),
            CONFLICT: _("conflict of interest: does not see the case"),
            CLEAR: _("no conflict of interest"),
        }[self.state]

    @property
    def shape(self) -> str:
        """The name under which the style sheet knows the state."""
        return SHAPES[self.state]


def standing_of(application: Application) -> list[Standing]:
    """Return everybody who assesses ``application`` or has declared, by name, in one query."""
    given = Assignment.objects.filter(application=application, assessor=OuterRef("pk"))
    declared = Interest.objects.standing().filter(
        case_reference=application.reference, user=OuterRef("pk")
    )
    outside = Membership.objects.filter(user=OuterRef("pk"), role=Role.EXTERNAL_ASSESSOR)
    people = (
        User.objects.filter(
            Q(pk__in=application.assignments.order_by().values("assessor"))
            | Q(pk__in=declared_on(application).values("user"))
        )
        .annotate(
            assignment_id=given.values("pk")[:1],
            interest_id=declared.values("pk")[:1],
            has_conflict=declared.values("has_conflict")[:1],
            is_external=Exists(outside),
        )
        .order_by("name", "pk")
    )
    return [
        Standing(
            person.pk,
            person.name,
            _state(person.has_conflict, is_assigned=person.assignment_id is not None),
            person.is_external,
            person.assignment_id,
            person.interest_id,
        )
        for person in people
    ]


def declared_on(application: Application) -> InterestQuerySet:
    """The standing declarations about one case."""
    return Interest.objects.standing().filter(case_reference=application.reference).order_by()


def _state(has_conflict: bool | None, *, is_assigned: bool) -> str:
    if has_conflict is None:
        return TO_DECLARE
    if has_conflict:
        return CONFLICT
    return TO_ASSESS if is_assigned else CLEAR
