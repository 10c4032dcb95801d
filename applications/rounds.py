"""Deeds on rounds: making a year's rounds, moving a date, opening a type all year."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import rules
from applications.models import GrantTypeSetting, Round
from icld_portal import events
from icld_portal.localize import STOCKHOLM
from icld_portal.problems import NotReady, Problem
from partnerships.models import User

# (opens, deadline) as (month, day); both are edited per round afterwards.
# Source: the programme's presentation of 2019, application rounds.
YEARLY = (((2, 15), (3, 15)), ((9, 15), (10, 15)))
FIRST_YEAR, LAST_YEAR = 2009, 2100
HALF_YEAR_MONTHS = 6


@transaction.atomic
def make_rounds(year: int, *, by: User | None) -> list[Round]:
    """Make the two rounds of ``year`` that do not exist yet and return the new ones.

    A half-year that has a round already, also a prolonged one, gets no second. ``by`` is
    None when the portal itself loads its data. Raises NotReady for a year out of range,
    PermissionDenied if ``by`` does not administer.
    """
    if by is not None and not rules.may_edit_rounds(by):
        raise PermissionDenied("make_rounds")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        text = _("Choose a year from %(first)d to %(last)d.")
        limits = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise NotReady([Problem(text % limits, anchor="year")])
    return [made for days in YEARLY if (made := _make_round(year, *days, by=by))]


def _make_round(
    year: int, opens: tuple[int, int], deadline: tuple[int, int], *, by: User | None
) -> Round | None:
    deadline_on = date(year, *deadline)
    if any(_half_year(day) == _half_year(deadline_on) for day in _deadlines_of(year)):
        return None
    made, is_new = Round.objects.get_or_create(
        deadline_on=deadline_on, defaults={"opens_on": date(year, *opens)}
    )
    if not is_new:
        return None
    events.record(made, "make_round", by=by, deadline=deadline_on.isoformat())
    return made


def _deadlines_of(year: int) -> list[date]:
    return list(Round.objects.filter(deadline_on__year=year).values_list("deadline_on", flat=True))


def _half_year(day: date) -> int:
    return (day.month - 1) // HALF_YEAR_MONTHS


def date_problems(kept: Round, *, opens_on: date, deadline_on: date, at: datetime) -> list[Problem]:
    """Return what speaks against moving the round ``kept`` to these days.

    What applicants have been promised is kept: a closed round stays, an open one can be
    prolonged but never shortened.
    """
    today = timezone.localtime(at, STOCKHOLM).date()
    if kept.deadline_on < today:
        return [Problem(_("This round has closed. Its dates are kept as they were."))]
    problems = []
    if opens_on > deadline_on:
        problems.append(
            Problem(_("The round must open before its deadline."), anchor="id_opens_on")
        )
    if kept.opens_on <= today and opens_on != kept.opens_on:
        problems.append(
            Problem(_("The round is open: its first day is kept."), anchor="id_opens_on")
        )
    if kept.opens_on <= today and deadline_on < kept.deadline_on:
        text = _("An open round can be prolonged, not shortened: %(day)s or later.")
        problems.append(
            Problem(text % {"day": kept.deadline_on.isoformat()}, anchor="id_deadline_on")
        )
    if deadline_on < today:
        problems.append(Problem(_("The deadline has passed already."), anchor="id_deadline_on"))
    return problems + _overlap_problems(kept, opens_on, deadline_on)


def _overlap_problems(kept: Round, opens_on: date, deadline_on: date) -> list[Problem]:
    """Two rounds open at once would leave unclear which one an application belongs to."""
    others = Round.objects.exclude(pk=kept.pk)
    other = others.filter(opens_on__lte=deadline_on, deadline_on__gte=opens_on).first()
    if other is None:
        return []
    text = _("The round would overlap the one with deadline %(day)s.")
    return [Problem(text % {"day": other.deadline_on.isoformat()}, anchor="id_deadline_on")]


@transaction.atomic
def change_round(
    kept: Round,
    *,
    by: User,
    opens_on: date,
    deadline_on: date,
    note_sv: str = "",
    note_en: str = "",
    at: datetime | None = None,
) -> Round:
    """Move a coming or open round, with a public note on why.

    Raises NotReady with what speaks against it, PermissionDenied if ``by`` does not
    administer.
    """
    if not rules.may_edit_rounds(by):
        raise PermissionDenied("change_round")
    at = at or timezone.now()
    # All rounds are locked, so that two changes at once cannot make an overlap.
    fresh = {row.pk: row for row in Round.objects.select_for_update()}[kept.pk]
    if problems := date_problems(fresh, opens_on=opens_on, deadline_on=deadline_on, at=at):
        raise NotReady(problems)
    facts = {
        "opens_before": fresh.opens_on.isoformat(),
        "deadline_before": fresh.deadline_on.isoformat(),
        "opens": opens_on.isoformat(),
        "deadline": deadline_on.isoformat(),
    }
    fresh.opens_on, fresh.deadline_on = opens_on, deadline_on
    fresh.note_sv, fresh.note_en = note_sv, note_en
    fresh.save()
    events.record(fresh, "change_round", by=by, at=at, **facts)
    return fresh


@transaction.atomic
def set_open_all_year(
    grant_type: str, *, by: User, open_all_year: bool, at: datetime | None = None
) -> GrantTypeSetting:
    """Let applications of ``grant_type`` come all year, or in rounds only.

    Raises PermissionDenied if ``by`` does not administer.
    """
    if not rules.may_edit_rounds(by):
        raise PermissionDenied("set_open_all_year")
    GrantTypeSetting.objects.get_or_create(grant_type=grant_type)
    setting = GrantTypeSetting.objects.select_for_update().get(grant_type=grant_type)
    if setting.open_all_year != open_all_year:
        setting.open_all_year = open_all_year
        setting.save(update_fields=["open_all_year"])
        events.record(setting, "set_open_all_year", by=by, at=at, open_all_year=open_all_year)
    return setting
