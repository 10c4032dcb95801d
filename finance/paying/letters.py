"""The letters about money: to those who look after it in the grant's parties, and at ICLD."""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from finance.models import BankDetails, Grant, Payment, Repayment
from finance.paying.words import in_words
from icld_portal.localize import day, money
from icld_portal.mail import new_letter, queue_letters, render_letter
from icld_portal.models import Letter
from partnerships.models import Membership, Organisation, Role, User

TOLD_ROLES = frozenset(
    {Role.ADMINISTRATOR, Role.COORDINATOR, Role.PROJECT_MANAGER, Role.FINANCE, Role.SIGNATORY}
)

Facts = Callable[[], dict[str, str]]


def people_of(grant: Grant) -> list[User]:
    """Return whom to tell in the parties of the grant, each person once."""
    parties = grant.partnership.parties.values("organisation")
    return _with_roles(TOLD_ROLES, organisation__in=parties)


def _with_roles(roles: Iterable[Role], **where: object) -> list[User]:
    found = Membership.objects.filter(role__in=list(roles), user__is_active=True, **where)
    return list({one.user_id: one.user for one in found.select_related("user")}.values())


def _letter(kind: str, person: User, about: Grant | Organisation, facts: Facts) -> Letter:
    with translation.override(person.language):
        context = facts()
    subject, body = render_letter(f"finance/letters/{kind}", person.language, context)
    return new_letter(
        to_email=person.email,
        to_user_id=person.pk,
        subject=subject,
        body=body,
        kind=kind,
        language=person.language,
        about=about,
    )


def _tell_parties(kind: str, grant: Grant, facts: Facts) -> None:
    url = settings.PUBLIC_URL + reverse("finance:ledger", args=[grant.reference])
    known = {"url": url, "reference": grant.reference, "title": grant.title}
    queue_letters(
        _letter(kind, person, grant, lambda: known | facts()) for person in people_of(grant)
    )


def tell_paid(payment: Payment) -> None:
    """The money of a year has been paid: the parties are told how much and when."""
    _tell_parties(
        "payment_paid",
        payment.grant,
        lambda: {
            "amount": money(payment.amount),
            "year": str(payment.year),
            "paid_on": day(payment.paid_on),
            "account": str(payment.bank_details),
            "grantee": payment.grant.grantee.name,
        },
    )


def tell_claimed(claim: Repayment) -> None:
    """Money is to be paid back: the parties are told how much and why."""
    _tell_parties(
        "repayment_claimed",
        claim.grant,
        lambda: {
            "amount": money(claim.amount),
            "year": str(claim.year),
            "reason": in_words(claim.reason),
        },
    )


def tell_received(claim: Repayment) -> None:
    """What was claimed has come: the parties are told."""
    _tell_parties(
        "repayment_received",
        claim.grant,
        lambda: {
            "amount": money(claim.amount),
            "year": str(claim.year),
            "received_on": day(claim.received_on),
        },
    )


def tell_bank_details(details: BankDetails) -> None:
    """New bank details: the organisation's administrators and ICLD's financial officers know.

    A change that nobody of them meant to make is how such money is stolen.
    """
    organisation = details.organisation
    told = _with_roles([Role.ADMINISTRATOR], organisation=organisation)
    told += _with_roles([Role.OFFICE_FINANCE, Role.OFFICE_ADMINISTRATOR])
    url = settings.PUBLIC_URL + reverse("finance:bank", args=[organisation.pk])

    def facts() -> dict[str, str]:
        return {
            "organisation": organisation.name,
            "account": str(details),
            "by": details.entered_by.name,
            "on": day(details.entered_at),
            "url": url,
        }

    people = {person.pk: person for person in told}.values()
    queue_letters(_letter("bank_details", person, organisation, facts) for person in people)
