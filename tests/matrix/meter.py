"""Every row that is written, counted by the database itself.

The counters are of this transaction, table by table, and only rise: what is written and
rolled back counts too, whoever wrote it and by whatever way.
"""

from django.db import connection

# Sessions of whoever knocks, and counts of how often: they say nothing of the register.
PERSONAL = ("django_session", "portal_cache")
TABLES = "SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
QUESTION = f"""
    SELECT oid::regclass::text, n FROM ({TABLES} AND relname <> ALL(%s)) AS tables
    CROSS JOIN LATERAL (
        SELECT pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
             + pg_stat_get_xact_tuples_deleted(oid) AS n
    ) AS counted
    WHERE n > 0
"""  # noqa: S608 - both texts are ours


def writes() -> dict[str, int]:
    """Return how many rows this transaction has written so far, by table."""
    with connection.cursor() as cursor:
        cursor.execute(QUESTION, [list(PERSONAL)])
        return dict(cursor.fetchall())


def written_since(before: dict[str, int]) -> dict[str, int]:
    """Return what was written after ``before``, by table."""
    now = writes()
    return {table: n - before.get(table, 0) for table, n in now.items() if n > before.get(table, 0)}
