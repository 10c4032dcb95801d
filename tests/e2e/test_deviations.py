"""A comment on a deviation is saved while it is typed."""

import re

import pytest
from playwright.sync_api import expect

from finance.models import DeviationComment
from tests.factories import cases, money, reports

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAVED = re.compile(r"^Sparat \d\d:\d\d$")


def test_a_comment_is_kept_by_itself_and_the_button_saves_the_rest(
    visit, partnership, coordinator, decider
):
    case = cases.approved(partnership, by=coordinator, decider=decider)
    report = reports.open_report(case)
    money.add_cost(report.statement, "1000.00")
    visitor = visit()
    visitor.sign_in(coordinator)
    page = visitor.open(f"/reports/{case.reference}/year-1/deviations/")
    field = page.locator("textarea[name^=deviation-]")

    field.press_sequentially("Resan blev billigare.")
    expect(page.locator(".asked [data-save-state]")).to_have_text(SAVED, timeout=20_000)
    assert DeviationComment.objects.get().text == "Resan blev billigare."
    visitor.assert_accessible()

    field.press_sequentially(" Vi tog tåget.")
    with page.expect_navigation():
        page.get_by_role("button", name="Spara").click()
    expect(page.locator("textarea[name^=deviation-]")).to_have_value(
        "Resan blev billigare. Vi tog tåget."
    )
    assert DeviationComment.objects.get().text == "Resan blev billigare. Vi tog tåget."
