"""A change request: begun and written by both parties, handed in, decided by ICLD."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import citing
from applications import rules as case_rules
from applications.changes import completeness, letters, rules
from applications.changes.money import Key, moves_of
from applications.models import (
    Application,
    ChangedLine,
    ChangeItem,
    ChangeKind,
    ChangeRequest,
    ChangeStatus,
    Report,
    ReportStatus,
    Status,
)
from applications.reports import opening
from applications.reports.writing import lock_reports
from finance import grants, ledger
from finance.models import CostCategory, Grant, Statement
from icld_portal import events
from icld_portal.localize import day, grouped
from icld_portal.problems import NotReady, Problem, blocking
from icld_portal.workflow import Transition, WrongStatus, begin, complete
from partnerships.models import User

# What is asked for in words; money and time have fields of their own.
IN_WORDS = (ChangeKind.CONTENT, ChangeKind.PARTNER, ChangeKind.PEOPLE)
DRAFT, SUBMITTED = frozenset({ChangeStatus.DRAFT}), frozenset({ChangeStatus.SUBMITTED})
SUBMIT_CHANGE = Transition(
    "submit_change",
    DRAFT,
    ChangeStatus.SUBMITTED,
    rules.may_submit_change,
    tell=letters.tell_submitted,
)
RETURN_CHANGE = Transition("return_change", SUBMITTED, ChangeStatus.DRAFT, rules.may_return_change)
APPROVE_CHANGE = Transition(
    "approve_change",
    SUBMITTED,
    ChangeStatus.APPROVED,
    rules.may_decide_change,
    tell=letters.tell_approved,
)
REFUSE_CHANGE = Transition(
    "refuse_change",
    SUBMITTED,
    ChangeStatus.REFUSED,
    rules.may_decide_change,
    tell=letters.tell_refused,
)
CHANGE_TRANSITIONS = (SUBMIT_CHANGE, RETURN_CHANGE, APPROVE_CHANGE, REFUSE_CHANGE)


@dataclass(frozen=True)
class Words:
    """One thing to change in words: how it is, and how it is to be."""

    kind: ChangeKind
    before: str
    after: str


class ChangedSince(Exception):
    """Somebody else has saved the request since the page was opened."""


@transaction.atomic
def begin_change(
    application: Application, *, by: User, at: datetime | None = None
) -> ChangeRequest:
    """Begin a request about a running case; whoever clicks twice gets the one under way.

    Raises WrongStatus when the case has no running grant, PermissionDenied if ``by`` does
    not write for a party.
    """
    at = at or timezone.now()
    case = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if not case_rules.may_edit(by, case):
        raise PermissionDenied("begin_change")
    if under_way := case.change_requests.filter(status__in=DRAFT | SUBMITTED).first():
        return under_way
    grant = Grant.objects.filter(reference=case.reference, status=Grant.Status.ACTIVE).first()
    if case.status != Status.APPROVED or grant is None:
        raise WrongStatus("begin_change")
    number = (case.change_requests.aggregate(last=Max("number"))["last"] or 0) + 1
    change = ChangeRequest.objects.create(
        application=case,
        number=number,
        budget=grants.budget_of(grant),
        begun_at=at,
        begun_by=by,
    )
    events.record(case, "begin_change", by=by, at=at, number=number)
    return change


def _writing(change: ChangeRequest, version: int, *, by: User) -> ChangeRequest:
    """Lock a draft for a write by ``by``, who has seen ``version`` of it."""
    locked = _locked(change)
    if locked.status != ChangeStatus.DRAFT:
        raise WrongStatus("save_change")
    if not rules.may_write_change(by, locked):
        raise PermissionDenied("save_change")
    if locked.content_version != version:
        raise ChangedSince
    return locked


def _locked(change: ChangeRequest) -> ChangeRequest:
    return ChangeRequest.objects.select_for_update(of=("self",)).get(pk=change.pk)


@transaction.atomic
def save_change(
    change: ChangeRequest,
    *,
    by: User,
    version: int,
    reason: str,
    end_on: date | None,
    decision: int | None,
    words: Iterable[Words],
) -> ChangeRequest:
    """Keep what is asked for, and why; a draft may have gaps.

    Raises ChangedSince when somebody has saved since ``version``, WrongStatus when it is
    handed in, PermissionDenied if ``by`` does not write for a party, NotReady for a decision
    that is not verified or is another partnership's.
    """
    locked = _writing(change, version, by=by)
    if decision is not None and decision != locked.decision_id:
        cited = citing.citable(locked.application, by).filter(pk=decision).first()
        if cited is None:
            text = _("Only a verified decision of your own partnership can be cited.")
            raise NotReady([Problem(text, anchor="decision")])
    locked.reason, locked.end_on, locked.decision_id = reason.strip(), end_on, decision
    locked.items.all().delete()
    ChangeItem.objects.bulk_create(
        ChangeItem(
            request=locked, kind=one.kind, before=one.before.strip(), after=one.after.strip()
        )
        for one in words
        if one.kind in IN_WORDS and one.after.strip()
    )
    locked.content_version += 1
    locked.save()
    return locked


@transaction.atomic
def save_money(
    change: ChangeRequest, amounts: Mapping[Key, int], *, by: User, version: int
) -> ChangeRequest:
    """Keep what each kind of cost is to have, whole SEK; what is as decided is not kept.

    Raises as ``save_change``, and NotReady for a cost that the case cannot have.
    """
    locked = _writing(change, version, by=by)
    budget = locked.budget
    decided = {
        (line.year, line.organisation_id, line.category_id): line.amount_sek
        for line in budget.lines.all()
    }
    changed = {key: sek for key, sek in amounts.items() if sek != decided.get(key, 0)}
    _check_known(locked, changed)
    locked.lines.all().delete()
    ChangedLine.objects.bulk_create(
        ChangedLine(
            request=locked,
            year=year,
            organisation_id=organisation,
            category_id=category,
            before_sek=decided.get((year, organisation, category), 0),
            after_sek=sek,
        )
        for (year, organisation, category), sek in changed.items()
    )
    ChangeRequest.objects.filter(pk=locked.pk).update(content_version=F("content_version") + 1)
    return locked


def _check_known(change: ChangeRequest, amounts: Mapping[Key, int]) -> None:
    years = set(change.budget.grant.years.values_list("year", flat=True))
    parties = case_rules.party_ids(change.application)
    known = {category.pk for category in categories_of(change)}
    for year, organisation, category in amounts:
        if year not in years or organisation not in parties or category not in known:
            raise NotReady([Problem(_("The case cannot have this cost."))])


def categories_of(change: ChangeRequest) -> list[CostCategory]:
    """Return the kinds of cost of the guidelines that the case was decided under."""
    guideline = change.application.budget.guideline
    return list(guideline.categories.order_by("sort_order"))


@transaction.atomic
def submit_change(
    change: ChangeRequest, *, by: User, version: int, at: datetime | None = None
) -> ChangeRequest:
    """Hand in a request; it cannot be written any more unless ICLD sends it back.

    Raises NotReady with every blocking problem, ChangedSince when somebody has saved since
    ``version``, WrongStatus or PermissionDenied as every deed.
    """
    at = at or timezone.now()
    change = begin(SUBMIT_CHANGE, change, by=by)
    if change.content_version != version:
        raise ChangedSince
    if stops := blocking(completeness.problems(change)):
        raise NotReady(stops)
    _write_down(change)
    change.received_at, change.submitted_by = at, by
    events.record(change.application, "submit_change", by=by, at=at, number=change.number)
    return complete(SUBMIT_CHANGE, change, by=by, at=at)


def _write_down(change: ChangeRequest) -> None:
    """Keep money and time as items too, so that the request can be read item by item."""
    moves, grant = moves_of(change), change.budget.grant
    change.items.exclude(kind__in=IN_WORDS).delete()
    if moves.is_changed:
        kind = ChangeKind.YEARS if moves.moves_between_years else ChangeKind.LINES
        before = "; ".join(f"{one.year}: {grouped(one.before_sek)}" for one in moves.years)
        after = "; ".join(f"{one.year}: {grouped(one.after_sek)}" for one in moves.years)
        ChangeItem.objects.create(request=change, kind=kind, before=before, after=after)
    if change.end_on is not None:
        before, after = day(grant.end_on), day(change.end_on)
        ChangeItem.objects.create(request=change, kind=ChangeKind.TIME, before=before, after=after)


@transaction.atomic
def return_change(
    change: ChangeRequest, *, by: User, reason: str, at: datetime | None = None
) -> ChangeRequest:
    """Let the parties write further, for a reason they read.

    Raises NotReady without a reason, WrongStatus or PermissionDenied as every deed.
    """
    at = at or timezone.now()
    change = begin(RETURN_CHANGE, change, by=by)
    if not reason.strip():
        raise NotReady([Problem(_("Write what the parties are to do."), anchor="reason")])
    change.received_at = change.submitted_by = None
    case, why = change.application, reason.strip()
    events.record(case, "return_change", by=by, at=at, number=change.number, reason=why)
    complete(RETURN_CHANGE, change, by=by, at=at)
    letters.tell_returned(change, reason=reason.strip())
    return change


@transaction.atomic
def approve_change(
    change: ChangeRequest, *, by: User, reason: str, at: datetime | None = None
) -> ChangeRequest:
    """Agree to a request: its money becomes the next version of the budget, its end the end.

    Accounts that are being written are held against the new budget; the report of the last
    year and the final one are due as many days later as the end. Raises NotReady when it can
    no longer be done as asked (more may have been approved as used since), WrongStatus or
    PermissionDenied as every deed.
    """
    at = at or timezone.now()
    change = begin(APPROVE_CHANGE, change, by=by)
    lock_reports(change.application_id)
    # Whether it still runs is asked of the row that is locked.
    grant = change.budget.grant = ledger.locked(change.budget.grant)
    if stops := [*blocking(completeness.problems(change)), *_reason_problems(reason)]:
        raise NotReady(stops)
    if change.budget_id != grants.budget_of(grant).pk:
        raise NotReady([Problem(_("The budget has been changed since the request was begun."))])
    moves = moves_of(change)
    if moves.is_changed:
        why = _("Change request %(number)d") % {"number": change.number}
        made = grants.change_budget(grant, moves.lines(), reason=why, by=by, at=at)
        drafts = Report.objects.filter(grant=grant, status=ReportStatus.DRAFT)
        Statement.objects.filter(report__in=drafts, frozen_at=None).update(budget=made)
    if change.end_on is not None:
        reports = lock_reports(change.application_id)
        _prolong(grant, reports, change.end_on, by=by, at=at)
    return _decided(APPROVE_CHANGE, change, by=by, reason=reason, at=at)


def _prolong(grant: Grant, reports: list[Report], end_on: date, *, by: User, at: datetime) -> None:
    """Move the end of a grant, with the reports that are about its last days."""
    left, moved = grant.end_on, end_on - grant.end_on
    grant.end_on = end_on
    grant.save(update_fields=["end_on"])
    events.record(grant, "prolong_grant", by=by, at=at, earlier=day(left), end_on=day(end_on))
    for report in reports:
        if report.status != ReportStatus.DRAFT or report.last_on != left:
            continue
        report.last_on, report.due_on = end_on, report.due_on + moved
        # Reminders of the earlier day say nothing of the new one.
        report.reminded_days = None
        report.save(update_fields=["last_on", "due_on", "reminded_days"])
        if report.statement is not None:
            report.statement.last_on = end_on
            report.statement.save(update_fields=["last_on"])
    # A pause may lie before the end by now: then nobody waited for a report in it.
    opening.count_pauses_anew(grant, reports)


@transaction.atomic
def refuse_change(
    change: ChangeRequest, *, by: User, reason: str, at: datetime | None = None
) -> ChangeRequest:
    """Refuse a request: nothing is changed. Raises as ``approve_change``."""
    at = at or timezone.now()
    change = begin(REFUSE_CHANGE, change, by=by)
    if found := _reason_problems(reason):
        raise NotReady(found)
    return _decided(REFUSE_CHANGE, change, by=by, reason=reason, at=at)


def _reason_problems(reason: str) -> list[Problem]:
    if reason.strip():
        return []
    return [Problem(_("Write the reason for the decision."), anchor="reason")]


def _decided(
    transition: Transition, change: ChangeRequest, *, by: User, reason: str, at: datetime
) -> ChangeRequest:
    change.decided_at, change.decided_by = at, by
    change.decided_reason = reason.strip()
    case, why = change.application, change.decided_reason
    events.record(case, transition.verb, by=by, at=at, number=change.number, reason=why)
    return complete(transition, change, by=by, at=at)
