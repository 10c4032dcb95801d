"""What every template may use."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from icld_portal import navigation


def portal(request: HttpRequest) -> dict[str, Any]:
    """Facts of this installation, and the menus, which are made only where they are shown."""
    return {
        "DEMO": settings.DEMO,
        "LANGUAGES": settings.LANGUAGES,
        "navigation": partial(navigation.main_menu, request),
        "footer_links": partial(navigation.links, navigation.FOOTER_PAGES),
    }
