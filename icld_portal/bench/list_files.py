"""How long the whole work list takes as a file, with all answers, and what it needs."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from django.conf import settings

from icld_portal.bench.figures import Figure, at_most

SECONDS, MEGABYTES, QUERIES = 5.0, 150.0, 50


def list_files(portal: str, applications: int) -> Iterator[Figure]:
    """Yield time, memory and queries of each kind; ``portal`` is the measured settings module."""
    for file_format in ("csv", "xlsx"):
        done = subprocess.run(  # noqa: S603 - the command is ours
            [sys.executable, "-m", "icld_portal.bench.list_file", file_format],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": portal},
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        found = json.loads(done.stdout)
        name = f"list with all answers, {file_format.upper()}"
        yield at_most(name, applications, found["seconds"], "s", SECONDS)
        yield at_most(f"{name}: memory", applications, found["megabytes"], "MB", MEGABYTES)
        yield at_most(f"{name}: queries", applications, found["queries"], "queries", QUERIES)
