"""Finding the report that an address names, for the person who asks."""

from collections.abc import Sequence

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404

from applications.finding import is_handle
from applications.models import CaseParty, Report, ReportCitation
from applications.reports import rules
from partnerships.models import SteeringGroup
from partnerships.requests import PortalRequest


def for_page() -> QuerySet[Report]:
    """Load what every page about one report shows, in two queries."""
    parties = CaseParty.objects.select_related("organisation__country", "organisation__kind")
    return Report.objects.select_related(
        "application__partnership", "grant", "sheet", "statement"
    ).prefetch_related(Prefetch("application__case_parties", parties))


def with_backing(reports: QuerySet[Report]) -> QuerySet[Report]:
    """Read with each report how many decisions it cites, and whether it could cite any."""
    of_partnership = SteeringGroup.objects.filter(
        partnership=OuterRef("application__partnership"), ended_on=None
    )
    cited = ReportCitation.objects.filter(report=OuterRef("pk")).order_by().values("report")
    number = Coalesce(Subquery(cited.values(number=Count("pk"))), 0)
    return reports.annotate(number_cited=number, has_group=Exists(of_partnership))


# What the parties tell, each kind of row in one query.
CONTENT = ("sheet__answers", "indicator_outcomes", "activity_outcomes", "participation")


def report_of(
    request: PortalRequest,
    reference: str,
    slug: str,
    *,
    readable: bool = True,
    content: Sequence[str] = (),
) -> Report:
    """Return the report with this address; Http404 if the person may not see it.

    ``readable`` asks for one whose content the person may read: ICLD knows of drafts, and
    reads none. ``content`` names the rows to load with it, as ``CONTENT``.
    """
    if not is_handle(reference):
        raise Http404("no such case")
    found = for_page().by_handle(reference, slug)  # type: ignore[attr-defined]
    if content:
        found = with_backing(found).prefetch_related(*content)
    seen = found.readable_by(request.user) if readable else found.visible_to(request.user)
    report: Report = get_object_or_404(seen)
    return report


def narrative_of(
    request: PortalRequest, reference: str, slug: str, *, content: Sequence[str] = ()
) -> Report:
    """As ``report_of``, for what the parties tell beside the accounts: no auditor finds it."""
    report = report_of(request, reference, slug, content=content)
    if not rules.may_see_narrative(request.user, report):
        raise Http404("no narrative")
    return report
