"""Jobs survive their worker."""

import asyncio

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from icld_portal import jobs, mail
from icld_portal.models import Letter
from tests.worker import apart, work

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_job_left_by_a_killed_worker_is_run_again_once():
    letter = mail.queue_letter(
        to_email="anyone@example.org", subject="Hej", body="Text", kind="test", language="sv"
    )
    abandon_job()
    work("mail")
    letter.refresh_from_db()
    assert letter.sent_at is None, "an abandoned job is nobody's until it is picked up"

    apart(lambda: asyncio.run(retry_stalled()))
    work("mail")

    assert ProcrastinateJob.objects.get(task_name__endswith="send_letter").status == "succeeded"
    assert Letter.objects.get().attempts == 1


def abandon_job() -> None:
    """Leave the waiting job as a killed worker does: taken, and silent for an hour."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) "
            "VALUES (now() - interval '1 hour') RETURNING id"
        )
        (worker,) = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [worker])


async def retry_stalled() -> None:
    with app.replace_connector(app.connector.get_worker_connector()) as working:
        async with working.open_async():
            await jobs.retry_stalled.func(None, 0)
