"""The minutes of a meeting: read by those who may see it, written together until verified."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from icld_portal import kept_forms, writers
from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post, post_only
from icld_portal.histories import page_of_versions, versions_of, whole_number
from icld_portal.localize import clock
from icld_portal.shared_texts import (
    StaleText,
    told_closed,
    told_conflict,
    told_other_person,
    told_refused,
    told_saved,
)
from icld_portal.workflow import WrongStatus
from partnerships import awaited, minute_writing, minutes, rules
from partnerships.forms.minutes import (
    MinutesForm,
    NewParagraphForm,
    TextPlace,
    minutes_form,
)
from partnerships.models import (
    AgendaItem,
    MeetingStatus,
    Paragraph,
    ParagraphText,
    SteeringMeeting,
    TextPart,
    User,
)
from partnerships.requests import PortalRequest
from partnerships.workflow.minutes import awaited_parties

WITH_MINUTES = (MeetingStatus.HELD, MeetingStatus.VERIFIED)


def meeting_with_minutes(request: PortalRequest, pk: int) -> SteeringMeeting:
    """Return a meeting whose minutes are written or verified, if the person may see it."""
    visible = SteeringMeeting.objects.all().visible_to(request.user)
    found: SteeringMeeting = get_object_or_404(
        visible.select_related("group__partnership"), pk=pk, status__in=WITH_MINUTES
    )
    return found


def written_by(request: PortalRequest, pk: int) -> SteeringMeeting:
    """Return the meeting if this person writes its minutes; PermissionDenied otherwise."""
    found = meeting_with_minutes(request, pk)
    if not rules.may_write_of_meeting(request.user, found):
        raise PermissionDenied("minutes")
    return found


def paragraph_of(meeting: SteeringMeeting, pk: int) -> Paragraph:
    """Return the paragraph of ``meeting`` with this number of the register; Http404."""
    paragraphs = meeting.paragraphs.select_related("agenda_item")
    found: Paragraph = get_object_or_404(paragraphs, pk=pk)
    found.meeting = meeting
    return found


def moved_on(request: PortalRequest, meeting: SteeringMeeting) -> HttpResponse:
    """Say that nothing can be written any more, and go to the minutes."""
    messages.warning(
        request, _("The minutes have been verified since you opened the page. They stand.")
    )
    return redirect("partnerships:minutes", meeting.pk)


@PARTIES_AND_OFFICE
@get_only
def read_minutes(request: PortalRequest, pk: int) -> HttpResponse:
    """Show the minutes, who has verified them and who is awaited."""
    meeting = meeting_with_minutes(request, pk)
    is_open = meeting.status == MeetingStatus.HELD
    context = {
        "meeting": meeting,
        "minutes": minutes.minutes_of(meeting),
        "is_open": is_open,
        "sides": sides_of(meeting),
        "may_write": is_open and rules.may_write_of_meeting(request.user, meeting),
        "may_verify": is_open and rules.may_verify_minutes(request.user, meeting),
    }
    return render(request, "partnerships/minutes.html", context)


def sides_of(meeting: SteeringMeeting) -> list[dict[str, Any]]:
    """Return each party with its verification, or the last that has lapsed."""
    given = list(meeting.verifications.order_by("verified_at", "pk"))
    waiting = {party.pk for party in awaited_parties(meeting)}
    able = awaited.parties_with_somebody(meeting) if waiting else set()
    parties = meeting.group.partnership.parties.select_related("organisation").order_by("pk")
    found = []
    for party in parties:
        own = [one for one in given if one.party_id == party.pk]
        last = own[-1] if own else None
        found.append(
            {
                "party": party,
                "verification": None if party.pk in waiting else last,
                "has_nobody": party.pk in waiting - able,
                "lapsed": last if last and last.lapsed_at else None,
                "changed": minutes.changed_words(last.lapsed_reason) if last else "",
            }
        )
    return found


@PARTIES_AND_OFFICE
@get_or_post
def write_minutes(request: PortalRequest, pk: int) -> HttpResponse:
    """Show every text of the minutes to a writer, or save what was written."""
    meeting = written_by(request, pk)
    paragraphs = loaded(meeting)
    if request.method == "POST":
        return save(request, meeting, paragraphs)
    if meeting.status != MeetingStatus.HELD:
        return redirect("partnerships:minutes", meeting.pk)
    stored = minutes.texts_by_part(paragraphs)
    if sent := kept_forms.kept(request):
        form = minutes_form(paragraphs, sent, stored=stored)
        form.is_valid()
        return show(request, meeting, paragraphs, form, kept=True)
    return show(request, meeting, paragraphs, minutes_form(paragraphs, stored=stored))


def loaded(meeting: SteeringMeeting) -> list[Paragraph]:
    """The paragraphs of ``meeting`` with everything its page shows of them."""
    return list(
        meeting.paragraphs.select_related("agenda_item", "corrects", "decision", "follow_up")
        .prefetch_related("texts__updated_by", "dissents__term")
        .order_by("number")
    )


def save(
    request: PortalRequest, meeting: SteeringMeeting, paragraphs: Sequence[Paragraph]
) -> HttpResponse:
    """Keep what was written; otherwise show all of it again and say why."""
    if request.POST.get("then") == "discard":
        kept_forms.forget(request)
        return redirect("partnerships:write_minutes", meeting.pk)
    stored = minutes.texts_by_part(paragraphs)
    form = minutes_form(paragraphs, request.POST, stored=stored)
    if form.asks_to_merge():
        form.merge(stored)
        messages.info(
            request,
            _("Both texts stand in the field now and nothing is saved yet. Edit it, then save."),
        )
        return show(request, meeting, paragraphs, form)
    if not form.is_valid():
        return show(request, meeting, paragraphs, form, status=422)
    try:
        keep_all(meeting, form, by=request.user)
    except WrongStatus:
        messages.warning(
            request,
            _(
                "The minutes have been verified since you opened the page. "
                "What you wrote is still here, but it is not saved. Copy it if you need it."
            ),
        )
        return show(request, meeting, paragraphs, form, is_closed=True, status=409)
    kept_forms.forget(request)
    if form.conflicts or form.homeless():
        return show(request, meeting, paragraphs, form, status=409)
    messages.success(request, _("Saved %(clock)s.") % {"clock": clock(timezone.now())})
    return redirect("partnerships:write_minutes", meeting.pk)


def keep_all(meeting: SteeringMeeting, form: MinutesForm, *, by: User) -> None:
    """Write every text that was changed; what stands against one is noted in the form."""
    changed: list[str] = []

    def write(place: TextPlace, text: str, /, **seen: Any) -> ParagraphText:
        changed.append(place.paragraph.sign)
        return minute_writing.write_text(place.paragraph, place.part, text, by=by, **seen)

    with minute_writing.writing(meeting, by=by, what=changed) as held:
        form.stored = minutes.texts_by_part(loaded(held))
        form.keep(write)


def show(
    request: PortalRequest,
    meeting: SteeringMeeting,
    paragraphs: Sequence[Paragraph],
    form: MinutesForm,
    *,
    new: NewParagraphForm | None = None,
    kept: bool = False,
    is_closed: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Show the page of all paragraphs with everything that was typed on it."""
    begun = {one.agenda_item_id for one in paragraphs}
    items = AgendaItem.objects.filter(meeting=meeting).order_by("sort_order", "pk")
    context = {
        "meeting": meeting,
        "form": form,
        "rows": form.rows(paragraphs),
        "conflicts": form.conflicting(),
        "homeless": form.homeless(),
        "items": [item for item in items if item.pk not in begun],
        "new": new or NewParagraphForm(meeting=meeting),
        "new_is_open": new is not None,
        "kept": kept,
        "is_closed": is_closed,
        "saves_by_itself": not form.is_bound,
        "writer": writers.mark_of(request.user),
        "sides": sides_of(meeting),
        "may_verify": not is_closed and rules.may_verify_minutes(request.user, meeting),
    }
    return render(request, "partnerships/write_minutes.html", context, status=status)


@PARTIES_AND_OFFICE
@post_only
def save_minute_text(request: PortalRequest, pk: int, paragraph_pk: int, part: str) -> HttpResponse:
    """Keep one text while somebody types; says in JSON what happened."""
    # Who may write is asked under the lock.
    meeting = meeting_with_minutes(request, pk)
    if part not in TextPart.values:
        raise Http404("no such part")
    if writers.writer_id(request) != request.user.pk:
        return told_other_person()
    paragraph = meeting.paragraphs.select_related("agenda_item").filter(pk=paragraph_pk).first()
    if paragraph is None or paragraph.is_struck:
        return told_closed("handed_in")
    place = TextPlace(paragraph, TextPart(part))
    form = MinutesForm(request.POST, subjects=[place], stored={})
    if not form.is_valid():
        return told_refused(form.first_error)
    try:
        return told_saved(keep_one(meeting, form, place, by=request.user))
    except StaleText as stale:
        return told_conflict(stale.stored)
    except (WrongStatus, Paragraph.DoesNotExist):
        return told_closed("handed_in")


def keep_one(meeting: SteeringMeeting, form: MinutesForm, place: TextPlace, *, by: User) -> str:
    """Write what was changed, and return the mark of what then stands on the page."""
    with minute_writing.writing(meeting, by=by, what=[place.paragraph.sign]):
        stored = minute_writing.stored_text(place.paragraph, place.part)
        form.stored = {form.key_of(place): stored} if stored else {}
        for written in form.written():
            stored = minute_writing.write_text(
                place.paragraph,
                place.part,
                written.text,
                stored=stored,
                by=by,
                version=written.version,
            )
    return form.mark_after(place, stored)


# --- What stood there -------------------------------------------------------------------


def text_of(request: PortalRequest, pk: int, paragraph_pk: int, part: str) -> ParagraphText:
    """Return one text of a paragraph for the parties: what a draft once said is theirs alone."""
    meeting = meeting_with_minutes(request, pk)
    if not rules.may_see_minute_history(request.user, meeting):
        raise Http404("no such text")
    paragraph = paragraph_of(meeting, paragraph_pk)
    text: ParagraphText = get_object_or_404(ParagraphText, paragraph=paragraph, part=part)
    text.paragraph = paragraph
    return text


@PARTIES_AND_OFFICE
@get_only
def minute_history(request: PortalRequest, pk: int, paragraph_pk: int, part: str) -> HttpResponse:
    """Show every version of one text, newest first."""
    text = text_of(request, pk, paragraph_pk, part)
    meeting = text.paragraph.meeting
    page, versions = page_of_versions(request, text)
    is_open = meeting.status == MeetingStatus.HELD and not text.paragraph.is_struck
    context = {
        "meeting": meeting,
        "paragraph": text.paragraph,
        "text": text,
        "place": TextPlace(text.paragraph, TextPart(part)),
        "page_obj": page,
        "versions": versions,
        "may_restore": is_open and rules.may_write_of_meeting(request.user, meeting),
    }
    return render(request, "partnerships/minute_history.html", context)


@PARTIES_AND_OFFICE
@post_only
def restore_minute_text(
    request: PortalRequest, pk: int, paragraph_pk: int, part: str
) -> HttpResponse:
    """Make an earlier version the newest; those between stay in the history."""
    text = text_of(request, pk, paragraph_pk, part)
    number, seen = (whole_number(request, name) for name in ("version", "seen"))
    version = versions_of(text).filter(version=number).first()
    if version is None or text.paragraph.is_struck:
        raise Http404("no such version")
    write = partial(minute_writing.write_text, text.paragraph, part, version.text)
    meeting = text.paragraph.meeting
    try:
        with minute_writing.writing(meeting, by=request.user, what=[text.paragraph.sign]):
            stored = minute_writing.stored_text(text.paragraph, part)
            write(stored=stored, by=request.user, version=seen)
    except StaleText:
        messages.warning(
            request,
            _("Somebody has changed the text since you opened the page. Look at it again first."),
        )
    except WrongStatus:
        return moved_on(request, meeting)
    else:
        messages.success(request, _("The text is restored as a new version."))
    return redirect("partnerships:minute_history", pk, paragraph_pk, part)
