"""Saving one answer while somebody types: small, quick, and never over another's text."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import drafting
from applications.drafting import StaleAnswer
from applications.finding import case_of, question_of
from applications.forms.answers import (
    AnswersForm,
    TranslationsForm,
    sends_translations,
    token_of,
    translatable,
)
from applications.models import Answer, Application, PartKind, Question
from applications.unlocking import TooLate
from icld_portal import writers
from icld_portal.access import PARTIES_AND_OFFICE, post_only
from icld_portal.localize import clock, moment
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@post_only
def save_answer(request: PortalRequest, handle: str, key: str) -> HttpResponse:
    """Keep one answer; says in JSON what happened, with the mark for the next save."""
    application = case_of(request, handle, Application.objects.all().for_saving())
    question = question_of(application, key)
    if writers.writer_id(request) != request.user.pk:
        # Somebody else has signed in at this browser: one person's text stays theirs.
        return JsonResponse({"state": "other_person"}, status=403)
    form = form_of(request, application, question)
    if not form.is_valid():
        return JsonResponse({"state": "refused", "why": first_error(form)}, status=422)
    try:
        seen = keep(request, application, question, form)
    except StaleAnswer as stale:
        return JsonResponse({"state": "conflict"} | others_text(stale.answer), status=409)
    except TooLate:
        return JsonResponse({"state": "too_late"}, status=410)
    except WrongStatus:
        return JsonResponse({"state": "handed_in"}, status=410)
    return JsonResponse({"state": "saved", "clock": clock(timezone.now()), "seen": seen})


def form_of(request: PortalRequest, application: Application, question: Question) -> AnswersForm:
    """The one field that was sent: the answer itself, or its translation."""
    if sends_translations(request.POST) and translatable([question]):
        return TranslationsForm(
            request.POST, questions=[question], answers={}, language=application.other_language
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
        stored = drafting.stored_answer(draft, question, form.language)
        form.answers = {question.pk: stored} if stored else {}
        for written in form.written():
            stored = drafting.write_answer(
                draft,
                question,
                written.text,
                stored=stored,
                by=request.user,
                version=written.version,
                language=form.language,
            )
    text = form.cleaned_data[form.name_of(question)]
    if stored is not None and stored.text == text:
        return token_of(stored.text, stored.version)
    # Nothing was changed here, and what stands is another's: the page is still as old.
    return str(form.cleaned_data[form.token_name(question)])


def others_text(answer: Answer) -> dict[str, Any]:
    """What somebody else has saved, who and when."""
    name = answer.updated_by.name if answer.updated_by else "–"
    return {
        "text": answer.text,
        "who": _("Saved by %(who)s %(when)s") % {"who": name, "when": moment(answer.updated_at)},
    }


def first_error(form: AnswersForm) -> str:
    """The first thing that is wrong with what was sent."""
    return next(str(error) for errors in form.errors.values() for error in errors)
