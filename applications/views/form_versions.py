"""The versions of the forms: ICLD reads them, its administrators write and publish a draft."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from applications import rules
from applications.form_problems import publishing_problems
from applications.models import QuestionSet
from applications.views.public import asked
from applications.workflow import forms as deeds
from icld_portal.access import OFFICE, OFFICE_ADMINISTRATORS, get_only, get_or_post, post_only
from icld_portal.paging import page_of
from icld_portal.problems import NotReady, Problem
from icld_portal.versions import differences
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@OFFICE
@get_only
def forms(request: PortalRequest) -> HttpResponse:
    """Every version of every form, those in force and in writing first."""
    seen = QuestionSet.objects.visible_to(request.user)
    page = page_of(request, seen.with_standing().order_by("purpose", "grant_type", "-version"))
    context = {
        "page_obj": page,
        "rows": [(row, *standing(row)) for row in page],
        "may_edit": rules.may_edit_forms(request.user),
    }
    return render(request, "applications/office/forms/forms.html", context)


def standing(row: QuestionSet) -> tuple[str, str]:
    """Return how a version stands: the stored word and the one for people."""
    if row.published_at is None:
        return "draft", _("draft")
    if row.version == row.newest:  # type: ignore[attr-defined]  # annotated
        return "open", _("in force")
    return "closed", _("earlier")


def seen_form(request: PortalRequest, purpose: str, grant_type: str, version: int) -> QuestionSet:
    """Return a version this person may read, else 404."""
    found: QuestionSet = get_object_or_404(
        QuestionSet.objects.visible_to(request.user).with_standing().with_questions(),
        purpose=purpose,
        grant_type=grant_type,
        version=version,
    )
    return found


@OFFICE_ADMINISTRATORS
@post_only
def begin_form(request: PortalRequest, purpose: str, grant_type: str) -> HttpResponse:
    """Copy the version in force to a draft, and open it."""
    try:
        draft = deeds.begin_form(purpose, grant_type, by=request.user)
    except WrongStatus as nothing:
        raise Http404 from nothing
    return redirect(draft.office_url())


@OFFICE
@get_only
def form(request: PortalRequest, purpose: str, grant_type: str, version: int) -> HttpResponse:
    """One version as the applicant sees it; a draft with the way to each of its parts."""
    row = seen_form(request, purpose, grant_type, version)
    language = request.GET.get("language") or get_language()
    if language not in ("sv", "en"):
        raise Http404
    with override(language):
        shown = asked(row) | {"form": row}
        preview = render_to_string("applications/public/_form.html", shown, request)
    state, label = standing(row)
    may_edit = rules.may_edit_forms(request.user)
    context = {
        "version": row,
        "standing": state,
        "label": label,
        "may_edit": may_edit and state == "draft",
        "may_offer": may_edit and state == "open" and row.version > 1,
        "may_copy": may_edit and state == "open",
        "problems": problems_of(row) if state == "draft" else [],
        "language": language,
        "preview": preview,
    }
    return render(request, "applications/office/forms/form.html", context)


def problems_of(draft: QuestionSet) -> list[dict[str, Any]]:
    """Return what stops a draft, each with the way to the page that mends it."""
    return [
        {"text": one.text, "blocks": one.blocks, "anchor": one.anchor, "url": url_of(draft, one)}
        for one in publishing_problems(draft)
    ]


def url_of(draft: QuestionSet, problem: Problem) -> str:
    """Return the address of the page a problem is mended on."""
    kind, _slash, key = problem.page.partition("/")
    names = {"sections": "form_section", "questions": "form_question", "slots": "form_slot"}
    if kind in names:
        return reverse(f"applications:{names[kind]}", args=[*draft.address, key])
    if kind == "title":
        return reverse("applications:form_title", args=draft.address)
    return f"{draft.office_url()}#parts"


def not_a_draft(request: PortalRequest, row: QuestionSet) -> HttpResponse:
    """Say that the version cannot be changed, and show it as it stands."""
    messages.warning(request, _("This version is published and is kept as it is."))
    return redirect(row.office_url())


@OFFICE
@get_only
def form_difference(
    request: PortalRequest, purpose: str, grant_type: str, version: int
) -> HttpResponse:
    """What a version says otherwise than the one before it, word by word."""
    row = seen_form(request, purpose, grant_type, version)
    of_form = QuestionSet.objects.of_form(purpose, grant_type).published()
    before = of_form.filter(version__lt=version).order_by("-version").first()
    found = differences(before, row) if before else []
    context = {"version": row, "before": before, "differences": found}
    return render(request, "applications/office/forms/difference.html", context)


@OFFICE_ADMINISTRATORS
@get_or_post
def publish_form(
    request: PortalRequest, purpose: str, grant_type: str, version: int
) -> HttpResponse:
    """Ask once more, then publish a draft."""
    row = seen_form(request, purpose, grant_type, version)
    if row.published_at:
        return not_a_draft(request, row)
    if request.method == "POST":
        try:
            deeds.publish_form(row, by=request.user, at=request.received_at)
        except NotReady:
            pass  # The page says what is missing.
        except WrongStatus:
            return not_a_draft(request, row)
        else:
            text = _("Version %(version)d is published. Drafts begun before keep their version.")
            messages.success(request, text % {"version": version})
            return redirect(row.office_url())
    problems = problems_of(row)
    blocked = any(problem["blocks"] for problem in problems)
    context = {"version": row, "problems": problems, "blocked": blocked}
    status = 422 if request.method == "POST" else 200
    return render(request, "applications/office/forms/publish.html", context, status=status)


@OFFICE_ADMINISTRATORS
@get_or_post
def throw_away_form(
    request: PortalRequest, purpose: str, grant_type: str, version: int
) -> HttpResponse:
    """Ask once more, then delete a draft."""
    row = seen_form(request, purpose, grant_type, version)
    if row.published_at:
        return not_a_draft(request, row)
    if request.method == "POST":
        try:
            deeds.throw_away_form(row, by=request.user)
        except WrongStatus:
            return not_a_draft(request, row)
        messages.success(request, _("The draft is thrown away."))
        return redirect("applications:forms")
    return render(request, "applications/office/forms/throw_away.html", {"version": row})
