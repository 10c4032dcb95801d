"""A connection on which what is asked often is planned once, not every time.

A page asks some twenty things, and planning them took Postgres as long as answering them.
Prepared statements need parameters that are bound on the server, which Django does when
``server_side_binding`` is set. Decision 0010 says what that asks of a connection pooler.
"""

from typing import Any

from django.db.backends.postgresql import base
from psycopg import ClientCursor

# Asked this many times on one connection, a statement is prepared.
PREPARE_AFTER = 3
# The portal asks some hundreds of different things; each plan takes 20 to 100 kB of the server.
MOST_PREPARED = 300
# How pghistory and pgtrigger begin what they put before a statement: settings for its triggers.
SETTING = "SELECT set_config('pg"


class Cursor(base.ServerBindingCursor):  # type: ignore[name-defined]
    """Sends one statement at a time, as a prepared one must be."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """Run ``query``; the settings put before it run by themselves first."""
        while isinstance(query, str) and query.startswith(SETTING) and "; " in query:
            setting, query = query.split("; ", 1)
            if isinstance(params, dict):
                super().execute(setting, params)
            else:
                own = setting.count("%s")
                super().execute(setting, params[:own])
                params = params[own:]
        return super().execute(query, params, **options)

    def mogrify(self, query: str, params: Any = None) -> str:
        """Return ``query`` with its parameters in it; pghistory asks for it."""
        return ClientCursor(self.connection).mogrify(query, params)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection to Postgres, with statements prepared on the server."""

    def get_connection_params(self) -> dict[str, Any]:
        """Return what psycopg connects with."""
        binding = {"cursor_factory": Cursor, "prepare_threshold": PREPARE_AFTER}
        return {**super().get_connection_params(), **binding}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open a connection, or take one from the pool."""
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = MOST_PREPARED
        return connection
