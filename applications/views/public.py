"""All questions of every form, open to anybody before applying."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from applications.models import CooperationArea, CoreArea, Goal, QuestionSet
from applications.models.questions import Part, Purpose
from finance.models import GrantType
from icld_portal.access import PUBLIC, get_only


@PUBLIC
@get_only
def questions(request: HttpRequest) -> HttpResponse:
    """The forms in force, one for each grant type, in the order of a partnership's chain."""
    forms = {
        form.grant_type: form
        for form in QuestionSet.objects.published()
        .filter(purpose=Purpose.APPLICATION)
        .with_question_counts()
        .order_by("version")
    }
    rows = [(label, forms[value]) for value, label in GrantType.choices if value in forms]
    return render(request, "applications/public/questions.html", {"rows": rows})


@PUBLIC
@get_only
def question_set(request: HttpRequest, grant_type: str) -> HttpResponse:
    """Every question of one form with its help and limit, on one page to print."""
    try:
        form = QuestionSet.objects.with_questions().in_force(grant_type)
    except QuestionSet.DoesNotExist:
        raise Http404 from None
    context = asked(form) | {"form": form, "grant_type": GrantType(form.grant_type)}
    return render(request, "applications/public/question_set.html", context)


def asked(form: QuestionSet) -> dict[str, Any]:
    """Return what the page of a form shows, in the reader's language."""
    sections = list(form.sections.all())
    has_areas = any(section.part == Part.AREAS for section in sections)
    return {"sections": sections, "term_lists": _term_lists() if has_areas else []}


def _term_lists() -> list[tuple[str, Any]]:
    return [
        (_("Core areas: choose one or more"), CoreArea.objects.filter(is_current=True)),
        (_("Cooperation areas"), CooperationArea.objects.filter(is_current=True)),
        (_("Agenda 2030 goals"), Goal.objects.filter(is_current=True)),
    ]
