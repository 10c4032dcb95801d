"""The final summary of a case: the page for its parties and ICLD, and the frozen PDF."""

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from applications.endings.summary import summary_of
from applications.models import SummaryStage
from applications.summary_papers import stage_at
from applications.views.ending import grant_of
from finance.models import EndingOutcome, Grant
from icld_portal.access import PARTIES_AND_OFFICE, get_only
from icld_portal.stored_papers import stored_or_coming
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_only
def summary(request: PortalRequest, reference: str) -> HttpResponse:
    """Show what was promised, used and reached, from the first day to now or to the end."""
    case, grant = grant_of(request, reference)
    found = summary_of(case, grant, request.user)
    reached = [stage for stage in SummaryStage if stage_at(found, stage)]
    address = "applications:summary_paper"
    context = {
        "application": case,
        "summary": found,
        "papers": [
            (stage.label, name, reverse(address, args=[reference, stage, code]))
            for stage in reached
            for code, name in settings.LANGUAGES
        ],
    }
    return render(request, "applications/summary.html", context)


@PARTIES_AND_OFFICE
@get_only
def summary_paper(
    request: PortalRequest, reference: str, stage: str, language: str
) -> HttpResponseBase:
    """Show a summary as it was frozen, or say that it is being made and look again."""
    case, grant = grant_of(request, reference)
    if stage not in SummaryStage.values or language not in dict(settings.LANGUAGES):
        raise Http404("no such summary")
    made = case.summaries.filter(stage=stage, language=language).first()
    if made is None and not _is_due(grant, SummaryStage(stage)):
        raise Http404("no summary yet")
    title = f"{SummaryStage(stage).label} {reference}"
    return stored_or_coming(request, made, title=title, lead=grant.title)


def _is_due(grant: Grant, stage: SummaryStage) -> bool:
    if stage == SummaryStage.CLOSED:
        return grant.status == Grant.Status.CLOSED
    return grant.endings.filter(outcome=EndingOutcome.ENDED).exists()
