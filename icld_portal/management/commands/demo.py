"""The whole portal on one machine, with a demo world in it."""

import ctypes
import os
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from icld_portal import catalogues, postgres
from icld_portal.demo import people, processes, world

DEFAULT_PORT = 8000
START_SECONDS = 120
PANGO_LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
PANGO_HINT = (
    "Papers (PDF) cannot be made here until you type: "
    "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)
# The demo serves static files from where they are; WhiteNoise misses the collected ones.
NO_COLLECTED_FILES = "ignore:No directory at:UserWarning"
OTHER_SESSIONS = (
    "SELECT count(*) FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()"
)
SESSIONS_END_SECONDS = 2


class Command(BaseCommand):
    """``demo [--port N]``: database, demo world, web and worker, until Ctrl-C."""

    help = "Run the portal with a demo world; Ctrl-C stops all of it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="default: 8000")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "The demo's people have a known password, so it runs only as a demo. "
                "Type: env -u SECRET_KEY PORTAL_DEMO=1 uv run manage.py demo"
            )
        port: int = options["port"]
        processes.stop_when_asked()
        try:
            if not processes.becomes_free(port):
                self.stderr.write(
                    f"Port {port} is taken: "
                    f"uv run manage.py demo --port {processes.next_free(port)}"
                )
                sys.exit(1)
            self.serve(port)
        except processes.Stopped:
            self.stdout.write("\nStopped.")
        finally:
            stop_database()

    def serve(self, port: int) -> None:
        """Start everything, say where it is, and stay until something ends it."""
        address = f"http://{processes.HOST}:{port}"
        settings.PUBLIC_URL = os.environ.get("PORTAL_URL", address)  # For letters of the seed.
        if not has_pango():
            self.stdout.write(PANGO_HINT)
        catalogues.compile_catalogues()
        self.say("Preparing the database …")
        call_command("migrate", verbosity=0)
        environment = {
            "PORTAL_DEMO": "1",
            "PORTAL_URL": settings.PUBLIC_URL,
            "PYTHONWARNINGS": NO_COLLECTED_FILES,
        }
        with processes.children(environment) as family:
            family.start("web server", web_arguments(port))
            if world.seed():
                self.say("The demo world is made.")
            family.start("worker", worker_arguments())
            wait_for(f"{address}/healthz", family)
            self.introduce(address)
            while (name := family.ended()) is None:
                time.sleep(0.5)
        raise CommandError(f"The {name} ended by itself; the lines above say why.")

    def introduce(self, address: str) -> None:
        """Print where the portal is and who can sign in."""
        everybody = people.demo_people()
        shown = [person for person in everybody if person.is_main]
        self.say(f"\n{table(shown)}")
        self.say(f"\nand {len(everybody) - len(shown)} coordinators of other parties.")
        self.say(f"Password for everybody: {people.PASSWORD}")
        self.say("Some roles need a one-time code: the sign-in page shows it.")
        self.say(f"\nThe portal: {address}/   Letters: {address}/demo/outbox/   Stop: Ctrl-C")

    def say(self, text: str) -> None:
        """Print now, also into a file or pipe."""
        self.stdout.write(text)
        self.stdout.flush()


def web_arguments(port: int) -> list[str]:
    """Return the words after ``python`` that serve the pages."""
    return [
        *("-m", "granian", "--interface", "wsgi", "--host", processes.HOST, "--port", str(port)),
        *("--workers", "2", "--blocking-threads", "4", "--log-level", "error"),
        *("--workers-kill-timeout", "2", "icld_portal.wsgi:application"),
    ]


def worker_arguments() -> list[str]:
    """Return the words after ``python`` that run the jobs."""
    return [
        *(str(settings.BASE_DIR / "manage.py"), "procrastinate", "worker"),
        *("--shutdown-graceful-timeout", "5"),
    ]


def wait_for(url: str, family: processes.Children) -> None:
    """Return when ``url`` answers; raises CommandError if a child ends or it takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if name := family.ended():
            raise CommandError(f"The {name} did not start; the lines above say why.")
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - our own address.
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise CommandError(f"{url} did not answer within {START_SECONDS} seconds.")


def has_pango() -> bool:
    """Return whether the system has what makes PDFs."""
    try:
        for library in PANGO_LIBRARIES:
            ctypes.CDLL(library)
    except OSError:
        return False
    return True


def stop_database() -> None:
    """Stop the embedded Postgres, unless another program still uses it."""
    if settings.EMBEDDED_POSTGRES:
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        if not database_in_use():
            postgres.stop(settings.DATA_DIR)


def database_in_use() -> bool:
    """Return whether others are connected; those who are leaving get a moment."""
    deadline = time.monotonic() + SESSIONS_END_SECONDS
    place = postgres.connection_settings(settings.DATA_DIR)
    with psycopg.connect(
        host=str(place["HOST"]),
        port=str(place["PORT"]),
        user=str(place["USER"]),
        dbname=str(place["NAME"]),
        autocommit=True,
    ) as session:
        while others := session.execute(OTHER_SESSIONS).fetchone() != (0,):
            if time.monotonic() > deadline:
                break
            time.sleep(0.1)
    return others


def table(shown: Sequence[people.Person]) -> str:
    """Return a line for each person: address, role, organisation."""
    rows = [(person.email, ", ".join(person.roles), person.organisation) for person in shown]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    return "\n".join(
        f"  {email:<{widths[0]}}  {role:<{widths[1]}}  {organisation}"
        for email, role, organisation in rows
    )
