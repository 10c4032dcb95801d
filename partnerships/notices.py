"""The letters about people and their organisations."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from icld_portal.localize import moment
from icld_portal.mail import new_letter, queue_letter, queue_letters, render_letter
from partnerships.models import Invitation, Organisation, Role, User


def send_invitation(invitation: Invitation, token: str) -> None:
    """Send the way in; the letter is the only place where the token stands."""
    with translation.override(invitation.language):
        context = {
            "organisation": invitation.organisation.name,
            "inviter": invitation.invited_by.name if invitation.invited_by else "ICLD",
            "roles": invitation.role_words,
            "expires_at": moment(invitation.expires_at),
            "url": settings.PUBLIC_URL + reverse("partnerships:invitation", args=[token]),
        }
    subject, body = render_letter("partnerships/letters/invitation", invitation.language, context)
    queue_letter(
        to_email=invitation.email,
        subject=subject,
        body=body,
        kind="invitation",
        language=invitation.language,
        about=invitation.organisation,
    )


def tell_merged(organisation: Organisation, people: Iterable[User], *, earlier: str) -> None:
    """Tell whoever added a partner under which name it stands in the register."""
    _tell_of_check("merged", organisation, people, earlier=earlier)


def tell_refused(organisation: Organisation, people: Iterable[User]) -> None:
    """Tell whoever added a partner why ICLD cannot accept it."""
    _tell_of_check("refused", organisation, people, reason=organisation.refusal_reason)


def _tell_of_check(
    outcome: str, organisation: Organisation, people: Iterable[User], **facts: str
) -> None:
    there = organisation.merged_into_id or organisation.pk
    url = settings.PUBLIC_URL + reverse("partnerships:organisation", args=[there])
    context = {"organisation": organisation.name, "url": url, **facts}
    letters = []
    for person in people:
        template = f"partnerships/letters/organisation_{outcome}"
        subject, body = render_letter(template, person.language, context)
        letters.append(
            new_letter(
                to_email=person.email,
                to_user_id=person.pk,
                subject=subject,
                body=body,
                kind=f"organisation_{outcome}",
                language=person.language,
                about=organisation,
            )
        )
    queue_letters(letters)


def tell_handed_over(
    organisation: Organisation, person: User, *, to: User, roles: Iterable[str]
) -> None:
    """Tell ``to`` what they have taken over, and from whom."""
    with translation.override(to.language):
        context = {
            "organisation": organisation.name,
            "person": person.name,
            "roles": ", ".join(str(Role(role).label) for role in sorted(roles)),
            "url": settings.PUBLIC_URL + reverse("home"),
        }
    subject, body = render_letter("partnerships/letters/handed_over", to.language, context)
    queue_letter(
        to_email=to.email,
        to_user_id=to.pk,
        subject=subject,
        body=body,
        kind="handed_over",
        language=to.language,
        about=organisation,
    )
