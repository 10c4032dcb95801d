"""Giving many cases to the programme officers who keep them, at once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applications import rules
from applications.models import Application
from applications.statuses import UNDER_WORK
from applications.workflow.assigning import barred_from
from icld_portal import events
from partnerships.models import User


@dataclass(frozen=True)
class Order:
    """One case, whom it is to go to, and whose it was when that was chosen (None: nobody's)."""

    reference: str
    to_id: int
    seen_id: int | None


@dataclass
class Assigned:
    """References, in order: given now, given before by the same order, and left as they were."""

    done: list[str] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)


@transaction.atomic
def assign_all(
    orders: Iterable[Order], officers: Iterable[User], *, by: User, at: datetime | None = None
) -> Assigned:
    """Give each case of ``orders`` to its officer, in a handful of queries however many.

    A case that has moved on since it was chosen is left alone and told of: decided or taken
    back, given to somebody else, no longer to be seen by ``by``, or not for this officer.
    Raises PermissionDenied if ``by`` shares no work out.
    """
    wanted = {order.reference: order for order in orders}
    people = {person.pk: person for person in officers}
    found = _locked(wanted, by=by)
    barred = barred_from(found.values(), people.values())
    result, groups = Assigned(), defaultdict[int, list[Application]](list)
    for reference, order in wanted.items():
        case, to = found.get(reference), people.get(order.to_id)
        if case and case.officer_id == order.to_id and case.status in UNDER_WORK:
            result.already.append(reference)
        elif case and to and _stands(case, order) and (to.pk, case.pk) not in barred:
            groups[to.pk].append(case)
            result.done.append(reference)
        else:
            result.moved.append(reference)
    for officer_id, theirs in groups.items():
        ids = [case.pk for case in theirs]
        Application.objects.filter(pk__in=ids).update(officer_id=officer_id)
        events.record_all(theirs, "assign", by=by, at=at or timezone.now(), officer_id=officer_id)
    return result


def shared_out(
    cases: Sequence[Application], officers: Sequence[User]
) -> list[tuple[Application, User | None]]:
    """Return each case with its officer, as evenly as can be; None where nobody may have it.

    Nobody gets a case of their own party or one they have declared a conflict in. The same
    cases and people give the same answer; load the cases with their parties.
    """
    barred = barred_from(cases, officers)
    numbers: Counter[int] = Counter()
    found: list[tuple[Application, User | None]] = []
    for case in cases:
        able = [person for person in officers if (person.pk, case.pk) not in barred]
        chosen = min(able, key=lambda person: numbers[person.pk], default=None)
        if chosen:
            numbers[chosen.pk] += 1
        found.append((case, chosen))
    return found


def _locked(references: Iterable[str], *, by: User) -> dict[str, Application]:
    """Lock the cases that ``by`` may see and share out; everybody locks in the same order."""
    cases = (
        Application.objects.all()
        .visible_to(by)
        .handed_in()
        .filter(reference__in=list(references))
        .select_for_update(of=("self",))
        .prefetch_related("case_parties")
        .order_by("pk")
    )
    if not all(rules.may_assign(by, case) for case in cases):
        raise PermissionDenied("assign")
    return {str(case.reference): case for case in cases}


def _stands(case: Application, order: Order) -> bool:
    """Return whether the case is as it was when the order was made."""
    return case.status in UNDER_WORK and case.officer_id == order.seen_id
