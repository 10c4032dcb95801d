"""The pages of payments, as those at ICLD and in the parties meet them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from finance import rules
from finance.models import Payment, PaymentExport, Repayment
from finance.paying.approving import approve_statement, withdraw_statement
from icld_portal.models import Letter
from partnerships.models import Role
from tests.factories import money, paying
from tests.factories.parties import make_person

pytestmark = pytest.mark.django_db
MOST_QUERIES = 25


@pytest.fixture
def payment(statement, accounts_to_pay, controller) -> Payment:
    paying.approve_accounts(statement, by=controller)
    return Payment.objects.get()


def page(browser, address) -> str:
    response = browser.get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_the_whole_way_by_the_pages(
    signed_in, grant, payment, officer, decider, controller, coordinator
):
    address = f"/office/payments/{payment.pk}/"
    assert signed_in(officer).post(address, {"deed": "prepare"}).status_code == 302
    assert signed_in(decider).post(address, {"deed": "approve"}).status_code == 302
    browser, today = signed_in(controller, "en"), timezone.localdate()

    chosen = browser.post("/office/payments/send/", {"payment": payment.pk, "pay_on": today})
    check = chosen.content.decode()
    assert "Send these payments?" in check
    assert "5050-1055" in check
    assert not PaymentExport.objects.exists()
    sent = browser.post(
        "/office/payments/send/", {"payment": payment.pk, "pay_on": today, "sure": "yes"}
    )
    assert sent["Location"] == "/office/payments/exports/1/"
    for kind in ("csv", "xlsx", "sie", "pain"):
        assert browser.get(f"/office/payments/exports/1/{kind}/").status_code == 200
    assert browser.get("/office/payments/exports/1/exe/").status_code == 404
    assert browser.post("/office/payments/exports/1/", {"on": today}).status_code == 302

    shown = page(signed_in(coordinator, "en"), f"/grants/{grant.reference}/ledger/")
    assert "payment 1" in shown
    assert "111\u00a0000,50\u00a0kr" in shown


def test_a_second_click_and_the_back_button_pay_nothing_twice(
    signed_in, grant, payment, officer, decider, controller
):
    paying.approved(payment, by=officer, approver=decider)
    browser, today = signed_in(controller, "en"), timezone.localdate()
    order = {"payment": payment.pk, "pay_on": today, "sure": "yes"}
    for _click in range(3):
        browser.post("/office/payments/send/", order)
        browser.post("/office/payments/exports/1/", {"on": today})
        browser.post(f"/office/payments/{payment.pk}/", {"deed": "paid", "on": today})

    assert PaymentExport.objects.count() == 1
    assert grant.entries.filter(kind="paid").count() == 1


def test_whoever_prepared_is_told_that_another_approves(signed_in, payment, controller):
    browser, address = signed_in(controller, "en"), f"/office/payments/{payment.pk}/"
    browser.post(address, {"deed": "prepare"})

    assert "Somebody else approves it." in page(browser, address)
    assert browser.post(address, {"deed": "approve"}).status_code == 403
    assert browser.post(address, {"deed": "nonsense"}).status_code == 400


def test_what_stops_a_payment_is_said_on_its_page(signed_in, statement, controller):
    paying.approve_accounts(statement, by=controller)
    payment = Payment.objects.get()
    browser, address = signed_in(controller, "en"), f"/office/payments/{payment.pk}/"

    refused = browser.post(address, {"deed": "prepare"})
    assert refused.status_code == 422
    assert "The grantee has not entered where the money is to be paid." in refused.content.decode()
    assert browser.post(address, {"deed": "hold", "reason": ""}).status_code == 422
    assert browser.post(address, {"deed": "hold", "reason": "å" * 100_000}).status_code == 422
    assert browser.post(address, {"deed": "hold", "reason": "Vänta"}).status_code == 302
    assert "Vänta" in page(browser, address)
    assert browser.post(address, {"deed": "prepare"}).status_code == 422
    assert browser.post(address, {"deed": "release"}).status_code == 302


def test_odd_orders_send_nothing(signed_in, payment, officer, decider, controller):
    paying.approved(payment, by=officer, approver=decider)
    browser, today = signed_in(controller), timezone.localdate()
    for order in (
        {"payment": payment.pk, "pay_on": ""},
        {"payment": "å", "pay_on": today, "sure": "yes"},
        {"payment": "9" * 400, "pay_on": today, "sure": "yes"},
        {"pay_on": today, "sure": "yes"},
        {"payment": payment.pk, "pay_on": "2020-01-01", "sure": "yes"},
        {"payment": payment.pk, "pay_on": today},
    ):
        assert browser.post("/office/payments/send/", order).status_code in {200, 302, 422}
    assert not PaymentExport.objects.exists()


def test_new_bank_details_by_the_page_tell_administrators_and_icld(
    signed_in, robertsfors, treasurer, controller
):
    owner = make_person("Test Ägarsson", robertsfors, Role.ADMINISTRATOR)
    address = f"/organisations/{robertsfors.pk}/bank/"
    browser = signed_in(treasurer, "en")
    facts = {"kind": "bankgiro", "account": "5050-1056", "holder": "Robertsfors kommun"}

    assert browser.post(address, facts).status_code == 422
    assert browser.post(address, facts | {"account": "5050-1055"}).status_code == 302
    assert "bankgiro 5050-1055" in page(browser, address)
    told = set(Letter.objects.filter(kind="bank_details").values_list("to_email", flat=True))
    assert told == {owner.email, controller.email}


def test_members_of_the_organisation_do_not_see_where_it_is_paid(
    signed_in, robertsfors, coordinator, member, treasurer
):
    address = f"/organisations/{robertsfors.pk}/bank/"
    assert signed_in(treasurer).get(address).status_code == 200
    for person in (coordinator, member):
        assert signed_in(person).get(address).status_code == 404


def test_a_claim_is_noted_once(signed_in, statement, payment, officer, decider, controller):
    paying.paid(payment, by=officer, approver=decider, exporter=controller)
    withdraw_statement(statement, reason="Dubbelt", by=decider, at=timezone.now())
    statement.reviews.all().delete()
    paying.review_all(statement, by=controller, cost="0.00")
    approve_statement(statement, by=controller, at=timezone.now())
    claim = Repayment.objects.get()
    browser, address = signed_in(controller, "en"), f"/office/payments/repayments/{claim.pk}/"

    assert "Less has been approved than was paid." in page(browser, address)
    for _click in range(2):
        assert browser.post(address, {"on": timezone.localdate()}).status_code == 302
    claim.refresh_from_db()
    assert claim.status == "received"
    assert claim.grant.reference in page(browser, "/office/payments/repayments/")


def test_somebody_with_a_conflict_meets_no_page_of_the_case(
    signed_in, payment, officer, decider, controller, icld
):
    paying.to_bank(payment, by=officer, approver=decider, exporter=controller)
    other = make_person("Test Jävsson", icld, Role.OFFICE_FINANCE)
    reference = payment.grant.reference
    addresses = (
        f"/office/payments/{payment.pk}/",
        "/office/payments/exports/1/",
        "/office/payments/exports/1/pain/",
        f"/grants/{reference}/ledger/",
    )
    browser = signed_in(other)
    assert [browser.get(one).status_code for one in addresses] == [200] * 4
    other.interests.create(case_reference=reference, has_conflict=True, reason="Granne")

    assert [browser.get(one).status_code for one in addresses] == [404] * 4
    assert reference not in page(browser, "/office/payments/?state=sent")


@pytest.mark.parametrize(
    "name", ["officer", "decider", "controller", "reader", "coordinator", "stranger", "outsider"]
)
@pytest.mark.parametrize("conflict", [False, True])
def test_who_sees_an_export_is_said_alike_of_one_and_of_the_list(
    payment, officer, decider, controller, name, conflict, request
):
    export = paying.to_bank(payment, by=officer, approver=decider, exporter=controller)
    person = request.getfixturevalue(name)
    if conflict:
        reference = payment.grant.reference
        person.interests.create(case_reference=reference, has_conflict=True, reason="Granne")
    person.stands_anew()

    listed = PaymentExport.objects.all().visible_to(person)

    assert rules.may_see_export(person, export) == listed.exists()
    office = {"officer", "decider", "controller", "reader"}
    assert listed.exists() == (name in office and not conflict)


@pytest.mark.parametrize("rows", [1, 30])
def test_the_pages_ask_as_often_for_one_row_as_for_thirty(
    signed_in, partnership, robertsfors, accounts_to_pay, officer, decider, controller, rows
):
    for number in range(rows):
        grant = money.make_grant(
            partnership, by=decider, amounts={1: 9_000}, reference=f"2025-{number + 1:04d}"
        )
        statement = money.open_accounts(grant)
        money.add_cost(statement, "5000.00")
        paying.approve_accounts(statement, by=controller)
        payment = statement.payments.get()
        paying.approved(payment, by=officer, approver=decider)
    browser = signed_in(controller)
    found = {}
    for address in ("/office/payments/", "/office/payments/send/", "/grants/2025-0001/ledger/"):
        browser.get(address)
        with CaptureQueriesContext(connection) as asked:
            page(browser, address)
        found[address] = len(asked)
    deeds_page = f"/office/payments/{payment.pk}/"
    browser.get(deeds_page)
    with CaptureQueriesContext(connection) as asked:
        page(browser, deeds_page)
    found["payment"] = len(asked)

    assert max(found.values()) <= MOST_QUERIES, found
    assert found == QUERIES, found


QUERIES = {
    "/office/payments/": 8,
    "/office/payments/send/": 5,
    "/grants/2025-0001/ledger/": 10,
    "payment": 12,
}
