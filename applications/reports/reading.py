"""A whole report as it is read: the same for its parties and for ICLD."""

from dataclasses import dataclass
from typing import Any

from applications.drafting import answers_by_question
from applications.models import (
    CaseParty,
    Part,
    ParticipantGroup,
    Report,
    Section,
)
from applications.read_answers import ReadAnswer, shown
from applications.reports import plan_rows
from applications.versions import form_of


@dataclass(frozen=True)
class PeopleRow:
    """How many took part, of one group at one party."""

    party: str
    group: str
    women: int
    men: int
    others: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.women + self.men + self.others


@dataclass(frozen=True)
class ReadSection:
    """One section with its answers and the rows of its part."""

    section: Section
    answers: list[ReadAnswer]
    rows: list[Any]


def sections_of(report: Report) -> list[ReadSection]:
    """Return everything the parties tell, in the order of the form; the accounts have pages of
    their own."""
    own, other = (
        {pk: answer.text for pk, answer in answers_by_question(report, language).items()}
        for language in (report.language, report.other_language)
    )
    return [
        ReadSection(
            section,
            [
                ReadAnswer(one, shown(one, own.get(one.pk, "")), other.get(one.pk, ""))
                for one in section.questions.all()
            ],
            _rows(report, section.part),
        )
        for section in form_of(report).sections.all()
    ]


def _rows(report: Report, part: str) -> list[Any]:
    if part == Part.INDICATORS:
        return list(plan_rows.indicators_of(report, None))
    if part == Part.DONE:
        before = plan_rows.report_before(report)
        return list(plan_rows.activities_of(report, before))
    if part == Part.PARTICIPANTS:
        return people_of(report)
    return []


def people_of(report: Report) -> list[PeopleRow]:
    """Return the figures of those who took part, party by party."""
    counted = plan_rows.counted(report)
    parties: list[CaseParty] = list(report.application.case_parties.all())
    places = [(one.organisation, group) for one in parties for group in ParticipantGroup]
    return [
        PeopleRow(party.name, str(group.label), found.women, found.men, found.others)
        for party, group in places
        if (found := counted.get((party.pk, group.value)))
    ]
