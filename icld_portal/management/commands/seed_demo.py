"""Fill an empty database with the demo world, or with many applications for measuring."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from icld_portal.demo import bulk, world


class Command(BaseCommand):
    """``seed_demo [--applications N] [--json]``; run again, it changes nothing."""

    help = "Load the demo world into an empty database, or N applications for measuring."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--applications",
            type=int,
            metavar="N",
            help="add applications until there are N, for measuring",
        )
        parser.add_argument("--json", action="store_true", help="print JSON for other programs")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "The demo's people have a known password. Only the demo may have them: "
                "PORTAL_DEMO=1 uv run manage.py seed_demo"
            )
        made = world.seed()
        added = bulk.top_up(options["applications"]) if options["applications"] else 0
        if options["json"]:
            self.stdout.write(json.dumps(world.listing(), indent=2, ensure_ascii=False))
        else:
            words = "The demo world is made" if made else "The database is in use: nothing changed"
            self.stdout.write(f"{words}; {added} applications added for measuring.")
