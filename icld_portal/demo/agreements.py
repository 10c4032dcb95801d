"""Agreements of the demo: one that awaits the partner's signature, and one signed by all."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from applications import agreement_content, workflow
from applications.models import Agreement, Application, Status
from icld_portal.models import Factor
from partnerships.models import User

STATEMENT = {
    "sv": "Jag undertecknar avtalet för %s.",
    "en": "I sign the agreement for %s.",
}


def make_agreements(now: datetime, *, signatories: Mapping[int, User], decider: User) -> None:
    """Make the agreements of the first two approved cases; the others wait for an officer."""
    cases = Application.objects.filter(status=Status.APPROVED).select_related("officer")
    for case, awaits_partner in zip(cases.order_by("reference"), (True, False), strict=False):
        if case.officer is None:
            return
        at = min(now, case.decision.decided_at + timedelta(days=1))
        years = agreement_content.years_of(case, case.decision)
        dates = agreement_content.usual_dates(case, years)
        made = workflow.make_agreement(case, by=case.officer, dates=dates, at=at)
        for party in made.parties.select_related("organisation"):
            if awaits_partner and party.side == "partner":
                continue
            by = decider if party.is_office else signatories[party.organisation_id]
            _sign(made, party.organisation_id, party.organisation.name, by=by, at=at)


def _sign(made: Agreement, organisation: int, name: str, *, by: User, at: datetime) -> None:
    workflow.sign(
        made,
        by=by,
        organisation=organisation,
        statement=STATEMENT[made.language] % name,
        sha256=made.content_sha256,
        method=Factor.TOTP,
        at=at,
    )
