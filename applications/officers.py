"""The people at ICLD who keep cases."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from applications.models.application import ApplicationQuerySet
from partnerships.models import Membership, Role, User
from partnerships.models.people import ASSESSOR_ROLES

ASSESSING_ROLES = (Role.OFFICER, Role.DECIDER)


def current_officers() -> QuerySet[User]:
    """The people who can be given a case today, by name."""
    roles = Membership.objects.filter(user=OuterRef("pk"), role__in=ASSESSING_ROLES)
    return User.objects.filter(Exists(roles), is_active=True).order_by("name", "pk")


def current_assessors() -> QuerySet[User]:
    """The people, of ICLD or from outside, who can be asked to assess today, by name."""
    roles = Membership.objects.filter(user=OuterRef("pk"), role__in=ASSESSOR_ROLES)
    return User.objects.filter(Exists(roles), is_active=True).order_by("name", "pk")


def officers(cases: ApplicationQuerySet) -> QuerySet[User]:
    """The people who have one of ``cases`` or could be given one; those who left stay findable."""
    # Two lists of ids, each read once: EXISTS … OR EXISTS … would read every case per person,
    # and a list of officers every case; alone, EXISTS takes one look at the index per person.
    assessing = Membership.objects.filter(role__in=ASSESSING_ROLES).order_by()
    keeping = User.objects.filter(Exists(cases.filter(officer=OuterRef("pk")).order_by()))
    return User.objects.filter(
        Q(pk__in=assessing.values("user")) | Q(pk__in=keeping.values("pk"))
    ).order_by("name", "pk")
