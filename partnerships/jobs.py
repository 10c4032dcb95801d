"""Jobs of steering groups: reminders, and the papers of minutes that are verified."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

RETRY = RetryStrategy(max_attempts=10, wait=30, linear_wait=60)


@app.periodic(cron="22 * * * *")
@app.task(queue="upkeep", queueing_lock="remind_of_meetings", pass_context=False)
def remind_of_meetings(timestamp: int) -> None:
    """Remind of the meetings that are near; run every hour, each reminder goes out once."""
    from partnerships import workflow

    workflow.remind_of_meetings()


@app.periodic(cron="27 * * * *")
@app.task(queue="upkeep", queueing_lock="remind_of_follow_ups", pass_context=False)
def remind_of_follow_ups(timestamp: int) -> None:
    """Remind of the follow-ups whose day is near or over; each reminder goes out once."""
    from partnerships import workflow

    workflow.remind_of_follow_ups()


@app.task(queue="papers", retry=RETRY)
def make_minutes_papers(meeting_id: int) -> None:
    """Make the minutes as a PDF in both languages; a second run finds them made."""
    from partnerships import papers

    papers.make_minutes_papers(meeting_id)
