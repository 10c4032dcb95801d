"""Reports, accounts and payments of the applications for measuring, written in bulk.

Every year of an approved case has its report: the older ones are approved and paid, the
latest are in control, being written or late. A case that is over has its final report.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from applications.models import (
    AnswerSheet,
    Application,
    Purpose,
    QuestionSet,
    Report,
    ReportKind,
    ReportStatus,
)
from finance.budgets import AccountingYear, accounting_years
from finance.models import (
    AccountLine,
    BankDetails,
    CostCategory,
    EntryKind,
    GrantBudget,
    GrantType,
    Guideline,
    LedgerEntry,
    Payment,
    PaymentExport,
    PaymentStatus,
    SalaryRow,
    Statement,
    YearBalance,
)
from partnerships.models import User

LINES = 6
OPENS_DAYS, REPORT_DAYS, FINAL_DAYS, CONTROL_DAYS, PAYMENT_DAYS = 30, 60, 90, 40, 20
# Reports that were due within so many days are in all states; what is older is paid.
RECENT_DAYS = 400
RECENT = (ReportStatus.APPROVED, ReportStatus.SUBMITTED, ReportStatus.DRAFT)
# Of what was granted, what the accounts come to and what of that is approved.
USED, APPROVED = Decimal("0.96"), Decimal("0.95")
ORE = Decimal("0.01")
PEOPLE = ("Demo Lönesson", "Demo Arbetsdotter")
BANKGIRO = "50501055"


@dataclass(frozen=True)
class Granted:
    """An approved case with its decided budget and the sum of each year, whole SEK."""

    application: Application
    budget: GrantBudget
    sums: dict[int, int]


@dataclass
class Year:
    """One year of one grant, on its way to the tables."""

    granted: Granted
    span: AccountingYear
    status: ReportStatus
    statement: Statement | None = None

    @property
    def due_on(self) -> date:
        """When the report is due."""
        return self.span.last + timedelta(days=REPORT_DAYS)

    @property
    def received_at(self) -> datetime | None:
        """When the report was handed in, a day before it was due."""
        if self.status == ReportStatus.DRAFT:
            return None
        return datetime.combine(self.due_on - timedelta(days=1), time(12), tzinfo=UTC)

    @property
    def controlled_at(self) -> datetime | None:
        """When ICLD was done with the accounts."""
        if self.status != ReportStatus.APPROVED or self.received_at is None:
            return None
        return self.received_at + timedelta(days=CONTROL_DAYS)

    @property
    def decided(self) -> Decimal:
        """The sum of the year."""
        return Decimal(self.granted.sums[self.span.number])

    def balance(self) -> YearBalance:
        """What the year's entries add up to."""
        reported = self._share(USED) if self.received_at else Decimal(0)
        approved = self._share(APPROVED) if self.controlled_at else Decimal(0)
        return YearBalance(
            grant=self.granted.budget.grant,
            year=self.span.number,
            granted=self.decided,
            reported=reported,
            approved=approved,
            paid=approved,
        )

    def _share(self, part: Decimal) -> Decimal:
        return (self.decided * part).quantize(ORE)


@dataclass
class Reports:
    """The rows of the reports of some grants, for one table after the other."""

    categories: list[CostCategory]
    guideline: Guideline
    controller: User
    payer: User
    forms: dict[tuple[str, str], QuestionSet]
    export: PaymentExport
    accounts: dict[int, BankDetails] = field(default_factory=dict)
    today: date = field(default_factory=timezone.localdate)

    @classmethod
    def begin(cls, guideline: Guideline, controller: User, payer: User) -> "Reports":
        """Read what all of them share, and make the export that the payments went out with."""
        export, _made = PaymentExport.objects.get_or_create(
            number=1,
            defaults={
                "made_by": payer,
                "pay_on": timezone.localdate(),
                "content": {},
                "content_sha256": "0" * 64,
            },
        )
        forms: dict[tuple[str, str], QuestionSet] = {
            (purpose, grant_type): QuestionSet.objects.all().in_force(grant_type, purpose)
            for purpose in (Purpose.REPORT, Purpose.FINAL_REPORT)
            for grant_type in GrantType
        }
        categories = [one for one in guideline.categories.all() if not one.is_salary]
        return cls(categories, guideline, controller, payer, forms, export)

    def save(self, granted: Iterable[Granted]) -> None:
        """Make and insert everything that has come of these grants."""
        all_granted = list(granted)
        years = [year for one in all_granted for year in self._years(one)]
        YearBalance.objects.bulk_create(year.balance() for year in years)
        opened = [year for year in years if year.span.last - timedelta(OPENS_DAYS) <= self.today]
        statements = Statement.objects.bulk_create(self._statement(year) for year in opened)
        for year, statement in zip(opened, statements, strict=True):
            year.statement = statement
        Report.objects.bulk_create(self._reports(opened, all_granted), batch_size=2000)
        self._accounts(opened)
        self._money(opened)

    def _years(self, granted: Granted) -> Iterable[Year]:
        case = granted.application
        assert case.start_on and case.end_on  # noqa: S101, PT018 - the bulk's cases have both
        for span in accounting_years(case.start_on, case.end_on, granted.sums):
            due_on = span.last + timedelta(days=REPORT_DAYS)
            yield Year(granted, span, self._status(due_on, granted.application.pk))

    def _status(self, due_on: date, number: int) -> ReportStatus:
        """The latest reports are in control, approved or not handed in yet, by turns."""
        if due_on >= self.today:
            return ReportStatus.DRAFT
        if due_on + timedelta(days=RECENT_DAYS) < self.today:
            return ReportStatus.APPROVED
        return RECENT[number % len(RECENT)]

    def _statement(self, year: Year) -> Statement:
        return Statement(
            grant=year.granted.budget.grant,
            year=year.span.number,
            first_on=year.span.first,
            last_on=year.span.last,
            budget=year.granted.budget,
            guideline=self.guideline,
            frozen_at=year.received_at,
            controlled_at=year.controlled_at,
        )

    def _reports(self, opened: list[Year], granted: list[Granted]) -> list[Report]:
        over = [one for one in granted if one.application.end_on < self.today]  # type: ignore[operator]
        sheets = iter(
            AnswerSheet.objects.bulk_create(
                [self._sheet(year.granted, Purpose.REPORT, year.received_at) for year in opened]
                + [self._sheet(one, Purpose.FINAL_REPORT, None) for one in over]
            )
        )
        found = [self._yearly(year, next(sheets)) for year in opened]
        return found + [self._final(one, next(sheets)) for one in over]

    def _sheet(self, granted: Granted, purpose: Purpose, at: datetime | None) -> AnswerSheet:
        form = self.forms[purpose, granted.application.grant_type]
        return AnswerSheet(question_set=form, frozen_at=at)

    def _yearly(self, year: Year, sheet: AnswerSheet) -> Report:
        return Report(
            application=year.granted.application,
            grant=year.granted.budget.grant,
            kind=ReportKind.YEAR,
            year=year.span.number,
            first_on=year.span.first,
            last_on=year.span.last,
            due_on=year.due_on,
            status=year.status,
            sheet=sheet,
            statement=year.statement,
            language=year.granted.application.language,
            content_sha256="0" * 64 if year.received_at else "",
            received_at=year.received_at,
            officer=self.controller if year.received_at else None,
        )

    def _final(self, granted: Granted, sheet: AnswerSheet) -> Report:
        """Nobody has written it yet: such a case stands among those that are late."""
        case = granted.application
        assert case.start_on and case.end_on  # noqa: S101, PT018 - as above
        return Report(
            application=case,
            grant=granted.budget.grant,
            kind=ReportKind.FINAL,
            first_on=case.start_on,
            last_on=case.end_on,
            due_on=case.end_on + timedelta(days=FINAL_DAYS),
            sheet=sheet,
            language=case.language,
        )

    def _accounts(self, opened: list[Year]) -> None:
        AccountLine.objects.bulk_create(
            (line for year in opened for line in self._lines(year)), batch_size=2000
        )
        SalaryRow.objects.bulk_create(
            (row for year in opened for row in self._salaries(year)), batch_size=2000
        )

    def _lines(self, year: Year) -> Iterable[AccountLine]:
        each = (year.decided * USED / LINES).quantize(ORE)
        for number in range(LINES):
            yield AccountLine(
                statement=year.statement,
                organisation=year.granted.budget.grant.grantee,
                category=self.categories[number % len(self.categories)],
                voucher=f"A {number + 1}",
                booked_on=year.span.first + timedelta(days=20 * number),
                text="Resor och möten",
                amount=each,
            )

    def _salaries(self, year: Year) -> Iterable[SalaryRow]:
        for person in PEOPLE:
            yield SalaryRow(
                statement=year.statement,
                organisation=year.granted.budget.grant.grantee,
                person=person,
                first_on=year.span.first,
                last_on=year.span.last,
                days=Decimal(2),
                day_cost=Decimal(4000),
                amount=Decimal(8000),
            )

    def _money(self, opened: list[Year]) -> None:
        paid = [year for year in opened if year.controlled_at]
        payments = Payment.objects.bulk_create(self._payment(year) for year in paid)
        entries = [
            entry
            for year in opened
            if year.received_at
            for entry in self._said(year, year.balance())
        ]
        entries += [
            self._entry(year, EntryKind.PAID, payment.amount, payment=payment)
            for year, payment in zip(paid, payments, strict=True)
        ]
        LedgerEntry.objects.bulk_create(entries, batch_size=2000)

    def _said(self, year: Year, balance: YearBalance) -> Iterable[LedgerEntry]:
        yield self._entry(year, EntryKind.REPORTED, balance.reported, statement=year.statement)
        if balance.approved:
            yield self._entry(year, EntryKind.APPROVED, balance.approved, statement=year.statement)

    def _entry(
        self, year: Year, kind: EntryKind, amount: Decimal, **source: models.Model | None
    ) -> LedgerEntry:
        facts: dict[str, Any] = {"booked_by": self.controller, "booked_at": year.received_at}
        grant = year.granted.budget.grant
        return LedgerEntry(
            grant=grant, year=year.span.number, kind=kind, amount=amount, **facts, **source
        )

    def _payment(self, year: Year) -> Payment:
        grant, at = year.granted.budget.grant, year.controlled_at
        assert at is not None  # noqa: S101 - only approved years are paid
        return Payment(
            grant=grant,
            statement=year.statement,
            year=year.span.number,
            number=1,
            amount=year.balance().approved,
            status=PaymentStatus.PAID,
            bank_details=self._bank(grant.grantee_id),
            due_at=at,
            prepared_by=self.controller,
            prepared_at=at,
            approved_by=self.payer,
            approved_at=at,
            export=self.export,
            paid_on=(at + timedelta(days=PAYMENT_DAYS)).date(),
        )

    def _bank(self, organisation: int) -> BankDetails:
        if organisation not in self.accounts:
            self.accounts[organisation], _made = BankDetails.objects.get_or_create(
                organisation_id=organisation,
                version=1,
                defaults={
                    "kind": "bankgiro",
                    "account": BANKGIRO,
                    "holder": "Demo kommun",
                    "entered_by": self.payer,
                },
            )
        return self.accounts[organisation]
