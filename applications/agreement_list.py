"""The agreements of all approved cases: whom each waits for, counted and listed for ICLD."""

from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.models import Agreement, AgreementParty, AgreementStatus, Application, Status
from partnerships.models import OrganisationSide, User

TO_MAKE, OFFICE, PARTIES, SIGNED = "to-make", "icld", "parties", "signed"
STATES: dict[str, Promise | str] = {
    TO_MAKE: _("to be prepared"),
    OFFICE: _("wait for ICLD"),
    PARTIES: _("wait for a party"),
    SIGNED: _("signed by all"),
}
IS_IN = {
    TO_MAKE: Q(has_agreement=False),
    OFFICE: Q(awaits_office=True),
    PARTIES: Q(awaits_party=True),
    SIGNED: Q(is_signed=True),
}


@dataclass(frozen=True)
class Row:
    """One approved case: its agreement, if there is one, and who has yet to sign."""

    application: Application
    agreement: Agreement | None
    awaited: list[str]


def approved_cases(user: User) -> QuerySet[Application]:
    """The approved cases ``user`` may see, with how far the agreement of each has come.

    One that waits for ICLD and a party is among both.
    """
    here = Agreement.objects.filter(application=OuterRef("pk"))
    unsigned = AgreementParty.objects.filter(
        agreement__application=OuterRef("pk"),
        agreement__status=AgreementStatus.OPEN,
        signature=None,
    )
    return (
        Application.objects.all()
        .visible_to(user)
        .filter(status=Status.APPROVED)
        .annotate(
            has_agreement=Exists(here.standing()),
            is_signed=Exists(here.filter(status=AgreementStatus.SIGNED)),
            awaits_office=Exists(unsigned.filter(side=OrganisationSide.OFFICE)),
            awaits_party=Exists(unsigned.exclude(side=OrganisationSide.OFFICE)),
        )
    )


def counts(user: User) -> list[tuple[str, Promise | str, int]]:
    """Return each state with its word and how many cases are in it; one query."""
    found = approved_cases(user).aggregate(
        **{state.replace("-", "_"): Count("pk", filter=IS_IN[state]) for state in STATES}
    )
    return [(state, word, found[state.replace("-", "_")]) for state, word in STATES.items()]


def cases_in(user: User, state: str) -> QuerySet[Application]:
    """The approved cases in ``state``, or all of them, the newest first, ready to be listed."""
    found = approved_cases(user)
    if state:
        found = found.filter(IS_IN[state])
    standing = Agreement.objects.all().standing().defer("content").with_parties()
    return (
        found.select_related("partnership", "officer")
        .prefetch_related(Prefetch("agreements", standing, to_attr="standing"))
        .order_by(F("reference").desc())
    )


def row_of(application: Application) -> Row:
    """Return what the list says of one of ``cases_in``."""
    standing: list[Agreement] = application.standing  # type: ignore[attr-defined]
    agreement = standing[0] if standing else None
    parties = agreement.parties.all() if agreement else ()
    awaited = [one.organisation.name for one in parties if not hasattr(one, "signature")]
    return Row(application, agreement, awaited)
