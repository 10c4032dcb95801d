"""Jobs of the money: reading the files that accounts come from."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

# What nobody has kept by then holds names for nothing.
KEPT_FOR = timedelta(days=30)
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


@app.periodic(cron="41 3 * * *")
@app.task(queue="upkeep", queueing_lock="sweep_imports", pass_context=False)
def sweep_imports(timestamp: int) -> None:
    """Remove the files that were sent and not kept within 30 days."""
    from finance.accounts import imports

    imports.sweep(before=timezone.now() - KEPT_FOR)
