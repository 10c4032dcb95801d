"""The cases as matters of steering groups: what waits for one, and what it may decide about.

A case is known by its key, which it has from its first day as a draft and for ever; a risk by
the case's key and its own number.
"""

from collections.abc import Iterable

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from applications.models import Application, Citation, Following, Risk, Status
from applications.models.application import KEY_LENGTH
from applications.risk_matrix import MEDIUM_UP_TO
from finance.models import GrantType
from partnerships.models import (
    AgendaItem,
    Matter,
    MatterKind,
    SteeringDecision,
    SteeringGroup,
    User,
)
from partnerships.models.matters import Point

KINDS = (MatterKind.PLAN, MatterKind.APPLICATION)
# Matters whose key begins with that of a case.
OF_CASES = (*KINDS, MatterKind.RISK)
RUNNING = frozenset({Status.DRAFT, Status.SUBMITTED, Status.IN_ASSESSMENT, Status.APPROVED})


class CaseMatters:
    """What the cases of a partnership are to its steering groups."""

    def open_for(self, group: SteeringGroup, user: User) -> list[Matter]:
        """Return plans and applications that no verified decision is about, and grave risks.

        Three queries.
        """
        cases = list(self._cases(group, user).filter(status=Status.DRAFT))
        decided = set(
            SteeringDecision.objects.verified()
            .filter(matter_kind__in=KINDS, matter_key__in=[case.key for case in cases])
            .order_by()
            .values_list("matter_key", flat=True)
        )
        why = _("The application is being written and needs a decision.")
        waiting = [
            _matter(case, _kinds_of(case)[0], why) for case in cases if case.key not in decided
        ]
        return waiting + self._risks(group, user)

    def known_to(self, group: SteeringGroup, user: User) -> list[Matter]:
        """Return every case of the partnership that is not over, and the grave risks of those
        that the group follows. A project can be decided about as a plan and as an application.
        """
        cases = self._cases(group, user)
        found = [_matter(case, kind) for case in cases for kind in _kinds_of(case)]
        return found + self._risks(group, user)

    def addresses_of(self, points: Iterable[Point], user: User) -> dict[Point, str]:
        """Return the pages of the cases that ``user`` may open, in one query."""
        keys = {point: point[1][:KEY_LENGTH] for point in points if point[0] in OF_CASES}
        if not keys:
            return {}
        cases = Application.objects.all().visible_to(user).filter(key__in=set(keys.values()))
        found = {case.key: case.get_absolute_url() for case in cases.only("key", "reference")}
        return {point: found[key] for point, key in keys.items() if key in found}

    def dealing_with(self, references: Iterable[str]) -> Q:
        """Return the condition that a group follows one of these cases, has taken it or a risk
        of it up, has decided about it, or is cited by it."""
        cases = Application.objects.filter(reference__in=list(references)).order_by()
        about = Q(matter_kind__in=OF_CASES, case_key__in=cases.values("key"))
        case_key = Substr("matter_key", 1, KEY_LENGTH)
        taken_up = AgendaItem.objects.alias(case_key=case_key).filter(about)
        decided = SteeringDecision.objects.alias(case_key=case_key).filter(about)
        following = Following.objects.filter(application__in=cases.values("pk"))
        citing = Citation.objects.filter(application__in=cases.values("pk"))
        return (
            Q(pk__in=following.order_by().values("group"))
            | Q(pk__in=taken_up.order_by().values("meeting__group"))
            | Q(pk__in=decided.order_by().values("paragraph__group"))
            | Q(pk__in=citing.order_by().values("decision__paragraph__group"))
        )

    def _cases(self, group: SteeringGroup, user: User) -> QuerySet[Application]:
        visible = Application.objects.all().visible_to(user)
        return visible.filter(partnership=group.partnership_id, status__in=RUNNING).order_by("pk")

    def _risks(self, group: SteeringGroup, user: User) -> list[Matter]:
        """The grave risks of the cases the group follows."""
        cases = Application.objects.all().visible_to(user).filter(followings__group=group)
        risks = (
            Risk.objects.filter(application__in=cases.filter(status__in=RUNNING))
            .annotate(gravity=F("probability") * F("consequence"))
            .filter(gravity__gt=MEDIUM_UP_TO)
            .select_related("application")
            .order_by("-gravity", "pk")
        )
        return [
            Matter(
                MatterKind.RISK,
                f"{risk.application.key}-{risk.pk}",
                risk.text[:200],
                risk.application.get_absolute_url(),
                _("A grave risk of %(case)s.") % {"case": risk.application.title},
            )
            for risk in risks
        ]


def _kinds_of(case: Application) -> tuple[MatterKind, ...]:
    """What a decision about the case can be: of a project first its plan."""
    return KINDS if case.grant_type == GrantType.PROJECT else (MatterKind.APPLICATION,)


def _matter(case: Application, kind: MatterKind, why: str = "") -> Matter:
    title = f"{case.handle} {case.title}" if case.reference else case.title
    return Matter(kind, case.key, title or case.key, case.get_absolute_url(), why)


CASES = CaseMatters()
