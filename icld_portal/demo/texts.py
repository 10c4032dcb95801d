"""What the demo's parties write: a few sentences per theme, filled in for each case."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@cache
def sentences(language: str) -> dict[str, Any]:
    """Read the sentences of one language."""
    return tomllib.loads((DATA / f"texts.{language}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Writer:
    """Writes for one case: its language, parties and theme; ``number`` picks the variants."""

    language: str
    area: str
    swedish: str
    partner: str
    number: int = 0

    def fill(self, text: str) -> str:
        """Put the case's own words into ``text``."""
        words = {
            name: word[0].upper() + word[1:]
            for name, word in self.theme.items()
            if name in {"issue", "group", "method"}
        }
        capitals = {f"{name}_capital": word for name, word in words.items()}
        return text.format(
            swedish=self.swedish, partner=self.partner, **(dict(self.theme) | capitals)
        )

    @property
    def theme(self) -> dict[str, str]:
        """The words of the case's cooperation area."""
        theme: dict[str, str] = sentences(self.language)["themes"][self.area]
        return theme

    @property
    def plan(self) -> dict[str, Any]:
        """Results, activities and risks."""
        plan: dict[str, Any] = sentences(self.language)["plan"]
        return plan

    def answer(self, key: str) -> str:
        """Answer the question with this key."""
        texts = sentences(self.language)["answers"][key]
        return self.fill(texts if isinstance(texts, str) else texts[self.number % len(texts)])

    def results(self) -> list[tuple[str, dict[str, str]]]:
        """Return each expected result with the fields of its indicator."""
        first, second = (self.fill(text) for text in self.plan["results"])
        theme = self.theme
        measured = {name: theme[name] for name in ("baseline", "target", "source")}
        habit = {name: self.plan[f"habit_{name}"] for name in ("baseline", "target", "source")}
        return [
            (first, {"text": theme["indicator"], **measured}),
            (second, {"text": self.plan["habit_indicator"], **habit}),
        ]

    def activity(self, side: str, year: int) -> str:
        """Return what the party on ``side`` does in ``year`` of the case."""
        return self.fill(self.plan[f"activities_{side}"][year - 1])
