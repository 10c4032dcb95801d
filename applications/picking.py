"""Which cases a deed on the work list is about: those picked, or the whole choice."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from applications.arrangement import Arrangement, arrangement, ordered, short
from applications.filters import WorkListFilter
from applications.models import Application
from applications.models.application import ApplicationQuerySet
from partnerships.models import User

PICKS_MAX = 200
REFERENCE = re.compile(r"[0-9]{4}-[0-9]{4}", re.ASCII)
QUERY_MAX_LENGTH = 1_000


@dataclass(frozen=True)
class Picked:
    """The cases in the order of the list; ``problems`` say why there are none.

    ``gone`` are references that the person picked and that are not to be seen any more.
    """

    cases: ApplicationQuerySet
    problems: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


def picked(sent: QueryDict, user: User) -> Picked:
    """Return the cases that a form or an address names: ``all=1`` with ``query``, or ``pick``."""
    if sent.get("all") == "1":
        return _whole_choice(sent.get("query", ""), user)
    references = list(dict.fromkeys(sent.getlist("pick")))
    none = Application.objects.none()
    if not references:
        return Picked(none, [_("Pick at least one case first.")])
    if len(references) > PICKS_MAX:
        return Picked(none, [_("Pick at most %d cases at a time.") % PICKS_MAX])
    for reference in references:
        if not REFERENCE.fullmatch(reference):
            return Picked(none, [_("“%s” is not a reference.") % short(reference)])
    cases = handed_in(user).filter(reference__in=references).order_by("-received_at", "-pk")
    seen = set(cases.order_by().values_list("reference", flat=True))
    return Picked(cases, gone=[one for one in references if one not in seen])


def _whole_choice(query: str, user: User) -> Picked:
    """Return every case of the list that ``query`` is the address of."""
    if len(query) > QUERY_MAX_LENGTH:
        return Picked(Application.objects.none(), [_("The address is too long.")])
    chosen, shown = understood(QueryDict(query), user)
    if not chosen.is_valid():
        problems = [str(text) for texts in chosen.form.errors.values() for text in texts]
        return Picked(Application.objects.none(), problems)
    return Picked(ordered(chosen.selection, shown.sort, chosen.choices_of))


def understood(
    query: QueryDict, user: User, *, own_columns: Iterable[str] = ()
) -> tuple[WorkListFilter, Arrangement]:
    """Return what the address asks for; what is not understood stands on the filter's form."""
    chosen = WorkListFilter(query, handed_in(user))
    shown = arrangement(query, user, own_columns=own_columns)
    for problem in shown.problems:
        chosen.form.add_error(None, problem)
    return chosen, shown


def handed_in(user: User) -> ApplicationQuerySet:
    """What the work list chooses from."""
    return Application.objects.all().visible_to(user).handed_in()


def kept_query(query: QueryDict) -> str:
    """Return what a saved view keeps of the address, and what a deed on all of it means."""
    kept = QueryDict(mutable=True)
    for name in query:
        if (value := str(query.get(name, ""))) and name not in {"page", "view", "columns"}:
            kept[name] = value
    return kept.urlencode()
