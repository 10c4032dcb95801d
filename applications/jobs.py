"""Jobs of the case: making its papers after the deed, once each."""

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from applications.models import PaperKind
from icld_portal.problems import NotReady

RETRY = RetryStrategy(max_attempts=10, wait=30, linear_wait=60)


@app.task(queue="papers", retry=RETRY)
def make_receipt(application_id: int) -> None:
    """Make the receipt in both languages; a second run finds it made."""
    from applications import papers

    papers.make_papers(application_id, PaperKind.RECEIPT)


@app.task(queue="papers", retry=RETRY)
def make_decision_letter(application_id: int) -> None:
    """Make the decision letter in both languages; a second run finds it made."""
    from applications import papers

    papers.make_papers(application_id, PaperKind.DECISION)


@app.task(queue="papers", retry=RETRY)
def make_agreement_papers(agreement_id: int, stage: str) -> None:
    """Make the agreement as a PDF in both languages; a second run finds it made."""
    from applications import papers

    papers.make_agreement_papers(agreement_id, stage)


@app.task(queue="papers", retry=RETRY)
def make_summary(application_id: int, stage: str) -> None:
    """Make the summary of a case in both languages; a second run finds it made."""
    from applications import summary_papers

    summary_papers.make_summary(application_id, stage)


@app.periodic(cron="34 4 * * *")
@app.task(queue="upkeep", queueing_lock="ask_for_summaries_again", pass_context=False)
def ask_for_summaries_again(timestamp: int) -> None:
    """Have the summaries made that are still missing, every night."""
    from applications import summary_papers

    summary_papers.ask_again(now=timezone.now())


@app.task(queue="papers", retry=RETRY)
def release_meeting(meeting_id: int) -> None:
    """Release the decisions of a meeting, once, all or none."""
    from applications import workflow

    try:
        workflow.release(meeting_id)
    except (NotReady, PermissionDenied) as refused:
        workflow.stop_release(meeting_id, str(refused))


@app.task(queue="papers", retry=RETRY)
def make_protocol(meeting_id: int) -> None:
    """Make the protocol of a meeting in both languages; a second run finds it made."""
    from applications import papers

    papers.make_protocol(meeting_id)


@app.periodic(cron="7 * * * *")
@app.task(queue="upkeep", queueing_lock="remind_of_deadlines", pass_context=False)
def remind_of_deadlines(timestamp: int) -> None:
    """Remind of the deadlines that are near; run every hour, each reminder goes out once."""
    from applications import deadlines

    deadlines.send_reminders()


@app.periodic(cron="12 * * * *")
@app.task(queue="upkeep", queueing_lock="remind_of_supplements", pass_context=False)
def remind_of_supplements(timestamp: int) -> None:
    """Remind of the supplements that are near their day; run every hour, each goes out once."""
    from applications import workflow

    workflow.remind_of_supplements()


@app.periodic(cron="17 * * * *")
@app.task(queue="upkeep", queueing_lock="remind_of_agreements", pass_context=False)
def remind_of_agreements(timestamp: int) -> None:
    """Remind of agreements to sign; run every hour, each week's reminder goes out once."""
    from applications import workflow

    workflow.remind_of_agreements()


@app.periodic(cron="1 * * * *")
@app.task(queue="upkeep", queueing_lock="send_digests", pass_context=False)
def send_digests(timestamp: int) -> None:
    """Send the daily mail of notices at 07:00 in Stockholm; run every hour, it goes out once."""
    from applications import noticeboard

    noticeboard.send_digests()


@app.periodic(cron="22 * * * *")
@app.task(queue="upkeep", queueing_lock="open_reports", pass_context=False)
def open_reports(timestamp: int) -> None:
    """Open the reports whose day has come; run every hour, each opens once."""
    from applications.reports import opening

    opening.open_due()


@app.periodic(cron="27 * * * *")
@app.task(queue="upkeep", queueing_lock="remind_of_reports", pass_context=False)
def remind_of_reports(timestamp: int) -> None:
    """Remind of the reports that are due; run every hour, each reminder goes out once."""
    from applications.reports import reminders

    reminders.send_reminders()
