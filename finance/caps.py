"""What a budget adds up to, and how it stands against the guidelines it was made under.

The same findings are shown live beside the budget, at submission and to the officer.
Source of every amount: the published guideline version the budget points at.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.utils.translation import gettext as _

from finance.models import (
    Budget,
    BudgetLine,
    CostCategory,
    Guideline,
    GuidelineAmount,
    LimitKind,
    PartyCount,
    Per,
)
from finance.versions import guideline_of
from icld_portal.localize import money
from icld_portal.problems import Problem
from partnerships.models import BudgetRegion, OrganisationSide


@dataclass(frozen=True)
class BudgetTotals:
    """Sums of a budget in whole SEK, by year of the case, cost category and party (ids)."""

    total_sek: int = 0
    by_year: dict[int, int] = field(default_factory=dict)
    by_category: dict[int, int] = field(default_factory=dict)
    by_party: dict[int, int] = field(default_factory=dict)
    work_effort_by_year: dict[int, int] = field(default_factory=dict)


def lines_of(budget: Budget) -> list[BudgetLine]:
    """Return the lines, with what the rules look at, by year and in the categories' order.

    One query, or none if they were loaded with the case; the categories come from the
    budget's own guidelines.
    """
    if "lines" in getattr(budget, "_prefetched_objects_cache", {}):
        lines = list(budget.lines.all())
    else:
        lines = list(budget.lines.for_rules())
    categories = {category.pk: category for category in guideline_of(budget).categories.all()}
    # A line may name a category of other guidelines; the rules say so.
    if strange := {line.category_id for line in lines} - set(categories):
        categories |= CostCategory.objects.in_bulk(strange)
    for line in lines:
        line.budget = budget
        line.category = categories[line.category_id]
    return sorted(lines, key=lambda line: (line.year, line.category.sort_order, line.pk))


def totals(budget: Budget, lines: Sequence[BudgetLine] | None = None) -> BudgetTotals:
    """Add up ``lines``, by default those that are saved; every year of the case has a sum."""
    lines = lines_of(budget) if lines is None else lines
    sums: dict[str, dict[int, int]] = {
        name: defaultdict(int) for name in ("year", "category", "party", "effort")
    }
    for year in range(1, budget.years + 1):
        sums["year"][year] = sums["effort"][year] = 0
    for line in lines:
        sums["year"][line.year] += line.amount_sek
        sums["category"][line.category_id] += line.amount_sek
        sums["party"][line.organisation_id] += line.amount_sek
        if line.category.is_salary:
            sums["effort"][line.year] += line.amount_sek
    return BudgetTotals(
        total_sek=sum(line.amount_sek for line in lines),
        by_year=dict(sums["year"]),
        by_category=dict(sums["category"]),
        by_party=dict(sums["party"]),
        work_effort_by_year=dict(sums["effort"]),
    )


def by_name(
    sums: dict[int, int], lines: Sequence[BudgetLine], fact: Literal["organisation", "category"]
) -> list[tuple[str, int]]:
    """Return sums by the id of a line's ``fact`` as (name, whole SEK), in the reader's language."""
    names = {getattr(line, f"{fact}_id"): str(getattr(line, fact)) for line in lines}
    return [(names[pk], amount) for pk, amount in sums.items()]


def limit_for(budget: Budget) -> GuidelineAmount:
    """Return the cell of the guidelines' table that this budget is held against."""
    cell = (budget.grant_type, budget.region, budget.parties)
    return next(
        amount
        for amount in guideline_of(budget).amounts.all()
        if (amount.grant_type, amount.region, amount.parties) == cell
    )


def region_of(
    guideline: Guideline, grant_type: str, parties: PartyCount, regions: Iterable[str]
) -> str:
    """Return the region whose amount applies; over two regions the higher one does.

    ``regions`` are those of the partners' countries. The rule for a case over two regions
    is the programme's default and may be overridden by an officer.
    """
    cells = guideline.amounts.filter(
        grant_type=grant_type, parties=parties, region__in=set(regions) or {BudgetRegion.EUROPE}
    )
    return str(cells.order_by("-amount_sek", "region")[0].region)


def budget_problems(budget: Budget, lines: Sequence[BudgetLine] | None = None) -> list[Problem]:
    """Return every finding about a budget, the blocking ones first.

    ``lines`` may be unsaved, for the sums shown while somebody types. Amounts are whole
    SEK. A ceiling blocks; a guide value blocks until a reason is given, then only warns.
    """
    lines = lines_of(budget) if lines is None else lines
    found = [problem for line in lines for problem in line_problems(budget, line)]
    found += limit_problems(budget, totals(budget, lines))
    return sorted(found, key=lambda problem: not problem.blocks)


def line_problems(budget: Budget, line: BudgetLine) -> list[Problem]:
    """Return what is wrong with one line: its year, its category, its salary.

    Salaries are paid for staff of the Swedish party only, at most the guideline's day
    rate for actual salary plus social charges. Source: budget guidelines.
    """
    found = []
    guideline = guideline_of(budget)
    if line.year > budget.years:
        found.append(_("Year %(year)d is after the end of the case.") % {"year": line.year})
    if line.category.guideline_id != budget.guideline_id:
        found.append(_("This kind of cost is not in the budget guidelines of this case."))
    if line.category.is_salary:
        found += salary_problems(line, guideline.day_rate_sek)
    return [
        Problem(text, page="budget", anchor=line_anchor(line), source=str(guideline))
        for text in found
    ]


def salary_problems(line: BudgetLine, rate: int) -> list[str]:
    """Return what is wrong with a salary line; ``rate`` is the highest cost of a day, SEK."""
    found = []
    if line.days is None or line.day_cost_sek is None:
        found.append(_("Write salaries as a number of days and the cost of a day."))
    elif line.day_cost_sek > rate:
        found.append(
            _("A day costs %(cost)s; salaries are paid with at most %(rate)s a day.")
            % {"cost": money(line.day_cost_sek), "rate": money(rate)}
        )
    if line.organisation.kind.side != OrganisationSide.SWEDISH:
        found.append(_("Salaries are paid for staff of the Swedish party only."))
    return found


def line_anchor(line: BudgetLine) -> str:
    """Return the id of the line's row on the budget page."""
    return f"line-{line.pk}" if line.pk else f"year-{line.year}"


def limit_problems(budget: Budget, sums: BudgetTotals) -> list[Problem]:
    """Hold the sums against ceiling or guide value, per year or for the whole case."""
    limit = limit_for(budget)
    found = []
    if limit.per == Per.CASE:
        found += _above(budget, limit, sums.total_sek, anchor="budget-total", year=None)
    else:
        for year, amount in sums.by_year.items():
            found += _above(budget, limit, amount, anchor=f"year-{year}", year=year)
    if limit.work_effort_sek is not None:
        for year, amount in sums.work_effort_by_year.items():
            found += _work_effort_above(budget, limit, amount, year)
    return found


def _above(
    budget: Budget, limit: GuidelineAmount, amount: int, *, anchor: str, year: int | None
) -> list[Problem]:
    if amount <= limit.amount_sek:
        return []
    words = {
        "amount": money(amount),
        "limit": money(limit.amount_sek),
        "over": money(amount - limit.amount_sek),
        "year": year,
    }
    if limit.kind == LimitKind.CEILING:
        text = (
            _("The budget is %(amount)s. The ceiling for the case is %(limit)s: %(over)s too much.")
            if year is None
            else _(
                "Year %(year)d is %(amount)s. The ceiling for a year is %(limit)s: "
                "%(over)s too much."
            )
        )
        return [
            Problem(text % words, page="budget", anchor=anchor, source=str(guideline_of(budget)))
        ]
    text = (
        _("The budget is %(amount)s, %(over)s above the guide value of %(limit)s for the case.")
        if year is None
        else _("Year %(year)d is %(amount)s, %(over)s above the guide value of %(limit)s.")
    )
    return [_guide(budget, text % words, anchor)]


def _work_effort_above(
    budget: Budget, limit: GuidelineAmount, amount: int, year: int
) -> list[Problem]:
    share = limit.work_effort_sek or 0
    if amount <= share:
        return []
    text = _(
        "Work effort in year %(year)d is %(amount)s, %(over)s above the guide value of %(limit)s."
    ) % {
        "amount": money(amount),
        "limit": money(share),
        "over": money(amount - share),
        "year": year,
    }
    return [_guide(budget, text, f"year-{year}")]


def _guide(budget: Budget, text: str, anchor: str) -> Problem:
    """A guide value is passed: refused without a reason, accepted and shown with one."""
    reason = bool(budget.guide_reason.strip())
    return Problem(
        text if reason else " ".join([text, _("Explain why.")]),
        blocks=not reason,
        page="budget",
        anchor=anchor if reason else "guide_reason",
        source=str(guideline_of(budget)),
    )
