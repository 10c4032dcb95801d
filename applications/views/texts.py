"""The letters and help texts: ICLD reads their versions, its administrators write a draft."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import rules
from applications.forms.texts import TextForm
from applications.models import ProgrammeText
from applications.text_kinds import HELP, KINDS, LETTERS, kinds_of
from applications.text_previews import case_called, case_for, previews_of
from applications.workflow import texts as deeds
from icld_portal.access import OFFICE, OFFICE_ADMINISTRATORS, get_only, get_or_post, post_only
from icld_portal.paging import page_of
from icld_portal.problems import NotReady, Problem
from icld_portal.versions import differences
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest

REFERENCE_MAX_LENGTH = 20


@OFFICE
@get_only
def texts(request: PortalRequest, use: str) -> HttpResponse:
    """Every version of the letters, or of the help texts."""
    if use not in (LETTERS, HELP):
        raise Http404
    seen = ProgrammeText.objects.visible_to(request.user).filter(kind__in=kinds_of(use))
    page = page_of(request, seen.with_newest().order_by("kind", "-version"))
    context: dict[str, Any] = {
        "use": use,
        "page_obj": page,
        "rows": [(row, KINDS[row.kind].form, *standing(row)) for row in page],
        "may_edit": rules.may_edit_texts(request.user),
    }
    return render(request, "applications/office/texts/texts.html", context)


def standing(row: ProgrammeText) -> tuple[str, str]:
    """Return how a version stands: the stored word and the one for people."""
    if row.published_at is None:
        return "draft", _("draft")
    if row.version == row.newest:  # type: ignore[attr-defined]  # annotated
        return "open", _("in force")
    return "closed", _("earlier")


def seen_text(request: PortalRequest, kind: str, version: int) -> ProgrammeText:
    """Return a version this person may read, else 404."""
    found: ProgrammeText = get_object_or_404(
        ProgrammeText.objects.visible_to(request.user).with_newest(), kind=kind, version=version
    )
    return found


@OFFICE_ADMINISTRATORS
@post_only
def begin_text(request: PortalRequest, kind: str) -> HttpResponse:
    """Copy the version in force to a draft, and open it."""
    try:
        draft = deeds.begin_text(kind, by=request.user)
    except WrongStatus as nothing:
        raise Http404 from nothing
    return redirect("applications:edit_text", draft.kind, draft.version)


@OFFICE
@get_only
def text(request: PortalRequest, kind: str, version: int) -> HttpResponse:
    """One version as its reader gets it, with a case of the portal, in both languages."""
    row = seen_text(request, kind, version)
    terms = KINDS[row.kind]
    asked_for = request.GET.get("case", "").strip()[:REFERENCE_MAX_LENGTH]
    case = None
    if terms.has_subject:
        case = case_called(request.user, asked_for) if asked_for else case_for(request.user, kind)
    state, label = standing(row)
    may_edit = rules.may_edit_texts(request.user)
    problems = deeds.text_problems(row) if state == "draft" else []
    # A draft whose fields are broken, by a newer list of fields, cannot be drawn.
    is_broken = any(problem.anchor for problem in problems)
    context: dict[str, Any] = {
        "standing": state,
        "label": label,
        "may_edit": may_edit and state == "draft",
        "may_copy": may_edit and state == "open",
        "problems": problems,
        "previews": [] if is_broken else previews_of(row, case),
        "case": case,
        "asked_for": asked_for,
    }
    return show(request, "text", row, **context)


def show(
    request: PortalRequest, page: str, row: ProgrammeText, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Show one of the pages of a version."""
    context |= {"version": row, "terms": KINDS[row.kind]}
    return render(request, f"applications/office/texts/{page}.html", context, status=status)


def not_a_draft(request: PortalRequest, row: ProgrammeText) -> HttpResponse:
    """Say that the version cannot be changed, and show it as it stands."""
    messages.warning(request, _("This version is published and is kept as it is."))
    return redirect(row.office_url())


@OFFICE_ADMINISTRATORS
@get_or_post
def edit_text(request: PortalRequest, kind: str, version: int) -> HttpResponse:
    """Write in a draft, in both languages; a broken merge field is refused with its line."""
    row = seen_text(request, kind, version)
    saved = False
    try:
        with transaction.atomic():
            draft = deeds.locked_text(row, by=request.user)
            form = TextForm(draft, request.POST if request.method == "POST" else None)
            if form.is_bound and form.is_valid():
                deeds.save_text(draft, form.cleaned_data, by=request.user)
                saved = True
    except WrongStatus:
        return not_a_draft(request, row)
    if saved:
        messages.success(request, _("Saved in the draft."))
        return redirect(row.office_url())
    return show(request, "edit", row, form=form, status=422 if form.is_bound else 200)


@OFFICE
@get_only
def text_difference(request: PortalRequest, kind: str, version: int) -> HttpResponse:
    """What a version says otherwise than the one before it, word by word."""
    row = seen_text(request, kind, version)
    published = ProgrammeText.objects.filter(kind=kind, version__lt=version).published()
    before = published.order_by("-version").first()
    found = differences(before, row) if before else []
    return show(request, "difference", row, before=before, differences=found)


@OFFICE_ADMINISTRATORS
@get_or_post
def publish_text(request: PortalRequest, kind: str, version: int) -> HttpResponse:
    """Ask once more, then publish a draft."""
    row = seen_text(request, kind, version)
    if row.published_at:
        return not_a_draft(request, row)
    problems: list[Problem] = deeds.text_problems(row)
    if request.method == "POST":
        try:
            deeds.publish_text(row, by=request.user)
        except NotReady as refused:
            problems = refused.problems
        except WrongStatus:
            return not_a_draft(request, row)
        else:
            told = _("Version %(version)d is published. It is used from now on.")
            messages.success(request, told % {"version": version})
            return redirect(row.office_url())
    blocked = any(problem.blocks for problem in problems)
    status = 422 if request.method == "POST" else 200
    return show(request, "publish", row, status=status, problems=problems, blocked=blocked)


@OFFICE_ADMINISTRATORS
@get_or_post
def throw_away_text(request: PortalRequest, kind: str, version: int) -> HttpResponse:
    """Ask once more, then delete a draft."""
    row = seen_text(request, kind, version)
    if row.published_at:
        return not_a_draft(request, row)
    if request.method == "POST":
        try:
            deeds.throw_away_text(row, by=request.user)
        except WrongStatus:
            return not_a_draft(request, row)
        messages.success(request, _("The draft is thrown away."))
        return redirect("applications:texts", KINDS[row.kind].use)
    return show(request, "throw_away", row)
