"""The pages of the sections of a report, one for each part that has its own forms."""

from collections.abc import Collection
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext

from applications.answer_pages import AnswersPage
from applications.forms.report_rows import ActivityForm, IndicatorForm, PeopleForm
from applications.models import Application, Part, ParticipantGroup, Report, Section
from applications.reports import plan_rows
from applications.unlocking import Place


class ReportPage(AnswersPage[Report]):
    """A section of a report that has questions alone."""

    template = "applications/reports/section.html"

    @property
    def report(self) -> Report:
        """The report whose section it is."""
        return self.owner

    @property
    def case(self) -> Application:
        """The case it is about."""
        return self.owner.application

    def stands(self, owner: Report) -> list[Any] | None:
        """Return what stands in the part's own forms now; None if it has none."""
        return plan_rows.written_in_part(owner, self.part)

    def load_parties(self, owner: Report) -> None:
        """Load the parties of a report that was locked without them."""
        prefetch_related_objects([owner], "application__case_parties__organisation")


class IndicatorsPage(ReportPage):
    """How far each indicator has come, beside its target and last year's value."""

    template = "applications/reports/indicators.html"

    def make(self) -> None:
        of_year = self.report.year is not None
        before = plan_rows.report_before(self.report)
        self.rows = [
            IndicatorForm(self.data, planned=one, of_year=of_year)
            for one in plan_rows.indicators_of(self.report, before)
        ]

    def named_forms(self) -> list[tuple[str, Any]]:
        return [(row.indicator.text, row) for row in self.rows]

    def save_part(self, draft: Report) -> None:
        for row in self.rows:
            row.save(draft)


class DonePage(ReportPage):
    """What became of each activity that was planned for the year, or left from an earlier one."""

    template = "applications/reports/done.html"

    def make(self) -> None:
        before = plan_rows.report_before(self.report)
        self.rows = [
            ActivityForm(self.data, planned=one)
            for one in plan_rows.activities_of(self.report, before)
        ]

    def named_forms(self) -> list[tuple[str, Any]]:
        return [(row.activity.text, row) for row in self.rows]

    def save_part(self, draft: Report) -> None:
        for row in self.rows:
            row.save(draft)


class ParticipantsPage(ReportPage):
    """How many took part, by party, group and gender."""

    template = "applications/reports/participants.html"

    def make(self) -> None:
        stored = plan_rows.counted(self.report)
        self.tables = [
            (
                party,
                [
                    PeopleForm(
                        self.data, party=party, group=group, stored=stored.get((party.pk, group))
                    )
                    for group in ParticipantGroup.values
                ],
            )
            for party in self.parties
        ]

    def named_forms(self) -> list[tuple[str, Any]]:
        words = gettext("%(party)s, %(group)s")
        return [
            (words % {"party": party.name, "group": ParticipantGroup(row.group).label}, row)
            for party, rows in self.tables
            for row in rows
        ]

    def save_part(self, draft: Report) -> None:
        for _name, row in self.named_forms():
            row.save(draft)


PAGES: dict[str, type[ReportPage]] = {
    Part.QUESTIONS: ReportPage,
    Part.INDICATORS: IndicatorsPage,
    Part.DONE: DonePage,
    Part.PARTICIPANTS: ParticipantsPage,
}


def page_for(
    report: Report,
    section: Section,
    data: Any = None,
    *,
    translating: bool = False,
    only: Collection[Place] | None = None,
) -> ReportPage:
    """Make the page of ``section``, filled with what was sent if anything was.

    ``only`` is what of it may be written; by default all of it.
    """
    kind = PAGES[section.part]
    if only is not None and (section.part, 0) not in only:
        kind = ReportPage
    return kind(report, section, data, translating=translating, only=only)
