"""Supplements: ask for named parts, answer, accept or ask again, give more time, close.

The case keeps its status meanwhile. What is unlocked is held by the database's triggers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import (
    approvals,
    completeness,
    jobs,
    rules,
    search,
    snapshots,
    supplement_notices,
)
from applications.fingerprints import fingerprint
from applications.models import (
    Application,
    PartKind,
    Supplement,
    SupplementPart,
    SupplementState,
)
from applications.statuses import UNDER_WORK
from applications.unlocking import Place, TooLate
from applications.versions import form_of
from finance import budgets
from icld_portal import events
from icld_portal.localize import STOCKHOLM
from icld_portal.problems import NotReady, Problem, blocking
from icld_portal.workflow import WrongStatus
from partnerships.models import User

# The day to answer by may not be further off than this.
MOST_DAYS = 366
REMINDER_DAYS = (7, 1)


@dataclass(frozen=True)
class Asked:
    """One part to be supplemented, and what ICLD wants there."""

    kind: str
    pk: int
    reason: str

    @property
    def place(self) -> Place:
        """The part itself."""
        return self.kind, self.pk


def places_of(application: Application) -> list[Place]:
    """Return every part of the case's form that can be named, in the form's order."""
    found: list[Place] = []
    form = form_of(application)
    whole = {str(kind) for kind in PartKind} & {section.part for section in form.sections.all()}
    for section in form.sections.all():
        if section.part in whole:
            found.append((section.part, 0))
        found += [(str(PartKind.QUESTION), question.pk) for question in section.questions.all()]
    return found + [(str(PartKind.SLOT), slot.pk) for slot in form.slots.all()]


def _locked_case(application: Application, *, by: User, verb: str) -> Application:
    """Lock a case under work for a deed of ICLD's; WrongStatus or PermissionDenied."""
    case = (
        Application.objects.select_for_update(of=("self",))
        .select_related("sheet", "budget", "partnership")
        .get(pk=application.pk)
    )
    if case.status not in UNDER_WORK:
        raise WrongStatus(verb)
    if not rules.may_ask_supplement(by, case):
        raise PermissionDenied(verb)
    return case


def _in_state(case: Application, number: int, *states: str) -> Supplement:
    """Return a supplement of a locked case if it is in one of ``states``; WrongStatus."""
    supplement = case.supplements.with_parts().get(number=number)
    if supplement.state not in states:
        raise WrongStatus(supplement.state)
    supplement.application = case
    return supplement


def due_problems(due_on: date, *, at: datetime) -> list[Problem]:
    """Return what speaks against answering by the end of ``due_on``."""
    today = timezone.localtime(at, STOCKHOLM).date()
    if due_on < today:
        return [Problem(_("That day has passed already."), anchor="due_on")]
    if due_on > today + timedelta(days=MOST_DAYS):
        return [Problem(_("Choose a day within a year."), anchor="due_on")]
    return []


def ask_problems(
    application: Application, asked: Sequence[Asked], *, due_on: date, at: datetime
) -> list[Problem]:
    """Return what speaks against asking for these parts."""
    found = due_problems(due_on, at=at)
    if not asked:
        found.append(Problem(_("Choose at least one part.")))
    if {one.place for one in asked} - set(places_of(application)):
        found.append(Problem(_("A part you chose is not in the form of this case.")))
    found += [
        Problem(_("Write what is to be supplemented."), anchor=f"reason-{one.kind}-{one.pk}")
        for one in asked
        if not one.reason.strip()
    ]
    return found


@transaction.atomic
def ask_supplement(
    application: Application,
    asked: Sequence[Asked],
    *,
    due_on: date,
    by: User,
    at: datetime | None = None,
) -> Supplement:
    """Unlock the named parts until the last second of ``due_on``, and tell both parties.

    An answer that has come before is asked for again by it. Raises NotReady with what
    speaks against it, WrongStatus while the parties are answering or when the case is not
    under work, PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    case = _locked_case(application, by=by, verb="ask_supplement")
    if case.supplements.open().exists():
        raise WrongStatus("ask_supplement")
    if found := ask_problems(case, asked, due_on=due_on, at=at):
        raise NotReady(found)
    for earlier in case.supplements.filter(state=SupplementState.HANDED_IN):
        _end(earlier, SupplementState.AGAIN, by=by, at=at)
    supplement = Supplement.objects.create(
        application=case,
        number=case.supplements.count() + 1,
        due_on=due_on,
        asked_at=at,
        asked_by=by,
    )
    SupplementPart.objects.bulk_create(
        SupplementPart(
            supplement=supplement,
            kind=one.kind,
            question_id=one.pk if one.kind == PartKind.QUESTION else None,
            slot_id=one.pk if one.kind == PartKind.SLOT else None,
            reason=one.reason.strip(),
            before=snapshots.taken(case, *one.place),
        )
        for one in asked
    )
    if any(one.kind == PartKind.BUDGET for one in asked):
        budgets.unfreeze(case.budget)
    # What was handed in stays approved; a save asks only about what is approved anew.
    Application.objects.filter(pk=case.pk).update(has_approvals=False)
    events.record(case, "ask_supplement", by=by, at=at, number=supplement.number, due=str(due_on))
    supplement_notices.tell_asked(Supplement.objects.all().with_parts().get(pk=supplement.pk))
    return supplement


@transaction.atomic
def hand_in_supplement(
    supplement: Supplement, *, by: User, answer: str = "", at: datetime | None = None
) -> Supplement:
    """Hand in what was asked for: a new edition of the case, approved by both parties.

    Where nothing has been changed, ``answer`` says why. Raises NotReady with every blocking
    problem, WrongStatus when it is not open any more, TooLate when the day has passed,
    PermissionDenied if ``by`` does not hand in for the parties.
    """
    at = at or timezone.now()
    case = Application.objects.select_for_update(of=("self",)).get(pk=supplement.application_id)
    supplement = _in_state(case, supplement.number, SupplementState.OPEN)
    if case.status not in UNDER_WORK:
        raise WrongStatus("hand_in_supplement")
    if not supplement.is_open_at(at):
        raise TooLate("hand_in_supplement")
    if not rules.may_submit(by, case):
        raise PermissionDenied("hand_in_supplement")
    case = Application.objects.all().with_content().get(pk=case.pk)
    sha256 = fingerprint(case)
    if found := hand_in_problems(case, supplement, sha256=sha256, answer=answer):
        raise NotReady(found)
    for part in supplement.parts.all():
        part.after = snapshots.taken(case, *part.place)
        part.save(update_fields=["after"])
    case.content_sha256 = sha256
    case.edition += 1
    case.save(update_fields=["content_sha256", "edition"])
    supplement.state = SupplementState.HANDED_IN
    supplement.answer = answer.strip()
    supplement.handed_in_at, supplement.handed_in_by = at, by
    supplement.edition = case.edition
    supplement.save()
    _lock_again(case, supplement, by=by, at=at)
    jobs.make_receipt.defer(application_id=case.pk)
    search.keep([case.pk])
    facts: dict[str, Any] = {
        "number": supplement.number,
        "edition": case.edition,
        "content_sha256": sha256,
    }
    events.record(case, "hand_in_supplement", by=by, at=at, **facts)
    supplement_notices.tell_handed_in(supplement)
    return supplement


def hand_in_problems(
    case: Application, supplement: Supplement, *, sha256: str, answer: str
) -> list[Problem]:
    """Return what stops the parties from handing in; load the case ``with_content`` first."""
    places = {part.place for part in supplement.parts.all()}
    found = blocking(completeness.problems_in(case, places))
    if sha256 == case.content_sha256:
        if not answer.strip():
            text = _("Nothing has been changed. Change what ICLD asks about, or say why not.")
            found.append(Problem(text, anchor="answer"))
        return found
    parties = approvals.of_parties(case, supplemented=True)
    return found + approvals.problems(parties, sha256=sha256)


def _lock_again(case: Application, supplement: Supplement, *, by: User, at: datetime) -> None:
    """Freeze what was unlocked; what is approved is exactly what stands."""
    if any(part.kind == PartKind.BUDGET for part in supplement.parts.all()):
        budgets.freeze(case.budget, at=at)
    approvals.lapse_all_but(case, sha256=case.content_sha256, by=by, at=at)


@transaction.atomic
def accept_supplement(
    supplement: Supplement, *, by: User, at: datetime | None = None
) -> Supplement:
    """Say that the answer will do. Raises WrongStatus, PermissionDenied."""
    at = at or timezone.now()
    case = _locked_case(supplement.application, by=by, verb="accept_supplement")
    supplement = _in_state(case, supplement.number, SupplementState.HANDED_IN)
    _end(supplement, SupplementState.ACCEPTED, by=by, at=at)
    events.record(case, "accept_supplement", by=by, at=at, number=supplement.number)
    supplement_notices.tell_accepted(supplement)
    return supplement


@transaction.atomic
def close_supplement(
    supplement: Supplement, *, reason: str, by: User, at: datetime | None = None
) -> Supplement:
    """End a supplement that was not answered: the case goes on as it was handed in.

    What the parties have written since is put back; their history keeps it. Raises
    NotReady without a reason, WrongStatus when it was answered meanwhile, PermissionDenied.
    """
    at = at or timezone.now()
    case = _locked_case(supplement.application, by=by, verb="close_supplement")
    supplement = _in_state(case, supplement.number, SupplementState.OPEN)
    if not reason.strip():
        text = _("Write why the supplement is closed.")
        raise NotReady([Problem(text, anchor="reason")])
    supplement.close_reason = reason.strip()
    _undo(supplement, SupplementState.CLOSED, by=by, at=at)
    facts: dict[str, Any] = {"number": supplement.number, "reason": supplement.close_reason}
    events.record(case, "close_supplement", by=by, at=at, **facts)
    supplement_notices.tell_closed(supplement)
    return supplement


@transaction.atomic
def prolong_supplement(
    supplement: Supplement, *, due_on: date, by: User, at: datetime | None = None
) -> Supplement:
    """Give the parties until the last second of a later day. Raises NotReady, WrongStatus."""
    at = at or timezone.now()
    case = _locked_case(supplement.application, by=by, verb="prolong_supplement")
    supplement = _in_state(case, supplement.number, SupplementState.OPEN)
    found = due_problems(due_on, at=at)
    if due_on <= supplement.due_on:
        text = _("The parties have until %(day)s already. Choose a later day.")
        found.append(Problem(text % {"day": supplement.due_on.isoformat()}, anchor="due_on"))
    if found:
        raise NotReady(found)
    supplement.due_on, supplement.reminded_days = due_on, None
    supplement.save(update_fields=["due_on", "reminded_days"])
    facts: dict[str, Any] = {"number": supplement.number, "due": str(due_on)}
    events.record(case, "prolong_supplement", by=by, at=at, **facts)
    supplement_notices.tell_prolonged(supplement)
    return supplement


def remind_of_supplements(*, at: datetime | None = None) -> int:
    """Remind the parties 7 days and 1 day before, each once; return how many were reminded of.

    A worker that was down makes up for the nearest one; what was asked for after a threshold
    is not told about it.
    """
    at = at or timezone.now()
    today = timezone.localtime(at, STOCKHOLM).date()
    last = today + timedelta(days=max(REMINDER_DAYS))
    near = Supplement.objects.all().open().filter(due_on__range=(today, last))
    return sum(_remind(pk, today=today) for pk in near.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _remind(pk: int, *, today: date) -> bool:
    locked = Supplement.objects.select_for_update(of=("self",)).select_related("application")
    supplement = locked.filter(pk=pk, state=SupplementState.OPEN).first()
    days = _due_reminder(supplement, today=today) if supplement else None
    if supplement is None or days is None:
        return False
    supplement.reminded_days = days
    supplement.save(update_fields=["reminded_days"])
    supplement_notices.remind(supplement)
    return True


def _due_reminder(supplement: Supplement, *, today: date) -> int | None:
    """Return the threshold that is reached and not told of yet, in days."""
    left = (supplement.due_on - today).days
    asked_on = timezone.localtime(supplement.asked_at, STOCKHOLM).date()
    reached = [
        days
        for days in REMINDER_DAYS
        if left <= days and asked_on <= supplement.due_on - timedelta(days=days)
    ]
    told = supplement.reminded_days
    days = min(reached, default=None)
    return None if days is None or (told is not None and told <= days) else days


def end_with_withdrawal(case: Application, *, by: User, at: datetime) -> None:
    """Let the withdrawn case be what was handed in; call it under the lock of the deed."""
    supplement = case.supplements.open().with_parts().first()
    if supplement is not None:
        supplement.application = case
        _undo(supplement, SupplementState.WITHDRAWN, by=by, at=at)


def _undo(supplement: Supplement, state: SupplementState, *, by: User, at: datetime) -> None:
    case = supplement.application
    # Put back while the database still lets it be written.
    for part in supplement.parts.all():
        snapshots.put_back(case, part)
    _lock_again(case, supplement, by=by, at=at)
    _end(supplement, state, by=by, at=at)


def _end(supplement: Supplement, state: SupplementState, *, by: User, at: datetime) -> None:
    supplement.state = state
    supplement.closed_at, supplement.closed_by = at, by
    supplement.save(update_fields=["state", "closed_at", "closed_by", "close_reason"])


def supplement_problems(application: Application) -> list[Problem]:
    """Return what a supplement that is not done with stops: the decision."""
    pending = application.supplements.pending().order_by("number").first()
    if pending is None:
        return []
    if pending.state == SupplementState.OPEN:
        text = _("A supplement is asked for: wait for the answer or close it first.")
    else:
        text = _("A supplement has come: accept it or ask again first.")
    return [Problem(text)]
