"""How a grant rests and ends: pause it, end it early by two people, close it when all is settled.

Every deed locks the reports of the case first, then the grant, as all that books does.
"""

from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import jobs
from applications.endings import letters, problems, rules
from applications.endings.problems import Days
from applications.models import Application, Report, ReportKind, ReportStatus, SummaryStage
from applications.reports import opening
from applications.reports.writing import lock_reports
from finance import grants, ledger
from finance.models import Closing, Ending, EndingOutcome, Grant, Pause
from finance.pauses import ONE_DAY
from finance.versions import guideline_of
from icld_portal import events
from icld_portal.localize import STOCKHOLM, day
from icld_portal.problems import NotReady, Problem, blocking
from icld_portal.workflow import Transition, WrongStatus, begin, complete
from partnerships.models import User

END_EARLY = Transition(
    "end_early",
    frozenset({Grant.Status.ACTIVE}),
    Grant.Status.TERMINATED,
    rules.may_end_early,
)
CLOSE = Transition(
    "close_grant",
    frozenset({Grant.Status.ACTIVE, Grant.Status.TERMINATED}),
    Grant.Status.CLOSED,
    rules.may_close,
)
GRANT_TRANSITIONS = (END_EARLY, CLOSE)


def case_of(grant: Grant) -> Application:
    """Return the case that the grant was decided for."""
    return Application.objects.get(reference=grant.reference)


def _running(case: Application, *, verb: str) -> tuple[list[Report], Grant]:
    """Lock the reports and the grant of a running case; WrongStatus when it runs no more."""
    lock_reports(case.pk)
    grant = ledger.locked(Grant.objects.get(reference=case.reference))
    if grant.status != Grant.Status.ACTIVE:
        raise WrongStatus(verb)
    # Read again: one may have opened while this deed waited for the grant.
    return lock_reports(case.pk), grant


def _today(at: datetime) -> date:
    return timezone.localtime(at, STOCKHOLM).date()


@transaction.atomic
def pause_grant(
    grant: Grant,
    *,
    first_on: date,
    last_on: date,
    reason: str,
    by: User,
    at: datetime | None = None,
) -> Pause:
    """Let the work rest; reports that are being written get the days as longer time.

    Raises NotReady for days that cannot be, WrongStatus when the grant has ended,
    PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    case = case_of(grant)
    reports, grant = _running(case, verb="pause_grant")
    if not rules.may_pause(by, grant):
        raise PermissionDenied("pause_grant")
    if found := [
        *problems.pause_problems(grant, first_on, last_on),
        *_reason_problems(reason, _("Write why the grant is paused.")),
    ]:
        raise NotReady(found)
    pause = Pause.objects.create(
        grant=grant,
        first_on=first_on,
        last_on=last_on,
        back_on=last_on + ONE_DAY,
        reason=reason.strip(),
        made_at=at,
        made_by=by,
    )
    opening.count_pauses_anew(grant, reports)
    days = {"first": day(first_on), "last": day(last_on), "reason": pause.reason}
    events.record(case, "pause_grant", by=by, at=at, **days)
    letters.tell_paused(case, pause)
    return pause


@transaction.atomic
def end_pause(pause: Pause, *, back_on: date, by: User, at: datetime | None = None) -> Pause:
    """Let the work begin again sooner; what the pause has moved moves back by those days.

    ``back_on`` is the first day of work; that of a pause that never begins is its own first
    day. Raises NotReady for another day, WrongStatus when it was ended already or the grant
    has ended, PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    case = case_of(pause.grant)
    reports, grant = _running(case, verb="end_pause")
    if not rules.may_pause(by, grant):
        raise PermissionDenied("end_pause")
    pause = Pause.objects.select_for_update(of=("self",)).get(pk=pause.pk)
    if pause.ended_at is not None:
        raise WrongStatus("end_pause")
    if found := problems.back_problems(pause, back_on):
        raise NotReady(found)
    _end(pause, back_on, by=by, at=at)
    opening.count_pauses_anew(grant, reports)
    events.record(case, "end_pause", by=by, at=at, back=day(back_on))
    letters.tell_pause_ended(case, pause)
    return pause


def _end(pause: Pause, back_on: date, *, by: User, at: datetime) -> None:
    pause.back_on, pause.ended_at, pause.ended_by = back_on, at, by
    pause.save(update_fields=["back_on", "ended_at", "ended_by"])


def _reason_problems(reason: str, text: str) -> list[Problem]:
    return [] if reason.strip() else [Problem(text, anchor="reason")]


@transaction.atomic
def propose_ending(
    grant: Grant, days: Days, *, reason: str, by: User, at: datetime | None = None
) -> Ending:
    """Propose that a grant ends before its time; a decision maker is told and decides.

    Raises NotReady for days that cannot be, WrongStatus when a proposal waits already or the
    grant has ended, PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    case = case_of(grant)
    reports, grant = _running(case, verb="propose_ending")
    if not rules.may_propose_ending(by, grant):
        raise PermissionDenied("propose_ending")
    if grant.endings.waiting().exists():
        raise WrongStatus("propose_ending")
    if found := [
        *problems.ending_problems(grant, reports, days, today=_today(at)),
        *_reason_problems(reason, _("Write why the grant is to end early.")),
    ]:
        raise NotReady(found)
    ending = Ending.objects.create(
        grant=grant,
        reason=reason.strip(),
        last_on=days.last_on,
        report_on=days.report_on,
        final_on=days.final_on,
        proposed_at=at,
        proposed_by=by,
    )
    events.record(case, "propose_ending", by=by, at=at, last=day(days.last_on))
    letters.ask_to_decide(case, ending)
    return ending


def _waiting(ending: Ending, *, verb: str) -> Ending:
    fresh = Ending.objects.select_for_update(of=("self",)).get(pk=ending.pk)
    if fresh.outcome != EndingOutcome.WAITING:
        raise WrongStatus(verb)
    return fresh


@transaction.atomic
def send_back_ending(
    ending: Ending, *, reason: str, by: User, at: datetime | None = None
) -> Ending:
    """Answer that the grant shall not end so, or take the own proposal back: nothing changes.

    Raises NotReady without a reason, WrongStatus when it is answered, PermissionDenied.
    """
    at = at or timezone.now()
    ending = _waiting(ending, verb="send_back_ending")
    if not rules.may_propose_ending(by, ending.grant):
        raise PermissionDenied("send_back_ending")
    if found := _reason_problems(reason, _("Write why the proposal is sent back.")):
        raise NotReady(found)
    _answer(ending, EndingOutcome.SENT_BACK, answer=reason, by=by, at=at)
    case = case_of(ending.grant)
    letters.nobody_is_awaited(case)
    events.record(case, "send_back_ending", by=by, at=at, reason=ending.answer)
    if by.pk != ending.proposed_by_id:
        letters.tell_sent_back(case, ending)
    return ending


def _answer(ending: Ending, outcome: EndingOutcome, *, answer: str, by: User, at: datetime) -> None:
    ending.outcome, ending.answer = outcome, answer.strip()
    ending.answered_at, ending.answered_by = at, by
    ending.save(update_fields=["outcome", "answer", "answered_at", "answered_by"])


@transaction.atomic
def end_early(ending: Ending, *, by: User, at: datetime | None = None) -> Grant:
    """Decide a proposal: the grant ends on its day.

    Years that have not begun by then are released; the reports of the time up to the last day
    open at once, if the agreement is signed. What rests rests no longer. Raises NotReady when
    a report was handed in that the day does not fit any more, WrongStatus when it was answered
    or the grant has ended, PermissionDenied if ``by`` may not or has proposed it.
    """
    at = at or timezone.now()
    case = case_of(ending.grant)
    lock_reports(case.pk)
    grant = begin(END_EARLY, ending.grant, by=by)
    reports = lock_reports(case.pk)
    ending = _waiting(ending, verb="end_early")
    if not rules.may_decide_ending(by, ending):
        raise PermissionDenied("end_early")
    days = Days(ending.last_on, ending.report_on, ending.final_on)
    if found := problems.ending_problems(grant, reports, days, today=_today(at)):
        raise NotReady(found)
    _answer(ending, EndingOutcome.ENDED, answer="", by=by, at=at)
    for pause in grant.pauses.all().unfinished(_today(at)).filter(ended_at=None):
        _end(pause, max(pause.first_on, _today(at)), by=by, at=at)
    opening.count_pauses_anew(grant, reports)
    agreement = problems.signed_agreement(case)
    years = problems.years_to_release(grant, ending.last_on, is_signed=agreement is not None)
    released = grants.release(grant, years, reason=ending.reason, by=by, at=at)
    grant.end_on = ending.last_on
    opened = 0
    if agreement is not None:
        opened = _await_reports(case, grant, agreement.content, days, reports, at=at)
    facts = {"last": day(ending.last_on), "reason": ending.reason}
    events.record(case, "end_early", by=by, at=at, **facts)
    complete(END_EARLY, grant, by=by, at=at, released=str(released), **facts)
    letters.nobody_is_awaited(case)
    letters.tell_ended(case, ending, released=released, reports=opened)
    jobs.make_summary.defer(application_id=case.pk, stage=SummaryStage.ENDED)
    return grant


def _await_reports(
    case: Application,
    grant: Grant,
    content: dict[str, object],
    days: Days,
    reports: list[Report],
    *,
    at: datetime,
) -> int:
    """Open what is not open of the time up to the last day, and date the last two; return how
    many reports the parties have yet to hand in."""
    known = {(str(report.kind), report.year): report for report in reports}
    before = timedelta(days=guideline_of(case.budget).report_opens_days)
    plan = list(opening.planned(content, grant, before))
    awaited = 0
    for number, one in enumerate(plan, start=1):
        # The last year's report and the final one come last.
        is_last = number >= len(plan) - 1
        due_on = days.final_on if one.kind == ReportKind.FINAL else days.report_on
        report = known.get(one.handle)
        if report is None:
            agreed = due_on if is_last else one.due_on
            opening.open_report(one, case, grant, due_on=agreed, paused=not is_last, at=at)
        elif report.status != ReportStatus.DRAFT:
            continue
        elif is_last:
            _date_anew(report, one.last, due_on)
        awaited += 1
    return awaited


def _date_anew(report: Report, last_on: date, due_on: date) -> None:
    report.last_on, report.due_on = last_on, due_on
    report.paused_days, report.reminded_days = 0, None
    report.save(update_fields=["last_on", "due_on", "paused_days", "reminded_days"])
    if report.statement is not None:
        report.statement.last_on = last_on
        report.statement.save(update_fields=["last_on"])


@transaction.atomic
def close_grant(grant: Grant, *, reason: str = "", by: User, at: datetime | None = None) -> Closing:
    """Close a grant of which everything is reported, approved, paid and paid back.

    What nobody has used is released for ``reason``, so that the ledger ends with nothing
    left. Raises NotReady with all that stands in the way, WrongStatus when it is closed,
    PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    case = case_of(grant)
    lock_reports(case.pk)
    grant = begin(CLOSE, grant, by=by)
    reports = lock_reports(case.pk)
    if found := blocking(problems.closing_problems(case, grant, reports)):
        raise NotReady(found)
    of_years = ledger.balances(grant)
    if ledger.total(of_years).left and not reason.strip():
        raise NotReady([Problem(_("Write why money is left."), anchor="reason")])
    released = grants.release(grant, of_years, reason=reason.strip(), by=by, at=at)
    closing = Closing.objects.create(
        grant=grant, reason=reason.strip(), released=released, closed_at=at, closed_by=by
    )
    events.record(case, "close_grant", by=by, at=at, reason=closing.reason)
    complete(CLOSE, grant, by=by, at=at, released=str(released))
    letters.tell_closed(case, closing)
    jobs.make_summary.defer(application_id=case.pk, stage=SummaryStage.CLOSED)
    return closing
