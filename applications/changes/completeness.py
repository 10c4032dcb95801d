"""What a change request lacks before it can be handed in, or be approved."""

from django.utils.translation import gettext as _

from applications import citing
from applications.changes.money import Moves, moves_of
from applications.models import ChangeKind, ChangeRequest, Report, ReportKind, ReportStatus
from finance.models import Grant
from icld_portal.localize import day, money
from icld_portal.problems import Problem

# Where the money is moved; its problems are mended there.
MONEY = "money"


def kinds_of(change: ChangeRequest, moves: Moves) -> list[ChangeKind]:
    """Return what a request asks for, in the order of the programme."""
    asked = {ChangeKind(item.kind) for item in change.items.all()}
    if moves.moves_between_years:
        asked.add(ChangeKind.YEARS)
    elif moves.is_changed:
        asked.add(ChangeKind.LINES)
    if change.end_on is not None:
        asked.add(ChangeKind.TIME)
    return [kind for kind in ChangeKind if kind in asked]


def problems(change: ChangeRequest) -> list[Problem]:
    """Return what is missing or wrong; the same list at submission and at the decision."""
    grant = change.budget.grant
    moves = moves_of(change)
    found = [*_money_problems(moves), *_time_problems(change, grant)]
    if grant.status != Grant.Status.ACTIVE:
        found.append(Problem(_("The grant has ended: nothing in it can be changed.")))
    if not kinds_of(change, moves):
        found.append(Problem(_("The request does not ask for anything yet."), anchor="items"))
    if not change.reason.strip():
        found.append(Problem(_("Write why the change is needed."), anchor="reason"))
    if change.decision_id is None and citing.backing_of(change.application).has_active_group:
        text = _("No decision of the steering group backs the request.")
        found.append(Problem(text, blocks=False, anchor="decision"))
    return found


def _money_problems(moves: Moves) -> list[Problem]:
    found = []
    if moves.after_sek != moves.before_sek:
        words = {"before": money(moves.before_sek), "after": money(moves.after_sek)}
        text = _("The sum in all must stay %(before)s. It would be %(after)s.") % words
        found.append(Problem(text, page=MONEY))
    for year in moves.years:
        if year.is_short:
            words = {
                "year": str(year.year),
                "used": money(year.used),
                "after": money(year.after_sek),
            }
            text = _("Year %(year)s would have %(after)s, and %(used)s of it is used already.")
            found.append(Problem(text % words, page=MONEY))
    return found


def _time_problems(change: ChangeRequest, grant: Grant) -> list[Problem]:
    if change.end_on is None:
        return []
    if change.end_on <= grant.end_on:
        text = _("The new end must be later than %(day)s.") % {"day": day(grant.end_on)}
        return [Problem(text, anchor="end_on")]
    handed_in = Report.objects.filter(application=change.application_id).exclude(
        status=ReportStatus.DRAFT
    )
    last_year = max(grant.years.values_list("year", flat=True), default=0)
    of_last = handed_in.filter(kind=ReportKind.YEAR, year=last_year)
    if (of_last | handed_in.filter(kind=ReportKind.FINAL)).exists():
        text = _("The report of the last year is handed in: the time cannot be prolonged.")
        return [Problem(text, anchor="end_on")]
    return []
