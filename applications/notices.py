"""The letters of a case: who is told what, in whose language."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from applications.models import Application, CaseParty
from icld_portal.localize import in_language, money
from icld_portal.localize import moment as written_moment
from icld_portal.mail import new_letter, queue_letters, render_letter
from icld_portal.models import Letter
from partnerships.models import Membership, OrganisationSide, Role

TOLD_ROLES = (Role.ADMINISTRATOR, Role.COORDINATOR, Role.PROJECT_MANAGER, Role.SIGNATORY)


@dataclass(frozen=True)
class Recipient:
    """One person to write to, for one of the parties."""

    email: str
    language: str
    organisation: str
    user_id: int | None = None


def recipients(application: Application) -> list[Recipient]:
    """Return everyone to tell: each party's people, else the contact it has named."""
    found: dict[str, Recipient] = {}
    parties = list(application.case_parties.select_related("organisation__kind"))
    memberships = Membership.objects.filter(
        organisation__in=[party.organisation_id for party in parties],
        role__in=TOLD_ROLES,
        user__is_active=True,
    ).select_related("user", "organisation")
    for membership in memberships:
        user = membership.user
        found.setdefault(
            user.email.lower(),
            Recipient(user.email, user.language, membership.organisation.name, user.pk),
        )
    for party in parties:
        contact = contact_of(party)
        if contact:
            found.setdefault(contact.email.lower(), contact)
    return list(found.values())


def contact_of(party: CaseParty) -> Recipient | None:
    """Return the contact person a party has named, if there is an address."""
    if not party.contact_email:
        return None
    swedish = party.organisation.kind.side == OrganisationSide.SWEDISH
    return Recipient(party.contact_email, "sv" if swedish else "en", party.organisation.name)


def tell(application: Application, kind: str, **facts: Any) -> None:
    """Queue the letter ``kind`` to both parties, each in the reader's language."""
    queue_letters(
        _letter(application, kind, recipient, facts) for recipient in recipients(application)
    )


def _letter(
    application: Application, kind: str, recipient: Recipient, facts: dict[str, Any]
) -> Letter:
    subject, body = render_letter(
        f"applications/letters/{kind}",
        recipient.language,
        _context(application, recipient) | _money_words(facts, recipient.language),
    )
    return new_letter(
        to_email=recipient.email,
        to_user_id=recipient.user_id,
        subject=subject,
        body=body,
        kind=kind,
        language=recipient.language,
        about=application,
    )


def tell_submitted(application: Application) -> None:
    """The application has arrived."""
    tell(application, "submitted")


def tell_decided(application: Application) -> None:
    """The decision, with the sum of each year or the reason for a rejection."""
    decision = application.decision
    amounts = dict(decision.years.values_list("year", "amount_sek"))
    tell(application, decision.outcome, reason=decision.reason, amounts_sek=amounts)


def _context(application: Application, recipient: Recipient) -> dict[str, Any]:
    with translation.override(recipient.language):
        return {
            "reference": application.reference,
            "title": in_language(application, "title"),
            "partnership": application.partnership.name,
            "received_at": written_moment(application.received_at),
            "url": settings.PUBLIC_URL + application.get_absolute_url(),
            "organisation": recipient.organisation,
        }


def _money_words(facts: dict[str, Any], language: str) -> dict[str, Any]:
    amounts: dict[int, int] = facts.get("amounts_sek", {})
    with translation.override(language):
        return facts | {
            "amounts": [
                _("Year %(year)d: %(amount)s") % {"year": year, "amount": money(amount)}
                for year, amount in sorted(amounts.items())
            ],
            "total": money(sum(amounts.values())),
        }
