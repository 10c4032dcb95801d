"""How allauth is fitted to the portal: nobody signs up alone, the language follows."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse


class AccountAdapter(DefaultAccountAdapter):
    """Personal logins by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """An account is made by an invitation or by ICLD, never by a stranger."""
        return False

    def post_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse:
        """Greet ``user`` in the language they work in."""
        return greet(super().post_login(request, user, **options), user)


def greet(response: HttpResponse, user: Any) -> HttpResponse:
    """Let ``response`` choose the language that ``user`` works in."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        user.language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )
    return response


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factor: the secrets are encrypted with the portal's own key."""

    def encrypt(self, text: str) -> str:
        """Return ``text`` as it is kept in the database."""
        return str(_cipher().encrypt(text.encode()).decode())

    def decrypt(self, encrypted_text: str) -> str:
        """Return what ``encrypt`` was given."""
        return str(_cipher().decrypt(encrypted_text.encode()).decode())


def _cipher() -> Any:
    import base64
    import hashlib

    from cryptography.fernet import Fernet

    key = hashlib.sha256(b"second factor" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
