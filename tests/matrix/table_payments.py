"""The rows of payments: who prepares, approves, sends, marks as paid, and who reads sums."""

from typing import Any

from django.utils import timezone

from finance.models import Grant, Payment, Repayment
from finance.paying.approving import approve_statement, withdraw_statement
from partnerships.models import Organisation, Partnership
from tests.factories import money, paying
from tests.matrix.rows import Row

READERS = "parties=200 icld=200"
SENDERS = "icld-office_finance=302! icld-office_administrator=302! icld=403"

PAYMENTS = {
    "finance:ledger": Row("/grants/{paid_grant}/ledger/", get=READERS),
    "finance:bank": Row(
        "/organisations/{robertsfors}/bank/",
        get="swedish-administrator=200 swedish-finance=200 icld=200",
        post="swedish-administrator=302! swedish-finance=302! icld=403",
        data={"kind": "bankgiro", "account": "991-2346", "bic": "", "holder": "Robertsfors"},
    ),
    "finance:payments": Row("/office/payments/", get="icld=200"),
    "finance:payment": Row(
        "/office/payments/{payment}/",
        get="icld=200",
        post="icld-officer=302! icld-office_finance=302! icld=403",
        data={"deed": "prepare"},
    ),
    "finance:export": Row(
        "/office/payments/send/",
        get="icld-office_finance=200 icld-office_administrator=200 icld=403",
        post=SENDERS,
        data={"payment": "{approved_payment}", "pay_on": "{today}", "sure": "yes"},
    ),
    "finance:payment_exports": Row("/office/payments/exports/", get="icld=200"),
    "finance:payment_export": Row(
        "/office/payments/exports/{export}/", get="icld=200", post=SENDERS, data={"on": "{today}"}
    ),
    "finance:export_file": Row(
        "/office/payments/exports/{export}/pain/",
        get="icld-office_finance=200 icld-office_administrator=200 icld=403",
    ),
    "finance:repayments": Row("/office/payments/repayments/", get="icld=200"),
    "finance:repayment": Row(
        "/office/payments/repayments/{claim}/", get="icld=200", post=SENDERS, data={"on": "{today}"}
    ),
    "finance:books": Row(
        "/office/payments/books/",
        get="icld=200",
        post=SENDERS,
        data={"cost_account": "6994", "bank_account": "1940"},
    ),
}


def payment_words(partnership: Partnership, people: dict[str, Any]) -> dict[str, Any]:
    """A payment that is due, one that is approved, one with the bank, and a claim."""
    officer, decider = people["icld officer"].user, people["icld decider"].user
    treasurer = people["icld office_finance"].user
    grant = money.make_grant(
        partnership, by=decider, amounts={1: 9_000, 2: 9_000, 3: 9_000}, reference="2025-0001"
    )
    paying.enter_office_details(Organisation.objects.all().office(), by=treasurer)
    money.make_bank_details(grant.grantee, by=people["swedish finance"].user)
    steps = {"by": officer, "approver": decider, "exporter": treasurer}
    payments = {year: _due(grant, year, by=treasurer) for year in (1, 2, 3)}
    claim = _claimed(paying.paid(payments[3], **steps), by=treasurer)
    export = paying.to_bank(payments[2], **steps)
    other = _due(
        money.make_grant(partnership, by=decider, amounts={1: 9_000}, reference="2025-0002"),
        1,
        by=treasurer,
    )
    paying.approved(other, by=officer, approver=decider)
    return {
        "paid_grant": grant.reference,
        "payment": payments[1].pk,
        "approved_payment": other.pk,
        "export": export.number,
        "claim": claim.pk,
    }


def _due(grant: Grant, year: int, *, by: Any) -> Payment:
    statement = money.open_accounts(grant, year)
    money.add_cost(statement, "5000.00")
    paying.approve_accounts(statement, by=by)
    return statement.payments.get()


def _claimed(payment: Payment, *, by: Any) -> Repayment:
    statement = payment.statement
    withdraw_statement(statement, reason="Dubbelt.", by=by, at=timezone.now())
    statement.reviews.all().delete()
    paying.review_all(statement, by=by, cost="4000.00")
    approve_statement(statement, by=by, at=timezone.now(), reason="Dubbelt.")
    return statement.grant.repayments.get()
