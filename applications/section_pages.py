"""The page of one section: which forms it is made of, and how they are saved together."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext, gettext_lazy

from applications import workspace
from applications.drafting import StaleAnswer, answers_by_question, stored_answers, write_answer
from applications.fingerprints import written_in_part
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
from applications.models import Answer, Application, Part, Section
from applications.reading import activity_sums
from applications.risk_matrix import Matrix, matrix_of
from finance import caps
from icld_portal.problems import Problem
from partnerships.models import Organisation, User


class SectionPage:
    """A section that has questions alone; the parts below add their own forms."""

    template: ClassVar[str] = "applications/sections/questions.html"
    # Sent by somebody who had been signed out, and shown to them again.
    kept = False
    matrix: Matrix | None = None
    activity_sums: Sequence[tuple[str, int]] = ()

    def __init__(
        self,
        application: Application,
        section: Section,
        data: Any = None,
        *,
        translating: bool = False,
    ) -> None:
        self.application = application
        self.section = section
        self.data = data
        self.answers = AnswersForm(
            data,
            questions=section.questions.all(),
            # What was sent stands for itself; what is stored is read under the lock.
            answers=answers_by_question(application) if data is None else {},
        )
        self.translations = self._translations(wanted=translating)
        self.make()

    def _translations(self, *, wanted: bool) -> TranslationsForm | None:
        """The fields beside the answers, where somebody translates or has translated."""
        language = self.application.other_language
        questions = translatable(self.section.questions.all())
        if self.data is not None:
            stored: dict[int, Answer] = {}
            wanted = sends_translations(self.data)
        else:
            stored = answers_by_question(self.application, language)
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
        return self.translations is None and bool(translatable(self.section.questions.all()))

    def make(self) -> None:
        """Make the part's own forms."""

    def forms(self) -> list[Any]:
        """The part's own forms, in the order of the page."""
        return []

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
        """Write all of it; False when somebody else's text stands against this person's."""
        before = written_in_part(draft, self.section.part)
        self.save_part(draft)
        if written_in_part(draft, self.section.part) != before:
            workspace.note_change(draft, self.section, by=by)
        for form in self.answer_forms():
            self._save_answers(form, draft, by=by)
        return not any(form.conflicts for form in self.answer_forms())

    def _save_answers(self, form: AnswersForm, draft: Application, *, by: User) -> None:
        stored = form.answers = stored_answers(draft, form.questions, form.language)
        for written in form.written():
            question = written.question
            theirs = stored.get(question.pk)
            other_text = theirs.text if theirs else ""
            try:
                mine = write_answer(
                    draft,
                    question,
                    written.text,
                    stored=theirs,
                    by=by,
                    version=written.version,
                    language=form.language,
                )
                if form.chosen(question) == "theirs":
                    # This person's text is kept as a version, and then gives way.
                    write_answer(draft, question, other_text, stored=mine, by=by)
            except StaleAnswer as stale:
                form.show_conflict(question, stale.answer)

    def errors(self) -> list[Problem]:
        """What was refused, each with the id of its field."""
        forms = [*self.forms(), *self.answer_forms()]
        return [problem for form in forms for problem in _errors(form)]


def _errors(form: Any, place: str = "") -> list[Problem]:
    if isinstance(form, BaseFormSet):
        return _row_errors(form, place)
    if not form.is_bound:
        return []
    return [
        Problem(place + _with_label(form, name, str(text)), anchor=_anchor(form, name))
        for name, texts in form.errors.items()
        for text in texts
    ]


def _row_errors(rows: Any, place: str) -> list[Problem]:
    """What was refused in a table, each with the row it is about."""
    found = [Problem(place + str(text)) for text in rows.non_form_errors()]
    for number, row in enumerate(rows.forms, start=1):
        here = place + gettext("Row %(number)d") % {"number": number} + ", "
        found += _errors(row, here)
        if hasattr(row, "indicators"):
            found += _row_errors(row.indicators, here)
    return found


def _with_label(form: Any, name: str, text: str) -> str:
    return f"{form[name].label}: {text}" if name in form.fields else text


def _anchor(form: Any, name: str) -> str:
    if name not in form.fields:
        return ""
    return str(form[name].id_for_label or form[name].auto_id)


class BasicsPage(SectionPage):
    """Title, dates and contacts."""

    template = "applications/sections/basics.html"

    def make(self) -> None:
        self.basics = BasicsForm(self.data, application=self.application)
        self.contacts = [
            ContactForm(self.data, party=party) for party in self.application.case_parties.all()
        ]

    def forms(self) -> list[Any]:
        return [self.basics, *self.contacts]

    def save_part(self, draft: Application) -> None:
        self.basics.save(draft)
        for contact in self.contacts:
            contact.save()


class AreasPage(SectionPage):
    """Core areas, cooperation areas and goals."""

    template = "applications/sections/areas.html"

    def make(self) -> None:
        self.areas = AreasForm(self.data, application=self.application)

    def forms(self) -> list[Any]:
        return [self.areas]

    def save_part(self, draft: Application) -> None:
        self.areas.save(draft)


class ResultsPage(SectionPage):
    """Results with indicators."""

    template = "applications/sections/results.html"

    def make(self) -> None:
        self.rows = plan.result_rows(self.data, self.application)

    def forms(self) -> list[Any]:
        return [self.rows]

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

    def forms(self) -> list[Any]:
        return [self.rows]

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

    def forms(self) -> list[Any]:
        return [self.rows]

    def save_part(self, draft: Application) -> None:
        plan.save_risks(self.rows, draft)


class BudgetPage(SectionPage):
    """Lines per year, with the sums beside them."""

    template = "applications/sections/budget.html"

    def make(self) -> None:
        self.tables = budget_forms.year_tables(self.data, self.application, self.parties)
        self.reason = budget_forms.ReasonForm(self.data, budget=self.application.budget)

    def forms(self) -> list[Any]:
        return [*self.tables.values(), self.reason]

    def errors(self) -> list[Problem]:
        """Say also in which year a refused line stands."""
        found = [
            problem
            for year, rows in self.tables.items()
            for problem in _errors(rows, gettext("Year %(year)d") % {"year": year} + ", ")
        ]
        forms = [self.reason, *self.answer_forms()]
        return found + [problem for form in forms for problem in _errors(form)]

    def save_part(self, draft: Application) -> None:
        draft.budget.guide_reason = self.reason.cleaned_data["guide_reason"]
        draft.budget.save(update_fields=["guide_reason"])
        budget_forms.save_lines(self.tables, draft.budget)

    def sums(self) -> budget_forms.Sums:
        """What the page adds up to: as written now, or as stored."""
        budget = self.application.budget
        if self.data is None:
            return budget_forms.Sums(budget, caps.lines_of(budget))
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
    application: Application, section: Section, data: Any = None, *, translating: bool = False
) -> SectionPage:
    """Make the page of ``section``, filled with what was sent if anything was."""
    return PAGES[section.part](application, section, data, translating=translating)


def neighbours(sections: Sequence[Section], section: Section) -> dict[str, Section | None]:
    """The sections before and after this one."""
    place = [one.pk for one in sections].index(section.pk)
    return {
        "previous": sections[place - 1] if place else None,
        "next": sections[place + 1] if place + 1 < len(sections) else None,
    }
