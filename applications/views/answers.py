"""Saving one answer while somebody types: small, quick, and never over another's text."""

from django.http import HttpResponse

from applications import drafting
from applications.finding import case_of, question_of
from applications.forms.answers import (
    AnswersForm,
    TranslationsForm,
    sends_translations,
    translatable,
)
from applications.models import Application, PartKind, Question, Report
from applications.unlocking import TooLate
from icld_portal import writers
from icld_portal.access import PARTIES_AND_OFFICE, post_only
from icld_portal.shared_texts import (
    StaleText,
    told_closed,
    told_conflict,
    told_other_person,
    told_refused,
    told_saved,
)
from icld_portal.workflow import WrongStatus
from partnerships.models import User
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@post_only
def save_answer(request: PortalRequest, handle: str, key: str) -> HttpResponse:
    """Keep one answer; says in JSON what happened, with the mark for the next save."""
    application = case_of(request, handle, Application.objects.all().for_saving())
    question = question_of(application, key)
    if writers.writer_id(request) != request.user.pk:
        return told_other_person()
    form = form_of(request, application, question)
    if not form.is_valid():
        return told_refused(form.first_error)
    try:
        seen = keep(request, application, question, form)
    except StaleText as stale:
        return told_conflict(stale.stored)
    except TooLate:
        return told_closed("too_late")
    except WrongStatus:
        return told_closed("handed_in")
    return told_saved(seen)


def form_of(request: PortalRequest, owner: Application | Report, question: Question) -> AnswersForm:
    """The one field that was sent: the answer itself, or its translation."""
    if sends_translations(request.POST) and translatable([question]):
        return TranslationsForm(
            request.POST, questions=[question], answers={}, language=owner.other_language
        )
    return AnswersForm(request.POST, questions=[question], answers={})


def keep(
    request: PortalRequest, application: Application, question: Question, form: AnswersForm
) -> str:
    """Write what has been changed, and return the mark of what then stands on the page."""
    place = (str(PartKind.QUESTION), question.pk)
    with drafting.editing(
        application, by=request.user, within=[place], at=request.received_at
    ) as draft:
        return keep_answer(draft, question, form, by=request.user)


def keep_answer(
    draft: Application | Report, question: Question, form: AnswersForm, *, by: User
) -> str:
    """Write what has been changed to a locked draft; the mark of what then stands is returned."""
    stored = drafting.stored_answer(draft, question, form.language)
    form.stored = {question.pk: stored} if stored else {}
    for written in form.written():
        stored = drafting.write_answer(
            draft,
            question,
            written.text,
            stored=stored,
            by=by,
            version=written.version,
            language=form.language,
        )
    return form.mark_after(question, stored)
