"""Writing in the draft of a form: its title, sections and questions, each on its own page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.forms.versions import QuestionForm, SectionForm
from applications.models import AttachmentSlot, Question, QuestionSet, Section
from applications.views.form_versions import not_a_draft, seen_form
from applications.workflow import forms as deeds
from icld_portal.access import OFFICE_ADMINISTRATORS, get_or_post, post_only
from icld_portal.columns_forms import ColumnsForm
from icld_portal.seen_forms import SeenForm
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest

Save = Callable[[], Any]


def write(
    request: PortalRequest,
    row: QuestionSet,
    title: str,
    open_part: Callable[[QuestionSet, Any], tuple[SeenForm, Save]],
) -> HttpResponse:
    """Show the page of one part of a draft, or keep what was written on it.

    ``open_part`` is called under the draft's lock and returns the part's form, bound to
    what was sent, and the deed that keeps it.
    """
    saved = False
    try:
        with transaction.atomic():
            draft = deeds.locked_form(row, by=request.user)
            form, save = open_part(draft, request.POST if request.method == "POST" else None)
            if form.is_bound and form.is_valid():
                save()
                saved = True
    except WrongStatus:
        return not_a_draft(request, row)
    if saved:
        messages.success(request, _("Saved in the draft."))
        return redirect(f"{row.office_url()}#parts")
    context = {"version": row, "form": form, "title": title}
    status = 422 if form.is_bound else 200
    return render(request, "applications/office/forms/part.html", context, status=status)


@OFFICE_ADMINISTRATORS
@get_or_post
def form_title(request: PortalRequest, purpose: str, grant_type: str, version: int) -> HttpResponse:
    """The form's title in both languages."""

    def open_part(draft: QuestionSet, data: Any) -> tuple[SeenForm, Save]:
        form = ColumnsForm(QuestionSet, draft, data)
        return form, lambda: deeds.save_row(draft, draft, form.cleaned_data, by=request.user)

    row = seen_form(request, purpose, grant_type, version)
    return write(request, row, _("Title"), open_part)


@OFFICE_ADMINISTRATORS
@get_or_post
def add_section(
    request: PortalRequest, purpose: str, grant_type: str, version: int
) -> HttpResponse:
    """A new section, last in the form."""

    def open_part(draft: QuestionSet, data: Any) -> tuple[SeenForm, Save]:
        form = SectionForm(draft, None, data)
        return form, lambda: deeds.new_section(draft, form.cleaned_data, by=request.user)

    row = seen_form(request, purpose, grant_type, version)
    return write(request, row, _("Add a section"), open_part)


@OFFICE_ADMINISTRATORS
@get_or_post
def form_section(
    request: PortalRequest, purpose: str, grant_type: str, version: int, key: str
) -> HttpResponse:
    """Title, introduction and writer of one section."""

    def open_part(draft: QuestionSet, data: Any) -> tuple[SeenForm, Save]:
        section = get_object_or_404(draft.sections, key=key)
        form = SectionForm(draft, section, data)
        return form, lambda: deeds.save_row(draft, section, form.cleaned_data, by=request.user)

    row = seen_form(request, purpose, grant_type, version)
    return write(request, row, _("Section"), open_part)


@OFFICE_ADMINISTRATORS
@get_or_post
def add_question(
    request: PortalRequest, purpose: str, grant_type: str, version: int, key: str
) -> HttpResponse:
    """A new question in the section ``key``."""

    def open_part(draft: QuestionSet, data: Any) -> tuple[SeenForm, Save]:
        section = get_object_or_404(draft.sections, key=key)
        form = QuestionForm(draft, section, None, data)

        def save() -> None:
            made = deeds.new_question(draft, form.section(), form.facts(), by=request.user)
            deeds.save_options(made, form.written_options())

        return form, save

    row = seen_form(request, purpose, grant_type, version)
    return write(request, row, _("Add a question"), open_part)


@OFFICE_ADMINISTRATORS
@get_or_post
def form_question(
    request: PortalRequest, purpose: str, grant_type: str, version: int, key: str
) -> HttpResponse:
    """One question: its texts, how it is answered, its choices and its section."""

    def open_part(draft: QuestionSet, data: Any) -> tuple[SeenForm, Save]:
        question = question_of(draft, key)
        form = QuestionForm(draft, question.section, question, data)

        def save() -> None:
            deeds.to_section(draft, question, form.section())
            deeds.save_row(draft, question, form.facts(), by=request.user)
            deeds.save_options(question, form.written_options())

        return form, save

    row = seen_form(request, purpose, grant_type, version)
    return write(request, row, _("Question"), open_part)


@OFFICE_ADMINISTRATORS
@get_or_post
def form_slot(
    request: PortalRequest, purpose: str, grant_type: str, version: int, key: str = ""
) -> HttpResponse:
    """One kind of attachment; without ``key`` a new one, last in the list."""

    def open_part(draft: QuestionSet, data: Any) -> tuple[SeenForm, Save]:
        slot = slot_of(draft, key) if key else None
        form = ColumnsForm(AttachmentSlot, slot, data)
        if slot is None:
            return form, lambda: deeds.new_slot(draft, form.cleaned_data, by=request.user)
        return form, lambda: deeds.save_row(draft, slot, form.cleaned_data, by=request.user)

    row = seen_form(request, purpose, grant_type, version)
    return write(request, row, _("Attachment") if key else _("Add an attachment"), open_part)


def question_of(draft: QuestionSet, key: str) -> Question:
    """Return the question of this key; 404 if the draft has none."""
    questions = Question.objects.filter(section__question_set=draft).select_related("section")
    found: Question = get_object_or_404(questions, key=key)
    return found


def section_of(draft: QuestionSet, key: str) -> Section:
    """Return the section of this key; 404 if the draft has none."""
    found: Section = get_object_or_404(draft.sections, key=key)
    return found


def slot_of(draft: QuestionSet, key: str) -> AttachmentSlot:
    """Return the kind of attachment of this key; 404 if the draft has none."""
    found: AttachmentSlot = get_object_or_404(draft.slots, key=key)
    return found


def change(
    request: PortalRequest, row: QuestionSet, find: Callable[[QuestionSet, str], Any], key: str
) -> HttpResponse:
    """Move a row of a draft up or down, or take it out."""
    wish = request.POST.get("wish", "")
    try:
        with transaction.atomic():
            draft = deeds.locked_form(row, by=request.user)
            part = find(draft, key)
            if wish == "remove":
                deeds.remove_row(draft, part, by=request.user)
                messages.success(request, _("“%(name)s” is removed.") % {"name": part})
            elif wish in ("up", "down"):
                deeds.move_row(draft, part, up=wish == "up", by=request.user)
            else:
                raise Http404
    except WrongStatus:
        return not_a_draft(request, row)
    return redirect(f"{row.office_url()}#parts")


@OFFICE_ADMINISTRATORS
@post_only
def change_section(
    request: PortalRequest, purpose: str, grant_type: str, version: int, key: str
) -> HttpResponse:
    """Move a section up or down, or take it out with its questions."""
    row = seen_form(request, purpose, grant_type, version)
    return change(request, row, section_of, key)


@OFFICE_ADMINISTRATORS
@post_only
def change_question(
    request: PortalRequest, purpose: str, grant_type: str, version: int, key: str
) -> HttpResponse:
    """Move a question up or down in its section, or take it out."""
    row = seen_form(request, purpose, grant_type, version)
    return change(request, row, question_of, key)


@OFFICE_ADMINISTRATORS
@post_only
def change_slot(
    request: PortalRequest, purpose: str, grant_type: str, version: int, key: str
) -> HttpResponse:
    """Move a kind of attachment up or down, or take it out."""
    row = seen_form(request, purpose, grant_type, version)
    return change(request, row, slot_of, key)
