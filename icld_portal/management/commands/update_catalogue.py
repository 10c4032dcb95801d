"""Bring the Swedish catalogue up to date with the code, and compile it."""

from typing import Any

from django.core.management.base import BaseCommand

from icld_portal import catalogues


class Command(BaseCommand):
    """Adds texts that are new, drops those that are gone."""

    help = "Add new texts to the Swedish catalogue, drop old ones, and compile it."

    def handle(self, *args: Any, **options: Any) -> None:
        added, dropped = catalogues.update()
        catalogues.compile_catalogues()
        self.stdout.write(f"{added} new, {dropped} gone: {catalogues.CATALOGUE}")
