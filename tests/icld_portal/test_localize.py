"""How long there is left, and how large a file is, in words."""

from datetime import UTC, datetime, timedelta

import pytest

from icld_portal.localize import NO_BREAK_SPACE, file_size, time_left

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


@pytest.mark.parametrize(
    ("size_bytes", "written"),
    [(0, "0 kB"), (1, "1 kB"), (340 * 1024, "340 kB"), (1_258_291, "1,2 MB")],
)
def test_the_size_of_a_file_is_written_short(size_bytes, written):
    assert file_size(size_bytes) == written.replace(" ", NO_BREAK_SPACE)
