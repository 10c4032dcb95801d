"""The pages of the sections of an application, one for each part that has its own forms."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext, gettext_lazy

from applications import workspace
from applications.answer_pages import AnswersPage
from applications.fingerprints import READ_IN_PART, mark_of_part, written_in_part
from applications.forms import budget as budget_forms
from applications.forms import plan
from applications.forms.areas import AreasForm
from applications.forms.basics import BasicsForm, ContactForm
from applications.forms.refusals import refused_in
from applications.models import Application, Part, Section, SectionWork
from applications.reading import activity_sums
from applications.risk_matrix import Matrix, matrix_of
from applications.unlocking import Place
from finance import caps
from icld_portal.problems import Problem
from partnerships.models import User


class SectionPage(AnswersPage[Application]):
    """A section that has questions alone; the parts below add their own forms."""

    template = "applications/sections/questions.html"
    matrix: Matrix | None = None
    activity_sums: Sequence[tuple[str, int]] = ()

    @property
    def application(self) -> Application:
        """The case whose section it is."""
        return self.owner

    @property
    def case(self) -> Application:
        """The case it is about."""
        return self.owner

    def stands(self, owner: Application) -> list[Any] | None:
        """Return what stands in the part's own forms now; None if it has none."""
        return written_in_part(owner, self.part) if self.part in READ_IN_PART else None

    def mark_of(self, written: list[Any]) -> str:
        """Return a short mark of it; what is written elsewhere changes no mark."""
        return mark_of_part(self.part, written)

    def load_parties(self, owner: Application) -> None:
        """Load the parties of a case that was locked without them."""
        prefetch_related_objects([owner], "case_parties__organisation")

    def last_change(self, owner: Application) -> SectionWork | None:
        """Return who changed the part's own forms last."""
        return workspace.last_change(owner, self.section)

    def note_change(self, owner: Application, *, by: User) -> None:
        """Keep who has changed the part's own forms."""
        workspace.note_change(owner, self.section, by=by)


class BasicsPage(SectionPage):
    """Title, dates and contacts."""

    template = "applications/sections/basics.html"

    def make(self) -> None:
        self.basics = BasicsForm(self.data, application=self.application)
        self.contacts = [
            ContactForm(self.data, party=party) for party in self.application.case_parties.all()
        ]

    def named_forms(self) -> list[tuple[str, Any]]:
        words = gettext("Contact at %(party)s")
        contacts = [
            (words % {"party": contact.party.organisation.name}, contact)
            for contact in self.contacts
        ]
        return [(gettext("Title and dates"), self.basics), *contacts]

    def save_part(self, draft: Application) -> None:
        self.basics.save(draft)
        for contact in self.contacts:
            contact.save()


class AreasPage(SectionPage):
    """Core areas, cooperation areas and goals."""

    template = "applications/sections/areas.html"

    def make(self) -> None:
        self.areas = AreasForm(self.data, application=self.application)

    def named_forms(self) -> list[tuple[str, Any]]:
        return [(gettext("Areas and goals"), self.areas)]

    def save_part(self, draft: Application) -> None:
        self.areas.save(draft)


class ResultsPage(SectionPage):
    """Results with indicators."""

    template = "applications/sections/results.html"

    def make(self) -> None:
        self.rows = plan.result_rows(self.data, self.application)

    def named_forms(self) -> list[tuple[str, Any]]:
        return [(gettext("Result"), self.rows)]

    def save_part(self, draft: Application) -> None:
        plan.save_results(self.rows, draft)


class ActivitiesPage(SectionPage):
    """Activities by year and party."""

    template = "applications/sections/rows.html"
    anchor = "activities"
    row_word = gettext_lazy("Activity")
    new_word = gettext_lazy("New activity")

    def make(self) -> None:
        self.rows = plan.activity_rows(self.data, self.application, self.parties)
        if self.data is None:
            activities = self.application.activities.select_related("organisation")
            self.activity_sums = activity_sums(activities)

    def named_forms(self) -> list[tuple[str, Any]]:
        return [(str(self.row_word), self.rows)]

    def save_part(self, draft: Application) -> None:
        plan.save_activities(self.rows, draft)


class RisksPage(SectionPage):
    """Risks with their measures."""

    template = "applications/sections/rows.html"
    anchor = "risks"
    row_word = gettext_lazy("Risk")
    new_word = gettext_lazy("New risk")

    def make(self) -> None:
        self.rows = plan.risk_rows(self.data, self.application)
        if self.data is None:
            self.matrix = matrix_of(list(self.application.risks.all()))

    def named_forms(self) -> list[tuple[str, Any]]:
        return [(str(self.row_word), self.rows)]

    def save_part(self, draft: Application) -> None:
        plan.save_risks(self.rows, draft)


class BudgetPage(SectionPage):
    """Lines per year, with the sums beside them."""

    template = "applications/sections/budget.html"

    def make(self) -> None:
        self.lines = caps.lines_of(self.application.budget)
        self.tables = budget_forms.year_tables(
            self.data, self.application, self.parties, self.lines
        )
        self.reason = budget_forms.ReasonForm(self.data, budget=self.application.budget)

    def named_forms(self) -> list[tuple[str, Any]]:
        words = gettext("Year %(year)d, line")
        tables = [(words % {"year": year}, rows) for year, rows in self.tables.items()]
        return [*tables, (gettext("Reason"), self.reason)]

    def errors(self) -> list[Problem]:
        """Say also in which year a refused line stands."""
        found = [
            problem
            for year, rows in self.tables.items()
            for problem in refused_in(rows, gettext("Year %(year)d") % {"year": year} + ", ")
        ]
        forms = [self.reason, *self.answer_forms()]
        return found + [problem for form in forms for problem in refused_in(form)]

    def save_part(self, draft: Application) -> None:
        draft.budget.guide_reason = self.reason.cleaned_data["guide_reason"]
        draft.budget.save(update_fields=["guide_reason"])
        budget_forms.save_lines(self.tables, draft.budget)

    def sums(self) -> budget_forms.Sums:
        """What the page adds up to: as written now, or as stored."""
        budget = self.application.budget
        if self.data is None:
            return budget_forms.Sums(budget, self.lines)
        if self.reason.is_valid():
            budget.guide_reason = self.reason.cleaned_data["guide_reason"]
        return budget_forms.Sums(
            budget,
            budget_forms.unsaved_lines(self.tables, budget),
            unread=budget_forms.unread_lines(self.tables),
        )


PAGES: dict[str, type[SectionPage]] = {
    Part.QUESTIONS: SectionPage,
    Part.BASICS: BasicsPage,
    Part.AREAS: AreasPage,
    Part.RESULTS: ResultsPage,
    Part.ACTIVITIES: ActivitiesPage,
    Part.RISKS: RisksPage,
    Part.BUDGET: BudgetPage,
}


def page_for(
    application: Application,
    section: Section,
    data: Any = None,
    *,
    translating: bool = False,
    only: Collection[Place] | None = None,
) -> SectionPage:
    """Make the page of ``section``, filled with what was sent if anything was.

    ``only`` is what of it may be written; by default all of it.
    """
    kind = PAGES[section.part]
    if only is not None and (section.part, 0) not in only:
        kind = SectionPage
    return kind(application, section, data, translating=translating, only=only)
