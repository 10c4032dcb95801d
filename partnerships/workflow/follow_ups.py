"""What a decision asks for: said to be done, once, and reminded of before and after its day."""

from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from icld_portal import events
from icld_portal.localize import STOCKHOLM
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships import follow_up_letters, rules
from partnerships.models import FollowUp, FollowUpReminder, MeetingStatus, ReminderOf, User

DAYS_BEFORE = 7


@transaction.atomic
def finish(follow_up: FollowUp, *, note: str, by: User, at: datetime | None = None) -> FollowUp:
    """Note that a follow-up is done, and how it went; only a new decision changes it after that.

    Raises WrongStatus when it is done already or its minutes are not verified,
    PermissionDenied unless ``by`` is responsible or runs the group, NotReady without a note.
    """
    locked = FollowUp.objects.select_for_update(of=("self",)).select_related(
        "paragraph__meeting__group__partnership", "responsible__seat__party"
    )
    found = locked.get(pk=follow_up.pk)
    if not rules.may_finish(by, found):
        raise PermissionDenied("finish")
    if found.done_at or found.paragraph.meeting.status != MeetingStatus.VERIFIED:
        raise WrongStatus("finish")
    if not note.strip():
        raise NotReady([Problem(_("Write how it went."), anchor="note")])
    found.done_at, found.done_by, found.done_note = at or timezone.now(), by, note.strip()
    found.save(update_fields=["done_at", "done_by", "done_note"])
    events.record(found, "finish", by=by, at=found.done_at, paragraph=found.paragraph.sign)
    return found


def remind_of_follow_ups(*, at: datetime | None = None) -> int:
    """Remind of follow-ups a week before their day and when it has passed, each once.

    Days are Stockholm's. Returns how many reminders there were. When the worker was down over
    both, only the later one is sent; what was decided within the week is not told again.
    """
    today = timezone.localtime(at, STOCKHOLM).date()
    near = FollowUp.objects.all().waiting().filter(due_on__lte=today + timedelta(days=DAYS_BEFORE))
    found = near.order_by("pk").exclude(reminders__about=ReminderOf.OVERDUE)
    return sum(_remind(pk, today=today) for pk in found.values_list("pk", flat=True))


@transaction.atomic
def _remind(pk: int, *, today: date) -> bool:
    locked = FollowUp.objects.select_for_update(of=("self",))
    follow_up = locked.filter(pk=pk, done_at=None).first()
    about = due_reminder(follow_up, today=today) if follow_up else None
    if follow_up is None or about is None:
        return False
    _row, is_new = FollowUpReminder.objects.get_or_create(follow_up=follow_up, about=about)
    if is_new:
        follow_up_letters.remind(follow_up, about, on=today)
    return is_new


def due_reminder(follow_up: FollowUp, *, today: date) -> ReminderOf | None:
    """Return which reminder of a follow-up is due on ``today``, or None."""
    if today > follow_up.due_on:
        return ReminderOf.OVERDUE
    first_day = follow_up.due_on - timedelta(days=DAYS_BEFORE)
    verified_at = follow_up.paragraph.meeting.verified_at
    known_since = timezone.localtime(verified_at, STOCKHOLM).date() if verified_at else today
    return ReminderOf.SOON if known_since < first_day <= today else None
