"""Sharing the assessing: one case to one person, or a round evenly over several."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import notices, rules
from applications.models import Application, Assignment, Round
from applications.statuses import UNDER_WORK
from icld_portal import events
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships.models import Interest, Membership, User

MOST_PER_CASE = 5


@transaction.atomic
def give(application: Application, *, to: User, by: User, at: datetime | None = None) -> Assignment:
    """Ask ``to`` to assess the case and tell them by letter; asking twice is asking once.

    Raises WrongStatus unless ICLD is working on the case, PermissionDenied if ``by`` may
    not share it or ``to`` cannot assess it.
    """
    at = at or timezone.now()
    application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if application.status not in UNDER_WORK:
        raise WrongStatus("give")
    if not rules.may_assign(by, application) or not rules.may_be_assessor(to, application):
        raise PermissionDenied("give")
    assignment, is_new = Assignment.objects.get_or_create(
        application=application, assessor=to, defaults={"assigned_by": by, "assigned_at": at}
    )
    if is_new:
        events.record(application, "give", by=by, at=at, person_id=to.pk)
        if to.pk != by.pk:
            notices.ask_to_assess(application, to, by=by)
    return assignment


@transaction.atomic
def take_from(assignment: Assignment, *, by: User, at: datetime | None = None) -> None:
    """Let the assessor off; a declaration they have made stands.

    Raises WrongStatus when the case is decided, PermissionDenied if ``by`` may not share it.
    """
    application = Application.objects.select_for_update(of=("self",)).get(
        pk=assignment.application_id
    )
    if application.status not in UNDER_WORK:
        raise WrongStatus("take_from")
    if not rules.may_assign(by, application):
        raise PermissionDenied("take_from")
    if Assignment.objects.filter(pk=assignment.pk).delete()[0]:
        events.record(application, "take_from", by=by, at=at, person_id=assignment.assessor_id)


@transaction.atomic
def give_evenly(
    round_: Round | None,
    assessors: Sequence[User],
    *,
    per_case: int,
    by: User,
    at: datetime | None = None,
) -> int:
    """Fill every case of the round up to ``per_case`` of ``assessors``; return how many were given.

    The one with the fewest cases is asked first. Nobody gets a case of their own party or one
    they have declared a conflict in, and what is given already stays. Raises NotReady
    without assessors or for a number out of range, PermissionDenied if ``by`` may not share.
    """
    if not 1 <= per_case <= MOST_PER_CASE:
        text = _("Choose from 1 to %(most)d assessors for each case.")
        raise NotReady([Problem(text % {"most": MOST_PER_CASE}, anchor="per_case")])
    if not assessors:
        raise NotReady([Problem(_("Choose at least one assessor."), anchor="assessors")])
    cases = list(
        Application.objects.visible_to(by)
        .filter(round=round_, status__in=UNDER_WORK)
        .select_for_update(of=("self",))
        .prefetch_related("case_parties", "assignments")
        .order_by("reference")
    )
    barred = barred_from(cases, assessors)
    load = Counter({person.pk: 0 for person in assessors})
    for case in cases:
        load.update(one.assessor_id for one in case.assignments.all() if one.assessor_id in load)
    given = 0
    for case in cases:
        holders = {one.assessor_id for one in case.assignments.all()} & set(load)
        free = [
            person
            for person in assessors
            if person.pk not in holders and (person.pk, case.pk) not in barred
        ]
        free.sort(key=lambda person: (load[person.pk], person.name, person.pk))
        for person in free[: max(0, per_case - len(holders))]:
            give(case, to=person, by=by, at=at)
            load[person.pk] += 1
            given += 1
    return given


def barred_from(cases: Iterable[Application], people: Iterable[User]) -> set[tuple[int, int]]:
    """Return (person, case) by id where the person is of a party or has declared a conflict."""
    ids = [person.pk for person in people]
    members: dict[int, set[int]] = {}
    for person, organisation in Membership.objects.filter(user__in=ids).values_list(
        "user", "organisation"
    ):
        members.setdefault(person, set()).add(organisation)
    conflicts = set(
        Interest.objects.conflicts().filter(user__in=ids).values_list("user", "case_reference")
    )
    return {
        (person, case.pk)
        for case in cases
        for person in ids
        if members.get(person, set()) & rules.party_ids(case)
        or (person, case.reference) in conflicts
    }
