"""Decisions being prepared in the demo: a meeting with its pot, and a proposal outside it."""

from datetime import datetime, timedelta
from typing import cast

from applications import workflow
from applications.models import Application, PendingOutcome, Status
from finance import caps
from partnerships.models import Role, User

POT_SEK = 5_000_000
REASON = (
    "Ansökan har en tydlig gemensam utmaning och båda parter lär av varandra. Budgeten är rimlig."
)
POSTPONED = "Budgeten för år 2 behöver förtydligas innan ett beslut kan fattas."
CONDITION = "Utse en ansvarig för jämställdhetsarbetet hos båda parter."


def prepare_meeting(now: datetime) -> None:
    """Set the pot of the round that is assessed, and propose decisions on its first cases."""
    assessed = Application.objects.filter(status=Status.IN_ASSESSMENT, round__isnull=False)
    first = assessed.select_related("round").order_by("-round__deadline_on", "reference").first()
    if first is None or first.round is None:
        return
    people = {
        role: User.objects.filter(memberships__role=role).order_by("pk").first()
        for role in (Role.DECIDER, Role.OFFICE_ADMINISTRATOR)
    }
    decider, administrator = people.values()
    if decider is None or administrator is None:
        return
    workflow.set_pot(first.round, "all", POT_SEK, by=administrator, at=now - timedelta(days=3))
    meeting = workflow.meeting_of(first.round)
    assigned = assessed.filter(round=first.round, officer__isnull=False)
    cases = assigned.select_related("budget", "officer").order_by("reference")
    granted, postponed, *alone = cases[:3]
    due_on = (now + timedelta(days=180)).date()
    proposal = workflow.propose(
        meeting,
        granted,
        by=cast(User, granted.officer),
        outcome=PendingOutcome.APPROVED,
        reason=REASON,
        amounts=caps.totals(granted.budget).by_year,
        conditions=[workflow.Wanted(CONDITION, due_on)],
        at=now - timedelta(days=2),
    )
    workflow.confirm(
        meeting, granted, by=decider, version=proposal.version, at=now - timedelta(days=1)
    )
    workflow.propose(
        meeting,
        postponed,
        by=cast(User, postponed.officer),
        outcome=PendingOutcome.POSTPONED,
        reason=POSTPONED,
        at=now - timedelta(days=1),
    )
    why = "Fler partnerskap från samma land har redan fått bidrag i den här omgången."
    workflow.move_case(
        meeting,
        postponed,
        above=granted,
        reason=why,
        seen=0,
        by=cast(User, postponed.officer),
        at=now - timedelta(days=1),
    )
    for case in alone:
        workflow.propose_alone(
            case,
            by=cast(User, case.officer),
            outcome=PendingOutcome.APPROVED,
            reason=REASON,
            amounts=caps.totals(case.budget).by_year,
            at=now - timedelta(days=1),
        )
