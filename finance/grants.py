"""Opening a grant: the moment a decision becomes money."""

from datetime import date, datetime

from finance.models import Grant, GrantYear
from icld_portal import events
from partnerships.models import Organisation, Partnership, User


def open_grant(
    *,
    reference: str,
    title: str,
    grant_type: str,
    partnership: Partnership,
    grantee: Organisation,
    start_on: date,
    end_on: date,
    amounts: dict[int, int],
    by: User,
    at: datetime,
) -> Grant:
    """Promise ``amounts`` (year of the case → whole SEK) and record it.

    The facts are copies: what is decided does not change when a text does. A second
    grant with the same reference is refused by the database.
    """
    grant = Grant.objects.create(
        reference=reference,
        title=title,
        grant_type=grant_type,
        partnership=partnership,
        grantee=grantee,
        start_on=start_on,
        end_on=end_on,
        opened_at=at,
    )
    GrantYear.objects.bulk_create(
        GrantYear(grant=grant, year=year, decided_sek=amount)
        for year, amount in sorted(amounts.items())
    )
    total_sek = sum(amounts.values())
    active = Grant.Status.ACTIVE
    events.record(grant, "open_grant", by=by, at=at, to_status=active, total_sek=total_sek)
    return grant
