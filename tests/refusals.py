"""Expecting that the database refuses a write, without spoiling the test's own transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, transaction


@contextmanager
def refused(error: type[Exception] = DatabaseError) -> Iterator[None]:
    """Fail unless what is done inside raises ``error``; it is undone."""
    with pytest.raises(error), transaction.atomic():
        yield
