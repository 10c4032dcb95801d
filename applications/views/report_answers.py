"""Saving one answer of a report while somebody types: never over another's text."""

from django.http import HttpResponse

from applications.finding import question_of
from applications.forms.answers import AnswersForm
from applications.models import PartKind, Question, Report
from applications.reports import writing
from applications.reports.finding import narrative_of
from applications.unlocking import TooLate
from applications.views.answers import form_of, keep_answer
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
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@post_only
def save_report_answer(request: PortalRequest, reference: str, slug: str, key: str) -> HttpResponse:
    """Keep one answer; says in JSON what happened, with the mark for the next save."""
    report = narrative_of(request, reference, slug)
    question = question_of(report, key)
    if writers.writer_id(request) != request.user.pk:
        return told_other_person()
    form = form_of(request, report, question)
    if not form.is_valid():
        return told_refused(form.first_error)
    try:
        seen = keep(request, report, question, form)
    except StaleText as stale:
        return told_conflict(stale.stored)
    except TooLate:
        return told_closed("too_late")
    except WrongStatus:
        return told_closed("handed_in")
    return told_saved(seen)


def keep(request: PortalRequest, report: Report, question: Question, form: AnswersForm) -> str:
    """Write what has been changed, and return the mark of what then stands on the page."""
    place = (str(PartKind.QUESTION), question.pk)
    with writing.editing(report, by=request.user, within=[place], at=request.received_at) as draft:
        return keep_answer(draft, question, form, by=request.user)
