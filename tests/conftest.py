"""The test environment: strict, without network, each test in a database of its own."""

import gc
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.test import TransactionTestCase
from django.utils import translation

from icld_portal import catalogues, postgres
from tests import database

pytest_plugins = ["tests.people"]


def pytest_configure(config: pytest.Config) -> None:
    """Compile the texts and start the database server before anything asks for them."""
    catalogues.compile_catalogues()
    if settings.EMBEDDED_POSTGRES:
        Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
        postgres.start(settings.DATA_DIR, durable=False)


# What takes long and needs no template: whoever runs it works while another makes that.
WITHOUT_TEMPLATE = {"test_demo_processes.py", "test_house.py", "test_postgres.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the second worker begin with what needs no template, which the first one makes.

    pytest-django puts it last, where the longest of all was run alone. Each worker gets as
    long a piece of the list to begin with.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    apart = [item for item in items if needs_no_template(item)]
    others = [item for item in items if not needs_no_template(item)]
    second = len(items) // workers
    items[:] = [*others[:second], *apart, *others[second:]]


def needs_no_template(item: pytest.Item) -> bool:
    return item.path.name in WITHOUT_TEMPLATE and not item.get_closest_marker("django_db")


def pytest_collection_finish() -> None:
    """Never look again for rubbish among what is loaded by now: each look takes long."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker, worker_id) -> None:
    """Give this worker its copy of the template database."""
    with django_db_blocker.unblock():
        database.make_template()
        name = f"portal_test_{worker_id}_{os.getpid()}"
        database.copy_template(name)
        TransactionTestCase._fixture_teardown = lambda case: begin_anew(name)
        yield
        database.leave()
        database.run_sql("DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=name)


def begin_anew(name: str) -> None:
    """Copy the database; what was published in the old one is forgotten with it."""
    from applications import versions as forms
    from finance import versions as guidelines

    database.copy_template(name)
    forms.PUBLISHED.clear()
    guidelines.PUBLISHED.clear()


@pytest.fixture
def in_english():
    """Run the test as an English-speaking reader."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _no_language_left():
    """What a page was last asked in is not the language of the next test."""
    translation.deactivate()
