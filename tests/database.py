"""One migrated template database, made once; every worker and test copies it.

A transactional test leaves its rows behind. Instead of emptying sixty tables, some of
which refuse it, the worker's database is copied anew from the template: 0.1 s.
"""

import fcntl
import hashlib
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

ROOT = Path(__file__).parent.parent
SHAPING = ("*/migrations/*.py", "*/programme.py", "*/data/*.csv", "*/content/**/*.toml", "uv.lock")


def template_name() -> str:
    """Return the template's name, which changes with whatever shapes its content."""
    digest = hashlib.sha256()
    for pattern in SHAPING:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return f"portal_template_{digest.hexdigest()[:16]}"


def run_sql(statement: str, **names: str) -> list[tuple]:
    """Run one statement on the server's own database, outside any transaction."""
    place = settings.DATABASES["default"]
    with psycopg.connect(
        host=place["HOST"] or None,
        port=place["PORT"] or None,
        user=place["USER"],
        password=place["PASSWORD"],
        dbname=settings.MAINTENANCE_DATABASE,
        autocommit=True,
    ) as connected:
        query = sql.SQL(statement).format(**{key: sql.Identifier(n) for key, n in names.items()})
        cursor = connected.execute(query)
        return cursor.fetchall() if cursor.description else []


def use(name: str) -> None:
    """Point Django's connection at the database ``name``."""
    leave()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def leave() -> None:
    """Close this process's connections, pooled ones too."""
    connection.close()
    connection.close_pool()


def make_template() -> str:
    """Return the template's name; the first process to come migrates and loads it."""
    name = template_name()
    lock = Path(settings.DATA_DIR) / "template.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not exists(name):
            draft = f"{name}_draft"
            run_sql("DROP DATABASE IF EXISTS {draft} WITH (FORCE)", draft=draft)
            run_sql("CREATE DATABASE {draft}", draft=draft)
            use(draft)
            call_command("migrate", verbosity=0)
            call_command("load_programme")
            leave()
            run_sql("ALTER DATABASE {draft} RENAME TO {name}", draft=draft, name=name)
    return name


def exists(name: str) -> bool:
    """Return whether the server has a database ``name``."""
    return (name,) in run_sql("SELECT datname FROM pg_database")


def copy_template(name: str) -> None:
    """Make the database ``name`` a fresh copy of the template and connect to it."""
    leave()
    run_sql("DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=name)
    run_sql("CREATE DATABASE {name} TEMPLATE {template}", name=name, template=template_name())
    use(name)
