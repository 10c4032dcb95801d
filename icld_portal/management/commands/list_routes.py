"""Print every route with its methods and policy."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from icld_portal.routes import Route, routes


class Command(BaseCommand):
    """``list_routes [--json]``: who may knock where."""

    help = "List every route with its methods and its policy."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON for other programs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the list to standard output."""
        found = routes()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(route) for route in found], indent=2))
        else:
            self.stdout.write(_table(found))


def _table(found: list[Route]) -> str:
    rows = [
        (route.path, ",".join(route.methods), route.policy or "NO POLICY", route.name)
        for route in found
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]])
        for row in rows
    )
