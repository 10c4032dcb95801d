"""The demo's budgets: believable lines that add up to a share of what the guidelines allow."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from finance.models import Budget, BudgetLine, CostCategory, GuidelineAmount, Per

DAY_COST_SEK = 4_600
QUARTER_DAY_SEK = DAY_COST_SEK // 4
SALARY_PERCENT = 30
STEP_SEK = 500
# Category, percent of what is left after salaries, whose cost it is.
EXPENSES = (
    ("travel", 38, "swedish"),
    ("board-lodging", 18, "swedish"),
    ("audit", 8, "swedish"),
    ("communication", 8, "swedish"),
    ("experts", 10, "partner"),
    ("interpreters", 6, "partner"),
    ("local-travel", 12, "partner"),
)
DESCRIPTIONS = {
    "sv": {
        "salary": "Projektledare och tjänstepersoner",
        "travel": "Flyg och tåg, fyra personer",
        "board-lodging": "Hotell och måltider",
        "audit": "Revision av årets redovisning",
        "communication": "Tryck och översättning",
        "experts": "Utbildare, tre dagar",
        "interpreters": "Tolk vid två besök",
        "local-travel": "Resor till områdena",
    },
    "en": {
        "salary": "Project manager and officials",
        "travel": "Flights and trains, four persons",
        "board-lodging": "Hotel and meals",
        "audit": "Audit of the year's accounts",
        "communication": "Printing and translation",
        "experts": "Trainers, three days",
        "interpreters": "Interpreter at two visits",
        "local-travel": "Travel to the districts",
    },
}


@dataclass(frozen=True)
class Costs:
    """What the lines are made for: whose they are, under which limit, in which language."""

    limit: GuidelineAmount
    categories: dict[str, CostCategory]
    swedish_id: int
    partner_ids: Sequence[int]
    language: str

    def lines(self, budget: Budget, *, share: int) -> list[BudgetLine]:
        """Return unsaved lines that ask for ``share`` percent of the limit, whole SEK."""
        allowed = self.limit.amount_sek
        if self.limit.per == Per.CASE:
            allowed //= budget.years
        wanted = allowed * share // 100
        return [
            line for year in range(1, budget.years + 1) for line in self._year(budget, year, wanted)
        ]

    def _year(self, budget: Budget, year: int, wanted: int) -> list[BudgetLine]:
        salary = self._salary(budget, year, wanted)
        left = wanted - salary.amount_sek
        lines = [salary]
        for place, (code, percent, side) in enumerate(EXPENSES[1:], start=1):
            amount = left * percent // 100 // STEP_SEK * STEP_SEK
            lines.append(self._line(budget, year, code, amount, self._payer(side, place)))
        rest = wanted - sum(line.amount_sek for line in lines)
        lines.insert(1, self._line(budget, year, EXPENSES[0][0], rest, self.swedish_id))
        return [line for line in lines if line.amount_sek]

    def _salary(self, budget: Budget, year: int, wanted: int) -> BudgetLine:
        target = wanted * SALARY_PERCENT // 100
        if self.limit.work_effort_sek is not None:
            target = min(target, self.limit.work_effort_sek)
        quarters = max(1, target // QUARTER_DAY_SEK)
        line = self._line(budget, year, "salary", quarters * QUARTER_DAY_SEK, self.swedish_id)
        line.days = Decimal(quarters) / 4
        line.day_cost_sek = DAY_COST_SEK
        return line

    def _payer(self, side: str, place: int) -> int:
        if side == "swedish":
            return self.swedish_id
        return self.partner_ids[place % len(self.partner_ids)]

    def _line(
        self, budget: Budget, year: int, code: str, amount: int, organisation_id: int
    ) -> BudgetLine:
        return BudgetLine(
            budget=budget,
            year=year,
            organisation_id=organisation_id,
            category=self.categories[code],
            description=DESCRIPTIONS[self.language][code],
            amount_sek=amount,
        )
