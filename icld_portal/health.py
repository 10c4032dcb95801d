"""Whether this process can serve people: database, migrations and file store answer."""

import secrets
from functools import cache

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def failing() -> list[str]:
    """Return what does not answer, of "database", "migrations" and "storage"."""
    database = database_failing()
    return database if storage_writable() else [*database, "storage"]


def database_failing() -> list[str]:
    """Return "database" when it is away, or "migrations" when this release waits for some."""
    try:
        applied = MigrationRecorder(connection).applied_migrations().keys()
    except Error:
        return ["database"]
    return [] if _migrations_of_release() <= applied else ["migrations"]


def storage_writable() -> bool:
    """Return whether a file can be kept, read and taken away again."""
    content = secrets.token_bytes(16)
    try:
        name = default_storage.save(f"readiness-{secrets.token_hex(8)}", ContentFile(content))
        with default_storage.open(name) as kept:
            same: bool = kept.read() == content
        default_storage.delete(name)
    except OSError:
        return False
    return same


@cache
def _migrations_of_release() -> frozenset[tuple[str, str]]:
    """The migrations on disk, read once: they change only with a new release."""
    return frozenset(MigrationLoader(None).disk_migrations)
