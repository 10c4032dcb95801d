"""Jobs of the money: reading the files that accounts come from."""

from django.utils.translation import gettext as _
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

# Somebody is waiting: what fails three times is told instead of tried for hours.
TRIES = 3


@app.task(queue="files", retry=RetryStrategy(max_attempts=TRIES - 1, wait=5), pass_context=True)
def read_import(context: JobContext, import_id: int) -> None:
    """Read a file that was sent, once; its last failure is told to whoever sent it."""
    from finance.accounts import imports

    try:
        imports.read(import_id)
    except Exception:
        if context.job.attempts >= TRIES - 1:
            imports.give_up(import_id, _("Something went wrong. Send the file again."))
        raise
