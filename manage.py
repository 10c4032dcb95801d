#!/usr/bin/env python3
"""The portal's command line. ``demo`` needs nothing but this checkout and uv."""

import os
import sys

# Commands that show, measure or describe the portal may run with the demo's own key;
# whatever serves real people needs SECRET_KEY.
DOCUMENT_COMMANDS = frozenset({"draw_states", "list_routes", "update_catalogue"})
DEMO_COMMANDS = DOCUMENT_COMMANDS | {"bench", "demo", "seed_demo"}
# Measured as in production, on a database of its own.
OWN_SETTINGS = {"bench": "icld_portal.bench.portal"}
WITHOUT_DATABASE = DOCUMENT_COMMANDS | {"check", "collectstatic", "help"}


def main() -> None:
    """Run one management command, on the embedded database if no other is named."""
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    settings_module = OWN_SETTINGS.get(command, "icld_portal.settings")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_module)
    if command in DEMO_COMMANDS and "SECRET_KEY" not in os.environ:
        os.environ.setdefault("PORTAL_DEMO", "1")

    from django.core.management import execute_from_command_line

    if "DATABASE_URL" not in os.environ and command not in WITHOUT_DATABASE:
        start_embedded_database()
    execute_from_command_line(sys.argv)


def start_embedded_database() -> None:
    """Start the embedded Postgres, or say in one line what to do about it."""
    from django.conf import settings

    from icld_portal import postgres

    try:
        postgres.start(settings.DATA_DIR)
    except postgres.PostgresNotStarted as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
