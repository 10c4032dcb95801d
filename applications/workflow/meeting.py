"""The deeds of a decision meeting: set the pot, propose, confirm, release together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import approvals, jobs, notices, pots, rules
from applications.models import (
    Application,
    Condition,
    Meeting,
    PendingDecision,
    PendingOutcome,
    PendingYear,
    Pot,
    Round,
    Status,
)
from applications.workflow.deciding import decision_problems, take_decision
from applications.workflow.releasing import release_problems
from applications.workflow.supplementing import supplement_problems
from icld_portal import events
from icld_portal.localize import money
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships.models import User


class StaleProposal(Exception):
    """Somebody else has changed the proposal since the page was opened: ``pending``."""

    def __init__(self, pending: PendingDecision | None) -> None:
        self.pending = pending
        super().__init__("stale proposal")


@dataclass(frozen=True)
class Wanted:
    """A condition as it is proposed."""

    text: str
    due_on: date


@transaction.atomic
def set_pot(
    of_round: Round, region: str, amount_sek: int, *, by: User, at: datetime | None = None
) -> Pot:
    """Set what a round may promise in ``region``, whole SEK.

    Raises NotReady when more is promised already, PermissionDenied if ``by`` does not
    administer.
    """
    if not rules.may_edit_rounds(by):
        raise PermissionDenied("set_pot")
    pots.lock(of_round.pk)
    pot, is_new = Pot.objects.get_or_create(
        round=of_round, region=region, defaults={"amount_sek": amount_sek}
    )
    before = None if is_new else pot.amount_sek
    state = next(one for one in pots.states(of_round.pk) if one.pot.pk == pot.pk)
    if amount_sek < state.used_sek:
        text = _("%(amount)s is granted or confirmed already. The pot cannot be smaller.")
        problem = Problem(text % {"amount": money(state.used_sek)}, anchor=f"id_{region}")
        raise NotReady([problem])
    pot.amount_sek = amount_sek
    pot.save(update_fields=["amount_sek"])
    events.record(
        of_round, "set_pot", by=by, at=at, region=region, amount_sek=amount_sek, before=before
    )
    return pot


def meeting_of(of_round: Round) -> Meeting:
    """Return the meeting of a round; it comes to be with its first proposal."""
    return Meeting.objects.get_or_create(round=of_round)[0]


@transaction.atomic
def propose(
    meeting: Meeting,
    application: Application,
    *,
    by: User,
    outcome: str,
    reason: str,
    amounts: dict[int, int] | None = None,
    conditions: Sequence[Wanted] = (),
    version: int = 0,
    at: datetime | None = None,
) -> PendingDecision:
    """Write what the meeting shall decide on a case; a confirmation it had is gone.

    ``amounts`` are whole SEK per year of the case, for an approval only; ``version`` is
    the one the writer saw, 0 for none. Raises NotReady with what is not in order,
    StaleProposal, WrongStatus when the meeting or the case has moved on, PermissionDenied.
    """
    at = at or timezone.now()
    hold_open(meeting)
    application = in_assessment(application)
    if not rules.may_propose(by, application):
        raise PermissionDenied("propose")
    amounts = amounts or {}
    if found := proposal_problems(
        application, outcome=outcome, reason=reason, amounts=amounts, conditions=conditions
    ):
        raise NotReady(found)
    pending = PendingDecision(meeting=meeting, application=application, proposed_by=by)
    pending.outcome, pending.reason, pending.proposed_at = outcome, reason, at
    pending = put_proposal(pending, amounts, version=version)
    _put_conditions(application, conditions)
    return pending


def put_proposal(
    wanted: PendingDecision, amounts: dict[int, int], *, version: int
) -> PendingDecision:
    """Put a proposal in the place of the one its writer saw, for a case that is locked.

    ``version`` is that one's, 0 for none. A confirmation it had, or that it was sent back,
    is gone. Raises StaleProposal.
    """
    stored = PendingDecision.objects.filter(
        meeting=wanted.meeting, application=wanted.application
    ).first()
    if version != (stored.version if stored else 0):
        raise StaleProposal(stored)
    wanted.pk, wanted.version = stored.pk if stored else None, version + 1
    wanted.reason = wanted.reason.strip()
    wanted.save()
    wanted.years.all().delete()
    PendingYear.objects.bulk_create(
        PendingYear(pending=wanted, year=year, amount_sek=amount)
        for year, amount in sorted(amounts.items())
    )
    events.record(
        wanted.application,
        "propose",
        by=wanted.proposed_by,
        at=wanted.proposed_at,
        outcome=wanted.outcome,
        amount_sek=sum(amounts.values()),
    )
    return wanted


def _put_conditions(application: Application, conditions: Sequence[Wanted]) -> None:
    """Put the conditions of a proposal in the place of those it had."""
    Condition.objects.filter(application=application, is_released=False).delete()
    Condition.objects.bulk_create(
        Condition(application=application, text=wanted.text.strip(), due_on=wanted.due_on)
        for wanted in conditions
    )


def proposal_problems(
    application: Application,
    *,
    outcome: str,
    reason: str,
    amounts: dict[int, int],
    conditions: Sequence[Wanted],
) -> list[Problem]:
    """Return what stops a proposal: what stops a decision, or conditions on a refusal."""
    if outcome == PendingOutcome.POSTPONED:
        found = [] if reason.strip() else [Problem(_("Write the reason."), anchor="reason")]
        if amounts:
            found.append(Problem(_("What is postponed has no amounts."), anchor="year-1"))
    else:
        found = decision_problems(application, outcome=outcome, reason=reason, amounts=amounts)
        found += approvals.letter_problems(application, outcome=outcome)
        found += supplement_problems(application)
    if conditions and outcome != PendingOutcome.APPROVED:
        found.append(Problem(_("Only an approval has conditions."), anchor="conditions"))
    return found


@transaction.atomic
def confirm(
    meeting: Meeting,
    application: Application,
    *,
    by: User,
    version: int,
    at: datetime | None = None,
) -> PendingDecision:
    """Confirm a proposal of somebody else; an approval is held in the pot from now on.

    Raises NotReady when the pot does not hold it or ``by`` is the proposer, StaleProposal
    when the proposal is not the one that was read, WrongStatus, PermissionDenied.
    """
    at = at or timezone.now()
    hold_open(meeting)
    application = in_assessment(application)
    if not rules.may_decide(by, application):
        raise PermissionDenied("confirm")
    pending = PendingDecision.objects.filter(meeting=meeting, application=application).first()
    if pending is None or pending.version != version:
        raise StaleProposal(pending)
    if pending.confirmed_at is not None:
        raise WrongStatus("confirm")
    if pending.proposed_by_id == by.pk:
        text = _("You have proposed this yourself. Somebody else confirms it.")
        raise NotReady([Problem(text)])
    amount_sek = sum(year.amount_sek for year in pending.years.all())
    held = pots.states(meeting.round_id, but=application)
    if found := pots.problems(held, application, amount_sek):
        raise NotReady(found)
    pending.confirmed_by, pending.confirmed_at = by, at
    pending.save(update_fields=["confirmed_by", "confirmed_at"])
    events.record(application, "confirm", by=by, at=at, outcome=pending.outcome)
    return pending


@transaction.atomic
def take_back_confirmation(
    meeting: Meeting, application: Application, *, by: User, at: datetime | None = None
) -> None:
    """Say that a proposal is not confirmed after all; what it held in the pot is free again."""
    hold_open(meeting)
    application = in_assessment(application)
    if not rules.may_decide(by, application):
        raise PermissionDenied("take_back_confirmation")
    PendingDecision.objects.filter(meeting=meeting, application=application).update(
        confirmed_by=None, confirmed_at=None
    )
    events.record(application, "take_back_confirmation", by=by, at=at)


@transaction.atomic
def order_release(
    meeting: Meeting, *, by: User, held_on: date, at: datetime | None = None
) -> Meeting:
    """Have all confirmed decisions released together, by a job; from now on nothing changes.

    Raises NotReady when a proposal waits for its confirmation or nothing is confirmed,
    WrongStatus when it is ordered already, PermissionDenied if ``by`` does not decide.
    """
    at = at or timezone.now()
    if not by.is_decider:
        raise PermissionDenied("order_release")
    meeting = hold_open(meeting)
    if found := release_problems(meeting, held_on=held_on, by=by, at=at):
        raise NotReady(found)
    meeting.ordered_at, meeting.ordered_by, meeting.held_on = at, by, held_on
    meeting.save(update_fields=["ordered_at", "ordered_by", "held_on"])
    events.record(meeting, "order_release", by=by, at=at)
    jobs.release_meeting.defer(meeting_id=meeting.pk)
    return meeting


@transaction.atomic
def release(meeting_id: int) -> None:
    """Take every confirmed decision of an ordered meeting, all or none, and queue the letters.

    Run by a job, as often as it likes: a meeting is released once. A case that its parties
    have withdrawn in the meantime stays withdrawn.
    """
    pots.lock(Meeting.objects.values_list("round_id", flat=True).get(pk=meeting_id))
    meeting = Meeting.objects.select_related("round", "ordered_by").get(pk=meeting_id)
    if meeting.ordered_at is None or meeting.released_at is not None:
        return
    rows = meeting.pending.select_related("application", "confirmed_by", "proposed_by")
    for pending in rows.prefetch_related("years").order_by("application"):
        _release_one(meeting, pending)
    meeting.released_at = timezone.now()
    meeting.save(update_fields=["released_at"])
    events.record(meeting, "release", by=meeting.ordered_by, at=meeting.released_at)
    jobs.make_protocol.defer(meeting_id=meeting.pk)


def _release_one(meeting: Meeting, pending: PendingDecision) -> None:
    decider, at = pending.confirmed_by, meeting.ordered_at or timezone.now()
    if decider is None:
        return
    try:
        with transaction.atomic():
            if pending.outcome == PendingOutcome.POSTPONED:
                _postpone(in_assessment(pending.application), pending, at=at)
            else:
                _decide(meeting, pending, by=decider, at=at)
    except WrongStatus:  # Withdrawn in the meantime, or decided on alone.
        return


def _decide(meeting: Meeting, pending: PendingDecision, *, by: User, at: datetime) -> None:
    application = pending.application
    # First the conditions: the letters that the decision queues tell of them.
    proposed = Condition.objects.filter(application=application, is_released=False)
    proposed.update(is_released=True)
    take_decision(
        application,
        by=by,
        outcome=pending.outcome,
        reason=pending.reason,
        amounts={year.year: year.amount_sek for year in pending.years.all()},
        at=at,
        proposed_by=pending.proposed_by,
        pot_round=meeting.round,
    )


def _postpone(application: Application, pending: PendingDecision, *, at: datetime) -> None:
    events.record(application, "postpone", by=pending.confirmed_by, reason=pending.reason)
    notices.tell_postponed(application, reason=pending.reason, at=at)


@transaction.atomic
def stop_release(meeting_id: int, reason: str) -> None:
    """Open an ordered meeting again, since something in it may not be decided as it stands."""
    pots.lock(Meeting.objects.values_list("round_id", flat=True).get(pk=meeting_id))
    meeting = Meeting.objects.get(pk=meeting_id)
    if meeting.released_at is None:
        meeting.ordered_at = meeting.ordered_by = None
        meeting.save(update_fields=["ordered_at", "ordered_by"])
        events.record(meeting, "stop_release", by=None, reason=reason)


@transaction.atomic
def meet_condition(
    condition: Condition, *, by: User, note: str, at: datetime | None = None
) -> Condition:
    """Note that a condition of an approval is met, and how.

    Raises WrongStatus when it is met already or not released, PermissionDenied if ``by``
    does not assess the case.
    """
    condition = Condition.objects.select_for_update().get(pk=condition.pk)
    if not rules.may_assess(by, condition.application):
        raise PermissionDenied("meet_condition")
    if condition.met_at is not None or not condition.is_released:
        raise WrongStatus("meet_condition")
    condition.met_at, condition.met_by, condition.note = at or timezone.now(), by, note.strip()
    condition.save(update_fields=["met_at", "met_by", "note"])
    events.record(condition.application, "meet_condition", by=by, at=at, note=condition.note)
    return condition


def hold_open(meeting: Meeting) -> Meeting:
    """Hold the meeting for one deed; raises WrongStatus when its release is ordered.

    The round's lock is the one lock of all deeds here: it holds the pots as well.
    """
    pots.lock(meeting.round_id)
    fresh = Meeting.objects.get(pk=meeting.pk)
    if not fresh.is_open:
        raise WrongStatus("meeting")
    return fresh


def in_assessment(application: Application) -> Application:
    """Return the case locked and fresh; WrongStatus unless it is in assessment."""
    fresh = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if fresh.status != Status.IN_ASSESSMENT:
        raise WrongStatus("meeting")
    return fresh
