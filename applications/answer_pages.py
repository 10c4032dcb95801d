"""The page of one section of a case or a report: what it is made of, and how it is saved.

Texts are saved by their versions; the part's own forms by a mark of what was drawn. A second
editor is shown what stands, and nothing anybody typed is lost.
"""

from collections.abc import Collection, Sequence
from copy import copy
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar

from applications.drafting import answers_to, stored_answers, write_answer
from applications.fingerprints import DIGEST_LENGTH
from applications.forms.answers import (
    AnswersForm,
    QuestionRow,
    TranslationsForm,
    sends_translations,
    translatable,
)
from applications.forms.refusals import refused_in
from applications.models import (
    Answer,
    Application,
    Part,
    PartKind,
    Report,
    Section,
    SectionWork,
)
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
from icld_portal.canonical import fingerprint_of
from icld_portal.problems import Problem
from partnerships.models import Organisation, User

Owner = TypeVar("Owner", Application, Report)
# The hidden field with the mark of what stood in the part when its page was drawn.
SEEN = "seen"


class StalePart(Exception):
    """What stands in the part is not what this person saw, nor what they have sent."""


class AnswersPage(Generic[Owner]):
    """The page of a section of a case or of a report: its questions, and a part's own forms.

    Each kind of owner says below what stands in its parts and who changed them.
    """

    template: ClassVar[str]
    # Sent by somebody who had been signed out, and shown to them again.
    kept = False
    # What stands against the fields, when somebody else was first.
    standing: Standing | None = None

    def __init__(
        self,
        owner: Owner,
        section: Section,
        data: Any = None,
        *,
        translating: bool = False,
        only: Collection[Place] | None = None,
    ) -> None:
        self.owner: Owner = owner
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
        stored = answers_to(owner, self.questions) if data is None else {}
        self.answers = AnswersForm(
            data, questions=self.questions, answers=stored.get(owner.language, {})
        )
        self.translations = self._translations(
            stored.get(owner.other_language, {}), wanted=translating
        )
        # Read before what is drawn: a save in between is then noticed, never missed.
        written = self.stands(owner) if data is None else None
        mark = "" if written is None else self.mark_of(written)
        self.make()
        self.seen = f"{mark}.{digest(self.written_rows())}" if mark else ""
        if data is not None:
            self.seen = data.get(SEEN, "")

    def _translations(self, stored: dict[int, Answer], *, wanted: bool) -> TranslationsForm | None:
        """The fields beside the answers, where somebody translates or has translated."""
        language = self.owner.other_language
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

    # --- What each kind of owner says ------------------------------------------------------

    @property
    def case(self) -> Application:
        """The case it is about."""
        raise NotImplementedError

    def stands(self, owner: Owner) -> list[Any] | None:
        """Return what stands in the part's own forms now; None if it has none."""
        raise NotImplementedError

    def mark_of(self, written: list[Any]) -> str:
        """Return a short mark of what stands in the part's own forms."""
        return fingerprint_of(written)[:DIGEST_LENGTH]

    def load_parties(self, owner: Owner) -> None:
        """Load the parties of an owner that was locked without them."""
        raise NotImplementedError

    def last_change(self, owner: Owner) -> SectionWork | None:
        """Return who changed the part's own forms last, as far as that is kept."""
        return None

    def note_change(self, owner: Owner, *, by: User) -> None:
        """Keep who has changed the part's own forms."""

    # --- The part's own forms --------------------------------------------------------------

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

    def save_part(self, draft: Owner) -> None:
        """Write the part's own forms to a locked draft."""

    @property
    def parties(self) -> list[Organisation]:
        """The organisations of the case, the grantee first."""
        return [party.organisation for party in self.case.case_parties.all()]

    def is_valid(self) -> bool:
        """Whether everything that was written can be kept; every form is asked."""
        verdicts = [form.is_valid() for form in [*self.forms(), *self.answer_forms()]]
        return all(verdicts)

    def save(self, draft: Owner, *, by: User) -> bool:
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
        places: list[Place] = [(str(PartKind.QUESTION), one.pk) for one in self.questions]
        return places if self.part == Part.QUESTIONS else [*places, (self.part, 0)]

    def _save_part(self, draft: Owner, *, by: User) -> None:
        before = self.stands(draft)
        if before is None or not self._is_to_be_written(draft, self.mark_of(before), by=by):
            return
        self.save_part(draft)
        if self.stands(draft) != before:
            self.note_change(draft, by=by)

    def _is_to_be_written(self, draft: Owner, mark: str, *, by: User) -> bool:
        """Whether the part is written; False when this person changed nothing in it."""
        seen, _dot, drawn = self.seen.partition(".")
        if seen == mark:
            return True
        last = self.last_change(draft)
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

    def _standing_rows(self, draft: Owner) -> list[Row]:
        """What the part's own forms say when they are drawn from what is stored now."""
        self.load_parties(draft)
        now = copy(self)
        now.owner, now.data = draft, None
        now.make()
        return now.written_rows()

    def _save_answers(self, form: AnswersForm, draft: Owner, *, by: User) -> None:
        form.stored = stored_answers(draft, form.subjects, form.language)
        form.keep(partial(write_answer, draft, by=by, language=form.language))

    def errors(self) -> list[Problem]:
        """What was refused, each with the id of its field."""
        forms = [*self.forms(), *self.answer_forms()]
        return [problem for form in forms for problem in refused_in(form)]


def neighbours(sections: Sequence[Section], section: Section) -> dict[str, Section | None]:
    """The sections before and after this one."""
    place = [one.pk for one in sections].index(section.pk)
    return {
        "previous": sections[place - 1] if place else None,
        "next": sections[place + 1] if place + 1 < len(sections) else None,
    }
