"""The page of one section: which forms it is made of, and how they are saved together."""

from collections.abc import Collection, Sequence
from copy import copy
from functools import partial
from typing import Any, ClassVar

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext, gettext_lazy

from applications import workspace
from applications.drafting import answers_to, stored_answers, write_answer
from applications.fingerprints import READ_IN_PART, mark_of_part, written_in_part
from applications.forms import budget as budget_forms
from applications.forms import plan
from applications.forms.answers import (
    AnswersForm,
    QuestionRow,
    TranslationsForm,
    sends_translations,
    translatable,
)
from applications.forms.areas import AreasForm
from applications.forms.basics import BasicsForm, ContactForm
from applications.forms.refusals import refused_in
from applications.models import Answer, Application, Part, PartKind, Section
from applications.reading import activity_sums
from applications.risk_matrix import Matrix, matrix_of
from applications.standing import (
    Row,
    Standing,
    digest,
    laid_beside,
    only_adds,
    rows_on,
    say_the_same,
)
from applications.unlocking import Place
from finance import caps
from icld_portal.problems import Problem
from partnerships.models import Organisation, User

# The hidden field with the mark of what stood in the part when its page was drawn.
SEEN = "seen"


class StalePart(Exception):
    """What stands in the part is not what this person saw, nor what they have sent."""


class SectionPage:
    """A section that has questions alone; the parts below add their own forms."""

    template: ClassVar[str] = "applications/sections/questions.html"
    # Sent by somebody who had been signed out, and shown to them again.
    kept = False
    # What stands against the fields, when somebody else was first.
    standing: Standing | None = None
    matrix: Matrix | None = None
    activity_sums: Sequence[tuple[str, int]] = ()

    def __init__(
        self,
        application: Application,
        section: Section,
        data: Any = None,
        *,
        translating: bool = False,
        only: Collection[Place] | None = None,
    ) -> None:
        self.application = application
        self.section = section
        self.data = data
        # What a supplement unlocks is all that is on the page, and all that is written.
        self.questions = [
            question
            for question in section.questions.all()
            if only is None or (PartKind.QUESTION, question.pk) in only
        ]
        is_whole = only is None or (section.part, 0) in only
        self.part = section.part if is_whole else Part.QUESTIONS
        # What was sent stands for itself; what is stored is read under the lock.
        stored = answers_to(application, self.questions) if data is None else {}
        self.answers = AnswersForm(
            data, questions=self.questions, answers=stored.get(application.language, {})
        )
        self.translations = self._translations(
            stored.get(application.other_language, {}), wanted=translating
        )
        # Read before what is drawn: a save in between is then noticed, never missed.
        mark = self._mark() if data is None else ""
        self.make()
        self.seen = f"{mark}.{digest(self.written_rows())}" if mark else ""
        if data is not None:
            self.seen = data.get(SEEN, "")

    def _translations(self, stored: dict[int, Answer], *, wanted: bool) -> TranslationsForm | None:
        """The fields beside the answers, where somebody translates or has translated."""
        language = self.application.other_language
        questions = translatable(self.questions)
        if self.data is not None:
            wanted = sends_translations(self.data)
        else:
            wanted = wanted or any(question.pk in stored for question in questions)
        if not questions or not wanted:
            return None
        return TranslationsForm(self.data, questions=questions, answers=stored, language=language)

    def answer_forms(self) -> list[AnswersForm]:
        """The answers, and their translations if they are on the page."""
        return [self.answers, *([self.translations] if self.translations else [])]

    def asked(self) -> list[tuple[QuestionRow, QuestionRow | None]]:
        """Each question with the field for its translation, if there is one."""
        beside = (
            {row.question.pk: row for row in self.translations.rows()} if self.translations else {}
        )
        return [(row, beside.get(row.question.pk)) for row in self.answers.rows()]

    def conflicts(self) -> list[QuestionRow]:
        """The fields in which somebody else's text stands against this person's."""
        return [row for form in self.answer_forms() for row in form.rows() if row.conflict]

    @property
    def may_translate(self) -> bool:
        """Whether there is something to translate that has no field for it yet."""
        return self.translations is None and bool(translatable(self.questions))

    def make(self) -> None:
        """Make the part's own forms."""

    def named_forms(self) -> list[tuple[str, Any]]:
        """The part's own forms in the order of the page, each with the word for one row."""
        return []

    def forms(self) -> list[Any]:
        """The part's own forms, in the order of the page."""
        return [form for _name, form in self.named_forms()]

    def written_rows(self) -> list[Row]:
        """What is written in the part's own forms, to be compared."""
        return rows_on(self.named_forms())

    def save_part(self, draft: Application) -> None:
        """Write the part's own forms to a locked draft."""

    @property
    def parties(self) -> list[Organisation]:
        """The organisations of the case, the grantee first."""
        return [party.organisation for party in self.application.case_parties.all()]

    def is_valid(self) -> bool:
        """Whether everything that was written can be kept; every form is asked."""
        verdicts = [form.is_valid() for form in [*self.forms(), *self.answer_forms()]]
        return all(verdicts)

    def save(self, draft: Application, *, by: User) -> bool:
        """Write all of it; False when somebody else's text stands against this person's.

        Raises StalePart when rows or fields do, with ``standing`` to show; what was written
        inside ``editing`` is then to be undone.
        """
        self._save_part(draft, by=by)
        for form in self.answer_forms():
            self._save_answers(form, draft, by=by)
        return not any(form.conflicts for form in self.answer_forms())

    @property
    def places(self) -> list[Place]:
        """All that is written here, as a supplement names it."""
        asked = [(str(PartKind.QUESTION), question.pk) for question in self.questions]
        return asked if self.part == Part.QUESTIONS else [*asked, (self.part, 0)]

    def _save_part(self, draft: Application, *, by: User) -> None:
        part = self.part
        if part not in READ_IN_PART:
            return
        before = written_in_part(draft, part)
        if not self._is_to_be_written(draft, mark_of_part(part, before), by=by):
            return
        self.save_part(draft)
        if written_in_part(draft, part) != before:
            workspace.note_change(draft, self.section, by=by)

    def _is_to_be_written(self, draft: Application, mark: str, *, by: User) -> bool:
        """Whether the part is written; False when this person changed nothing in it."""
        seen, _dot, drawn = self.seen.partition(".")
        if seen == mark:
            return True
        last = workspace.last_change(draft, self.section)
        if not seen and (last is None or last.changed_by_id == by.pk):
            return True
        sent = self.written_rows()
        if digest(sent) == drawn:
            return False
        stored = self._standing_rows(draft)
        if say_the_same(sent, stored):
            return False
        by_other = last is not None and last.changed_by_id != by.pk
        if by_other and only_adds(self.named_forms(), stored):
            return True
        # The next save is made knowing what stands.
        self.seen = f"{mark}.{digest(stored)}"
        self.standing = laid_beside(sent, stored, last=last, reader=by)
        raise StalePart

    def _standing_rows(self, draft: Application) -> list[Row]:
        """What the part's own forms say when they are drawn from what is stored now."""
        prefetch_related_objects([draft], "case_parties__organisation")
        now = copy(self)
        now.application, now.data = draft, None
        now.make()
        return now.written_rows()

    def _mark(self) -> str:
        part = self.part
        if part not in READ_IN_PART:
            return ""
        return mark_of_part(part, written_in_part(self.application, part))

    def _save_answers(self, form: AnswersForm, draft: Application, *, by: User) -> None:
        form.stored = stored_answers(draft, form.subjects, form.language)
        form.keep(partial(write_answer, draft, by=by, language=form.language))

    def errors(self) -> list[Problem]:
        """What was refused, each with the id of its field."""
        forms = [*self.forms(), *self.answer_forms()]
        return [problem for form in forms for problem in refused_in(form)]


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


def neighbours(sections: Sequence[Section], section: Section) -> dict[str, Section | None]:
    """The sections before and after this one."""
    place = [one.pk for one in sections].index(section.pk)
    return {
        "previous": sections[place - 1] if place else None,
        "next": sections[place + 1] if place + 1 < len(sections) else None,
    }
