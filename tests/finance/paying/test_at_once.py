"""Twenty at once, and a process that is killed in between: a payment is paid once."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from finance import ledger
from finance.models import EntryKind, LedgerEntry, Payment, PaymentExport, Review
from finance.paying import deeds, exporting
from finance.paying.approving import approve_statement, withdraw_statement
from icld_portal.models import Event
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from tests.factories import money, paying

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parent.parent.parent.parent
AT_ONCE = 20


def at_once(number, deed):
    """Call ``deed(0)`` … in threads that begin together; return what each was told."""
    together = Barrier(number)

    def run(place):
        try:
            together.wait()
            return deed(place)
        except (WrongStatus, NotReady, PermissionDenied):
            return "told"
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


@pytest.fixture
def payment(statement, accounts_to_pay, controller) -> Payment:
    paying.approve_accounts(statement, by=controller)
    return Payment.objects.get()


def test_accounts_approved_by_twenty_at_once_are_approved_once(grant, statement, controller):
    paying.hand_in(statement)
    paying.review_all(statement, by=controller)

    def approve(_place):
        return approve_statement(statement, by=controller, at=timezone.now()).payable

    answers = at_once(AT_ONCE, approve)

    assert answers.count("told") == AT_ONCE - 1
    assert Payment.objects.count() == 1
    assert LedgerEntry.objects.filter(kind=EntryKind.APPROVED).count() == 1


def test_twenty_approvals_of_one_payment_leave_one(payment, officer, decider):
    deeds.prepare(payment, by=officer)

    answers = at_once(AT_ONCE, lambda _place: deeds.approve(payment, by=decider).status)

    assert sorted(set(answers)) == ["approved", "told"]
    assert answers.count("approved") == 1
    assert Event.objects.filter(verb="approve_payment").count() == 1


def test_twenty_exports_of_one_payment_send_it_once(payment, officer, decider, controller):
    deeds.prepare(payment, by=officer)
    deeds.approve(payment, by=decider)
    today = timezone.localdate()

    answers = at_once(
        AT_ONCE,
        lambda _place: exporting.export([payment.pk], pay_on=today, by=controller).number,
    )

    assert sorted(map(str, answers)) == ["1", *["told"] * (AT_ONCE - 1)]
    assert PaymentExport.objects.count() == 1


def test_twenty_marks_pay_once(grant, payment, officer, decider, controller):
    export = paying.to_bank(payment, by=officer, approver=decider, exporter=controller)
    today = timezone.localdate()

    def mark(place):
        if place % 2:
            return exporting.mark_export_paid(export, on=today, by=controller).number
        return deeds.mark_paid(payment, on=today, by=controller).status

    answers = at_once(AT_ONCE, mark)

    assert answers.count("told") == AT_ONCE - 1
    assert grant.entries.filter(kind=EntryKind.PAID).count() == 1
    assert ledger.balances(grant)[1].paid == payment.amount


def test_sending_and_withdrawing_at_once_end_in_one_of_the_two(
    grant, statement, payment, officer, decider, controller
):
    deeds.prepare(payment, by=officer)
    deeds.approve(payment, by=decider)
    today = timezone.localdate()

    def do(place):
        if place % 2:
            withdraw_statement(statement, reason="Fel", by=decider, at=timezone.now())
            return "withdrawn"
        exporting.export([payment.pk], pay_on=today, by=controller)
        return "sent"

    answers = at_once(8, do)

    payment.refresh_from_db()
    sums = ledger.balances(grant)[1]
    assert answers.count("withdrawn") == 1
    if "sent" in answers:
        assert (payment.held_reason, sums.approved) == ("", payment.amount)
    else:
        assert payment.held_reason
        assert (payment.export_id, sums.approved) == (None, 0)


def test_new_bank_details_and_sending_at_once_never_send_to_the_old_account(
    payment, robertsfors, treasurer, officer, decider, controller
):
    deeds.prepare(payment, by=officer)
    deeds.approve(payment, by=decider)
    today = timezone.localdate()

    def do(place):
        if place == 0:
            paying.enter_details(robertsfors, by=treasurer, account="991-2346")
            return "changed"
        return exporting.export([payment.pk], pay_on=today, by=controller).number

    answers = at_once(8, do)

    payment.refresh_from_db()
    assert "changed" in answers
    # Either it was sent before anybody changed anything, or it is held.
    assert (payment.export_id is None) == bool(payment.held_reason)


# What the killed process does: the deed, and then it dies, before or after the commit.
KILLED = """
import os, signal, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from django.db import transaction
from django.utils import timezone
from finance.models import Payment
from finance.paying import deeds, exporting
from partnerships.models import User
payment, by = Payment.objects.get(pk=sys.argv[2]), User.objects.get(pk=sys.argv[3])
with transaction.atomic():
    if sys.argv[4] == "export":
        exporting.export([payment.pk], pay_on=timezone.localdate(), by=by)
    else:
        deeds.mark_paid(payment, on=timezone.localdate(), by=by)
    if sys.argv[5] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed(payment, by, deed, when) -> None:
    name = connection.settings_dict["NAME"]
    command = [sys.executable, "-c", KILLED, name, str(payment.pk), str(by.pk), deed, when]
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_a_process_killed_while_it_sends_or_pays_leaves_all_or_nothing(
    grant, payment, officer, decider, controller
):
    deeds.prepare(payment, by=officer)
    deeds.approve(payment, by=decider)
    today = timezone.localdate()

    killed(payment, controller, "export", "before")
    assert not PaymentExport.objects.exists()
    killed(payment, controller, "export", "after")
    with pytest.raises(WrongStatus):
        exporting.export([payment.pk], pay_on=today, by=controller)
    assert [one.number for one in PaymentExport.objects.all()] == [1]

    killed(payment, controller, "paid", "before")
    assert not grant.entries.filter(kind=EntryKind.PAID).exists()
    killed(payment, controller, "paid", "after")
    with pytest.raises(WrongStatus):
        deeds.mark_paid(payment, on=today, by=controller)
    assert grant.entries.filter(kind=EntryKind.PAID).count() == 1


def test_two_years_claimed_and_paid_at_once_do_not_wait_for_each_other(
    grant, statement, payment, officer, decider, controller
):
    """Deeds that book lock the grant first: no deadlock, whatever meets."""
    other = money.open_accounts(grant, year=2)
    money.add_cost(other, "500.00")
    paying.hand_in(other)
    paying.review_all(other, by=controller)
    paying.to_bank(payment, by=officer, approver=decider, exporter=controller)
    today = timezone.localdate()

    def do(place):
        if place == 0:
            return deeds.mark_paid(payment, on=today, by=controller).status
        if place == 1:
            return approve_statement(other, by=controller, at=timezone.now()).payable
        withdraw_statement(statement, reason="Fel", by=decider, at=timezone.now())
        return "withdrawn"

    answers = at_once(3, do)

    assert "told" not in answers
    assert Review.objects.count() == 4
    assert ledger.total(ledger.balances(grant)).paid == payment.amount
