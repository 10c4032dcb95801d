"""Two people share the work on one draft: presence, a comment that names somebody, ready."""

import re

import pytest
from playwright.sync_api import expect

from applications.models import CommentThread, SectionWork
from icld_portal.models import Letter
from tests.factories.cases import empty_draft

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_two_people_meet_in_a_part_comment_and_mark_it_as_ready(
    visit, partnership, coordinator, partner_coordinator
):
    draft = empty_draft(partnership, by=coordinator)
    case = f"/applications/{draft.key}/"
    mine, theirs = visit(), visit(width=390)
    mine.sign_in(coordinator)
    theirs.sign_in(partner_coordinator)

    # The coordinator gives the partner a part, and waits for them in it.
    mine.open(f"{case}sharing/")
    mine.page.get_by_label("Sammanhang").select_option(label="Demo Coordinator")
    mine.page.get_by_role("button", name="Spara").click()
    expect(mine.page.locator("#task-context")).to_contain_text("Ansvarig: Demo Coordinator")
    mine.open(f"{case}sections/context/")
    expect(mine.page.locator(".presence")).to_have_text("")

    # The partner finds it at home, and each sees that the other is there.
    theirs.open("/home/")
    theirs.page.get_by_role("link", name="Context").click()
    presence = theirs.page.locator(".presence")
    expect(presence).to_have_text("Test Samordnarsson is in this part now.")
    theirs.assert_accessible()
    mine.page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(mine.page.locator(".presence")).to_have_text("Demo Coordinator är i den här delen nu.")

    # A comment that names the partner comes as a letter whose link leads to it.
    mine.page.locator(".asked").first.get_by_role("link", name="Kommentar").click()
    mine.page.get_by_role("textbox", name="Kommentar").fill("@Demo Coordinator, stämmer det?")
    mine.page.get_by_role("button", name="Skriv kommentaren").click()
    expect(mine.page.get_by_text("Meddelas via e-post: Demo Coordinator.")).to_be_visible()
    letter = Letter.objects.get(kind="mentioned")
    assert letter.to_email == partner_coordinator.email
    link = re.search(r"(/applications/\S+)", letter.body)[1]
    theirs.open(link)
    theirs.page.get_by_role("textbox", name="Comment").fill("Yes, it does.")
    theirs.page.get_by_role("button", name="Send the answer").click()
    expect(theirs.page.get_by_text("Yes, it does.")).to_be_visible()
    theirs.page.get_by_role("button", name="Resolve").click()
    expect(theirs.page.get_by_text("Resolved by Demo Coordinator")).to_be_visible()
    assert CommentThread.objects.get().resolved_by == partner_coordinator

    # The partner writes and marks it as ready; the coordinator's change is told beside it.
    theirs.open(f"{case}sections/context/")
    theirs.page.locator("#question-context").fill("Two towns by the water.")
    theirs.page.get_by_role("button", name="Save and mark as ready").click()
    expect(theirs.page.get_by_text("marked as ready by Demo Coordinator")).to_be_visible()
    assert SectionWork.objects.get(section__key="context").ready_by == partner_coordinator
    mine.open(case)
    row = mine.page.locator("#task-context")
    expect(row).to_contain_text("klarmarkerad av Demo Coordinator")
    expect(row).to_contain_text("ändrad sedan du var här senast")
    mine.open(f"{case}sections/context/")
    mine.page.locator("#question-context").fill("Two towns by the sea.")
    mine.page.get_by_role("button", name="Spara", exact=True).click()
    changed = "changed after Demo Coordinator marked it as ready"
    expect(theirs.open(case).locator("#task-context")).to_contain_text(changed)
    theirs.assert_accessible()
