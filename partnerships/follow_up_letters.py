"""The letters that remind of a follow-up, to whoever is responsible for it."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from icld_portal.localize import day
from icld_portal.mail import queue_letter, render_letter
from partnerships import rules
from partnerships.models import FollowUp, PartySide, ReminderOf


def remind(follow_up: FollowUp, about: ReminderOf) -> None:
    """Write to the responsible person, if they have an address and still may read of it.

    The letter is about the meeting, so that it is a notice for those who may open that.
    """
    term, paragraph = follow_up.responsible, follow_up.paragraph
    user = term.user if term else None
    if term is None or (user and not rules.may_finish(user, follow_up)):
        return
    if not (email := user.email if user else term.email):
        return
    home = "sv" if term.seat.party.side == PartySide.SWEDISH else "en"
    language = user.language if user else home
    address = reverse("partnerships:follow_up", args=[follow_up.pk])
    with translation.override(language):
        context = {
            "name": term.name,
            "group": paragraph.meeting.group.name,
            "sign": paragraph.sign,
            "heading": paragraph.heading,
            "due_on": day(follow_up.due_on),
            "is_overdue": about == ReminderOf.OVERDUE,
            "url": settings.PUBLIC_URL + address if user else "",
        }
    subject, body = render_letter("partnerships/letters/follow_up", language, context)
    queue_letter(
        to_email=email,
        to_user_id=user.pk if user else None,
        subject=subject,
        body=body,
        kind="follow_up",
        language=language,
        about=paragraph.meeting,
    )
