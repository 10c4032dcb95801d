"""The budget by keyboard and by paste, in a real browser."""

import pytest

from applications.drafting import editing
from finance.models import BudgetLine
from tests.factories import cases

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASTE = """([selector, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const field = document.querySelector(selector);
  field.focus();
  const options = {clipboardData: data, bubbles: true, cancelable: true};
  field.dispatchEvent(new ClipboardEvent("paste", options));
}"""


@pytest.fixture
def page(visit, partnership, coordinator):
    draft = cases.empty_draft(partnership, by=coordinator)
    with editing(draft, by=coordinator) as locked:
        locked.budget.years = 2
        locked.budget.save()
    window = visit()
    window.sign_in(coordinator)
    return window.open(f"/applications/{draft.handle}/sections/budget/")


def value(page, name: str) -> str:
    return page.input_value(f"[name='lines-1-{name}']")


def test_a_block_from_a_spreadsheet_fills_rows_and_is_saved_by_ctrl_enter(page):
    page.evaluate(
        PASTE,
        [
            "[name='lines-1-0-description']",
            "Flyg\t\t\t25 000\r\nTåg\t\t\t5000\r\nBuss\t\t\t1 000\r\n",
        ],
    )

    assert [value(page, f"{row}-description") for row in range(3)] == ["Flyg", "Tåg", "Buss"]
    assert page.input_value("[name='lines-1-TOTAL_FORMS']") == "3"
    page.wait_for_selector("#sums >> text=31\u00a0000\u00a0kr")
    assert not BudgetLine.objects.exists()

    page.focus("[name='lines-1-1-description']")
    page.keyboard.press("Control+Enter")
    page.wait_for_load_state("networkidle")
    saved = BudgetLine.objects.order_by("pk").values_list("year", "description", "amount_sek")
    assert list(saved) == [(1, "Flyg", 25_000), (1, "Tåg", 5_000), (1, "Buss", 1_000)]


def test_enter_and_arrows_stay_in_the_column_and_tab_leaves(page):
    page.focus("[name='lines-1-0-amount_sek']")
    focused = "document.activeElement.name + '=' + document.activeElement.value"

    page.keyboard.press("Enter")
    assert page.evaluate(focused) == "lines-1-1-amount_sek="
    page.keyboard.press("ArrowUp")
    assert page.evaluate(focused) == "lines-1-0-amount_sek="
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == "then=row-1"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) != "then=row-1"
    assert not BudgetLine.objects.exists()


def test_a_salary_s_amount_is_shown_while_it_is_typed(page):
    page.fill("[name='lines-1-0-days']", "31,25")
    page.fill("[name='lines-1-0-day_cost_sek']", "4 800 kr")
    assert value(page, "0-amount_sek") == "150\u00a0000"
    page.fill("[name='lines-1-0-days']", "0,33")
    page.fill("[name='lines-1-0-day_cost_sek']", "50")
    assert value(page, "0-amount_sek") == "17"
