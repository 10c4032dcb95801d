"""Writing in the minutes of a meeting: one door, which locks the meeting.

Paragraphs are begun and taken away under the lock of their group, since all its meetings of
a year share one series of numbers. The group is always locked before the meeting.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from icld_portal import events, shared_texts
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships import minute_letters, minutes, rules
from partnerships.models import (
    AgendaItem,
    Dissent,
    FollowUp,
    MatterKind,
    MeetingStatus,
    Paragraph,
    ParagraphText,
    SteeringDecision,
    SteeringGroup,
    SteeringMeeting,
    TextPart,
    User,
    Verification,
)

# Beyond this no meeting writes; a page and a paper of it can still be drawn.
MOST_PARAGRAPHS = 120
LONGEST_REASON = 300


class Unchanged(Exception):
    """Raised inside ``writing`` when nothing is to be written: nothing is counted then."""


@contextmanager
def writing(
    meeting: SteeringMeeting, *, by: User, what: Iterable[str], at: datetime | None = None
) -> Iterator[SteeringMeeting]:
    """Lock the minutes for one write by ``by``; the content's version counts the writes.

    The verifications they had lapse, with ``what`` was changed: signs of paragraphs, and words
    of ``minutes.CHANGED``; it is read when the write is done. Raises WrongStatus unless the
    minutes are being written, PermissionDenied if ``by`` may not. What is written inside is
    kept whole or not at all.
    """
    with transaction.atomic():
        held = (
            SteeringMeeting.objects.select_for_update(of=("self",))
            .select_related("group__partnership")
            .get(pk=meeting.pk)
        )
        if held.status != MeetingStatus.HELD:
            raise WrongStatus("minutes")
        if not rules.may_write_of_meeting(by, held):
            raise PermissionDenied("minutes")
        try:
            yield held
        except Unchanged:
            return
        lapse(held, by=by, what=what, at=at)
        SteeringMeeting.objects.filter(pk=held.pk).update(content_version=F("content_version") + 1)


def lapse(
    meeting: SteeringMeeting, *, by: User | None, what: Iterable[str], at: datetime | None = None
) -> None:
    """Lapse the verifications of other content than what stands now; tell who had verified."""
    given = Verification.objects.valid().filter(meeting=meeting).select_related("user")
    if not given:
        return
    now = minutes.fingerprint(meeting)
    lapsed = [one for one in given if one.content_sha256 != now]
    if not lapsed:
        return
    changed = ", ".join(dict.fromkeys(what))[:LONGEST_REASON]
    at, name = at or timezone.now(), by.name if by else ""
    Verification.objects.filter(pk__in=[one.pk for one in lapsed]).update(
        lapsed_at=at, lapsed_by=name, lapsed_reason=changed
    )
    events.record(meeting, "lapse_minutes", by=by, at=at, what=changed)
    minute_letters.tell_lapsed(meeting, lapsed, by=name, what=changed)


@contextmanager
def _numbering(
    meeting: SteeringMeeting, *, by: User, what: Iterable[str]
) -> Iterator[SteeringMeeting]:
    """As ``writing``, alone among all the meetings of the group."""
    with transaction.atomic():
        # No key: rows that only refer to the group can still be written.
        SteeringGroup.objects.select_for_update(of=("self",), no_key=True).get(pk=meeting.group_id)
        with writing(meeting, by=by, what=what) as held:
            yield held


def begin_paragraph(
    meeting: SteeringMeeting,
    heading: str,
    *,
    by: User,
    item: AgendaItem | None = None,
    corrects: Paragraph | None = None,
) -> Paragraph:
    """Begin the paragraph with the next number of the group and year.

    An item of the agenda has one paragraph: asked for again, that one is returned. Raises
    NotReady when ``corrects`` is not of verified minutes of the group, else as ``writing``.
    """
    if item is not None and (begun := Paragraph.objects.filter(agenda_item=item).first()):
        return begun
    with _numbering(meeting, by=by, what=["paragraphs"]) as held:
        # Two clicks at once: the second finds it under the lock.
        if item is not None and (begun := Paragraph.objects.filter(agenda_item=item).first()):
            return begun
        if held.paragraphs.count() >= MOST_PARAGRAPHS:
            text = _("The minutes of a meeting have at most %(most)d paragraphs.")
            raise NotReady([Problem(text % {"most": MOST_PARAGRAPHS})])
        _check_corrects(held, corrects)
        last = Paragraph.objects.filter(group=held.group_id, year=held.year).aggregate(
            last=Max("number")
        )["last"]
        paragraph = Paragraph.objects.create(
            meeting=held,
            group_id=held.group_id,
            year=held.year,
            number=(last or 0) + 1,
            heading=heading,
            agenda_item=item,
            corrects=corrects,
        )
        ParagraphText.objects.create(
            paragraph=paragraph, part=TextPart.HEADING, text=heading, updated_by=by
        )
    return paragraph


def _check_corrects(meeting: SteeringMeeting, corrects: Paragraph | None) -> None:
    if corrects is None:
        return
    verified = Paragraph.objects.filter(
        group=meeting.group_id, meeting__status=MeetingStatus.VERIFIED, is_struck=False
    )
    if not verified.filter(pk=corrects.pk).exists():
        text = _("Only a paragraph of verified minutes of the same group is corrected.")
        raise NotReady([Problem(text, anchor="corrects")])


def remove_paragraph(paragraph: Paragraph, *, by: User) -> bool:
    """Take away the year's last paragraph; another is struck out and keeps its number.

    Returns whether it is gone. What was decided in it is decided no more. Raises as ``writing``.
    """
    with _numbering(paragraph.meeting, by=by, what=[paragraph.sign]):
        later = Paragraph.objects.filter(
            group=paragraph.group_id, year=paragraph.year, number__gt=paragraph.number
        )
        found = Paragraph.objects.filter(pk=paragraph.pk)
        SteeringDecision.objects.filter(paragraph=paragraph.pk).delete()
        Dissent.objects.filter(paragraph=paragraph.pk).delete()
        FollowUp.objects.filter(paragraph=paragraph.pk).delete()
        if later.exists():
            found.update(is_struck=True)
            return False
        paragraph.texts.all().delete()
        found.delete()
        return True


def take_back_striking(paragraph: Paragraph, *, by: User) -> None:
    """Let a paragraph that was struck out stand again, with the texts it had."""
    with writing(paragraph.meeting, by=by, what=[paragraph.sign]):
        Paragraph.objects.filter(pk=paragraph.pk).update(is_struck=False)
        decided = ParagraphText.objects.filter(paragraph=paragraph, part=TextPart.DECISION)
        if any(one.text.strip() for one in decided):
            _decide(paragraph)


def stored_text(paragraph: Paragraph, part: str) -> ParagraphText | None:
    """Return what stands in a part of a paragraph now; None if nothing was written."""
    found = ParagraphText.objects.select_related("updated_by", "paragraph")
    text = found.filter(paragraph=paragraph.pk, part=part).first()
    if text is None and part == TextPart.HEADING:
        now = Paragraph.objects.get(pk=paragraph.pk)
        return ParagraphText(paragraph=now, part=part, text=now.heading, version=0)
    return text


def write_text(
    paragraph: Paragraph,
    part: str,
    text: str,
    *,
    stored: ParagraphText | None,
    by: User,
    version: int | None = None,
) -> ParagraphText:
    """Keep ``text`` as a part of ``paragraph``; call it inside ``writing``.

    ``stored`` was read under its lock, ``version`` is the one the writer saw, None for
    whichever stands. Raises StaleText if another text has been saved since, WrongStatus if
    the paragraph is struck out or gone.
    """
    # Read under the lock together with what stands; without a text it is looked up.
    now = stored.paragraph if stored is not None else _found(paragraph)
    if now is None or now.is_struck:
        raise WrongStatus("paragraph")
    if stored is None or stored.pk is None:
        if stored is not None and stored.text == text:
            return stored
        written = ParagraphText.objects.create(
            paragraph=paragraph, part=part, text=text, updated_by=by
        )
    else:
        written = shared_texts.replace(stored, text, by=by, version=version)
    if part == TextPart.HEADING:
        Paragraph.objects.filter(pk=paragraph.pk).update(heading=text)
    if part == TextPart.DECISION and text.strip():
        _decide(paragraph)
    if part == TextPart.DECISION and not text.strip():
        _decide_nothing(paragraph)
    return written


def _found(paragraph: Paragraph) -> Paragraph | None:
    return Paragraph.objects.filter(pk=paragraph.pk).first()


def _decide(paragraph: Paragraph) -> None:
    """Whatever has words is a decision: about what the agenda took up, until somebody says."""
    item = paragraph.agenda_item
    about = {}
    if item is not None and item.matter_kind != MatterKind.FREE:
        about = {
            "matter_kind": item.matter_kind,
            "matter_key": item.matter_key,
            "matter_title": item.title,
        }
    SteeringDecision.objects.get_or_create(paragraph=paragraph, defaults=about)


def _decide_nothing(paragraph: Paragraph) -> None:
    """A decision without words is none; what somebody has chosen for it waits for its words."""
    item = paragraph.agenda_item
    own = item.matter_key if item else ""
    found = SteeringDecision.objects.filter(paragraph=paragraph, matter_key=own)
    (found.filter(matter_title="") if not own else found).delete()
