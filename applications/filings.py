"""Each party files the case at home; it writes that here at any time, also afterwards."""

from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applications import rules
from applications.models import Application, CaseParty, PartyFiling
from icld_portal import events
from partnerships.models import Organisation, User


class FilingFacts(TypedDict):
    """What a party writes; every fact may be empty."""

    registry_number: str
    decision_body: str
    decided_on: date | None
    decision_paragraph: str


@dataclass(frozen=True)
class FilingRow:
    """One party with what it has written; ``may_file`` for the person who reads."""

    party: CaseParty
    filing: PartyFiling | None
    may_file: bool


def filing_rows(application: Application, user: User) -> list[FilingRow]:
    """Return one row per party, in the order of the case; one query."""
    filings = {filing.organisation_id: filing for filing in application.filings.order_by("pk")}
    return [
        FilingRow(
            party,
            filings.get(party.organisation_id),
            rules.may_file(user, application, party.organisation_id),
        )
        for party in application.case_parties.all()
    ]


@transaction.atomic
def save_filing(
    application: Application, organisation: Organisation, facts: FilingFacts, *, by: User
) -> PartyFiling:
    """Keep the party's own registry number and decision, whatever the case's status.

    Raises PermissionDenied if ``by`` does not write for this party of the case.
    """
    if not rules.may_file(by, application, organisation.pk):
        raise PermissionDenied("save_filing")
    filing, _made = PartyFiling.objects.update_or_create(
        application=application,
        organisation=organisation,
        defaults={**facts, "updated_at": timezone.now(), "updated_by": by},
    )
    events.record(application, "save_filing", by=by, organisation_id=organisation.pk)
    return filing
