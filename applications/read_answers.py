"""One answer as people read it, on the page of a case as on that of a report."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from applications.models import Question, QuestionKind


@dataclass(frozen=True)
class ReadAnswer:
    """One question with the text as it is shown; empty when it was not answered."""

    question: Question
    text: str
    translation: str = ""


def shown(question: Question, text: str) -> str:
    """Return an answer in words: the option's text for a choice, Yes or No."""
    if question.kind == QuestionKind.YES_NO:
        return {"yes": _("Yes"), "no": _("No")}.get(text, text)
    if question.kind == QuestionKind.CHOICE:
        options = {option.value: str(option) for option in question.options.all()}
        return options.get(text, text)
    return text
