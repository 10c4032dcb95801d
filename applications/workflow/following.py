"""Choosing which cases of its partnership a steering group follows."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from applications.matters import RUNNING
from applications.models import Application, Following, Status
from icld_portal import events
from partnerships import rules
from partnerships.models import SteeringGroup, User


def followable(group: SteeringGroup, user: User) -> QuerySet[Application]:
    """Return the cases that ``user`` can choose among: those that go on, and those followed.

    A case that was rejected or withdrawn, or whose last day has passed, is not offered.
    """
    over = Q(status=Status.APPROVED, end_on__lt=timezone.localdate())
    goes_on = Q(status__in=RUNNING) & ~over
    cases = Application.objects.all().visible_to(user).filter(partnership=group.partnership_id)
    return cases.filter(goes_on | Q(followings__group=group)).distinct().order_by("pk")


@transaction.atomic
def follow(group: SteeringGroup, chosen: Iterable[int], *, by: User) -> None:
    """Let ``group`` follow exactly the ``chosen`` of the cases that ``by`` can choose among.

    Raises PermissionDenied if ``by`` does not run the group, or chose another case.
    """
    group = SteeringGroup.objects.select_for_update(of=("self",), no_key=True).get(pk=group.pk)
    if not rules.may_run_group(by, group):
        raise PermissionDenied("follow")
    wanted, offered = set(chosen), set(followable(group, by).values_list("pk", flat=True))
    if not wanted <= offered:
        raise PermissionDenied("follow another case")
    stands = set(
        group.followings.filter(application__in=offered).values_list("application", flat=True)
    )
    group.followings.filter(application__in=stands - wanted).delete()
    added = sorted(wanted - stands)
    Following.objects.bulk_create(
        Following(group=group, application_id=number, by=by) for number in added
    )
    if wanted != stands:
        events.record(group, "follow", by=by, added=added, removed=sorted(stands - wanted))
