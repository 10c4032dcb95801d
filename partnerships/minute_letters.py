"""The letters about minutes: awaited to be verified, verified, or a verification has lapsed."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from icld_portal.events import subject_type
from icld_portal.localize import STOCKHOLM, day
from icld_portal.mail import new_letter, queue_letters, render_letter
from icld_portal.models import Letter
from partnerships import awaited, minutes
from partnerships.models import Party, PartySide, SeatTerm, SteeringMeeting, Verification

AWAITED = "minutes_awaited"


def tell_verified(meeting: SteeringMeeting) -> None:
    """Tell everybody who sits in the group today, with or without a login."""
    today = timezone.now().astimezone(STOCKHOLM).date()
    terms = SeatTerm.objects.all().on(today).filter(seat__group=meeting.group_id)
    found: dict[str, Letter] = {}
    for term in terms.select_related("user", "seat__party").order_by("seat", "pk"):
        email = term.user.email if term.user else term.email
        if email and email.lower() not in found:
            home = "sv" if term.seat.party.side == PartySide.SWEDISH else "en"
            found[email.lower()] = _letter(
                meeting,
                "minutes_verified",
                name=term.user.name if term.user else term.name,
                email=email,
                user_id=term.user_id,
                language=term.user.language if term.user else home,
            )
    queue_letters(found.values())


def tell_awaited(meeting: SteeringMeeting, parties: Iterable[Party], *, by: str) -> None:
    """Tell who was there for ``parties`` that somebody else has verified, once for a meeting."""
    told = Letter.objects.filter(
        kind=AWAITED, about_type=subject_type(meeting), about_id=meeting.pk
    ).values_list("to_user_id", flat=True)
    queue_letters(
        _letter(
            meeting,
            AWAITED,
            name=person.name,
            email=person.email,
            user_id=person.pk,
            language=person.language,
            by=by,
        )
        for person in awaited.people_of(meeting, parties)
        if person.pk not in set(told)
    )


def tell_lapsed(
    meeting: SteeringMeeting, lapsed: Iterable[Verification], *, by: str, what: str
) -> None:
    """Tell those who had verified that the minutes have changed since."""
    queue_letters(
        _letter(
            meeting,
            "minutes_lapsed",
            name=one.user.name,
            email=one.user.email,
            user_id=one.user_id,
            language=one.user.language,
            by=by,
            what=what,
        )
        for one in lapsed
    )


def _letter(
    meeting: SteeringMeeting,
    kind: str,
    *,
    name: str,
    email: str,
    user_id: int | None,
    language: str,
    by: str = "",
    what: str = "",
) -> Letter:
    address = reverse("partnerships:minutes", args=[meeting.pk])
    with translation.override(language):
        context = {
            "name": name,
            "group": meeting.group.name,
            "day": day(meeting.starts_at),
            "by": by,
            "what": minutes.changed_words(what),
            # Who has no login reads nothing in the portal.
            "url": settings.PUBLIC_URL + address if user_id else "",
        }
    subject, body = render_letter(f"partnerships/letters/{kind}", language, context)
    return new_letter(
        to_email=email,
        to_user_id=user_id,
        subject=subject,
        body=body,
        kind=kind,
        language=language,
        about=meeting,
    )
