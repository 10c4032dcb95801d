"""Whatever is reported, controlled, changed, paid and claimed, in any order: the ledger holds.

Per year and in all paid ≤ approved ≤ granted, and its sums are what the tables say.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from finance import grants, ledger, settling, statements
from finance.budgets import DecidedLine
from finance.models import (
    Closing,
    Ending,
    EndingOutcome,
    EntryKind,
    Grant,
    LedgerEntry,
    Payment,
    PaymentStatus,
    Repayment,
    Review,
    Statement,
    Verdict,
)
from finance.paying import deeds, exporting
from finance.paying.approving import approve_statement, withdraw_statement
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from tests.factories import money, paying

pytestmark = pytest.mark.django_db
YEARS = st.sampled_from([1, 2])
ORE = st.decimals("0.01", "9000.00", places=2)
ACCOUNTS = st.sampled_from(["5050-1055", "991-2346"])
REFUSED = (WrongStatus, NotReady)


class Money(RuleBasedStateMachine):
    """One grant of two years, small enough that costs run over it."""

    grant_id: int
    people: dict

    def __init__(self):
        super().__init__()
        self.run = transaction.atomic()
        self.run.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.run.__exit__(None, None, None)

    @property
    def grant(self) -> Grant:
        return Grant.objects.get(pk=self.grant_id)

    def statement(self, year) -> Statement:
        return self.grant.statements.get(year=year)

    @rule(year=YEARS, amount=ORE, back=st.booleans())
    def report(self, year, amount, back):
        statement = self.statement(year)
        if statement.controlled_at is not None or self.is_closed():
            return
        if statement.frozen_at is not None:
            statements.thaw(statement)
        before = statement.entries.filter(kind=EntryKind.REPORTED).aggregate(s=Sum("amount"))["s"]
        money.add_cost(statement, str(-amount if back else amount))
        paying.hand_in(statement)
        ledger.book(
            self.grant,
            year,
            EntryKind.REPORTED,
            statements.total(statement) - (before or 0),
            by=self.people["decider"],
            at=timezone.now(),
            statement=statement,
        )

    @rule(year=YEARS, part=st.sampled_from(["0", "0.33", "1"]), settle=st.booleans())
    def control(self, year, part, settle):
        statement = self.statement(year)
        if statement.controlled_at is not None:
            return
        for line in statement.lines.all():
            approved = (line.amount * Decimal(part)).quantize(Decimal("0.01"))
            facts = {
                "verdict": Verdict.ADJUSTED if settle else Verdict.QUERY,
                "approved": approved if settle else 0,
                "reason": "Så är det.",
                "reviewed_by": self.people["controller"],
                "statement": statement,
            }
            Review.objects.update_or_create(line=line, defaults=facts)

    @rule(year=YEARS)
    def approve(self, year):
        statement = self.statement(year)
        try:
            result = approve_statement(
                statement, by=self.people["controller"], at=timezone.now(), reason="Rättat"
            )
        except REFUSED:
            return
        sums = ledger.balances(self.grant)[year]
        assert sums.approved == result.payable

    @rule(year=YEARS)
    def withdraw(self, year):
        try:
            stays = withdraw_statement(
                self.statement(year), reason="Fel", by=self.people["decider"], at=timezone.now()
            )
        except REFUSED:
            return
        assert ledger.balances(self.grant)[year].approved == stays

    def is_closed(self) -> bool:
        return self.grant.status == Grant.Status.CLOSED

    @rule(day=st.sampled_from([date(2026, 6, 30), date(2027, 6, 30)]))
    def end_early(self, day):
        """What is granted for a year that has not begun by then is let go."""
        if self.grant.status != Grant.Status.ACTIVE:
            return
        now, by, other = timezone.now(), self.people["officer"], self.people["decider"]
        Ending.objects.create(
            grant=self.grant,
            reason="Krig",
            last_on=day,
            report_on=day + timedelta(days=60),
            final_on=day + timedelta(days=60),
            proposed_by=by,
            outcome=EndingOutcome.ENDED,
            answered_at=now,
            answered_by=other,
        )
        begun = self.statement(2).entries.exists()
        years = [] if begun or day.year == 2027 else [2]
        grants.release(self.grant, years, reason="Krig", by=other, at=now)
        Grant.objects.update(status=Grant.Status.TERMINATED)
        assert not years or ledger.balances(self.grant)[2].left == 0

    @rule()
    def close(self):
        """Possible when nothing is on its way or owed, and then nothing is left."""
        if self.is_closed():
            return
        on_its_way = settling.money_problems(self.grant)
        now, by = timezone.now(), self.people["officer"]
        try:
            with transaction.atomic():
                let_go = grants.release(self.grant, [1, 2], reason="Klart", by=by, at=now)
                Closing.objects.create(
                    grant=self.grant, reason="Klart", released=let_go, closed_by=by
                )
                Grant.objects.update(status=Grant.Status.CLOSED)
        except DatabaseError:
            assert on_its_way
        else:
            assert not on_its_way
            assert ledger.total(ledger.balances(self.grant)).left == 0

    @rule(year=YEARS)
    def book_in_a_closed_grant(self, year):
        """Not even raw SQL adds to what is settled."""
        if not self.is_closed():
            return
        statement, by = self.statement(year), self.people["decider"]
        with pytest.raises(DatabaseError), transaction.atomic():
            money.book(self.grant, EntryKind.REPORTED, "1.00", by=by, statement=statement)

    @rule(moved=st.integers(-9000, 9000))
    def move_between_the_years(self, moved):
        if self.grant.status != Grant.Status.ACTIVE:
            return
        lines = list(grants.budget_of(self.grant).lines.order_by("year"))
        changed = [
            DecidedLine(line.year, line.organisation, line.category, 0, amount)
            for line, amount in zip(
                lines, [lines[0].amount_sek - moved, lines[1].amount_sek + moved], strict=True
            )
        ]
        if any(line.amount_sek < 1 for line in changed):
            return
        try:
            with transaction.atomic():
                grants.change_budget(
                    self.grant,
                    changed,
                    reason="Flytt",
                    by=self.people["decider"],
                    at=timezone.now(),
                )
        except DatabaseError:
            short = ledger.balances(self.grant)
            assert any(short[line.year].approved > line.amount_sek for line in changed)

    def step(self, deed, **facts):
        for payment in Payment.objects.under_way().order_by("pk"):
            try:
                deed(payment, **facts)
            except REFUSED:
                continue

    @rule()
    def prepare(self):
        self.step(deeds.prepare, by=self.people["officer"])

    @rule()
    def approve_payments(self):
        self.step(deeds.approve, by=self.people["decider"])

    @rule()
    def hold(self):
        self.step(deeds.hold, reason="Vänta", by=self.people["officer"])

    @rule()
    def release(self):
        self.step(deeds.release, by=self.people["officer"])

    @rule()
    def send_back(self):
        self.step(deeds.send_back, reason="Fel", by=self.people["officer"])

    @rule(account=ACCOUNTS)
    def change_account(self, account):
        paying.enter_details(self.grant.grantee, by=self.people["treasurer"], account=account)

    @rule()
    def export(self):
        ready = [one.pk for one in exporting.ready()]
        try:
            exporting.export(ready, pay_on=timezone.localdate(), by=self.people["controller"])
        except REFUSED:
            assert not ready or Payment.objects.filter(pk__in=ready).exists()

    @rule()
    def mark_paid(self):
        self.step(deeds.mark_paid, on=timezone.localdate(), by=self.people["controller"])

    @rule()
    def receive(self):
        for claim in Repayment.objects.filter(status="claimed"):
            deeds.receive(claim, on=timezone.localdate(), by=self.people["controller"])

    @rule(year=YEARS, amount=ORE)
    def bring_to_the_bank(self, year, amount):
        """All the steps in their order, which chance alone seldom takes."""
        self.change_account(account="5050-1055")
        self.report(year=year, amount=amount, back=False)
        self.control(year=year, part="1", settle=True)
        self.approve(year=year)
        self.prepare()
        self.approve_payments()
        self.export()

    @invariant()
    def paid_is_within_approved_within_granted(self):
        of_years = ledger.balances(self.grant)
        for one in [*of_years.values(), ledger.total(of_years)]:
            assert 0 <= one.paid <= one.approved <= one.granted

    @invariant()
    def the_ledger_says_what_the_tables_say(self):
        of_years = ledger.balances(self.grant)
        released = LedgerEntry.objects.filter(kind=EntryKind.RELEASED)
        for line in grants.budget_of(self.grant).lines.all():
            let_go = sum_of(released.filter(year=line.year))
            assert of_years[line.year].granted == line.amount_sek + let_go
        for year, one in of_years.items():
            paid = sum_of(Payment.objects.filter(year=year, status=PaymentStatus.PAID))
            assert one.paid == paid - sum_of(Repayment.objects.filter(year=year))
            with_bank = Payment.objects.filter(year=year, status="approved", export__isnull=False)
            under_way = Payment.objects.filter(year=year).under_way()
            statement = self.statement(year)
            if statement.controlled_at is None:
                assert one.approved == one.paid + sum_of(with_bank)
            else:
                assert one.approved == one.paid + sum_of(under_way)
        total = LedgerEntry.objects.filter(kind=EntryKind.PAID).count()
        assert total == Payment.objects.filter(status=PaymentStatus.PAID).count()


def sum_of(rows) -> Decimal:
    return rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def test_the_ledger_holds_whatever_happens(
    partnership, robertsfors, icld, officer, decider, controller, treasurer
):
    grant = money.make_grant(partnership, by=decider, amounts={1: 10_000, 2: 8_000})
    money.open_accounts(grant, 1)
    money.open_accounts(grant, 2)
    paying.enter_office_details(icld, by=controller)
    Money.grant_id = grant.pk
    Money.people = {
        "officer": officer,
        "decider": decider,
        "controller": controller,
        "treasurer": treasurer,
    }

    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
