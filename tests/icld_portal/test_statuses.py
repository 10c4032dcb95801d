"""Every status is told by a word and by a shape of its own kind, never by colour alone."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from applications.models import ChangeStatus, ReportStatus, Status
from finance.models import Grant

STYLES = (Path(settings.BASE_DIR) / "static" / "portal.css").read_text(encoding="utf-8")
# What is worked on or handed in has the shape that all begin with: a full disc.
FULL_DISC = {"submitted", "active"}


def shaped() -> set[str]:
    """The statuses whose mark before the word has a shape in the style sheet."""
    return set(re.findall(r"\.status-([a-z_]+)::before", STYLES))


@pytest.mark.parametrize("kind", [Status, ReportStatus, ChangeStatus, Grant.Status])
def test_a_status_that_says_how_it_ended_has_its_own_shape(kind):
    assert set(kind.values) - shaped() <= FULL_DISC
    assert kind.values
