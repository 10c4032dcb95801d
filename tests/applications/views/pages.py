"""Filling in the portal's forms as a browser does: everything on the page is sent."""

from django.http import HttpResponse

from icld_portal.bench.browser import form_on


def fields_on(page: HttpResponse) -> dict[str, list[str]]:
    """Return what a browser would send for the form of the page itself."""
    found: dict[str, list[str]] = {}
    for name, value in form_on(page.content):
        found.setdefault(name, []).append(value)
    return found
