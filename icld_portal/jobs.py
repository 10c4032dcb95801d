"""Jobs of the floor: sending letters, and picking up what a dead worker left."""

from django.db import transaction
from django.db.models import F
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

# A mail server that is down for hours still gets every letter, once.
PATIENT = RetryStrategy(max_attempts=40, wait=60, linear_wait=60)
STALLED_AFTER_SECONDS = 120


@app.task(queue="mail", retry=PATIENT, pass_context=False)
def send_letter(letter_id: int) -> None:
    """Send one letter of the outbox, once; a second run finds it sent.

    Whatever the mail server says is noted in the row and raised, so that it is tried again.
    """
    from icld_portal import mail
    from icld_portal.models import Letter

    try:
        with transaction.atomic():
            letter = Letter.objects.select_for_update().get(pk=letter_id)
            if letter.sent_at is None:
                mail.send(letter)
    except OSError as error:  # SMTP's own errors are OSErrors too
        Letter.objects.filter(pk=letter_id).update(
            attempts=F("attempts") + 1,
            last_error=f"{type(error).__name__}: {error}"[:300],
        )
        raise


@app.periodic(cron="*/2 * * * *")
@app.task(queue="upkeep", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: object, timestamp: int) -> None:
    """Run again what a worker that died left as running. Every job is idempotent."""
    for job in await app.job_manager.get_stalled_jobs(
        seconds_since_heartbeat=STALLED_AFTER_SECONDS
    ):
        await app.job_manager.retry_job(job)
