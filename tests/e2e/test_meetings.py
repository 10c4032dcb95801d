"""A meeting from plan to call, by browsers without JavaScript on two clocks."""

from datetime import timedelta

import pytest
import vobject
from django.utils import timezone
from playwright.sync_api import expect

from icld_portal.models import LetterAttachment
from tests.factories.cases import empty_draft
from tests.factories.steering import coordinators, make_group

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_meeting_is_planned_filled_and_called_without_javascript(
    visit, partnership, coordinator, partner_coordinator
):
    group = make_group(partnership)
    seated = coordinators(group)
    empty_draft(partnership, by=coordinator)
    day = timezone.localdate() + timedelta(days=40)
    mine, theirs = visit(java_script_enabled=False), visit(width=390, java_script_enabled=False)

    # The partner plans, by the clock of Nairobi.
    theirs.sign_in(partner_coordinator)
    theirs.open(f"/steering-groups/{group.pk}/meetings/plan/")
    theirs.page.get_by_label("Day 1").fill(day.isoformat())
    theirs.page.get_by_label("Begins").fill("12:00")
    theirs.page.get_by_label("Ends").fill("14:00")
    expect(theirs.page.get_by_label("The times are")).to_have_value("Africa/Nairobi")
    theirs.page.get_by_label("Place").fill("Machakos")
    theirs.page.get_by_role("button", name="Plan the meetings").click()
    meeting = group.meetings.get()
    nairobi, stockholm = "12:00–14:00 Nairobi", meeting.starts_at.astimezone().strftime("%H:%M")
    expect(theirs.page.get_by_text(nairobi)).to_be_visible()

    # The Swedish coordinator reads the same moment, takes up what waits and puts it first.
    mine.sign_in(coordinator)
    mine.open(meeting.get_absolute_url())
    expect(mine.page.locator(".lead")).to_contain_text(f"{stockholm}–")
    expect(mine.page.locator(".lead")).to_contain_text(nairobi)
    mine.page.get_by_role("link", name="Skriv dagordningen").click()
    mine.page.get_by_label("Vad som tas upp").fill("Mötets öppnande")
    mine.page.get_by_role("button", name="Lägg till punkten").click()
    mine.page.get_by_role("button", name="Ta upp alla").click()
    mine.page.locator(".agenda li").nth(1).get_by_role("button", name="Upp").click()
    expect(mine.page.locator(".agenda li").nth(1)).to_contain_text("Mötets öppnande")

    # The call goes to both, each by their own clock; the back button says that it is sent.
    mine.open(f"{meeting.get_absolute_url()}call/")
    mine.page.get_by_role("button", name="Skicka kallelsen").click()
    expect(mine.page.get_by_text("Kallelsen är skickad.").first).to_be_visible()
    files = LetterAttachment.objects.order_by("pk")
    assert [one.letter.to_email for one in files] == [term.email for term in seated]
    read = [vobject.readOne(bytes(one.content).decode()).vevent for one in files]
    assert [one.dtstart.value for one in read] == [meeting.starts_at] * 2
    assert [str(one.dtstart.value.utcoffset()) for one in read][1] == "3:00:00"
    mine.page.go_back()
    expect(mine.page.get_by_role("heading", level=1)).to_have_text("Skicka kallelsen igen")
    assert LetterAttachment.objects.count() == 2
