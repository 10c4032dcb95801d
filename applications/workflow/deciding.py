"""The deeds of ICLD: take up, assign, assess, decide."""

from datetime import date, datetime
from typing import cast

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from applications import approvals, jobs, proposal_notices, rules
from applications.models import (
    Application,
    Decision,
    DecisionYear,
    Outcome,
    Round,
    Status,
)
from applications.workflow.supplementing import supplement_problems
from applications.workflow.transitions import APPROVE, REJECT, TAKE_UP
from finance import caps, grants
from finance.budgets import decided_lines
from finance.models import GrantType
from icld_portal import events
from icld_portal.localize import money
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus, begin, complete
from partnerships.models import User


@transaction.atomic
def take_up(application: Application, *, by: User, at: datetime | None = None) -> Application:
    """Begin the assessment; whoever takes it up is its programme officer."""
    application = begin(TAKE_UP, application, by=by)
    application.officer = application.officer or by
    return complete(TAKE_UP, application, by=by, at=at)


@transaction.atomic
def assign(
    application: Application, *, to: User | None, by: User, at: datetime | None = None
) -> Application:
    """Make ``to`` the programme officer of the case, or nobody.

    Raises PermissionDenied if ``by`` may not assign or ``to`` is no officer, WrongStatus
    for a draft.
    """
    application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if application.status == Status.DRAFT:
        raise WrongStatus("assign")
    if not rules.may_assign(by, application) or (to and not rules.may_assess(to, application)):
        raise PermissionDenied("assign")
    application.officer = to
    application.save(update_fields=["officer"])
    events.record(application, "assign", by=by, at=at, officer_id=to.pk if to else None)
    return application


def take_decision(
    application: Application,
    *,
    by: User,
    outcome: str,
    reason: str,
    amounts: dict[int, int],
    at: datetime,
    pot_round: Round | None,
    proposed_by: User,
) -> Decision:
    """Decide inside a transaction that holds the pots of ``pot_round``.

    ``amounts`` are whole SEK per year of the case, for an approval only: it opens the grant.
    Both parties get the letter. Raises NotReady when the sums or the reason are not in
    order, WrongStatus when it is decided already, PermissionDenied if ``by`` does not decide.
    """
    transition = APPROVE if outcome == Outcome.APPROVED else REJECT
    application = begin(transition, application, by=by)
    found = decision_problems(application, outcome=outcome, reason=reason, amounts=amounts)
    found += approvals.letter_problems(application, outcome=outcome)
    if found := [*found, *supplement_problems(application)]:
        raise NotReady(found)
    decision = Decision.objects.create(
        application=application,
        outcome=outcome,
        reason=reason.strip(),
        decided_by=by,
        decided_at=at,
        proposed_by=proposed_by,
        pot_round=pot_round,
    )
    if outcome == Outcome.APPROVED:
        _promise(application, decision, amounts, by=by, at=at)
    jobs.make_decision_letter.defer(application_id=application.pk)
    proposal_notices.tell_nobody_more(application)
    complete(transition, application, by=by, at=at, granted_sek=sum(amounts.values()))
    return decision


def decision_problems(
    application: Application, *, outcome: str, reason: str, amounts: dict[int, int]
) -> list[Problem]:
    """Return what stops a decision: no reason, or sums that were not asked for."""
    found = []
    if not reason.strip():
        found.append(Problem(_("Write the reason for the decision."), anchor="reason"))
    if outcome == Outcome.REJECTED:
        if amounts:
            found.append(Problem(_("A rejection has no amounts."), anchor="year-1"))
        return found
    asked = caps.totals(application.budget).by_year
    if not sum(amounts.values()):
        found.append(Problem(_("An approval needs an amount."), anchor="year-1"))
    for year, amount in amounts.items():
        if amount < 0 or amount > asked.get(year, 0):
            found.append(
                Problem(
                    _("Year %(year)d: %(amount)s is not between 0 and the %(asked)s asked for.")
                    % {
                        "year": year,
                        "amount": money(amount),
                        "asked": money(asked.get(year, 0)),
                    },
                    anchor=f"year-{year}",
                )
            )
    return found


def _promise(
    application: Application,
    decision: Decision,
    amounts: dict[int, int],
    *,
    by: User,
    at: datetime,
) -> None:
    DecisionYear.objects.bulk_create(
        DecisionYear(decision=decision, year=year, amount_sek=amount)
        for year, amount in sorted(amounts.items())
    )
    grantee = application.case_parties.select_related("organisation").get(is_grantee=True)
    grants.open_grant(
        reference=str(application.reference),
        title=application.title_sv,
        grant_type=GrantType(application.grant_type),
        partnership=application.partnership,
        grantee=grantee.organisation,
        start_on=cast(date, application.start_on),
        end_on=cast(date, application.end_on),
        amounts=amounts,
        lines=decided_lines(application.budget, amounts),
        by=by,
        at=at,
    )
