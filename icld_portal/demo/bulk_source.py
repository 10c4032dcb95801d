"""What the applications for measuring are made of: the same facts for the same number."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone

from applications.models import (
    CooperationArea,
    CoreArea,
    Goal,
    Purpose,
    Question,
    QuestionSet,
    ReferenceSeries,
    Round,
    Status,
)
from finance import caps
from finance.models import GrantType, Guideline, GuidelineAmount, PartyCount
from icld_portal.demo import parties, plans, rounds
from icld_portal.demo.bulk_reports import Reports
from icld_portal.demo.texts import Writer
from icld_portal.localize import STOCKHOLM
from partnerships.models import Partnership, Party, PartySide, Role, User

YEARS_BACK = 10
# Of twenty applications, so many end as this.
SHARES = (
    *[Status.APPROVED] * 8,
    *[Status.REJECTED] * 4,
    *[Status.IN_ASSESSMENT] * 3,
    *[Status.SUBMITTED] * 2,
    *[Status.DRAFT] * 2,
    Status.WITHDRAWN,
)
LANGUAGES = ("sv", "en")


@dataclass(frozen=True)
class Case:
    """What is known about one application before its rows are made."""

    number: int
    partnership: Partnership
    parties: list[Party]
    area: str
    grant_type: str
    status: Status
    round: Round
    language: str
    years: int

    @property
    def received_at(self) -> datetime:
        """A moment of the round's last ten days, later for a higher number."""
        return self.round.closes_at - timedelta(days=10) + timedelta(seconds=self.number % 800_000)

    @property
    def decided_at(self) -> datetime:
        """When ICLD decides, for a case that gets so far."""
        return self.received_at + timedelta(days=rounds.DAYS_TO_DECISION)

    @property
    def start_on(self) -> date:
        """The case begins the year after its round."""
        return date(self.round.deadline_on.year + 1, 1, 1)

    @property
    def end_on(self) -> date:
        """The last day of the case."""
        return date(self.round.deadline_on.year + self.years, 12, 31)

    @property
    def writer(self) -> Writer:
        """Who writes its texts."""
        names = [party.organisation.name for party in self.parties]
        return Writer(self.language, self.area, names[0], " / ".join(names[1:]), self.number)


class Source:
    """What the cases are made of, read once."""

    def __init__(self) -> None:
        self.guideline = Guideline.objects.all().in_force_on(timezone.localdate(timezone=STOCKHOLM))
        self.categories = {item.code: item for item in self.guideline.categories.all()}
        self.core_areas = list(CoreArea.objects.all())
        self.areas = {area.code: area for area in CooperationArea.objects.all()}
        self.goals = {goal.code: goal for goal in Goal.objects.all()}
        self.officers = list(User.objects.filter(memberships__role=Role.OFFICER).order_by("pk"))
        self.decider = User.objects.filter(memberships__role=Role.DECIDER).earliest("pk")
        self.rounds = old_rounds()
        self.numbers = Counter(
            dict(ReferenceSeries.objects.select_for_update().values_list("year", "last_number"))
        )
        self.question_sets: dict[str, QuestionSet] = {
            grant_type: QuestionSet.objects.all().in_force(grant_type) for grant_type in GrantType
        }
        self.criteria: dict[str, QuestionSet] = {
            grant_type: QuestionSet.objects.all().in_force(grant_type, Purpose.ASSESSMENT)
            for grant_type in GrantType
        }
        self.limits = {
            (limit.grant_type, limit.region, limit.parties): limit
            for limit in self.guideline.amounts.all()
        }
        self.regions: dict[tuple[int, str], str] = {}
        self.texts: dict[tuple[Any, ...], str] = {}

    @cached_property
    def partnerships(self) -> list[tuple[Partnership, list[Party], str]]:
        """Partnerships whose partners' countries are all open, with parties and theme."""
        areas = {
            row["swedish_partner"]: row["cooperation_area_code"] for row in parties.known_rows()
        }
        found = []
        for partnership in Partnership.objects.prefetch_related("parties__organisation__country"):
            members = list(partnership.parties.all())
            partners = [party for party in members if party.side == PartySide.PARTNER]
            if partners and all(party.organisation.country.is_open for party in partners):
                area = areas.get(members[0].organisation.name) or plans.DEFAULT_AREA
                found.append((partnership, members, area))
        return found

    @cached_property
    def questions(self) -> dict[str, list[Question]]:
        """The questions of each grant type's form."""
        return {
            grant_type: list(Question.objects.filter(section__question_set=question_set))
            for grant_type, question_set in self.question_sets.items()
        }

    @cached_property
    def scored(self) -> dict[str, list[Question]]:
        """The questions that each grant type's criteria are scored by."""
        return {
            grant_type: list(Question.objects.filter(section__question_set=criteria, weight__gt=0))
            for grant_type, criteria in self.criteria.items()
        }

    @cached_property
    def parts(self) -> dict[str, set[str]]:
        """Which tables each grant type's form has."""
        return {
            grant_type: set(question_set.sections.values_list("part", flat=True))
            for grant_type, question_set in self.question_sets.items()
        }

    @cached_property
    def reports(self) -> Reports:
        """Who writes the reports of what is approved."""
        return Reports.begin(self.guideline, self.officers[0], self.decider)

    def case(self, number: int) -> Case:
        """Return the facts of the application with this number, always the same."""
        partnership, members, area = self.partnerships[number % len(self.partnerships)]
        grant_type = GrantType.values[number % len(GrantType)]
        long = grant_type in {GrantType.PROJECT, GrantType.STEERING_GROUP}
        return Case(
            number=number,
            partnership=partnership,
            parties=members,
            area=area,
            grant_type=grant_type,
            status=SHARES[number // len(GrantType) % len(SHARES)],
            round=self.rounds[number // 7 % len(self.rounds)],
            language=LANGUAGES[number % 2],
            years=1 + number // 5 % 3 if long else 1,
        )

    def officer(self, case: Case) -> User:
        """Return the programme officer of the case."""
        return self.officers[case.number % len(self.officers)]

    def limit(self, case: Case) -> GuidelineAmount:
        """Return the cell of the guidelines that the case is held against."""
        count = PartyCount.of(len(case.parties))
        key = (case.partnership.pk, case.grant_type)
        if key not in self.regions:
            regions = [party.organisation.country.region for party in case.parties[1:]]
            self.regions[key] = caps.region_of(self.guideline, case.grant_type, count, regions)
        return self.limits[(case.grant_type, self.regions[key], count)]

    def answer(self, case: Case, key: str) -> str:
        """Return the text of an answer; the same words are put together only once."""
        words = (case.partnership.pk, case.language, key, case.number % 2)
        if words not in self.texts:
            self.texts[words] = case.writer.answer(key)
        return self.texts[words]

    def reference(self, year: int) -> str:
        """Take the year's next reference."""
        self.numbers[year] += 1
        return f"{year}-{self.numbers[year]:04d}"

    def save_references(self) -> None:
        """Keep the last number of each year."""
        for year, number in self.numbers.items():
            ReferenceSeries.objects.update_or_create(year=year, defaults={"last_number": number})


def old_rounds() -> list[Round]:
    """Return the rounds of the last ten years, made where they are missing."""
    today = timezone.localdate()
    days = [
        date(today.year - back, month, day)
        for back in range(1, YEARS_BACK + 1)
        for month, day in rounds.DEADLINES
    ]
    Round.objects.bulk_create(
        (Round(deadline_on=day, opens_on=rounds.month_before(day)) for day in days),
        ignore_conflicts=True,
    )
    return list(Round.objects.filter(deadline_on__in=days).order_by("deadline_on"))
