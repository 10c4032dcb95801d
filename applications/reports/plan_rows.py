"""What a report says of the plan, row by row: indicators, activities and who took part.

The rows of the plan are those of the decided case; a report says beside each of them what
became of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from applications.models import (
    Activity,
    ActivityOutcome,
    Done,
    Indicator,
    IndicatorOutcome,
    Part,
    Participation,
    Report,
    ReportKind,
)

# What became of an activity when there is nothing more to say of it in a later year.
OVER = frozenset({Done.DONE, Done.DROPPED})
INDICATOR = ("indicator", "achieved", "cumulative", "comment")
ACTIVITY = ("activity", "done", "comment")
PARTICIPATION = ("organisation", "group", "women", "men", "others")


@dataclass(frozen=True)
class PlannedIndicator:
    """An indicator of the plan, what this report says of it, and what the one before said."""

    indicator: Indicator
    outcome: IndicatorOutcome | None
    before: IndicatorOutcome | None


@dataclass(frozen=True)
class PlannedActivity:
    """An activity of the plan, what this report says of it, and what the one before said."""

    activity: Activity
    outcome: ActivityOutcome | None
    before: ActivityOutcome | None


def report_before(report: Report) -> Report | None:
    """Return the report of the year before, of the last year for a final one.

    One query at most: the first year has none before it.
    """
    if report.year == 1:
        return None
    years = Report.objects.filter(application=report.application_id, kind=ReportKind.YEAR)
    if report.year is not None:
        years = years.filter(year__lt=report.year)
    return years.order_by("-year").first()


def indicators_of(report: Report, before: Report | None) -> list[PlannedIndicator]:
    """Return every indicator of the plan with what is said of it, in three queries at most."""
    said = {one.indicator_id: one for one in report.indicator_outcomes.all()}
    earlier = {one.indicator_id: one for one in before.indicator_outcomes.all()} if before else {}
    return [
        PlannedIndicator(one, said.get(one.pk), earlier.get(one.pk))
        for one in _plan(report, Indicator)
    ]


def activities_of(report: Report, before: Report | None) -> list[PlannedActivity]:
    """Return what was planned for the year, and what an earlier year left undone.

    Three queries at most.
    """
    said = {one.activity_id: one for one in report.activity_outcomes.all()}
    earlier = {one.activity_id: one for one in before.activity_outcomes.all()} if before else {}
    found = []
    for one in _plan(report, Activity):
        last = earlier.get(one.pk)
        is_left = one.year < (report.year or 0) and (last is None or last.done not in OVER)
        if one.pk in said or one.year == report.year or is_left:
            found.append(PlannedActivity(one, said.get(one.pk), last))
    return found


def _plan(report: Report, kind: type[Indicator] | type[Activity]) -> list[Any]:
    """Return the rows of the decided plan; they never change, and a page reads them once."""
    kept: dict[Any, list[Any]] = report.__dict__.setdefault("_plan", {})
    if kind not in kept:
        case = report.application_id
        indicators = Indicator.objects.filter(result__application=case).select_related("result")
        activities = Activity.objects.filter(application=case).select_related("organisation")
        kept[kind] = list(
            indicators.order_by("result", "pk")
            if kind is Indicator
            else activities.order_by("year", "pk")
        )
    return kept[kind]


def written_in_part(report: Report, part: str) -> list[Any] | None:
    """Return what stands in the part's own rows, in an order that never varies; None for a
    part that has none."""
    rows: dict[str, tuple[Any, Sequence[str]]] = {
        Part.INDICATORS: (report.indicator_outcomes, INDICATOR),
        Part.DONE: (report.activity_outcomes, ACTIVITY),
        Part.PARTICIPANTS: (report.participation, PARTICIPATION),
    }
    if part not in rows:
        return None
    related, columns = rows[part]
    return [list(row) for row in related.order_by(*columns).values_list(*columns)]


def counted(report: Report) -> dict[tuple[int, str], Participation]:
    """Return the figures of those who took part, by party and group; one query."""
    return {(one.organisation_id, one.group): one for one in report.participation.all()}
