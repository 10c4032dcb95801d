"""A process that makes one file of the whole work list, as the worker does, and measures itself.

A process of its own, so that its memory is that of the work and not of what went before.
"""

import json
import resource
import sys
import tempfile
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
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTES,
        "queries": len(queries),
    }
    sys.stdout.write(f"{json.dumps(figures)}\n")


if __name__ == "__main__":
    main()
