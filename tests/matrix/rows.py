"""How a row of the matrix is written, and how its cells are read.

A cell says who gets what: ``"writers=302! parties=403 *=404"``. The first word that fits
a person counts; whoever fits none gets 404. ``!`` means that the register is written
to; without it nothing may be written. Who is sent to sign in has ``login``. The words are
explained in ``tests/matrix/people.py``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.matrix.people import GROUPS, NO_FACTOR, PEOPLE, SIGNED_OUT, group

# The case of the address is walked through these; "own" is for rows without a case.
STATES = ("draft", "submitted", "assessed", "decided")
Cell = str | dict[str, str]
SIGN_IN, SECOND_FACTOR = "login", "factor"

# Whom each policy of icld_portal/access.py lets knock; all others get 403. Signed-out people
# are sent to sign in first, and ICLD's people without a second factor to set one up.
MAY_KNOCK = {
    "signed in": set(PEOPLE),
    "parties and office": set(PEOPLE),
    "office": {*GROUPS["icld"], NO_FACTOR},
    "office administrators": {"icld office_administrator", NO_FACTOR},
    "programme officers and office administrators": {*GROUPS["keepers"], NO_FACTOR},
    "office and external assessors": {*GROUPS["icld"], *GROUPS["outside"], NO_FACTOR},
    "closed": set(),
}
NEED_SECOND_FACTOR = set(MAY_KNOCK) - {"signed in", "closed"}


@dataclass(frozen=True)
class Row:
    """What one route answers to whom; ``{words}`` in the address are filled in by the world."""

    address: str
    get: Cell | None = None
    post: Cell | None = None
    # What is posted; the name of a form of the world, or fields with ``{words}``.
    data: str | dict[str, Any] = field(default_factory=dict)

    def questions(self, method: str) -> Iterator[tuple[str, str, list[str]]]:
        """Yield what is asked: the state of the case, the cell, and who asks.

        Everybody asks in the first state of a cell, and in its other states one person
        for each word. A method that the route does not take is tried by a few.
        """
        cell = self.get if method == "GET" else self.post
        if cell is None:
            other = self.post if method == "GET" else self.get
            first = next(iter(other)).split()[0] if isinstance(other, dict) else self._states()[0]
            yield first, "*=405", some_of("parties=405 icld=405 nobody=405 no-factor=405")
            return
        by_states = {" ".join(self._states()): cell} if isinstance(cell, str) else cell
        for states, text in by_states.items():
            for number, state in enumerate(states.split()):
                yield state, text, some_of(text) if number else PEOPLE

    def _states(self) -> tuple[str, ...]:
        return STATES if self.is_of_case else ("own",)

    @property
    def is_of_case(self) -> bool:
        """Whether the address names a case, which has a status."""
        return "{case}" in self.address


def some_of(cell: str) -> list[str]:
    """Return one person for each word of ``cell``, and one whom no word means."""
    left, found = list(PEOPLE), []
    for part in cell.split():
        meant = group(part.split("=")[0])
        found += [name for name in left if name in meant][:1]
        left = [name for name in left if name not in meant]
    return [*found, *left[:1]]


def expected(cell: str, person: str, policy: str) -> str:
    """Return what ``person`` gets: a status, ``!`` for a write, or where they are sent."""
    if policy != "public":
        if person in SIGNED_OUT:
            return SIGN_IN
        if person not in MAY_KNOCK[policy]:
            return "403"
        if person == NO_FACTOR and policy in NEED_SECOND_FACTOR:
            return SECOND_FACTOR
    for part in cell.split():
        word, answer = part.split("=")
        if person in group(word):
            return answer
    return "404"
