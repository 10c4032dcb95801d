"""The final summary as a PDF, frozen once when a grant ended early and once when it closed."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, prefetch_related_objects
from django.utils import timezone, translation

from applications import jobs
from applications.endings.summary import Summary, summary_of
from applications.models import Application, SummaryPaper, SummaryStage
from finance.models import Closing, Ending, EndingOutcome, Grant
from icld_portal.freezing import freeze
from icld_portal.localize import STOCKHOLM
from icld_portal.pdf import render_pdf

# What a saved file is called, after the reference.
NAMES = {
    (SummaryStage.ENDED, "sv"): "sammanstallning-i-fortid",
    (SummaryStage.ENDED, "en"): "summary-ended-early",
    (SummaryStage.CLOSED, "sv"): "slutsammanstallning",
    (SummaryStage.CLOSED, "en"): "final-summary",
}


# A paper that could not be made is asked for again every night for so long.
ASKED_AGAIN_FOR = timedelta(days=30)


class NotDue(Exception):
    """The grant has not come to what the summary is about."""


def stage_at(summary: Summary, stage: SummaryStage) -> datetime | None:
    """Return when the grant came to ``stage``; None if it has not."""
    if stage == SummaryStage.CLOSED:
        return summary.closing.closed_at if summary.closing else None
    return summary.ended.answered_at if summary.ended else None


def summary_pdf(application: Application, stage: SummaryStage, language: str) -> bytes:
    """Return the summary of a case in one language, as it stands.

    Raises NotDue before the grant has ended, or closed, PdfNotAvailable without Pango.
    """
    prefetch_related_objects([application], "case_parties__organisation__country")
    whole = Grant.objects.select_related("grantee", "partnership", "closing__closed_by")
    grant = whole.get(reference=application.reference)
    with translation.override(language):
        summary = summary_of(application, grant)
        at = stage_at(summary, stage)
        if at is None:
            raise NotDue(f"{application.reference} {stage}")
        in_sweden = timezone.localtime(at, STOCKHOLM)
        context = {
            "application": application,
            "summary": summary,
            "stage": stage,
            "kind": stage.label,
            "at": at,
            "dated_at": in_sweden.isoformat(timespec="seconds"),
        }
        return render_pdf(
            "papers/summary.html",
            context,
            language=language,
            identifier=f"summary {application.reference} {stage} {language}",
        )


def make_summary(application_id: int, stage: str) -> None:
    """Make the summary in every language it is not made in yet. Raises as ``summary_pdf``."""
    case = Application.objects.select_related("partnership").get(pk=application_id)
    made = set(case.summaries.filter(stage=stage).values_list("language", flat=True))
    for language, _name in settings.LANGUAGES:
        if language not in made:
            pdf = summary_pdf(case, SummaryStage(stage), language)
            name = f"{case.reference}-{NAMES[SummaryStage(stage), language]}.pdf"
            freeze(
                SummaryPaper(application=case, stage=stage, language=language, file_name=name),
                pdf,
            )


def ask_again(*, now: datetime) -> int:
    """Have the summaries made that are missing, of grants that ended in the last 30 days; return
    how many jobs that was."""
    since = now - ASKED_AGAIN_FOR
    closed = Closing.objects.filter(closed_at__gte=since).values_list("grant__reference", flat=True)
    early = Ending.objects.filter(outcome=EndingOutcome.ENDED, answered_at__gte=since)
    ended = early.values_list("grant__reference", flat=True)
    asked = 0
    for stage, references in ((SummaryStage.CLOSED, closed), (SummaryStage.ENDED, ended)):
        cases = Application.objects.filter(reference__in=references)
        made = Count("summaries", filter=Q(summaries__stage=stage))
        missing = cases.annotate(made=made).filter(made__lt=len(settings.LANGUAGES))
        for pk in missing.order_by("pk").values_list("pk", flat=True):
            jobs.make_summary.defer(application_id=pk, stage=stage)
            asked += 1
    return asked
