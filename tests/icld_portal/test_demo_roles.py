"""The database roles of production, applied to the test database and taken back."""

from pathlib import Path
from time import sleep

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

ROLES = (Path(__file__).parent.parent.parent / "deploy" / "roles.sql").read_text()
EMBEDDED_SUPERUSER = "postgres"


def append_only_tables() -> list[str]:
    """The tables whose triggers refuse every update and delete."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models()
        if "append_only" in {trigger.name for trigger in getattr(model._meta, "triggers", [])}
    )


@pytest.fixture
def administrator(db):
    """A superuser's session; what it does, roles included, is rolled back."""
    if not settings.EMBEDDED_POSTGRES:
        pytest.skip("needs a superuser of the database server, as the embedded one has")
    place = connection.settings_dict
    with psycopg.connect(
        host=place["HOST"], port=place["PORT"], dbname=place["NAME"], user=EMBEDDED_SUPERUSER
    ) as session:
        session.execute(ROLES)
        session.execute(ROLES)  # Running it again does no harm.
        yield session
        session.rollback()
        number = session.info.backend_pid
    # The server ends the session a moment later; until then the database cannot be dropped.
    for _turn in range(100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [number])
            if not cursor.fetchone():
                break
        sleep(0.02)


@pytest.fixture
def web(administrator):
    """The session as the role that pages and jobs log in as."""
    administrator.execute("SET LOCAL ROLE portal_web")
    return administrator


def refused(session: psycopg.Connection, statement: str) -> bool:
    """Return whether the server refuses ``statement`` for lack of a privilege."""
    try:
        with session.transaction():
            session.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


def test_every_append_only_table_is_named():
    named = [table for table in append_only_tables() if f"'{table}'" in ROLES]

    assert named == append_only_tables()
    assert named


@pytest.mark.parametrize("verb", ["UPDATE {table} SET id = id", "DELETE FROM {table}"])
def test_the_web_role_cannot_rewrite_what_has_happened(web, verb):
    assert [
        table for table in append_only_tables() if not refused(web, verb.format(table=table))
    ] == []


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE django_session",
        "DROP TABLE django_session",
        "ALTER TABLE applications_application DISABLE TRIGGER ALL",
        "CREATE TABLE public.mine (id int)",
        "CREATE ROLE mine",
    ],
)
def test_the_web_role_changes_no_table(web, statement):
    assert refused(web, statement)


def test_the_web_role_reads_and_writes_rows(web):
    event = "INSERT INTO icld_portal_event (at, subject_type, subject_id, verb, from_status, "
    event += "to_status, facts) VALUES (now(), 'x', 1, 'x', '', '', '{}')"

    assert not refused(web, event)
    assert not refused(web, "SELECT count(*) FROM icld_portal_event")
    assert not refused(web, "UPDATE partnerships_user SET name = name")
    assert not refused(web, "DELETE FROM django_session")


COUNT = "SELECT count(*) FROM {} WHERE {}"
PUBLISHED = {
    "finance_guideline": "published_at IS NOT NULL",
    "finance_guidelineamount": "true",
    "finance_costcategory": "true",
    "applications_questionset": "published_at IS NOT NULL",
    "applications_section": "true",
    "applications_question": "true",
}


@pytest.mark.parametrize("table", PUBLISHED)
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id WHERE {}", "DELETE FROM {} WHERE {}"])
@pytest.mark.parametrize("silenced", [False, True])
def test_a_published_version_cannot_be_changed_by_the_web_role(web, table, verb, silenced):
    count = COUNT.format(table, PUBLISHED[table])
    assert web.execute(count).fetchone()[0], "nothing that could be changed"
    if silenced:  # What the code of a migration or of the demo may do, a page may not.
        (names,) = web.execute(
            "SELECT string_agg(tgname, ',') FROM pg_trigger WHERE tgname LIKE 'pgtrigger%%'"
        ).fetchone()
        web.execute("SELECT set_config('pgtrigger.ignore', %s, true)", ["{" + names + "}"])

    with pytest.raises(psycopg.Error, match="pgtrigger"), web.transaction():
        web.execute(verb.format(table, PUBLISHED[table]))


def test_tables_made_later_are_covered_too(administrator):
    administrator.execute("SET LOCAL ROLE portal_owner")
    administrator.execute("CREATE TABLE public.made_later (id int)")
    administrator.execute("SET LOCAL ROLE portal_web")

    assert not refused(administrator, "INSERT INTO public.made_later VALUES (1)")
    assert refused(administrator, "TRUNCATE public.made_later")


def test_the_web_role_never_waits_long(administrator):
    (found,) = administrator.execute(
        "SELECT setconfig FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole "
        "WHERE rolname = 'portal_web'"
    ).fetchone()

    assert {"statement_timeout=5s", "lock_timeout=4s"} <= set(found)
