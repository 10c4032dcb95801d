"""Jobs of the floor: letters, files made to order, and picking up what a dead worker left."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

# A mail server that is down for hours still gets every letter, once.
PATIENT = RetryStrategy(max_attempts=40, wait=60, linear_wait=60)
STALLED_AFTER_SECONDS = 120
# Somebody is waiting for a file: what fails three times is told instead of tried for hours.
TRIES_OF_A_FILE = 3


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


@app.task(
    queue="files", retry=RetryStrategy(max_attempts=TRIES_OF_A_FILE - 1, wait=5), pass_context=True
)
def prepare_file(context: JobContext, prepared_id: int) -> None:
    """Make a file that somebody has ordered, once; its last failure is told to the owner."""
    from icld_portal import prepared

    try:
        prepared.prepare(prepared_id)
    except Exception:
        if context.job.attempts >= TRIES_OF_A_FILE - 1:
            prepared.give_up(prepared_id, _("Something went wrong. Order the file again."))
        raise


@app.task(queue="files", retry=PATIENT, pass_context=False)
def scan_file(scan_id: int) -> None:
    """Have one uploaded file scanned; while the scanner does not answer, try again."""
    from icld_portal import scanning

    scanning.scan_stored(scan_id)


@app.periodic(cron="23 * * * *")
@app.task(queue="upkeep", queueing_lock="sweep_prepared_files", pass_context=False)
def sweep_prepared_files(timestamp: int) -> None:
    """Remove files made to order whose day is over."""
    from icld_portal import prepared

    prepared.sweep()


@app.periodic(cron="*/2 * * * *")
@app.task(queue="upkeep", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: object, timestamp: int) -> None:
    """Run again what a worker that died left as running. Every job is idempotent."""
    for job in await app.job_manager.get_stalled_jobs(
        seconds_since_heartbeat=STALLED_AFTER_SECONDS
    ):
        await app.job_manager.retry_job(job)
