"""Cases whose agreement all have signed, and grants that are ended early, for tests."""

from datetime import date, datetime, timedelta

from applications.endings.problems import Days
from applications.models import Application
from applications.workflow import ending
from finance.models import Grant
from icld_portal.localize import STOCKHOLM
from partnerships.models import Partnership, User
from tests.factories import cases


def noon(day: date) -> datetime:
    """Return the middle of a day in Sweden."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=STOCKHOLM)


def signed_case(
    partnership: Partnership, coordinator: User, decider: User, years: int = 1
) -> Application:
    """Return an approved case of so many years from July 2027, 100 000 kr a year, whose
    agreement all have signed."""
    case = cases.in_assessment(partnership, by=coordinator, officer=decider, years=years)
    amounts = dict.fromkeys(range(1, years + 1), 100_000)
    cases.decide(case, by=decider, outcome="approved", reason="Stark.", amounts=amounts)
    case.refresh_from_db()
    agreement = cases.agreement(case, by=decider)
    for party in agreement.parties.select_related("organisation"):
        by = decider if party.is_office else cases.signatory_of(party.organisation)
        cases.sign(agreement, by=by, organisation=party.organisation)
    return case


def grant_of(case: Application) -> Grant:
    """Return the grant of a case as it is now."""
    return Grant.objects.get(reference=case.reference)


def days(last_on: date) -> Days:
    """The reports are due two and three months after the last day."""
    return Days(last_on, last_on + timedelta(days=60), last_on + timedelta(days=90))


def ended_early(
    case: Application, last_on: date, *, by: User, decider: User, at: datetime
) -> Grant:
    """Propose and decide that the grant ends on ``last_on``."""
    proposed = ending.propose_ending(grant_of(case), days(last_on), reason="Krig.", by=by, at=at)
    return ending.end_early(proposed, by=decider, at=at)
