"""Jobs of the parties: reminding of meetings and of what they asked for."""

from procrastinate.contrib.django import app


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
