"""The portal's settings in a hostile test environment, on a database server of its own."""

import os
from pathlib import Path

os.environ.setdefault("PORTAL_DEMO", "1")
os.environ.setdefault("PORTAL_DATA_DIR", str(Path(__file__).parent.parent / ".data" / "tests"))

from icld_portal.settings import *  # noqa: F403
from icld_portal.settings import DATA_DIR, STORAGES, TEMPLATES, database

DEMO = False
# Nothing is collected for tests; the folder is there so that nobody warns of it.
STATIC_ROOT = DATA_DIR / "collected"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
PORTAL_MAIL_IS_SENT = True
PORTAL_EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
# A slow, busy machine is no failure: nothing here measures time.
database["OPTIONS"]["options"] = "-c statement_timeout=60000 -c lock_timeout=60000"
database["OPTIONS"]["pool"] = {"min_size": 0, "max_size": 60, "timeout": 60}


class UndefinedVariable(str):
    """Makes a misspelt name in a template fail instead of vanishing."""

    def __contains__(self, piece: object) -> bool:
        return piece == "%s"

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"undefined variable in a template: {name}")


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("%s")  # type: ignore[index]

MAINTENANCE_DATABASE = database["NAME"]
