"""The paragraphs of minutes: begun, struck out, and what is decided in one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from icld_portal.access import PARTIES_AND_OFFICE, get_or_post, post_only
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships import deciding, minute_writing, minutes
from partnerships.forms.minutes import DecisionForm, NewParagraphForm, minutes_form
from partnerships.models import MeetingStatus, Paragraph, SteeringMeeting, TextPart
from partnerships.requests import PortalRequest
from partnerships.views.doing import already_gone
from partnerships.views.minutes import loaded, moved_on, paragraph_of, show, written_by


def here(meeting: SteeringMeeting, paragraph: Paragraph | None = None) -> str:
    """The address of the page where the minutes are written, at one paragraph."""
    address = reverse("partnerships:write_minutes", args=[meeting.pk])
    return f"{address}#paragraph-{paragraph.number}" if paragraph else address


@PARTIES_AND_OFFICE
@post_only
def begin_paragraph(request: PortalRequest, pk: int) -> HttpResponse:
    """Begin a paragraph: of an item of the agenda by one click, or with a heading."""
    meeting = written_by(request, pk)
    if item_pk := request.POST.get("item", ""):
        number = int(item_pk) if item_pk.isascii() and item_pk.isdecimal() else 0
        # No larger number is one of the register.
        item = get_object_or_404(meeting.agenda.all(), pk=min(number, 2**63 - 1))
        facts: dict[str, Any] = {"heading": item.title, "item": item}
    else:
        form = NewParagraphForm(request.POST, meeting=meeting)
        if not form.is_valid():
            return refused(request, meeting, form)
        facts = form.cleaned_data
    try:
        paragraph = minute_writing.begin_paragraph(meeting, by=request.user, **facts)
    except WrongStatus:
        return moved_on(request, meeting)
    except NotReady as stopped:
        messages.warning(request, stopped.problems[0].text)
        return redirect(here(meeting))
    return redirect(here(meeting, paragraph))


def refused(
    request: PortalRequest, meeting: SteeringMeeting, form: NewParagraphForm
) -> HttpResponse:
    """Show the page again with what is wrong with the new paragraph."""
    if meeting.status != MeetingStatus.HELD:
        return moved_on(request, meeting)
    paragraphs = loaded(meeting)
    texts = minutes_form(paragraphs, stored=minutes.texts_by_part(paragraphs))
    return show(request, meeting, paragraphs, texts, new=form, status=422)


@PARTIES_AND_OFFICE
@get_or_post
def remove_paragraph(request: PortalRequest, pk: int, paragraph_pk: int) -> HttpResponse:
    """Say what will happen to the paragraph, then take it away or strike it out."""
    meeting = written_by(request, pk)
    if already_gone(request, Paragraph.objects.filter(pk=paragraph_pk)):
        return redirect(here(meeting))
    paragraph = paragraph_of(meeting, paragraph_pk)
    if request.method != "POST":
        later = Paragraph.objects.filter(
            group=paragraph.group_id, year=paragraph.year, number__gt=paragraph.number
        )
        context = {"meeting": meeting, "paragraph": paragraph, "is_last": not later.exists()}
        return render(request, "partnerships/remove_paragraph.html", context)
    try:
        is_gone = minute_writing.remove_paragraph(paragraph, by=request.user)
    except WrongStatus:
        return moved_on(request, meeting)
    told = _("%(sign)s is removed.") if is_gone else _("%(sign)s is struck out.")
    messages.success(request, told % {"sign": paragraph.sign})
    return redirect(here(meeting))


@PARTIES_AND_OFFICE
@post_only
def take_back_striking(request: PortalRequest, pk: int, paragraph_pk: int) -> HttpResponse:
    """Let a paragraph that was struck out stand again."""
    meeting = written_by(request, pk)
    paragraph = paragraph_of(meeting, paragraph_pk)
    try:
        minute_writing.take_back_striking(paragraph, by=request.user)
    except WrongStatus:
        return moved_on(request, meeting)
    return redirect(here(meeting, paragraph))


@PARTIES_AND_OFFICE
@get_or_post
def paragraph_decision(request: PortalRequest, pk: int, paragraph_pk: int) -> HttpResponse:
    """What the decision is about, who sees to it, and who made a reservation."""
    meeting = written_by(request, pk)
    paragraph = paragraph_of(meeting, paragraph_pk)
    if meeting.status != MeetingStatus.HELD or paragraph.is_struck:
        return redirect("partnerships:minutes", meeting.pk)
    if request.method != "POST":
        return _show_decision(request, paragraph, _form(request, paragraph))
    try:
        with minute_writing.writing(meeting, by=request.user, what=[paragraph.sign]):
            # Somebody may have taken it away since; what is decided would hang in the air.
            paragraph = paragraph_of(meeting, paragraph_pk)
            form = _form(request, paragraph, request.POST)
            is_kept = form.is_valid()
            if is_kept:
                deciding.save_decision(paragraph, form.decided())
    except WrongStatus:
        return moved_on(request, meeting)
    if not is_kept:
        return _show_decision(request, paragraph, form, status=422)
    messages.success(request, _("%(sign)s is saved.") % {"sign": paragraph.sign})
    return redirect(here(meeting, paragraph))


def _form(request: PortalRequest, paragraph: Paragraph, data: Any = None) -> DecisionForm:
    return DecisionForm(
        deciding.stored_decision(paragraph),
        data,
        meeting=paragraph.meeting,
        matters=deciding.matters_for(paragraph, request.user),
        seated=deciding.seated(paragraph),
        present=deciding.present(paragraph),
    )


def _show_decision(
    request: PortalRequest, paragraph: Paragraph, form: DecisionForm, *, status: int = 200
) -> HttpResponse:
    text = minute_writing.stored_text(paragraph, TextPart.DECISION)
    context = {
        "meeting": paragraph.meeting,
        "paragraph": paragraph,
        "form": form,
        "decision": text.text if text else "",
    }
    return render(request, "partnerships/paragraph_decision.html", context, status=status)
