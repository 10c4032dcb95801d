"""The menu: which pages a person is shown the way to, by role."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PUBLIC_PAGES: tuple[tuple[str, Promise | str], ...] = (
    ("start", _("About the programme")),
    ("applications:questions", _("Questions")),
    ("finance:guidelines", _("Budget guidelines")),
)
PARTY_PAGES: tuple[tuple[str, Promise | str], ...] = (
    ("home", _("Home")),
    ("applications:applications", _("Applications")),
    ("applications:reports", _("Reports")),
    ("partnerships:partnerships", _("Partnerships")),
    ("partnerships:groups", _("Steering groups")),
    ("partnerships:organisations", _("Organisations")),
)
OFFICE_PAGES: tuple[tuple[str, Promise | str], ...] = (
    ("applications:worklist", _("Work list")),
    ("applications:my_assessments", _("Assessments")),
    ("finance:grants", _("Grants")),
    ("applications:office_reports", _("Reports")),
    ("finance:payments", _("Payments")),
    ("applications:rounds", _("Rounds")),
    ("applications:programme", _("Programme")),
    ("partnerships:partnerships", _("Partnerships")),
    ("partnerships:groups", _("Steering groups")),
    ("partnerships:organisations", _("Organisations")),
)
# Somebody from outside who only assesses.
EXTERNAL_PAGES: tuple[tuple[str, Promise | str], ...] = (
    ("applications:my_assessments", _("Assessments")),
    ("applications:questions", _("Questions")),
    ("finance:guidelines", _("Budget guidelines")),
)
# Somebody who is in no organisation: an auditor, invited to one report.
AUDITOR_PAGES: tuple[tuple[str, Promise | str], ...] = (
    ("home", _("Home")),
    ("applications:questions", _("Questions")),
    ("finance:guidelines", _("Budget guidelines")),
)
FOOTER_PAGES: tuple[tuple[str, Promise | str], ...] = (
    ("start", _("About the programme")),
    ("applications:questions", _("All questions")),
    ("finance:guidelines", _("Budget guidelines")),
    ("accessibility", _("Accessibility")),
)


@dataclass(frozen=True)
class Link:
    """One entry of a menu; ``current`` is the value of aria-current, or empty."""

    url: str
    label: Promise | str
    current: str = ""


def links(pages: tuple[tuple[str, Promise | str], ...], *, path: str = "") -> list[Link]:
    """Return the links to ``pages``; the one the reader stands in is marked."""
    urls = [address_of(name) for name, _label in pages]
    return [
        Link(url, label, _current(url, path))
        for url, (_name, label) in zip(urls, pages, strict=True)
    ]


def main_menu(request: HttpRequest) -> list[Link]:
    """Return the pages of the role this person has."""
    user: Any = request.user
    if not user.is_authenticated:
        return links(PUBLIC_PAGES, path=request.path)
    if user.office:
        return links(OFFICE_PAGES, path=request.path)
    if user.is_external_assessor:
        own = EXTERNAL_PAGES[:1] + PARTY_PAGES if user.is_of_party else EXTERNAL_PAGES
        return links(own, path=request.path)
    if not user.all_roles:
        return links(AUDITOR_PAGES, path=request.path)
    return links(PARTY_PAGES, path=request.path)


def _current(url: str, path: str) -> str:
    if url == path:
        return "page"
    # Meetings, decisions and follow-ups are read among the groups, by addresses of their own.
    if url == address_of("partnerships:groups") and path.startswith("/steering-"):
        return "true"
    return "true" if url != address_of("start") and path.startswith(url) else ""


@cache
def address_of(name: str) -> str:
    """Return the address of a page without arguments; every page shows some fifteen of them."""
    return reverse(name)
