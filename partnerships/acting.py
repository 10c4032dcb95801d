"""For which organisation a person of several acts now: a choice of view, never a right.

Lists show the chosen organisation's rows; what may be read or done is always asked of the
memberships themselves.
"""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from partnerships.models import Organisation

SESSION_KEY = "acts_for"


@dataclass(frozen=True)
class Choice:
    """One entry of the switch in the header; ``value`` is empty for all together."""

    value: str
    name: str
    chosen: bool


def acting_for(request: HttpRequest) -> int | None:
    """Return the id of the chosen organisation; None for all, or if one has left it."""
    if not request.user.is_authenticated:
        return None
    chosen = request.session.get(SESSION_KEY)
    return chosen if chosen in request.user.roles else None


def choices(request: HttpRequest) -> list[Choice]:
    """Return what a person of several organisations can choose; nothing for all others."""
    if not request.user.is_authenticated or len(request.user.roles) < 2:
        return []
    chosen = acting_for(request)
    mine = list(Organisation.objects.of_member(request.user))
    if chosen not in {None, *(one.pk for one in mine)}:
        # It was merged into another since: the choice ends, its people work for that one.
        chosen = request.session.pop(SESSION_KEY) and None
    if len(mine) < 2:
        return []
    found = [Choice(str(one.pk), one.name, one.pk == chosen) for one in mine]
    return [Choice("", _("all my organisations"), chosen is None), *found]


def choose(request: HttpRequest, value: str) -> Organisation | None:
    """Keep the choice in the session; None for all. Raises LookupError if not a member."""
    if not value:
        request.session.pop(SESSION_KEY, None)
        return None
    mine = Organisation.objects.of_member(request.user)  # type: ignore[arg-type]
    found = mine.filter(pk=value).first() if value.isascii() and value.isdigit() else None
    if found is None:
        raise LookupError(value)
    request.session[SESSION_KEY] = found.pk
    return found
