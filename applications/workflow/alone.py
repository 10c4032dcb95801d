"""A decision outside a meeting: one person proposes it, another takes it or sends it back."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import approvals, pots, proposal_notices, rules
from applications.models import Application, Decision, PendingDecision
from applications.workflow.assigning import barred_from
from applications.workflow.deciding import decision_problems, take_decision
from applications.workflow.meeting import StaleProposal, in_assessment, put_proposal
from applications.workflow.supplementing import supplement_problems
from icld_portal import events
from icld_portal.problems import NotReady, Problem
from partnerships.models import Role, User


def proposed_alone(application: Application) -> PendingDecision | None:
    """Return what is proposed for the case outside a meeting, with who and the sums."""
    return (
        PendingDecision.objects.filter(meeting=None, application=application)
        .select_related("proposed_by", "sent_back_by")
        .prefetch_related("years")
        .order_by("pk")
        .first()
    )


@transaction.atomic
def propose_alone(
    application: Application,
    *,
    by: User,
    outcome: str,
    reason: str,
    amounts: dict[int, int] | None = None,
    version: int = 0,
    at: datetime | None = None,
) -> PendingDecision:
    """Propose a decision; ``amounts`` are whole SEK per year, for an approval only.

    ``version`` is the proposal the writer saw, 0 for none. Raises NotReady when it could
    not be decided like this, StaleProposal, WrongStatus, PermissionDenied.
    """
    amounts = amounts or {}
    pots.lock(application.round_id)
    application = in_assessment(application)
    if not rules.may_propose(by, application):
        raise PermissionDenied("propose_alone")
    found = decision_problems(application, outcome=outcome, reason=reason, amounts=amounts)
    found += approvals.letter_problems(application, outcome=outcome)
    found += supplement_problems(application)
    if found := [*found, *_pot_problems(application, amounts)]:
        raise NotReady(found)
    standing = proposed_alone(application)
    pending = PendingDecision(application=application, proposed_by=by)
    pending.outcome, pending.reason = outcome, reason
    pending.proposed_at = at or timezone.now()
    pending = put_proposal(pending, amounts, version=version)
    if standing is None or standing.is_sent_back:  # A change of what waits is told by its page.
        proposal_notices.ask_to_decide(application, _deciders(application, but=by), by=by)
    return pending


def _deciders(application: Application, *, but: User) -> list[User]:
    """Return who else may decide: not of a party, and without a conflict of interest."""
    found = User.objects.filter(memberships__role=Role.DECIDER, is_active=True).exclude(pk=but.pk)
    people = list(found.distinct().order_by("pk"))
    barred = barred_from([application], people)
    return [person for person in people if (person.pk, application.pk) not in barred]


@transaction.atomic
def decide(
    application: Application, *, by: User, version: int, at: datetime | None = None
) -> Decision:
    """Take the decision that somebody else has proposed, as it was read.

    An approval opens the grant; both parties get the letter. Raises StaleProposal when the
    proposal is not the one that was read, NotReady when ``by`` is the proposer or the pot
    does not hold it, WrongStatus when it is decided already, PermissionDenied.
    """
    at = at or timezone.now()
    pots.lock(application.round_id)
    pending = _awaited(application, by=by, version=version)
    application = pending.application
    amounts = {year.year: year.amount_sek for year in pending.years.all()}
    if found := _pot_problems(application, amounts):
        raise NotReady(found)
    decision = take_decision(
        application,
        by=by,
        outcome=pending.outcome,
        reason=pending.reason,
        amounts=amounts,
        at=at,
        proposed_by=pending.proposed_by,
        pot_round=application.round,
    )
    pending.confirmed_by, pending.confirmed_at = by, at
    pending.save(update_fields=["confirmed_by", "confirmed_at"])
    return decision


@transaction.atomic
def send_back(
    application: Application, *, by: User, version: int, reason: str, at: datetime | None = None
) -> PendingDecision:
    """Refuse to decide what is proposed, and say why; it can be proposed anew.

    Raises NotReady without a reason, else as ``decide``.
    """
    pending = _awaited(application, by=by, version=version)
    if not reason.strip():
        raise NotReady([Problem(_("Write why you send it back."), anchor="reason")])
    pending.sent_back_by, pending.sent_back_at = by, at or timezone.now()
    pending.sent_back_reason = reason.strip()
    pending.version += 1
    pending.save()
    events.record(
        application, "send_back", by=by, at=pending.sent_back_at, reason=pending.sent_back_reason
    )
    proposal_notices.tell_sent_back(application, pending, by=by)
    return pending


def _awaited(application: Application, *, by: User, version: int) -> PendingDecision:
    """Return the proposal that ``by`` read and may decide on, with its case locked."""
    application = in_assessment(application)
    if not rules.may_decide(by, application):
        raise PermissionDenied("decide")
    pending = proposed_alone(application)
    if pending is None or pending.version != version or pending.is_sent_back:
        raise StaleProposal(pending)
    if pending.proposed_by_id == by.pk:
        raise NotReady([Problem(_("You have proposed this yourself. Somebody else decides."))])
    pending.application = application
    return pending


def _pot_problems(application: Application, amounts: dict[int, int]) -> list[Problem]:
    held = pots.states(application.round_id, but=application)
    return pots.problems(held, application, sum(amounts.values()))
