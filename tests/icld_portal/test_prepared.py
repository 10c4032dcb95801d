"""Files made to order: once, for one person, for a day."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from icld_portal import prepared
from icld_portal.models import PreparedFile
from tests.icld_portal import makers
from tests.worker import work


@pytest.fixture(autouse=True)
def _kinds(settings):
    makers.runs.clear()
    settings.PREPARED_FILES = {
        name: f"tests.icld_portal.makers.{name}" for name in ("make_greeting", "refuse", "fail")
    }


def greeting(by) -> PreparedFile:
    return prepared.order("make_greeting", by=by, title="A greeting", word="välkommen")


@pytest.mark.django_db(transaction=True)
def test_an_ordered_file_is_made_and_fetched_by_its_owner(coordinator, signed_in):
    ordered = greeting(coordinator)
    client = signed_in(coordinator)

    waiting = client.get(ordered.get_absolute_url())
    work("files")
    response = client.get(reverse("prepared_file", args=[ordered.key]))

    assert "progress" in waiting.content.decode()
    assert b"".join(response.streaming_content).decode() == (f"Hej {coordinator.name}, välkommen")
    assert "greeting.txt" in response.headers["Content-Disposition"]
    assert reverse("prepared_file", args=[ordered.key]) in (
        client.get(ordered.get_absolute_url()).content.decode()
    )


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_order_one_file(coordinator):
    def click(_number):
        try:
            return greeting(coordinator).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(click, range(8)))

    assert len(keys) == 1
    assert ProcrastinateJob.objects.filter(task_name__endswith="prepare_file").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_job_that_runs_twice_makes_one_file(coordinator):
    ordered = greeting(coordinator)
    work("files")
    prepared.prepare(ordered.pk)
    assert makers.runs == ["greeting"]


@pytest.mark.django_db(transaction=True)
def test_a_file_whose_worker_was_killed_is_begun_anew(coordinator):
    ordered = greeting(coordinator)
    PreparedFile.objects.update(state="working", done=1, total=2)
    prepared.prepare(ordered.pk)
    ordered.refresh_from_db()
    assert ordered.state == "done"


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_made_says_why(coordinator, signed_in):
    ordered = prepared.order("refuse", by=coordinator, title="Nothing")
    work("files")
    page = signed_in(coordinator).get(ordered.get_absolute_url()).content.decode()
    assert "The case is gone." in page


@pytest.mark.django_db(transaction=True)
def test_what_fails_three_times_is_told_and_left(coordinator):
    ordered = prepared.order("fail", by=coordinator, title="Broken")
    for _try in range(5):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL")
        work("files")
    ordered.refresh_from_db()
    assert len(makers.runs) == 3
    assert ordered.state == "failed"
    assert ordered.reason


@pytest.mark.django_db
def test_a_file_is_nobody_elses(coordinator, partner_coordinator, signed_in):
    ordered = greeting(coordinator)
    other = signed_in(partner_coordinator)
    assert other.get(ordered.get_absolute_url()).status_code == 404
    assert other.get(reverse("prepared_file", args=[ordered.key])).status_code == 404
    assert ordered.title not in other.get(reverse("prepared_files")).content.decode()


@pytest.mark.django_db(transaction=True)
def test_after_its_day_the_file_is_gone(coordinator, signed_in):
    ordered = greeting(coordinator)
    work("files")
    PreparedFile.objects.update(expires_at=timezone.now())
    ordered.refresh_from_db()

    assert signed_in(coordinator).get(ordered.get_absolute_url()).status_code == 404
    assert prepared.sweep() == 1
    assert not default_storage.exists(ordered.file.name)
    assert not PreparedFile.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_asks_as_often_for_many_rows(
    coordinator, rows, django_assert_max_num_queries, signed_in
):
    for number in range(rows):
        prepared.order("make_greeting", by=coordinator, title="A greeting", word=str(number))
    client = signed_in(coordinator)
    with django_assert_max_num_queries(7):
        client.get(reverse("prepared_files"))
