"""The letters that remind of a follow-up, to whoever is responsible for it.

Who has no address or has left is not reached: then the coordinators of the group are told.
"""

from datetime import date

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation

from icld_portal.localize import day
from icld_portal.mail import new_letter, queue_letters, render_letter
from icld_portal.models import Letter
from partnerships import rules
from partnerships.models import FollowUp, PartySide, ReminderOf, SeatKind, SeatTerm


def remind(follow_up: FollowUp, about: ReminderOf, *, on: date) -> None:
    """Write to the responsible person, or to the coordinators of the day ``on`` if they are not
    reached.

    The letter is about the meeting, so that it is a notice for those who may open that.
    """
    term = follow_up.responsible
    if term is not None and _is_reached(term, follow_up, on):
        queue_letters([_letter(follow_up, about, term)])
        return
    name = follow_up.responsible_name
    found = {
        _email(one).lower(): _letter(follow_up, about, one, instead_of=name)
        for one in _sitting(follow_up, on).filter(seat__kind=SeatKind.COORDINATOR)
        if _is_reached(one, follow_up, on)
    }
    queue_letters(found.values())


def _sitting(follow_up: FollowUp, on: date) -> QuerySet[SeatTerm]:
    terms = SeatTerm.objects.all().on(on).filter(seat__group=follow_up.paragraph.group_id)
    return terms.select_related("user", "seat__party").order_by("seat", "pk")


def _is_reached(term: SeatTerm, follow_up: FollowUp, on: date) -> bool:
    """Whether there is an address, and the person may still read of it.

    Who has a login may as long as they are of the party; others while they sit in the group.
    """
    if user := term.user:
        is_member = user.is_active and term.seat.party.organisation_id in user.roles
        return is_member and rules.may_view_group(user, follow_up.paragraph.meeting.group)
    return bool(term.email) and _sitting(follow_up, on).filter(pk=term.pk).exists()


def _email(term: SeatTerm) -> str:
    return term.user.email if term.user else term.email


def _letter(
    follow_up: FollowUp, about: ReminderOf, term: SeatTerm, *, instead_of: str = ""
) -> Letter:
    paragraph, user = follow_up.paragraph, term.user
    home = "sv" if term.seat.party.side == PartySide.SWEDISH else "en"
    language = user.language if user else home
    address = reverse("partnerships:follow_up", args=[follow_up.pk])
    with translation.override(language):
        context = {
            "name": term.name,
            # Whom it is told instead of; empty for who is responsible.
            "responsible": instead_of,
            "group": paragraph.meeting.group.name,
            "sign": paragraph.sign,
            "heading": paragraph.heading,
            "due_on": day(follow_up.due_on),
            "is_overdue": about == ReminderOf.OVERDUE,
            "url": settings.PUBLIC_URL + address if user else "",
        }
    subject, body = render_letter("partnerships/letters/follow_up", language, context)
    return new_letter(
        to_email=_email(term),
        to_user_id=user.pk if user else None,
        subject=subject,
        body=body,
        kind="follow_up",
        language=language,
        about=paragraph.meeting,
    )
