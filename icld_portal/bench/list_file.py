"""A process that makes one file of the whole work list, as the worker does, and measures itself.

A process of its own, so that its memory is that of the work and not of what went before.
"""

import json
import re
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import django
from django.db import connection
from django.test.utils import CaptureQueriesContext

KILOBYTES = 1024


def main() -> None:
    """Run as a module, ``list_file csv``, under the measured portal's settings."""
    django.setup()
    from applications.list_files import make_work_list
    from partnerships.models import Role, User

    by = User.objects.filter(memberships__role=Role.DECIDER).earliest("pk")
    facts = {"format": sys.argv[1], "answers": True, "all": "1", "query": "", "picks": []}
    with tempfile.TemporaryFile() as out, CaptureQueriesContext(connection) as queries:
        started = perf_counter()
        make_work_list(by, facts, out, lambda done, total: None)
        seconds = perf_counter() - started
    figures = {
        "seconds": seconds,
        "megabytes": most_memory(),
        "queries": len(queries),
    }
    sys.stdout.write(f"{json.dumps(figures)}\n")


def most_memory() -> float:
    """Return the most memory this program has had, in MB.

    Not ``ru_maxrss``: that remembers what the process was before it became this program, which
    is the whole measuring process that started it.
    """
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    if found is None:
        raise RuntimeError("the system does not tell how much memory a process has had")
    return int(found.group(1)) / KILOBYTES


if __name__ == "__main__":
    main()
