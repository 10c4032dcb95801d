"""An assessor at work: what is typed is saved by itself, beside the answers as in the criteria."""

import re

import pytest
from playwright.sync_api import expect

from applications.models import AnswerComment, Assessment
from tests.factories import cases

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAVED = re.compile(r"^Sparat \d\d:\d\d$")


@pytest.fixture
def case(partnership, coordinator, officer):
    return cases.in_assessment(partnership, by=coordinator, officer=officer)


def test_comments_and_scores_are_kept_while_they_are_written(visit, case, officer, second_factor):
    assessor = cases.asked(case, by=officer)
    visitor = visit()
    visitor.sign_in(assessor, second_factor(assessor))
    page = visitor.open(f"/applications/{case.reference}/assessment/")
    visitor.assert_accessible()

    page.locator("#comment-context").press_sequentially("Tydligt.")
    expect(page.locator("[data-save]:has(#comment-context) [data-save-state]")).to_have_text(SAVED)
    criterion = page.locator("section.criterion").first
    criterion.locator("input[value='4']").check()
    expect(criterion.locator("[data-save-state]").first).to_have_text(SAVED)
    criterion.locator("textarea").press_sequentially("Båda parter.")
    expect(criterion.locator("[data-save-state]").last).to_have_text(SAVED)

    own = Assessment.objects.get(author=assessor)
    assert AnswerComment.objects.get(assessment=own).text == "Tydligt."
    assert set(own.sheet.answers.values_list("text", flat=True)) == {"4", "Båda parter."}
    page.reload()
    expect(page.locator("#comment-context")).to_have_value("Tydligt.")
    expect(page.locator("section.criterion").first.locator("input[value='4']")).to_be_checked()

    signed_in = visitor.context.cookies()
    visitor.context.clear_cookies(name="sessionid")
    page.locator("#comment-context").focus()
    page.keyboard.press("Control+End")
    page.locator("#comment-context").press_sequentially(" Sedan.")
    expect(page.locator("#save-state")).to_have_text(re.compile("utloggad"))
    visitor.context.add_cookies(signed_in)
    page.reload()
    page.get_by_role("button", name="Lägg tillbaka").click()
    expect(page.locator("#comment-context")).to_have_value("Tydligt. Sedan.")
