"""The pages of control and payment pass axe, in both languages, on desk and phone."""

import pytest

from finance.models import Payment
from finance.paying import deeds
from partnerships.models import Role
from tests.e2e import test_accessible
from tests.e2e.test_accessible import check, sign_in
from tests.factories import cases, controlled, paying
from tests.factories.parties import make_person
from tests.matrix.table_payments import payment_words

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

visitor = test_accessible.visitor


class Known:
    """A person as the words of the matrix ask for them."""

    def __init__(self, user) -> None:
        self.user = user


@pytest.fixture
def controller(icld):
    return make_person("Test Ekonomsson", icld, Role.OFFICE_FINANCE)


@pytest.fixture
def treasurer(robertsfors):
    return make_person("Test Kassörsson", robertsfors, Role.FINANCE)


def test_pages_of_payments(
    visitor, partnership, officer, decider, controller, treasurer, robertsfors, second_factor
):
    people = {
        "icld officer": Known(officer),
        "icld decider": Known(decider),
        "icld office_finance": Known(controller),
        "swedish finance": Known(treasurer),
    }
    words = payment_words(partnership, people)
    held = Payment.objects.get(pk=words["payment"])
    deeds.hold(held, reason="Vi frågar kommunen.", by=officer)
    sign_in(visitor, controller, second_factor(controller))

    payments = "/office/payments"
    check(visitor, f"{payments}/", f"{payments}/?state=held", f"{payments}/?state=prepared")
    check(visitor, f"{payments}/{held.pk}/", f"{payments}/{words['approved_payment']}/")
    check(visitor, f"{payments}/send/")
    visitor.page.locator("main form button[type=submit]").last.click()
    visitor.assert_accessible()
    check(visitor, f"{payments}/exports/", f"{payments}/exports/{words['export']}/")
    check(visitor, f"{payments}/repayments/", f"{payments}/repayments/{words['claim']}/")
    check(visitor, f"{payments}/books/", f"/grants/{words['paid_grant']}/ledger/")
    check(visitor, f"/grants/{words['paid_grant']}/", f"/organisations/{robertsfors.pk}/bank/")


def test_pages_of_bank_details_of_a_party(visitor, treasurer, robertsfors):
    sign_in(visitor, treasurer)

    check(visitor, f"/organisations/{robertsfors.pk}/bank/")
    paying.enter_details(robertsfors, by=treasurer)
    check(visitor, f"/organisations/{robertsfors.pk}/bank/")


def test_pages_of_the_control(visitor, partnership, coordinator, officer, decider, second_factor):
    case = cases.approved(partnership, by=coordinator, decider=decider)
    report = controlled.handed_in(case, costs=3)
    sign_in(visitor, officer, second_factor(officer))
    control = f"/reports/{case.reference}/year-1/control/"

    check(visitor, control, f"{control}?kind=salaries", f"{control}?show=query")
    check(visitor, f"{control}checklist/", f"{control}approve/")
    controlled.controlled(report, by=officer)
    check(visitor, control, f"{control}approve/")
    controlled.approve(report, by=officer)
    check(visitor, control, f"{control}withdraw/")
