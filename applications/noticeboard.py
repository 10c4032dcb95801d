"""Notices: what the portal has written to a person, as far as they may still read of it."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from applications.models import Application, MessageThread, Report
from finance.models import Grant
from icld_portal.events import subject_type
from icld_portal.localize import STOCKHOLM
from icld_portal.mail import new_letter, queue_letters, render_letter
from icld_portal.models import Delivery, Letter
from partnerships.models import Organisation, SteeringMeeting, User

DIGEST = "digest"
DIGEST_AT = time(7, 0)
# More unread than this is said as "99+": nobody needs the number, and counting it takes time.
MOST_COUNTED = 100
ALWAYS_SHOWN = ("", subject_type(Organisation))
ASKED_TO_ASSESS = "assess"


# What letters can be about, and what of it a person may open.
OPEN_TO: dict[str, Callable[[User], QuerySet[Any]]] = {
    subject_type(Application): Application.objects.visible_to,
    subject_type(MessageThread): lambda user: MessageThread.objects.all().visible_to(user),
    subject_type(SteeringMeeting): lambda user: SteeringMeeting.objects.all().visible_to(user),
    subject_type(Report): lambda user: Report.objects.all().visible_to(user),
    subject_type(Grant): lambda user: Grant.objects.all().visible_to(user),
}


def notices_of(user: User) -> QuerySet[Letter]:
    """What was written to ``user``, the newest first, without what has been closed to them.

    A case may be hidden since, by a conflict of interest or because they left the party. What
    is about anything that ``OPEN_TO`` does not know is not shown: it has gone by mail.
    """
    here = OuterRef("about_id")
    # Who is asked to assess declares first, and sees the case after that.
    asked = Application.objects.all().declarable_by(user).filter(pk=here)
    asked_to = Q(about_type=subject_type(Application), kind=ASKED_TO_ASSESS) & Exists(asked)
    readable = [Q(about_type__in=ALWAYS_SHOWN), asked_to]
    readable += [
        Q(about_type=about) & Exists(open_to(user).filter(pk=here))
        for about, open_to in OPEN_TO.items()
    ]
    return _written_to(user).filter(reduce(or_, readable)).order_by("-queued_at", "-pk")


def unread_count(user: User) -> int:
    """How many of ``notices_of`` a person has not opened, among a hundred such letters.

    It stands on every page: it asks first what the letters are about, and then only of those
    cases and threads whether they are open. Mostly that is one query, or none more.
    """
    unread = _written_to(user).filter(seen_at=None).order_by()
    letters = list(unread.values_list("about_type", "about_id", "kind")[:MOST_COUNTED])
    shown: dict[str, set[int | None]] = {}
    for about, open_to in OPEN_TO.items():
        numbers = {number for kind_of, number, _kind in letters if kind_of == about}
        shown[about] = _numbers(open_to(user).filter(pk__in=numbers)) if numbers else set()
    case = subject_type(Application)
    asked = {number for _about, number, kind in letters if kind == ASKED_TO_ASSESS} - shown[case]
    if asked:
        asked = _numbers(Application.objects.all().declarable_by(user).filter(pk__in=asked))
    return sum(
        about in ALWAYS_SHOWN
        or number in shown.get(about, ())
        or (about == case and kind == ASKED_TO_ASSESS and number in asked)
        for about, number, kind in letters
    )


def _written_to(user: User) -> QuerySet[Letter]:
    """All letters to a person but the mails of notices, which are none themselves."""
    return Letter.objects.filter(to_user_id=user.pk).exclude(kind=DIGEST)


def _numbers(rows: QuerySet[Any]) -> set[int | None]:
    return set(rows.order_by().values_list("pk", flat=True))


def send_digests(*, at: datetime | None = None) -> int:
    """Send the daily mail to everybody it is due to, and return to how many.

    From 07:00 in Stockholm it tells of what was held until 07:00. Run again, it finds nothing
    more that day; a worker that was down makes up for it later.
    """
    local = timezone.localtime(at or timezone.now(), STOCKHOLM)
    until = datetime.combine(local.date(), DIGEST_AT, tzinfo=STOCKHOLM)
    if local < until:
        until -= timedelta(days=1)
    held = Letter.objects.filter(delivery=Delivery.DIGEST, digest=None, queued_at__lt=until)
    readers = held.order_by().values_list("to_user_id", flat=True).distinct()
    people = User.objects.filter(pk__in=list(readers)).order_by("pk")
    return sum(_send_digest(person, until=until) for person in people)


@transaction.atomic
def _send_digest(person: User, *, until: datetime) -> bool:
    """Write one mail of all that waits for ``person`` and is neither seen nor hidden by now."""
    waiting = Letter.objects.filter(
        to_user_id=person.pk, delivery=Delivery.DIGEST, digest=None, queued_at__lt=until
    )
    # Locked, so that two workers at once do not both tell.
    locked = set(waiting.select_for_update(of=("self",)).values_list("pk", flat=True))
    unseen = notices_of(person).filter(pk__in=locked, seen_at=None)
    told = list(unseen) if person.is_active else []
    Letter.objects.filter(pk__in=locked - {one.pk for one in told}).update(delivery=Delivery.IN_APP)
    if not told:
        return False
    context = {
        "name": person.name,
        "subjects": [one.subject for one in told],
        "url": settings.PUBLIC_URL + reverse("applications:notices"),
        "settings_url": settings.PUBLIC_URL + reverse("applications:notice_settings"),
    }
    subject, body = render_letter("applications/letters/digest", person.language, context)
    letter = new_letter(
        to_email=person.email,
        to_user_id=person.pk,
        subject=subject,
        body=body,
        kind=DIGEST,
        language=person.language,
    )
    letter.seen_at = timezone.now()  # It is the mail of notices, and none itself.
    queue_letters([letter])
    Letter.objects.filter(pk__in=[one.pk for one in told]).update(digest=letter)
    return True
