"""A case's own deadline: more time for one case, reminders, and the partner's clock."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import notices, rules
from applications.models import Application, Reminder, Status
from icld_portal import events
from icld_portal.localize import STOCKHOLM, in_language
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships.models import User

REMINDER_DAYS = (14, 3, 1)


def prolong_problems(
    application: Application, *, deadline_on: date, reason: str, at: datetime
) -> list[Problem]:
    """Return what speaks against giving the case until the end of ``deadline_on``."""
    if application.round is None:
        text = _("This grant type is open all year: it has no deadline to move.")
        return [Problem(text, anchor="code")]
    found = []
    if application.deadline_on and deadline_on <= application.deadline_on:
        text = _("The case has until %(day)s already. Choose a later day.")
        words = {"day": application.deadline_on.isoformat()}
        found.append(Problem(text % words, anchor="deadline_on"))
    if deadline_on < timezone.localtime(at, STOCKHOLM).date():
        found.append(Problem(_("That day has passed already."), anchor="deadline_on"))
    if not reason.strip():
        found.append(Problem(_("Write why the case gets more time."), anchor="reason"))
    return found


@transaction.atomic
def prolong(
    application: Application,
    *,
    deadline_on: date,
    reason: str,
    by: User,
    at: datetime | None = None,
) -> Application:
    """Give one draft until the last second of ``deadline_on``, Stockholm time; tell both parties.

    The reason is kept in the case's timeline. Raises NotReady with what speaks against it,
    WrongStatus when the case is no draft, PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    case = (
        Application.objects.select_for_update(of=("self",))
        .select_related("round")
        .get(pk=application.pk)
    )
    if not rules.may_prolong(by, case):
        raise PermissionDenied("prolong")
    if case.status != Status.DRAFT:
        raise WrongStatus("prolong")
    if problems := prolong_problems(case, deadline_on=deadline_on, reason=reason, at=at):
        raise NotReady(problems)
    before = case.deadline_on
    case.own_deadline_on = deadline_on
    case.save(update_fields=["own_deadline_on"])
    events.record(
        case,
        "prolong",
        by=by,
        at=at,
        deadline_before=before.isoformat() if before else "",
        deadline=deadline_on.isoformat(),
        reason=reason,
    )
    notices.tell_prolonged(case, reason=reason)
    return case


def send_reminders(*, at: datetime | None = None) -> int:
    """Remind of every deadline that is near; return how many drafts were reminded of.

    A draft is reminded of once at 14, 3 and 1 day before its deadline. When the worker was
    down over a threshold, only the nearest one is made up for; a draft that was begun after
    a threshold is not told about it.
    """
    at = at or timezone.now()
    today = timezone.localtime(at, STOCKHOLM).date()
    last = today + timedelta(days=max(REMINDER_DAYS))
    near = Q(round__deadline_on__range=(today, last)) | Q(own_deadline_on__range=(today, last))
    drafts = Application.objects.filter(near, status=Status.DRAFT).order_by("pk")
    return sum(_remind(pk, today=today, at=at) for pk in drafts.values_list("pk", flat=True))


@transaction.atomic
def _remind(pk: int, *, today: date, at: datetime) -> bool:
    locked = Application.objects.select_for_update(of=("self",)).select_related("round")
    draft = locked.filter(pk=pk, status=Status.DRAFT).first()
    days = due_reminder(draft, today=today) if draft else None
    if draft is None or draft.deadline_on is None or days is None:
        return False
    _row, is_new = Reminder.objects.get_or_create(
        application=draft,
        deadline_on=draft.deadline_on,
        days_before=days,
        defaults={"sent_at": at},
    )
    if is_new:
        notices.remind(draft)
    return is_new


def due_reminder(draft: Application, *, today: date) -> int | None:
    """Return which of the thresholds ``draft`` has reached on ``today``, in days, or None."""
    if draft.deadline_on is None or today >= draft.deadline_on:
        return None
    left = (draft.deadline_on - today).days
    begun_on = timezone.localtime(draft.created_at, STOCKHOLM).date()
    reached = [
        days
        for days in REMINDER_DAYS
        if left <= days and begun_on <= draft.deadline_on - timedelta(days=days)
    ]
    return min(reached, default=None)


def local_deadlines(application: Application) -> list[tuple[str, str]]:
    """Return (country, "2027-03-16 01:59:59") for each country with another clock than Sweden's."""
    if application.closes_at is None:
        return []
    last_second = application.closes_at - timedelta(seconds=1)
    found: dict[str, str] = {}
    for party in application.case_parties.all():
        country = party.organisation.country
        local = last_second.astimezone(ZoneInfo(country.time_zone))
        if local.utcoffset() != last_second.utcoffset():
            found[in_language(country, "name")] = local.strftime("%Y-%m-%d %H:%M:%S")
    return list(found.items())
