"""The database that is measured: made once, copied for each size, dropped at the end."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from icld_portal.bench import portal
from icld_portal.bench.bare import SCHEMA
from icld_portal.demo import world as demo_world

FIRST = f"{portal.BENCH_DATABASE}_first"


def run_sql(statement: LiteralString, **names: str) -> None:
    """Run one statement on the server's own database, outside any transaction."""
    place = settings.DATABASES["default"]
    with psycopg.connect(
        host=place["HOST"] or None,
        port=place["PORT"] or None,
        user=place["USER"],
        password=place["PASSWORD"],
        dbname=portal.MAINTENANCE_DATABASE,
        autocommit=True,
    ) as connected:
        identifiers = {key: sql.Identifier(name) for key, name in names.items()}
        connected.execute(sql.SQL(statement).format(**identifiers))


def leave() -> None:
    """Close this process's connections, pooled ones too."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def drop(*names: str) -> None:
    """Drop databases of ours, whoever is still connected."""
    leave()
    for name in names:
        run_sql("DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=name)


@contextmanager
def prepared(*, keep: bool) -> Iterator[str]:
    """Have a migrated database with the demo world in it to copy; with ``keep`` all of it stays.

    The value is the session of the bare site's only person.
    """
    name = portal.BENCH_DATABASE
    drop(name, FIRST)
    try:
        make_migrated(name)
        demo_world.seed()
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        session = bare_session()
        leave()
        run_sql("ALTER DATABASE {name} RENAME TO {first}", name=name, first=FIRST)
        yield session
    finally:
        if not keep:
            drop(name, FIRST)
            shutil.rmtree(portal.BENCH_FILES, ignore_errors=True)


def make_migrated(name: str) -> None:
    """Make the database ``name``, with every table and nobody in it."""
    if portal.BENCH_TEMPLATE:
        template = portal.BENCH_TEMPLATE
        run_sql("CREATE DATABASE {name} TEMPLATE {template}", name=name, template=template)
    else:
        run_sql("CREATE DATABASE {name}", name=name)
        call_command("migrate", verbosity=0)


def begin_anew() -> None:
    """Make the measured database a fresh copy of the first one."""
    drop(portal.BENCH_DATABASE)
    run_sql("CREATE DATABASE {name} TEMPLATE {first}", name=portal.BENCH_DATABASE, first=FIRST)


def bare_session() -> str:
    """Make the bare site's tables and its person; return the key of that person's session."""
    done = subprocess.run(
        [sys.executable, "-m", "icld_portal.bench.bare_setup"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "icld_portal.bench.bare"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return done.stdout.strip()
