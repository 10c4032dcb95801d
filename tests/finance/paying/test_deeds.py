"""From controlled accounts to money paid, held, taken back and claimed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from applications.noticeboard import notices_of, unread_count
from finance import ledger
from finance.models import EntryKind, Payment, PaymentStatus, Repayment, Review
from finance.paying import bank, deeds, exporting
from finance.paying.approving import approve_statement, withdraw_statement
from finance.paying.payable import payable_of
from finance.paying.words import APPROVAL_WITHDRAWN, NEW_BANK_DETAILS
from icld_portal.models import Letter
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.models import Role
from tests.factories import money, paying
from tests.factories.parties import make_person

pytestmark = pytest.mark.django_db
ALL = Decimal("111000.50")


def balance(grant, year=1):
    return ledger.balances(grant)[year]


# --- What is payable ---------------------------------------------------------------------


def test_approved_costs_within_the_grant_are_payable_to_the_ore(grant, statement, controller):
    result = paying.approve_accounts(statement, by=controller)

    assert (result.reported, result.cost, result.payable, result.to_pay) == (ALL,) * 4
    assert (result.not_approved, result.above, result.to_claim) == (0, 0, 0)
    payment = Payment.objects.get()
    assert (payment.amount, payment.status, payment.year) == (ALL, "due", 1)
    assert balance(grant).approved == ALL
    statement.refresh_from_db()
    assert statement.controlled_at is not None


def test_what_is_above_the_years_grant_is_borne_by_the_parties(grant, statement, controller):
    money.add_cost(statement, "400000.00", voucher="A 3")

    result = paying.approve_accounts(statement, by=controller)

    assert result.payable == Decimal(500_000)
    assert result.above == Decimal("11000.50")
    assert balance(grant).left == 0


def test_an_adjusted_line_counts_what_the_control_says(grant, statement, controller):
    result = paying.approve_accounts(statement, by=controller, cost="99999.99")

    assert result.payable == Decimal("111000.24")
    assert result.not_approved == Decimal("0.26")


def test_costs_below_zero_in_all_make_nothing_payable(grant, controller):
    statement = money.open_accounts(grant)
    money.add_cost(statement, "-500.00", comment="Kredit")

    result = paying.approve_accounts(statement, by=controller)

    assert (result.payable, result.to_pay) == (0, 0)
    assert not Payment.objects.exists()


def test_lines_that_are_not_done_with_stop_the_approval(statement, controller):
    paying.hand_in(statement)
    paying.review_all(statement, by=controller)
    Review.objects.filter(salary__isnull=False).delete()
    Review.objects.filter(line__voucher="A 2").update(verdict="query", reason="Kvitto?")

    with pytest.raises(NotReady) as stopped:
        approve_statement(statement, by=controller, at=timezone.now())

    assert len(stopped.value.problems) == 2
    assert not Payment.objects.exists()


def test_a_line_that_is_changed_is_controlled_anew(statement, controller):
    paying.review_all(statement, by=controller)
    line = statement.lines.get(voucher="A 2")

    line.amount = Decimal("2999.00")
    line.save()

    assert not Review.objects.filter(line=line).exists()
    assert statement.reviews.count() == 2
    statement.lines.get(voucher="A 1").save()
    assert statement.reviews.count() == 2


def test_accounts_are_approved_once_and_only_when_handed_in(statement, controller):
    with pytest.raises(WrongStatus):
        approve_statement(statement, by=controller, at=timezone.now())
    paying.approve_accounts(statement, by=controller)
    with pytest.raises(WrongStatus):
        approve_statement(statement, by=controller, at=timezone.now())
    assert Payment.objects.count() == 1


# --- The way of a payment ----------------------------------------------------------------


@pytest.fixture
def payment(statement, accounts_to_pay, controller) -> Payment:
    paying.approve_accounts(statement, by=controller)
    return Payment.objects.get()


def test_a_payment_is_prepared_approved_by_another_exported_and_paid(
    grant, payment, officer, decider, controller, coordinator, partner_coordinator
):
    export = paying.to_bank(payment, by=officer, approver=decider, exporter=controller)
    payment = deeds.mark_paid(payment, on=timezone.localdate(), by=controller)

    assert payment.status == PaymentStatus.PAID
    assert payment.export == export
    assert balance(grant).paid == ALL
    told = Letter.objects.filter(kind="payment_paid").values_list("to_email", flat=True)
    assert {coordinator.email, partner_coordinator.email} <= set(told)
    written = Letter.objects.get(kind="payment_paid", to_email=coordinator.email)
    assert "111\u00a0000,50\u00a0kr" in written.body
    assert "bankgiro 5050-1055" in written.body


def test_a_payment_is_a_notice_of_those_who_still_see_the_grant(
    payment, officer, decider, controller, coordinator
):
    paying.paid(payment, by=officer, approver=decider, exporter=controller)

    assert [one.kind for one in notices_of(coordinator)] == ["payment_paid"]
    assert unread_count(coordinator) == 1
    coordinator.memberships.all().delete()
    coordinator.stands_anew()
    assert list(notices_of(coordinator)) == []
    assert unread_count(coordinator) == 0


def test_the_same_person_does_not_prepare_and_approve(payment, controller):
    deeds.prepare(payment, by=controller)

    with pytest.raises(PermissionDenied):
        deeds.approve(payment, by=controller)


@pytest.mark.parametrize("name", ["coordinator", "stranger", "reader", "assessor"])
def test_others_neither_prepare_nor_export(payment, name, request):
    person = request.getfixturevalue(name)

    with pytest.raises(PermissionDenied):
        deeds.prepare(payment, by=person)
    with pytest.raises(PermissionDenied):
        exporting.export([payment.pk], pay_on=timezone.localdate(), by=person)


def test_nobody_pays_their_own_organisation(payment, robertsfors, controller):
    controller.memberships.create(organisation=robertsfors, role=Role.MEMBER)
    controller.stands_anew()

    with pytest.raises(PermissionDenied):
        deeds.prepare(payment, by=controller)


def test_without_bank_details_nothing_is_prepared(statement, controller):
    paying.approve_accounts(statement, by=controller)

    with pytest.raises(NotReady):
        deeds.prepare(Payment.objects.get(), by=controller)


def test_steps_are_taken_in_their_order(payment, officer, decider, controller):
    with pytest.raises(WrongStatus):
        deeds.approve(payment, by=decider)
    with pytest.raises(WrongStatus):
        exporting.export([payment.pk], pay_on=timezone.localdate(), by=controller)
    deeds.prepare(payment, by=officer)
    with pytest.raises(WrongStatus):
        deeds.prepare(payment, by=controller)
    deeds.approve(payment, by=decider)
    with pytest.raises(WrongStatus):
        deeds.mark_paid(payment, on=timezone.localdate(), by=controller)


def test_a_payment_is_marked_as_paid_on_a_day_that_can_be(payment, officer, decider, controller):
    paying.to_bank(payment, by=officer, approver=decider, exporter=controller)
    today = timezone.localdate()

    for wrong in (today + timedelta(days=1), today - timedelta(days=1)):
        with pytest.raises(NotReady):
            deeds.mark_paid(payment, on=wrong, by=controller)
    deeds.mark_paid(payment, on=today, by=controller)
    with pytest.raises(WrongStatus):
        deeds.mark_paid(payment, on=today, by=controller)
    assert payment.entries.count() == 1


def test_an_export_goes_to_the_bank_on_a_day_that_can_be(payment, officer, decider, controller):
    deeds.prepare(payment, by=officer)
    deeds.approve(payment, by=decider)
    today = timezone.localdate()

    for wrong in (today - timedelta(days=1), today + timedelta(days=91)):
        with pytest.raises(NotReady):
            exporting.export([payment.pk], pay_on=wrong, by=controller)
    with pytest.raises(NotReady):
        exporting.export([], pay_on=today, by=controller)
    with pytest.raises(WrongStatus):
        exporting.export([payment.pk, payment.pk + 1], pay_on=today, by=controller)


# --- Held, sent back, withdrawn, claimed --------------------------------------------------


def test_new_bank_details_hold_an_approved_payment_until_it_is_prepared_anew(
    payment, robertsfors, treasurer, officer, decider, controller
):
    deeds.prepare(payment, by=officer)
    deeds.approve(payment, by=decider)

    paying.enter_details(robertsfors, by=treasurer, account="991-2346")

    payment.refresh_from_db()
    assert payment.held_reason == NEW_BANK_DETAILS
    with pytest.raises(WrongStatus):
        exporting.export([payment.pk], pay_on=timezone.localdate(), by=controller)
    with pytest.raises(NotReady):
        deeds.release(payment, by=controller)
    deeds.send_back(payment, reason="Nytt konto", by=controller)
    deeds.prepare(payment, by=officer)
    payment.refresh_from_db()
    assert payment.bank_details.account == "9912346"
    assert payment.held_reason == ""


def test_new_bank_details_after_the_export_hold_nothing(
    payment, robertsfors, treasurer, officer, decider, controller
):
    paying.to_bank(payment, by=officer, approver=decider, exporter=controller)

    paying.enter_details(robertsfors, by=treasurer, account="991-2346")

    payment.refresh_from_db()
    assert payment.held_reason == ""
    deeds.mark_paid(payment, on=timezone.localdate(), by=controller)


def test_a_payment_prepared_while_the_details_changed_is_not_approved_or_sent(
    payment, robertsfors, treasurer, officer, decider, controller
):
    deeds.prepare(payment, by=officer)
    newest = bank.newest_details(robertsfors.pk)
    # As when both happened at the same moment: the hold did not see the payment.
    money.make_bank_details(robertsfors, by=treasurer)
    with pytest.raises(NotReady):
        deeds.approve(payment, by=decider)
    Payment.objects.filter(pk=payment.pk).update(
        status="approved", approved_by=decider, approved_at=timezone.now()
    )
    with pytest.raises(NotReady):
        exporting.export([payment.pk], pay_on=timezone.localdate(), by=controller)
    assert newest.version == 1


def test_the_same_details_again_are_no_new_version(robertsfors, treasurer, payment):
    paying.enter_details(robertsfors, by=treasurer, account="50501055")

    assert robertsfors.bank_details.count() == 1


def test_a_payment_is_held_and_released_by_hand(payment, officer, decider):
    deeds.hold(payment, reason="Frågar kommunen", by=officer)
    with pytest.raises(NotReady):
        deeds.prepare(payment, by=officer)
    with pytest.raises(WrongStatus):
        deeds.hold(payment, reason="Igen", by=decider)
    deeds.release(payment, by=decider)

    assert deeds.prepare(payment, by=officer).status == PaymentStatus.PREPARED


def test_a_withdrawn_approval_holds_the_payment_and_books_it_back(
    grant, statement, payment, officer, decider, controller
):
    deeds.prepare(payment, by=officer)
    deeds.approve(payment, by=decider)

    stays = withdraw_statement(statement, reason="Fel kurs", by=decider, at=timezone.now())

    payment.refresh_from_db()
    assert (stays, payment.held_reason) == (0, APPROVAL_WITHDRAWN)
    assert balance(grant).approved == 0
    with pytest.raises(WrongStatus):
        exporting.export([payment.pk], pay_on=timezone.localdate(), by=controller)
    with pytest.raises(NotReady):
        deeds.release(payment, by=decider)
    with pytest.raises(WrongStatus):
        withdraw_statement(statement, reason="Igen", by=decider, at=timezone.now())
    correction = grant.entries.get(kind=EntryKind.APPROVED, amount=-ALL)
    assert correction.corrects.amount == ALL
    assert correction.note == "Fel kurs"


def test_accounts_approved_anew_make_a_new_payment_of_the_new_sum(
    grant, statement, payment, officer, decider, controller
):
    deeds.prepare(payment, by=officer)
    withdraw_statement(statement, reason="Fel", by=decider, at=timezone.now())
    statement.refresh_from_db()
    Review.objects.filter(line__voucher="A 2").delete()

    paying.approve_accounts(statement, by=controller, cost="1000.00")

    payment.refresh_from_db()
    assert payment.status == PaymentStatus.CANCELLED
    new = Payment.objects.exclude(pk=payment.pk).get()
    assert (new.amount, new.status, new.number) == (Decimal("109000.25"), "due", 2)
    assert balance(grant).approved == Decimal("109000.25")


def test_less_than_was_paid_is_claimed_back(
    grant, statement, payment, officer, decider, controller, coordinator
):
    paying.paid(payment, by=officer, approver=decider, exporter=controller)
    stays = withdraw_statement(statement, reason="Dubbel", by=decider, at=timezone.now())
    assert stays == ALL
    statement.refresh_from_db()
    Review.objects.filter(line__voucher="A 2").delete()

    result = paying.approve_accounts(statement, by=controller, cost="0.00")

    claim = Repayment.objects.get()
    assert (result.to_claim, claim.amount) == (Decimal("3000.25"),) * 2
    assert (balance(grant).approved, balance(grant).paid) == (Decimal("108000.25"),) * 2
    assert Letter.objects.filter(kind="repayment_claimed", to_email=coordinator.email).exists()
    deeds.receive(claim, on=timezone.localdate(), by=controller)
    with pytest.raises(WrongStatus):
        deeds.receive(claim, on=timezone.localdate(), by=controller)
    assert grant.entries.filter(kind=EntryKind.REPAYMENT).count() == 1


def test_more_than_was_paid_is_paid_as_the_difference(
    grant, statement, payment, officer, decider, controller
):
    paying.paid(payment, by=officer, approver=decider, exporter=controller)
    withdraw_statement(statement, reason="Mer", by=decider, at=timezone.now())
    statement.refresh_from_db()
    statements_line = statement.lines.get(voucher="A 2")
    statement.frozen_at = None
    statement.save()
    statements_line.amount = Decimal("3500.25")
    statements_line.save()

    result = paying.approve_accounts(statement, by=controller)

    assert result.to_pay == Decimal("500.00")
    assert Payment.objects.get(status="due").amount == Decimal("500.00")


def test_what_is_with_the_bank_is_marked_before_the_accounts_are_approved_anew(
    grant, statement, payment, officer, decider, controller
):
    paying.to_bank(payment, by=officer, approver=decider, exporter=controller)
    stays = withdraw_statement(statement, reason="Fel", by=decider, at=timezone.now())
    statement.refresh_from_db()

    assert stays == ALL
    with pytest.raises(NotReady):
        paying.approve_accounts(statement, by=controller)
    deeds.mark_paid(payment, on=timezone.localdate(), by=controller)
    paying.approve_accounts(statement, by=controller)
    assert payable_of(statement).to_pay == 0
    assert Payment.objects.count() == 1


def test_what_is_sent_back_says_why_and_what_is_sent_is_not(payment, officer, decider, controller):
    deeds.prepare(payment, by=officer)
    with pytest.raises(NotReady):
        deeds.send_back(payment, reason=" ", by=decider)
    deeds.send_back(payment, reason="Fel konto", by=decider)
    paying.to_bank(payment, by=officer, approver=decider, exporter=controller)

    with pytest.raises(WrongStatus):
        deeds.send_back(payment, reason="Ångrar", by=decider)


def test_somebody_with_a_conflict_sees_neither_payment_nor_export(
    payment, officer, decider, controller, icld
):
    export = paying.to_bank(payment, by=officer, approver=decider, exporter=controller)
    other = make_person("Test Jävsson", icld, Role.OFFICE_FINANCE)
    other.interests.create(
        case_reference=payment.grant.reference, has_conflict=True, reason="Granne"
    )
    other.stands_anew()

    assert list(type(export).objects.all().visible_to(other)) == []
    assert list(Payment.objects.all().visible_to(other)) == []
    assert list(type(export).objects.all().visible_to(controller)) == [export]
    with pytest.raises(PermissionDenied):
        deeds.mark_paid(payment, on=timezone.localdate(), by=other)
