"""Problems: what a rule has found, said so that a tired coordinator can act on it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One finding: ``text`` in the reader's language, where it is, and who says so.

    ``blocks`` stops a submission; otherwise it warns. ``page`` names the section and
    ``anchor`` the element there that mends it. ``source`` is the rule's own document.
    """

    text: str
    blocks: bool = True
    page: str = ""
    anchor: str = ""
    source: str = ""


def blocking(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems that stop a submission."""
    return [problem for problem in problems if problem.blocks]


class NotReady(Exception):
    """A deed was refused; ``problems`` says what is missing."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(problem.text for problem in self.problems))
