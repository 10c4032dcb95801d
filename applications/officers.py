"""The people at ICLD who keep cases."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from applications.models import Application, Status
from partnerships.models import Membership, Role, User

ASSESSING_ROLES = (Role.OFFICER, Role.DECIDER)
# While a case is here it can be given to a colleague.
UNDER_WORK = frozenset({Status.SUBMITTED, Status.IN_ASSESSMENT})


def current_officers() -> QuerySet[User]:
    """The people who can be given a case today, by name."""
    roles = Membership.objects.filter(user=OuterRef("pk"), role__in=ASSESSING_ROLES)
    return User.objects.filter(Exists(roles), is_active=True).order_by("name", "pk")


def officers() -> QuerySet[User]:
    """The people who have or could be given a case; those who left stay findable."""
    # Two lists of ids, each read once: EXISTS … OR EXISTS … would read every case per person.
    assessing = Membership.objects.filter(role__in=ASSESSING_ROLES).order_by()
    keeping = Application.objects.filter(officer__isnull=False).order_by()
    return User.objects.filter(
        Q(pk__in=assessing.values("user")) | Q(pk__in=keeping.values("officer").distinct())
    ).order_by("name", "pk")
