"""Measure the pages against their bounds; each figure is a ratio to a bare Django page."""

import json
from argparse import ArgumentParser
from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from icld_portal.bench import figures


class Command(BaseCommand):
    """``bench [--json] [--applications 1000 10000] [--quick] [--keep]``."""

    help = "Measure the portal's pages; the demo's and everybody's own data stay untouched."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print data instead of a table")
        parser.add_argument("--applications", type=int, nargs="+", metavar="N")
        parser.add_argument("--quick", action="store_true", help="few repetitions, small crowd")
        parser.add_argument("--keep", action="store_true", help="leave the database behind")

    def handle(self, *args: Any, **options: Any) -> None:
        from icld_portal.bench import runs, works

        plan = runs.QUICK if options["quick"] else runs.FULL
        if options["applications"]:
            few = () if options["quick"] else (runs.FEW,)
            plan = replace(plan, sizes=tuple(sorted({*few, *options["applications"]})))
        try:
            bare, found = runs.run(plan, keep=options["keep"], say=self.stderr.write)
        except works.Failed as failed:
            raise CommandError(str(failed)) from failed
        if options["json"]:
            data = figures.as_data(bare, found)
            self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(figures.as_table(bare, found))
