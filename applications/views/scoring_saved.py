"""Saving one score, reason or comment while an assessor works; never over another window's."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse

from applications import workflow
from applications.finding import case_of, question_of
from applications.forms.answers import AnswersForm
from applications.forms.scoring import CommentsForm
from applications.models import Answer, Application, Assessment, Question
from applications.sheets import answers_on
from applications.views.scoring import given_case, own_view
from icld_portal import writers
from icld_portal.access import ASSESSORS, post_only
from icld_portal.localize import moment
from icld_portal.shared_texts import (
    StaleText,
    told_closed,
    told_conflict,
    told_other_person,
    told_refused,
    told_saved,
)
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest

COMMENT = "comment"


@ASSESSORS
@post_only
def save_score(request: PortalRequest, handle: str, kind: str, key: str) -> HttpResponse:
    """Keep one field of the own assessment; says in JSON what happened."""
    application = given_case(request, handle, Application.objects.all().for_saving())
    if application is None:
        case_of(request, handle)
        raise PermissionDenied("save_score")
    if writers.writer_id(request) != request.user.pk:
        return told_other_person()
    own = own_view(request, application)
    form = form_of(request, application, own, kind, key)
    if not form.is_valid():
        return told_refused(form.first_error)
    texts = [(one.subject, one.text, one.version) for one in form.written()]
    facts: dict[str, Any] = {"comments" if kind == COMMENT else "texts": texts}
    try:
        own = workflow.save_texts(application, by=request.user, at=request.received_at, **facts)
    except StaleText as stale:
        return told_conflict(stale.stored)
    except workflow.StaleComment as stale:
        theirs = {"text": stale.comment.text, "who": moment(stale.comment.updated_at)}
        return JsonResponse({"state": "conflict"} | theirs, status=409)
    except WrongStatus:
        return told_closed("handed_in")
    return told_saved(mark_after(own, form, kind))


def form_of(
    request: PortalRequest, application: Application, own: Assessment | None, kind: str, key: str
) -> AnswersForm:
    """Return the one field that was sent, with what stands as its answer."""
    if kind == COMMENT:
        stored: Any = {one.question_id: one for one in own.comments.all()} if own else {}
        question = question_of(application, key)
        return CommentsForm(request.POST, questions=[question], answers=stored)
    question = criterion_question(application, own, key)
    answers = answers_on(own.sheet if own else None)
    return AnswersForm(request.POST, questions=[question], answers=answers)


def criterion_question(application: Application, own: Assessment | None, key: str) -> Question:
    """Return the score or the reason of this key; Http404 if there is none."""
    sheet = own.sheet if own else None
    version = sheet.question_set if sheet else workflow.criteria_version(application)
    for one in workflow.criteria_in(version):
        for question in (one.score, one.reason):
            if question.key == key:
                return question
    raise Http404("no such criterion")


def mark_after(own: Assessment, form: AnswersForm, kind: str) -> str:
    """Return the mark of what then stands on the page."""
    (question,) = form.subjects
    rows: Any = own.comments if kind == COMMENT else Answer.objects.filter(sheet=own.sheet_id)
    stored = rows.filter(question=question).first()
    return form.mark_after(question, stored)
