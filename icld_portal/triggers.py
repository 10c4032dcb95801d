"""Database triggers that several apps use: what must be true is held by Postgres."""

import pgtrigger


def append_only() -> list[pgtrigger.Trigger]:
    """Triggers that refuse to update, delete or truncate rows."""
    return [
        pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        no_truncate(),
    ]


def no_truncate() -> pgtrigger.Trigger:
    """A trigger that refuses to empty the whole table."""
    return pgtrigger.Trigger(
        name="no_truncate",
        when=pgtrigger.Before,
        level=pgtrigger.Statement,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'pgtrigger: this table is never emptied';",
    )


def frozen_by(
    name: str, *, parent: str, key: str, condition: str, unless: str = ""
) -> pgtrigger.Trigger:
    """A trigger that refuses every write to a row whose parent is frozen.

    ``parent`` is the parent's table, ``key`` the foreign key column here, ``condition``
    SQL over the alias ``parent`` that is true once the parent is frozen. An update that
    would move the row to or from a frozen parent is refused as well. ``unless`` is a query
    that finds a row where this one may be written all the same; ``%s`` in it is the row.
    """
    query = f"SELECT 1 FROM {parent} AS parent WHERE parent.id = %s.{key} AND ({condition})"  # noqa: S608
    if unless:
        query += f" AND NOT EXISTS ({unless})"
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP <> 'INSERT' THEN
                IF EXISTS ({query.replace("%s", "OLD")}) THEN
                    RAISE EXCEPTION 'pgtrigger: {parent} is frozen, % refused', TG_TABLE_NAME;
                END IF;
            END IF;
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            IF EXISTS ({query.replace("%s", "NEW")}) THEN
                RAISE EXCEPTION 'pgtrigger: {parent} is frozen, % refused', TG_TABLE_NAME;
            END IF;
            RETURN NEW;
        """,
    )
