"""Finding the case that an address names, for the person who asks."""

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from applications.models import Application, Question, Section
from partnerships.requests import PortalRequest

HANDLE_MAX_LENGTH = 9


def case_of(
    request: PortalRequest, handle: str, cases: QuerySet[Application] | None = None
) -> Application:
    """Return the case with this handle if the person may see it; Http404 otherwise."""
    cases = Application.objects.all().for_page() if cases is None else cases
    if len(handle) > HANDLE_MAX_LENGTH or "\x00" in handle:
        raise Http404("no such case")
    mine = cases.visible_to(request.user).by_handle(handle)  # type: ignore[attr-defined]
    found: Application = get_object_or_404(mine)
    return found


def section_of(application: Application, key: str) -> Section:
    """Return the section of the case's own form with this key, with its questions.

    Options are asked for by the few questions that have them.
    """
    questions = Question.objects.filter(
        section__question_set=application.sheet.question_set_id, section__key=key
    ).select_related("section")
    if not questions:
        return get_object_or_404(application.sheet.question_set.sections, key=key)
    found: Section = questions[0].section
    # Saving one answer asks the database as seldom as can be: read together, kept together.
    found._prefetched_objects_cache = {"questions": questions}  # type: ignore[attr-defined]
    return found
