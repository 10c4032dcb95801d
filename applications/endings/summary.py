"""The final summary of a case: what was promised, used, reached and decided, from the first day
to the last; the same data for the page and for the paper."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from applications.models import (
    Application,
    CaseParty,
    ChangeRequest,
    ChangeStatus,
    Citation,
    IndicatorOutcome,
    Report,
    ReportCitation,
    ReportControl,
    ReportStatus,
    Result,
)
from finance import ledger
from finance.ledger import NOTHING
from finance.models import Closing, Ending, EndingOutcome, EntryKind, Grant, Pause
from partnerships.models import SteeringDecision, SteeringGroup, User


@dataclass(frozen=True)
class MoneyRow:
    """One kind of sum in each year of the case, SEK with öre; ``is_sum`` adds up those above."""

    word: str
    amounts: list[Decimal]
    is_sum: bool = False

    @property
    def total(self) -> Decimal:
        """All years together."""
        return sum(self.amounts, NOTHING)


@dataclass(frozen=True)
class IndicatorRow:
    """An indicator of the plan, what each report has said of it, and how far it came."""

    text: str
    baseline: str
    target: str
    achieved: list[str]
    cumulative: str


@dataclass(frozen=True)
class ResultRows:
    """An expected result with its indicators."""

    text: str
    indicators: list[IndicatorRow]


@dataclass(frozen=True)
class ReportRow:
    """A report and its days; ``approved_at`` is empty until ICLD has approved it."""

    report: Report
    approved_at: datetime | None


@dataclass(frozen=True)
class DecisionRow:
    """A decision of a steering group and what it backs."""

    decision: SteeringDecision
    backs: list[str]

    @property
    def decided_at(self) -> datetime:
        """When the group met."""
        return self.decision.paragraph.meeting.starts_at


@dataclass(frozen=True)
class Summary:
    """Everything the final summary says."""

    application: Application
    grant: Grant
    parties: list[CaseParty]
    years: list[int]
    money: list[MoneyRow]
    year_reports: list[Report]
    results: list[ResultRows]
    reports: list[ReportRow]
    decisions: list[DecisionRow]
    changes: list[ChangeRequest]
    pauses: list[Pause]
    ended: Ending | None
    closing: Closing | None

    @property
    def last_on(self) -> date:
        """The last day of the case, as it became."""
        return self.grant.end_on


def summary_of(application: Application, grant: Grant, reader: User | None = None) -> Summary:
    """Return the summary of a case as it stands; 14 queries. Load the case's parties with their
    countries, and the grant with its closing, before.

    What is being written is the parties' own and not in it. Of steering groups ``reader`` reads
    those they may open; the frozen paper, which has none, holds all that was cited.
    """
    reports = list(application.reports.order_by("kind", "year"))
    # "final" comes before "year" in the alphabet, and after it in a case.
    reports.sort(key=lambda one: (one.year is None, one.year))
    for report in reports:
        report.application = application
    by_year = ledger.by_kind(grant)
    handed_in = [report for report in reports if report.status != ReportStatus.DRAFT]
    changes = _changes(application)
    return Summary(
        application=application,
        grant=grant,
        parties=list(application.case_parties.all()),
        years=sorted(by_year),
        money=money_rows(by_year),
        year_reports=[report for report in handed_in if report.year],
        results=_results(application, handed_in),
        reports=_with_approvals(reports),
        decisions=_decisions(application, handed_in, changes, reader),
        changes=changes,
        pauses=[one for one in grant.pauses.order_by("first_on") if one.days],
        ended=grant.endings.filter(outcome=EndingOutcome.ENDED)
        .select_related("answered_by", "proposed_by")
        .first(),
        closing=getattr(grant, "closing", None),
    )


def money_rows(by_year: dict[int, dict[str, Decimal]]) -> list[MoneyRow]:
    """Return the ledger as rows that add up: to what could be used, what is paid, what is left."""
    years = sorted(by_year)

    def of(*kinds: EntryKind) -> list[Decimal]:
        return [
            sum((by_year[year].get(kind, NOTHING) for kind in kinds), NOTHING) for year in years
        ]

    granted = of(EntryKind.GRANTED, EntryKind.CHANGED, EntryKind.RELEASED)
    approved = of(EntryKind.APPROVED)
    left = [one - used for one, used in zip(granted, approved, strict=True)]
    return [
        MoneyRow(_("Granted"), of(EntryKind.GRANTED)),
        MoneyRow(_("Changed by decisions"), of(EntryKind.CHANGED)),
        MoneyRow(pgettext("money", "Released"), of(EntryKind.RELEASED)),
        MoneyRow(_("Granted in the end"), granted, is_sum=True),
        MoneyRow(_("Reported"), of(EntryKind.REPORTED)),
        MoneyRow(_("Approved costs"), approved),
        MoneyRow(_("Paid out"), of(EntryKind.PAID)),
        MoneyRow(_("Claimed back"), of(EntryKind.REPAYMENT)),
        MoneyRow(_("Paid in the end"), of(EntryKind.PAID, EntryKind.REPAYMENT), is_sum=True),
        MoneyRow(_("Left"), left, is_sum=True),
    ]


def _results(application: Application, reports: Sequence[Report]) -> list[ResultRows]:
    results = Result.objects.filter(application=application).order_by("pk")
    outcomes = IndicatorOutcome.objects.filter(report__in=[one.pk for one in reports])
    said = {(one.indicator_id, one.report_id): one for one in outcomes}
    found = []
    for result in results.prefetch_related("indicators"):
        rows = []
        for indicator in result.indicators.all():
            of_reports = [said.get((indicator.pk, report.pk)) for report in reports]
            in_all = [one.cumulative for one in of_reports if one and one.cumulative]
            rows.append(
                IndicatorRow(
                    indicator.text,
                    indicator.baseline,
                    indicator.target,
                    [
                        one.achieved if one else ""
                        for one, report in zip(of_reports, reports, strict=True)
                        if report.year
                    ],
                    in_all[-1] if in_all else "",
                )
            )
        found.append(ResultRows(result.text, rows))
    return found


def _with_approvals(reports: Iterable[Report]) -> list[ReportRow]:
    reports = list(reports)
    stand = ReportControl.objects.filter(
        report__in=[one.pk for one in reports], withdrawn_at=None, approved_at__isnull=False
    )
    at = dict(stand.values_list("report", "approved_at"))
    return [ReportRow(report, at.get(report.pk)) for report in reports]


WHOLE = ("decision__paragraph__group", "decision__paragraph__meeting")


def _changes(application: Application) -> list[ChangeRequest]:
    asked = application.change_requests.exclude(status=ChangeStatus.DRAFT)
    return list(asked.select_related(*WHOLE).prefetch_related("items").order_by("number"))


def _decisions(
    application: Application,
    reports: Sequence[Report],
    changes: Iterable[ChangeRequest],
    reader: User | None,
) -> list[DecisionRow]:
    """What backs the application, its reports and its change requests, in the order of time."""
    backs: dict[int, list[str]] = {}
    known: dict[int, SteeringDecision] = {}

    def note(decision: SteeringDecision, what: str) -> None:
        known[decision.pk] = decision
        backs.setdefault(decision.pk, []).append(what)

    for cited in Citation.objects.filter(application=application).select_related(*WHOLE):
        note(cited.decision, _("the application"))
    names = {report.pk: str(report) for report in reports}
    of_reports = ReportCitation.objects.filter(report__in=names).select_related(*WHOLE)
    for backed in of_reports:
        note(backed.decision, names[backed.report_id])
    for change in changes:
        if change.decision is not None:
            note(change.decision, str(change))
    shown = _readable(known.values(), reader)
    rows = [DecisionRow(one, backs[one.pk]) for one in shown]
    return sorted(rows, key=lambda row: (row.decided_at, row.decision.pk))


def _readable(decisions: Iterable[SteeringDecision], reader: User | None) -> list[SteeringDecision]:
    if reader is None:
        return list(decisions)
    groups: QuerySet[SteeringGroup] = SteeringGroup.objects.all().visible_to(reader)
    open_to = set(groups.values_list("pk", flat=True)) if decisions else set()
    return [one for one in decisions if one.paragraph.group_id in open_to]
