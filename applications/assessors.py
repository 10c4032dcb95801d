"""How far each assessor of a case has come, and who has declared a conflict of interest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
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
    """Return everybody who assesses ``application`` or has declared, by name; two queries.

    Where there is anybody, a third one asks what they have written.
    """
    given = {
        one.assessor_id: one
        for one in Assignment.objects.filter(application=application)
        .select_related("assessor")
        .annotate(is_external=Exists(_outside("assessor")))
        .order_by("pk")
    }
    declared: dict[int, Any] = {
        one.user_id: one
        for one in declared_on(application)
        .select_related("user")
        .annotate(is_external=Exists(_outside("user")))
    }
    people: dict[int, tuple[User, Any]] = {
        key: (one.assessor, one.is_external) for key, one in given.items()
    } | {key: (one.user, one.is_external) for key, one in declared.items()}
    written = _written(application) if people else {}
    found = []
    for key, (person, is_external) in people.items():
        assignment, interest = given.get(key), declared.get(key)
        found.append(
            Standing(
                key,
                person.name,
                _state(
                    interest.has_conflict if interest else None,
                    has_begun=key in written,
                    has_handed_in=written.get(key) is not None,
                    is_assigned=assignment is not None,
                ),
                is_external,
                assignment.pk if assignment else None,
                interest.pk if interest else None,
            )
        )
    return sorted(found, key=lambda one: (one.name, one.person_id))


def _written(application: Application) -> dict[int, datetime | None]:
    """When each author handed in, None for who has only begun."""
    rows = Assessment.objects.filter(application=application).order_by()
    return dict(rows.values_list("author", "handed_in_at"))


def _outside(person: str) -> QuerySet[Membership]:
    return Membership.objects.filter(user=OuterRef(person), role=Role.EXTERNAL_ASSESSOR)


def declared_on(application: Application) -> InterestQuerySet:
    """The standing declarations about one case."""
    return Interest.objects.standing().filter(case_reference=application.reference).order_by()


def _state(
    has_conflict: bool | None, *, has_begun: bool, has_handed_in: bool, is_assigned: bool
) -> str:
    if has_conflict:
        return CONFLICT
    if has_handed_in:
        return DONE
    if has_conflict is None:
        return TO_DECLARE
    if has_begun:
        return BEGUN
    return TO_ASSESS if is_assigned else CLEAR


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
