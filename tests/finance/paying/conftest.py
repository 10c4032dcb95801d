"""Accounts of a granted year that are ready for control, and the people who pay."""

import pytest

from finance.models import Grant, Statement
from partnerships.models import Role, User
from tests.factories import money, paying
from tests.factories.parties import make_person


@pytest.fixture
def controller(icld) -> User:
    """Looks after the money at ICLD: prepares, approves and exports."""
    return make_person("Test Ekonomsson", icld, Role.OFFICE_FINANCE)


@pytest.fixture
def treasurer(robertsfors) -> User:
    """Looks after the money of Robertsfors."""
    return make_person("Test Kassörsson", robertsfors, Role.FINANCE)


@pytest.fixture
def grant(partnership, decider) -> Grant:
    return money.make_grant(partnership, by=decider, amounts={1: 500_000, 2: 300_000})


@pytest.fixture
def statement(grant) -> Statement:
    """Accounts of year 1: two costs and a salary, 111 000,50 in all."""
    made = money.open_accounts(grant)
    money.add_cost(made, "100000.25")
    money.add_cost(made, "3000.25", voucher="A 2")
    money.add_salary(made)
    return made


@pytest.fixture
def accounts_to_pay(icld, robertsfors, controller, treasurer):
    """Both ICLD's own and the grantee's bank details are known."""
    paying.enter_office_details(icld, by=controller)
    paying.enter_details(robertsfors, by=treasurer)
