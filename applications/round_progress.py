"""How far the assessing of a round has come: case by case and assessor by assessor."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from applications.models import Application, Assessment, Assignment, Consensus, Round, Status
from applications.models.application import ApplicationQuerySet
from partnerships.models import Interest, User

SHOWN = (Status.SUBMITTED, Status.IN_ASSESSMENT, Status.APPROVED, Status.REJECTED)


@dataclass(frozen=True)
class Totals:
    """How many cases have come how far."""

    cases: int
    given: int
    handed_in: int
    agreed: int


def cases_of(round_: Round | None, user: User) -> ApplicationQuerySet:
    """Return the round's cases that ``user`` may see, each with its numbers.

    ``given`` assessors, of whom ``declared`` have no conflict and ``handed_in`` are done;
    ``conflicts`` were declared; the common view ``is_begun`` or ``is_agreed``.
    """
    given = Assignment.objects.filter(application=OuterRef("pk"))
    declared = Interest.objects.standing().filter(case_reference=OuterRef("reference"))
    clear = given.filter(
        Exists(
            Interest.objects.without_conflict().filter(
                user=OuterRef("assessor"), case_reference=OuterRef("application__reference")
            )
        )
    )
    done = given.filter(
        Exists(
            Assessment.objects.filter(
                author=OuterRef("assessor"),
                application=OuterRef("application"),
                handed_in_at__isnull=False,
            )
        )
    )
    common = Consensus.objects.filter(application=OuterRef("pk"))
    return (
        Application.objects.visible_to(user)
        .filter(round=round_, status__in=SHOWN)
        .annotate(
            given=_number(given, "application"),
            declared=_number(clear, "application"),
            handed_in=_number(done, "application"),
            conflicts=_number(declared.filter(has_conflict=True), "case_reference"),
            is_begun=Exists(common),
            is_agreed=Exists(common.filter(agreed_at__isnull=False)),
        )
        .order_by("reference")
    )


def _number(rows: QuerySet[Any], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def totals_of(cases: ApplicationQuerySet) -> Totals:
    """Return how many of ``cases`` have assessors, all their assessments, a common view."""
    whole = Q(given__gt=0, handed_in__gte=F("given"))
    numbers = cases.order_by().aggregate(
        cases=Count("pk"),
        some=Count("pk", filter=Q(given__gt=0)),
        done=Count("pk", filter=whole),
        agreed=Count("pk", filter=Q(is_agreed=True)),
    )
    return Totals(numbers["cases"], numbers["some"], numbers["done"], numbers["agreed"])


def loads_of(round_: Round | None, user: User) -> list[dict[str, Any]]:
    """Return each assessor of the round with how many cases they have and have handed in."""
    cases = Application.objects.visible_to(user).filter(round=round_, status__in=SHOWN)
    done = Assessment.objects.filter(
        author=OuterRef("assessor"), application=OuterRef("application"), handed_in_at__isnull=False
    )
    rows = (
        Assignment.objects.filter(application__in=cases.order_by().values("pk"))
        .annotate(is_done=Exists(done))
        .values("assessor", "assessor__name")
        .annotate(given=Count("pk"), handed_in=Count("pk", filter=Q(is_done=True)))
        .order_by("assessor__name", "assessor")
    )
    return list(rows)
