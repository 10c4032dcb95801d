"""How long there is left, in words."""

from datetime import UTC, datetime, timedelta

import pytest

from icld_portal.localize import time_left

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=14, hours=3, minutes=59), "14 days and 3 hours left"),
        (timedelta(days=1, hours=1), "1 day and 1 hour left"),
        (timedelta(days=1), "1 day and 0 hours left"),
        (timedelta(hours=23, minutes=59, seconds=59), "23 hours and 59 minutes left"),
        (timedelta(minutes=1, seconds=59), "1 minute left"),
        (timedelta(seconds=1), "0 minutes left"),
        (timedelta(0), "The time is out."),
        (timedelta(days=-1), "The time is out."),
    ],
)
def test_time_left_is_said_in_the_two_largest_units(in_english, left, words):
    assert time_left(NOW + left, now=NOW) == words


def test_what_has_no_end_has_no_time_left():
    assert time_left(None) == ""
