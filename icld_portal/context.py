"""What every template may use."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from applications import noticeboard
from icld_portal import navigation
from partnerships import acting


def portal(request: HttpRequest) -> dict[str, Any]:
    """Facts of this installation, and the menus, which are made only where they are shown."""
    facts = {"demo_people": SimpleLazyObject(demo_people)} if settings.DEMO else {}
    return facts | {
        "DEMO": settings.DEMO,
        "LANGUAGES": settings.LANGUAGES,
        "acting_choices": partial(acting.choices, request),
        "unread_notices": partial(unread_notices, request),
        "navigation": partial(navigation.main_menu, request),
        "footer_links": partial(navigation.links, navigation.FOOTER_PAGES),
    }


def unread_notices(request: HttpRequest) -> int:
    """How many notices the person has not read; nobody who visits has any."""
    user: Any = request.user
    return noticeboard.unread_count(user) if user.is_authenticated else 0


def demo_people() -> list[Any]:
    """The people of the demo, for its sign-in page."""
    from icld_portal.demo import people

    return people.demo_people()
