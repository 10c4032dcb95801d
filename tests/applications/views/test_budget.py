"""The budget page: lines, live sums, and the limits of the guidelines."""

from decimal import Decimal

import pytest
from django.urls import reverse

from applications.models import Application
from finance.models import BudgetLine
from tests.applications.views.pages import fields_on
from tests.factories.cases import add_cost, empty_draft

pytestmark = pytest.mark.django_db
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return empty_draft(partnership, by=coordinator)


@pytest.fixture
def browser(coordinator, signed_in):
    return signed_in(coordinator, "en")


@pytest.fixture
def here(draft) -> str:
    return reverse("applications:section", args=[draft.handle, "budget"])


@pytest.fixture
def sums(draft) -> str:
    return reverse("applications:budget_sums", args=[draft.handle])


def category(draft: Application, **facts) -> str:
    return str(draft.budget.guideline.categories.get(**facts).pk)


def cost(draft: Application, amount: str, row: int = 0) -> dict[str, list[str]]:
    return {
        f"lines-1-{row}-category": [category(draft, code="travel")],
        f"lines-1-{row}-description": ["Resor"],
        f"lines-1-{row}-amount_sek": [amount],
    }


def test_a_salary_is_days_times_the_cost_of_a_day(draft, browser, here):
    sent = fields_on(browser.get(here)) | {
        "lines-1-0-category": [category(draft, is_salary=True)],
        "lines-1-0-days": ["31,25"],
        "lines-1-0-day_cost_sek": ["4 800 kr"],
    }

    assert browser.post(here, sent).status_code == 302

    line = BudgetLine.objects.get()
    assert (line.days, line.day_cost_sek, line.amount_sek) == (Decimal("31.25"), 4800, 150_000)


def test_saving_an_unchanged_page_changes_nothing(draft, browser, here):
    add_cost(draft, 123_456)
    before = list(BudgetLine.objects.values())

    browser.post(here, fields_on(browser.get(here)))

    assert list(BudgetLine.objects.values()) == before


@pytest.mark.parametrize("written", ["650.000", "650,000", "1e5", "-5", "100 000 000", "5\x00"])
def test_an_amount_that_can_be_misread_is_refused_and_shown_again(draft, browser, here, written):
    sent = fields_on(browser.get(here)) | cost(draft, written)

    page = browser.post(here, sent)

    assert page.status_code == 422
    assert 'id="lines-1-0-amount_sek_error"' in page.content.decode()
    assert fields_on(page)["lines-1-0-description"] == ["Resor"]
    if written.isprintable():
        assert fields_on(page)["lines-1-0-amount_sek"] == [written]
    assert not BudgetLine.objects.exists()


def test_a_line_without_an_amount_is_refused_beside_the_amount(draft, browser, here):
    page = browser.post(here, fields_on(browser.get(here)) | cost(draft, ""))
    assert page.status_code == 422
    assert "Write the amount, for example 25 000." in page.content.decode()


def test_another_partys_or_guidelines_id_is_refused(draft, browser, here, vara):
    sent = fields_on(browser.get(here)) | cost(draft, "5 000")
    for tampered in (
        {"lines-1-0-organisation": [str(vara.pk)]},
        {"lines-1-0-category": ["999999"]},
        {"lines-1-0-category": ["x"]},
    ):
        assert browser.post(here, sent | tampered).status_code == 422
    assert not BudgetLine.objects.exists()


def test_live_sums_count_what_is_written_and_save_nothing(draft, browser, here, sums):
    sent = fields_on(browser.get(here)) | cost(draft, "500 001") | cost(draft, "nonsense", row=1)

    panel = browser.post(sums, sent).content.decode()

    assert f"500{NBSP}001{NBSP}kr" in panel
    assert f"The ceiling for a year is 500{NBSP}000{NBSP}kr: 1{NBSP}kr too much." in panel
    assert not BudgetLine.objects.exists()


def test_a_line_that_cannot_be_read_is_said_not_to_be_counted(draft, browser, here, sums):
    sent = fields_on(browser.get(here)) | cost(draft, "20.001")
    panel = browser.post(sums, sent).content.decode()
    assert "1 line is not counted" in panel
    assert "Within the budget guidelines." not in panel


def test_a_refused_line_is_named_by_year_and_row(draft, browser, here):
    sent = fields_on(browser.get(here)) | cost(draft, "20.001", row=1)
    page = browser.post(here, sent).content.decode()
    assert "Year 1, Row 2, Amount: Write whole kronor, for example 650 000." in page


def test_live_sums_at_the_ceiling_have_nothing_to_say(draft, browser, here, sums):
    sent = fields_on(browser.get(here)) | cost(draft, "500 000")
    panel = browser.post(sums, sent).content.decode()
    assert "Within the budget guidelines." in panel
    assert "too much" not in panel


def test_live_sums_tell_of_a_salary_above_the_day_rate(draft, browser, here, sums):
    sent = fields_on(browser.get(here)) | {
        "lines-1-0-category": [category(draft, is_salary=True)],
        "lines-1-0-days": ["1"],
        "lines-1-0-day_cost_sek": ["4801"],
    }
    panel = browser.post(sums, sent).content.decode()
    assert f"at most 4{NBSP}800{NBSP}kr a day" in panel
    accepted = browser.post(sums, sent | {"lines-1-0-day_cost_sek": ["4800"]})
    assert "Within the budget guidelines." in accepted.content.decode()


def test_a_guide_value_asks_for_a_reason_and_then_only_warns(partnership, coordinator, browser):
    draft = empty_draft(partnership, by=coordinator, grant_type="steering_group")
    here = reverse("applications:section", args=[draft.handle, "budget"])
    sums = reverse("applications:budget_sums", args=[draft.handle])
    sent = fields_on(browser.get(here)) | cost(draft, "300 001")
    assert 'class="problem-blocks"' in browser.post(sums, sent).content.decode()

    explained = browser.post(sums, sent | {"guide_reason": ["Dyrare resor."]}).content.decode()

    assert 'class="problem-blocks"' not in explained
    assert 'class="problem-warns"' in explained


def test_only_writers_ask_for_sums(draft, sums, member, stranger, signed_in):
    assert signed_in(member).post(sums).status_code == 403
    assert signed_in(stranger).post(sums).status_code == 404


def test_a_removed_line_is_gone(draft, browser, here):
    add_cost(draft, 5_000)
    browser.post(here, fields_on(browser.get(here)) | {"lines-1-0-DELETE": ["on"]})
    assert not BudgetLine.objects.exists()


def test_a_page_with_sixty_lines_stays_usable(draft, browser, here, django_assert_max_num_queries):
    for number in range(20):
        for year in (1, 2, 3):
            add_cost(draft, 1_000 + number, year=year)
    with django_assert_max_num_queries(25):
        page = browser.get(here)
    assert page.status_code == 200
