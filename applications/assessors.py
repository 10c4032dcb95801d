"""How far each assessor of a case has come, and who has declared a conflict of interest."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from applications.models import Application, Assessment, Assignment
from partnerships.models import Interest, Membership, Role, User
from partnerships.models.interests import InterestQuerySet

# Whoever at ICLD reads assessments without being asked for one.
SHEET_READERS = frozenset({Role.OFFICER, Role.DECIDER, Role.OFFICE_ADMINISTRATOR, Role.READER})
TO_DECLARE, TO_ASSESS, BEGUN, DONE = "declare", "assess", "begun", "done"
CONFLICT, CLEAR = "conflict", "clear"
SHAPES = {
    TO_DECLARE: "draft",
    TO_ASSESS: "draft",
    BEGUN: "in_assessment",
    DONE: "complete",
    CONFLICT: "warning",
    CLEAR: "draft",
}


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
            BEGUN: _("no conflict, has begun"),
            DONE: _("has handed in"),
            CONFLICT: _("conflict of interest: does not see the case"),
            CLEAR: _("no conflict of interest"),
        }[self.state]

    @property
    def is_awaited(self) -> bool:
        """Whether this person's assessment is still to come."""
        return self.assignment_id is not None and self.state in (TO_DECLARE, TO_ASSESS, BEGUN)

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
    own = Assessment.objects.filter(application=application, author=OuterRef("pk"))
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
            has_begun=Exists(own),
            has_handed_in=Exists(own.filter(handed_in_at__isnull=False)),
        )
        .order_by("name", "pk")
    )
    return [
        Standing(
            person.pk,
            person.name,
            _state(person),
            person.is_external,
            person.assignment_id,
            person.interest_id,
        )
        for person in people
    ]


def declared_on(application: Application) -> InterestQuerySet:
    """The standing declarations about one case."""
    return Interest.objects.standing().filter(case_reference=application.reference).order_by()


def _state(person: Any) -> str:
    if person.has_conflict:
        return CONFLICT
    if person.has_handed_in:
        return DONE
    if person.has_conflict is None:
        return TO_DECLARE
    if person.has_begun:
        return BEGUN
    return TO_ASSESS if person.assignment_id else CLEAR


def may_see_sheets(user: User, standings: Iterable[Standing]) -> bool:
    """Return whether ``user`` may read what others have handed in: never before their own.

    Assessors read each other's once theirs is in; ICLD's other people read them all.
    """
    own = next((one for one in standings if one.person_id == user.pk), None)
    if own and own.state == DONE:
        return True
    if own and own.assignment_id is not None:
        return False
    return bool(user.all_roles & SHEET_READERS)
