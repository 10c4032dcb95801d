"""Makes the bare site's tables, a person and a session; prints the session's key."""

import sys

import django
from django.core.management import call_command


def main() -> None:
    """Run as a module, under the bare site's settings."""
    django.setup()
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore

    call_command("migrate", verbosity=0)
    user = User.objects.create_user("bare")
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.create()
    sys.stdout.write(f"{session.session_key}\n")


if __name__ == "__main__":
    main()
