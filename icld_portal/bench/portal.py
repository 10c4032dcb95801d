"""The portal's settings while it is measured: as in production, on a database of its own.

Only two things differ from production: static files are found without a build step, and
no letter leaves the outbox.
"""

import os
from pathlib import Path

# Measuring needs no secret, and the servers and the measuring process share one.
os.environ.setdefault("PORTAL_DEMO", "1")

from icld_portal.settings import *  # noqa: F403
from icld_portal.settings import DATA_DIR, MIDDLEWARE, STORAGES, database

DEMO = DEBUG = False
PORTAL_MAIL_IS_SENT = False
MAINTENANCE_DATABASE = database["NAME"]
BENCH_DATABASE = os.environ.get("PORTAL_BENCH_DATABASE", "portal_bench")
# A migrated database with nobody in it, to begin with a copy of; otherwise one is migrated.
BENCH_TEMPLATE = os.environ.get("PORTAL_BENCH_TEMPLATE", "")
database["NAME"] = BENCH_DATABASE
BENCH_FILES = Path(DATA_DIR) / f"{BENCH_DATABASE}-files"
STORAGES = STORAGES | {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(BENCH_FILES), "file_permissions_mode": 0o640},
    }
}
MIDDLEWARE = ["icld_portal.bench.counting.CountQueries", *MIDDLEWARE]
