"""What stops a form from being published: a gap in a language, an empty page, a missing part."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from applications.models import Part, Purpose, Question, QuestionKind, QuestionSet, Section
from applications.models.attachments import LETTER_OF_INTENT
from applications.scores import SCORES
from icld_portal.problems import Problem

# What every form of a kind has, whatever the grant type. Of an application: title and dates,
# areas, money.
NEEDED: dict[str, tuple[Part, ...]] = {
    Purpose.APPLICATION: (Part.BASICS, Part.AREAS, Part.BUDGET),
    Purpose.REPORT: (Part.ACCOUNTS,),
}
FEWEST_CHOICES = 2


def publishing_problems(draft: QuestionSet) -> list[Problem]:
    """Return what stops ``draft``; ``page`` is the address part of what mends it."""
    fresh = QuestionSet.objects.all().with_questions().get(pk=draft.pk)
    sections = list(fresh.sections.all())
    found = list(_language_problems(fresh, ("title",), page="title"))
    found += _part_problems(fresh, sections)
    for section in sections:
        found += _section_problems(section)
        for question in section.questions.all():
            found += _question_problems(question)
        if draft.purpose == Purpose.ASSESSMENT:
            found += _criterion_problems(section)
    return found + list(_slot_problems(fresh))


def _slot_problems(draft: QuestionSet) -> Iterator[Problem]:
    slots = list(draft.slots.all())
    for slot in slots:
        yield from _language_problems(slot, ("name",), ("help",), page=f"slots/{slot.key}")
    if draft.purpose == Purpose.APPLICATION and LETTER_OF_INTENT not in [s.key for s in slots]:
        yield Problem(
            _(
                "The letter of intent is missing among the attachments: it stands in for a partner "
                "that has no signatory in the portal."
            )
        )


def _part_problems(draft: QuestionSet, sections: list[Section]) -> Iterator[Problem]:
    if not sections:
        yield Problem(_("The form has no sections."))
    counted = Counter(section.part for section in sections if section.part != Part.QUESTIONS)
    for part, number in counted.items():
        if number > 1:
            yield Problem(_("This part stands more than once: %(part)s.") % {"part": _name(part)})
    for part in NEEDED.get(draft.purpose, ()):
        if part not in counted:
            text = _("This part is missing: %(part)s. Add a section with it.")
            yield Problem(text % {"part": _name(part)})


def _name(part: str) -> str:
    return str(Part(part).label)


def _section_problems(section: Section) -> Iterator[Problem]:
    page = f"sections/{section.key}"
    yield from _language_problems(section, ("title",), ("intro",), page=page)
    if section.part == Part.QUESTIONS and not section.questions.all():
        text = _("The section “%(section)s” has no questions.")
        yield Problem(text % {"section": section}, page=page)


def _criterion_problems(section: Section) -> Iterator[Problem]:
    """A criterion is a score from 1 to 5 that has a weight, then the reason in words."""
    questions = list(section.questions.all())
    values = [option.value for option in questions[0].options.all()] if questions else []
    is_pair = len(questions) == 2 and questions[1].kind == QuestionKind.LONG_TEXT
    if not is_pair or not questions[0].weight or tuple(values) != SCORES:
        text = _(
            "The criterion “%(section)s” needs two questions: a choice of the scores 1 to 5 with "
            "a weight above 0, then a long text for the reason."
        )
        yield Problem(text % {"section": section}, page=f"sections/{section.key}")


def _question_problems(question: Question) -> Iterator[Problem]:
    page = f"questions/{question.key}"
    yield from _language_problems(question, ("text",), ("help",), page=page)
    if question.kind != QuestionKind.CHOICE:
        return
    options = list(question.options.all())
    if len(options) < FEWEST_CHOICES:
        text = _("“%(question)s” needs two choices or more.")
        yield Problem(text % {"question": question}, page=page)
    for option in options:
        yield from _language_problems(option, ("text",), page=page)


def _language_problems(
    row: Any, needed: tuple[str, ...], together: tuple[str, ...] = (), *, page: str
) -> Iterator[Problem]:
    """What is ``needed`` stands in both languages; what is ``together`` in both or neither."""
    for name in (*needed, *together):
        written = [bool(getattr(row, f"{name}_{language}").strip()) for language in ("sv", "en")]
        if not (all(written) or (name in together and not any(written))):
            text = _("“%(row)s” is not written in both languages.")
            yield Problem(text % {"row": row}, page=page, anchor=f"id_{name}_sv")
