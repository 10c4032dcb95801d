"""The cases as matters of steering groups: what waits for one, and what it may decide about.

A case is known by its key, which it has from its first day as a draft and for ever.
"""

from collections.abc import Iterable

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from applications.models import Application, Following, Risk, Status
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

KINDS = (MatterKind.PLAN, MatterKind.APPLICATION)
RUNNING = frozenset({Status.DRAFT, Status.SUBMITTED, Status.IN_ASSESSMENT, Status.APPROVED})


class CaseMatters:
    """What the cases of a partnership are to its steering groups; ``open_for`` is two queries."""

    def open_for(self, group: SteeringGroup, user: User) -> list[Matter]:
        """Return plans and applications that no verified decision is about, and grave risks."""
        cases = list(self._cases(group, user).filter(status=Status.DRAFT))
        decided = set(
            SteeringDecision.objects.verified()
            .filter(matter_kind__in=KINDS, matter_key__in=[case.key for case in cases])
            .order_by()
            .values_list("matter_key", flat=True)
        )
        waiting = [
            self._matter(case, _("The application is being written and needs a decision."))
            for case in cases
            if case.key not in decided
        ]
        return waiting + self._risks(group, user)

    def known_to(self, group: SteeringGroup, user: User) -> list[Matter]:
        """Return every case of the partnership that is not over, as plan and application."""
        return [self._matter(case) for case in self._cases(group, user)]

    def hidden_groups(self, references: Iterable[str]) -> set[int]:
        """Return the ids of groups that follow one of these cases, or have taken it up."""
        cases = Application.objects.filter(reference__in=list(references))
        found = set(Following.objects.filter(application__in=cases).values_list("group", flat=True))
        keys = list(cases.values_list("key", flat=True))
        taken_up = AgendaItem.objects.filter(matter_kind__in=KINDS, matter_key__in=keys)
        decided = SteeringDecision.objects.filter(matter_kind__in=KINDS, matter_key__in=keys)
        found |= set(taken_up.values_list("meeting__group", flat=True))
        return found | set(decided.values_list("paragraph__group", flat=True))

    def _cases(self, group: SteeringGroup, user: User) -> QuerySet[Application]:
        visible = Application.objects.all().visible_to(user)
        return visible.filter(partnership=group.partnership_id, status__in=RUNNING).order_by("pk")

    def _risks(self, group: SteeringGroup, user: User) -> list[Matter]:
        """The grave risks of the cases the group follows."""
        cases = Application.objects.all().visible_to(user).filter(followings__group=group)
        risks = (
            Risk.objects.filter(application__in=cases)
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

    def _matter(self, case: Application, why: str = "") -> Matter:
        is_plan = case.grant_type == GrantType.PROJECT and case.status == Status.DRAFT
        kind = MatterKind.PLAN if is_plan else MatterKind.APPLICATION
        title = f"{case.handle} {case.title}" if case.reference else case.title
        return Matter(kind, case.key, title or case.key, case.get_absolute_url(), why)


CASES = CaseMatters()
