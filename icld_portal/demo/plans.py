"""Which cases the demo has and how far each gets, and the words that all of them share."""

import csv
from dataclasses import dataclass
from typing import Any

from applications.models import Outcome
from icld_portal.demo.texts import DATA

GOALS = {
    "GOV": "16",
    "TECH": "6",
    "URBAN": "11",
    "ENV": "13",
    "LED": "8",
    "SOCIAL": "5",
    "EDU": "4",
    "HEALTH": "3",
    "CULTURE": "16",
}
DEFAULT_AREA = "GOV"
ASSESSMENT = {
    Outcome.APPROVED: (
        "Problemet är tydligt hos båda parter och aktiviteterna leder till resultaten. "
        "Budgeten är rimlig och håller sig till riktlinjerna. Risken för personalbyten bör följas."
    ),
    Outcome.REJECTED: (
        "Frågan är angelägen, men problemet är beskrivet främst ur den svenska partens synvinkel "
        "och indikatorerna mäter aktiviteter snarare än förändring."
    ),
}
REASON = {
    Outcome.APPROVED: (
        "Ansökan visar ett gemensamt problem, ömsesidigt lärande och god förankring hos båda "
        "parter."
    ),
    Outcome.REJECTED: (
        "Ansökan visar inte tillräckligt vad som ska förändras hos samarbetsparten. "
        "Parterna är välkomna med en ny ansökan i nästa omgång."
    ),
}
STATEMENT = {
    "sv": "Jag godkänner ansökan för %s.",
    "en": "I approve the application for %s.",
}
COMMENT = {
    "sv": "Stämmer det här med hur ni arbetar? Ändra gärna direkt i texten.",
    "en": "Does this agree with how you work? Please change the text as you like.",
}
GUIDE_REASON = (
    "Möten i båda länderna varje år och tolkning mellan tre språk kostar mer än riktpunkten."
)


@dataclass(frozen=True)
class Plan:
    """One line of cases.csv: which case, and how far it gets."""

    partnership: str
    round: str
    grant_type: str
    ends_as: str
    language: str
    years: int
    share: int
    title_sv: str
    title_en: str


def plans() -> list[Plan]:
    """Read the demo's cases in the order in which they are handed in."""
    with (DATA / "cases.csv").open(encoding="utf-8", newline="") as file:
        return [_plan(row) for row in csv.DictReader(file)]


def _plan(row: dict[str, Any]) -> Plan:
    return Plan(**(row | {"years": int(row["years"]), "share": int(row["share"])}))
