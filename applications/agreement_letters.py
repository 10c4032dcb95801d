"""The letters about an agreement: to those who sign, and to all when it is signed."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from applications import agreements, notices, rules
from applications.models import Agreement, SignedCopy, TextKind
from applications.notices import Recipient
from icld_portal.localize import money
from icld_portal.wording import Value
from partnerships.models import User


def _address(agreement: Agreement) -> str:
    handle = agreement.application.handle
    return settings.PUBLIC_URL + reverse("applications:agreement", args=[handle])


def awaited(agreement: Agreement) -> list[Recipient]:
    """Return those who can sign for a side that has not, each once."""
    loaded = Agreement.objects.all().with_parties().get(pk=agreement.pk)
    found = {}
    for side in agreements.of_parties(loaded, agreement.application):
        for person in side.signatories:
            found[person.pk] = _recipient(person, side.organisation.name)
    return list(found.values())


def ask_to_sign(agreement: Agreement) -> None:
    """Ask everybody who can sign, by the text that staff have written."""
    years = agreement.content["years"]

    def facts(language: str) -> dict[str, Value]:
        with translation.override(language):
            return {
                "url": _address(agreement),
                "amounts": [
                    _("Year %(year)d: %(amount)s")
                    % {"year": row["year"], "amount": money(row["amount_sek"])}
                    for row in years
                ],
                "total": _total(agreement),
            }

    notices.tell_by_text(
        agreement.application,
        "agreement_to_sign",
        text_kind=TextKind.AGREEMENT_TO_SIGN,
        facts=facts,
        to=awaited(agreement),
    )


def remind_to_sign(agreement: Agreement) -> list[Recipient]:
    """Remind everybody who can sign for a side that has not; return whom."""
    told = awaited(agreement)
    facts = {"url": _address(agreement), "total": _total(agreement)}
    notices.tell(agreement.application, "agreement_reminder", to=told, **facts)
    return told


def _total(agreement: Agreement) -> str:
    return money(agreement.content["total_sek"])


def tell_signed(agreement: Agreement) -> None:
    """All have signed: both parties and those of ICLD who signed or keep the case are told."""
    _tell_all(agreement, "agreement_signed")


def tell_cancelled(agreement: Agreement) -> None:
    """ICLD has cancelled the agreement; whoever signed or was to sign is told why."""
    _tell_all(agreement, "agreement_cancelled", reason=agreement.cancelled_reason)


def tell_copy_sent(copy: SignedCopy) -> None:
    """A copy signed by hand waits for ICLD's answer."""
    application = copy.agreement.application
    told = [_recipient(person, person.name) for person in _keepers(copy.agreement)]
    facts = {"sender": copy.sent_by.name, "file_name": copy.file_name}
    notices.tell(application, "agreement_copy", to=told, url=_address(copy.agreement), **facts)


def tell_copy_refused(copy: SignedCopy) -> None:
    """ICLD could not accept the copy; whoever sent it is told why."""
    sender = [_recipient(copy.sent_by, copy.sent_by.name)] if copy.sent_by.is_active else None
    notices.tell(
        copy.agreement.application,
        "agreement_copy_refused",
        to=sender,
        url=_address(copy.agreement),
        file_name=copy.file_name,
        reason=copy.reason,
    )


def _tell_all(agreement: Agreement, kind: str, **facts: str) -> None:
    application = agreement.application
    told = {one.email.lower(): one for one in notices.recipients(application)}
    for person in [*_signed_here(agreement), *_keepers(agreement)]:
        told.setdefault(person.email.lower(), _recipient(person, person.name))
    notices.tell(application, kind, to=list(told.values()), url=_address(agreement), **facts)


def _signed_here(agreement: Agreement) -> Iterable[User]:
    signed = agreement.signatures.exclude(signatory=None).select_related("signatory")
    people = [one.signatory for one in signed if one.signatory and one.signatory.is_active]
    return [person for person in people if rules.may_view(person, agreement.application)]


def _keepers(agreement: Agreement) -> list[User]:
    """Who keeps the case at ICLD; somebody may have declared a conflict of interest since."""
    application = agreement.application
    return [who for who in notices.at_icld(application) if rules.may_view(who, application)]


def _recipient(person: User, organisation: str) -> Recipient:
    return Recipient(person.email, person.language, organisation, person.pk)
