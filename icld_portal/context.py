"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """Facts of this installation."""
    return {"DEMO": settings.DEMO, "LANGUAGES": settings.LANGUAGES}
