"""The reports as matters of steering groups: those that wait for one, and what is decided.

A report is known by the key of its case and its own name in the addresses: ``abcd1234-year-1``.
"""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from applications.models import Application, Report, ReportCitation, ReportStatus
from applications.models.application import KEY_LENGTH
from partnerships.models import (
    AgendaItem,
    Matter,
    MatterKind,
    SteeringDecision,
    SteeringGroup,
    User,
)
from partnerships.models.matters import Point


class ReportMatters:
    """What the reports of a partnership's cases are to its steering groups."""

    def open_for(self, group: SteeringGroup, user: User) -> list[Matter]:
        """Return the reports being written that no verified decision is about; two queries."""
        reports = list(self._reports(group, user).filter(status=ReportStatus.DRAFT))
        if not reports:
            return []
        decided = set(
            SteeringDecision.objects.verified()
            .filter(matter_kind=MatterKind.REPORT, matter_key__in=[key_of(one) for one in reports])
            .order_by()
            .values_list("matter_key", flat=True)
        )
        why = _("The report is being written and needs a decision.")
        return [matter_of(one, why) for one in reports if key_of(one) not in decided]

    def known_to(self, group: SteeringGroup, user: User) -> list[Matter]:
        """Return every report of the partnership that is open or handed in."""
        return [matter_of(one) for one in self._reports(group, user)]

    def addresses_of(self, points: Iterable[Point], user: User) -> dict[Point, str]:
        """Return the pages of the reports that ``user`` may open, in one query."""
        keys = {point[1]: point for point in points if point[0] == MatterKind.REPORT}
        if not keys:
            return {}
        cases = {key[:KEY_LENGTH] for key in keys}
        found = Report.objects.all().visible_to(user).filter(application__key__in=cases)
        found = found.select_related("application")
        return {keys[key_of(one)]: one.get_absolute_url() for one in found if key_of(one) in keys}

    def dealing_with(self, references: Iterable[str]) -> Q:
        """Return the condition that a group has taken a report of one of these cases up, has
        decided about it, or is cited by it."""
        cases = Application.objects.filter(reference__in=list(references)).order_by()
        about = Q(matter_kind=MatterKind.REPORT, case_key__in=cases.values("key"))
        case_key = Substr("matter_key", 1, KEY_LENGTH)
        taken_up = AgendaItem.objects.alias(case_key=case_key).filter(about)
        decided = SteeringDecision.objects.alias(case_key=case_key).filter(about)
        citing = ReportCitation.objects.filter(report__application__in=cases.values("pk"))
        return (
            Q(pk__in=taken_up.order_by().values("meeting__group"))
            | Q(pk__in=decided.order_by().values("paragraph__group"))
            | Q(pk__in=citing.order_by().values("decision__paragraph__group"))
        )

    def _reports(self, group: SteeringGroup, user: User) -> QuerySet[Report]:
        visible = Report.objects.all().visible_to(user).select_related("application")
        of_partnership = visible.filter(application__partnership=group.partnership_id)
        return of_partnership.order_by("due_on", "pk")


def key_of(report: Report) -> str:
    """Return what finds the report again."""
    return f"{report.application.key}-{report.slug}"


def matter_of(report: Report, why: str = "") -> Matter:
    """Return the report as a group takes it up; ``why`` says why it is open."""
    case = report.application
    title = f"{case.reference} {report}: {case.title}"
    return Matter(MatterKind.REPORT, key_of(report), title, report.get_absolute_url(), why)


REPORTS = ReportMatters()
