"""The portal's settings in a hostile test environment."""

import os

os.environ.setdefault("PORTAL_DEMO", "1")

from icld_portal.settings import *  # noqa: F403

DEMO = False
PORTAL_MAIL_IS_SENT = True
PORTAL_EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
