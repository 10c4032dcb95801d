"""The pages on which ICLD answers changes, pauses, ends and closes pass axe."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from applications.models import ChangeKind
from applications.workflow import changing, ending
from finance.models import Pause
from tests.e2e import test_accessible
from tests.e2e.test_accessible import check, sign_in
from tests.factories.running import days, grant_of, signed_case

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

visitor = test_accessible.visitor


@pytest.fixture
def case(partnership, coordinator, partner_coordinator, decider):
    return signed_case(partnership, coordinator, decider, years=3)


def paused_now(case, officer) -> None:
    today = timezone.localdate()
    Pause.objects.create(
        grant=grant_of(case),
        first_on=today,
        last_on=today + timedelta(days=9),
        back_on=today + timedelta(days=10),
        reason="Val i landet: kommunen är stängd.",
        made_by=officer,
    )


def test_pages_of_a_grant_that_rests_and_ends(
    visitor, case, coordinator, officer, decider, second_factor
):
    here, grant = f"/applications/{case.reference}/ending/", f"/grants/{case.reference}/"
    paused_now(case, officer)
    sign_in(visitor, decider, second_factor(decider))
    check(visitor, here, grant)
    visitor.page.goto(visitor.address + here)
    for closed in visitor.page.locator("main summary").all():
        closed.click()
    visitor.assert_accessible()
    visitor.page.locator("#id_first_on").fill("2028-08-02")
    visitor.page.locator("form[action$='/ending/pause/'] button").click()
    visitor.page.locator(".error-summary").wait_for()
    visitor.assert_accessible()
    proposed = ending.propose_ending(
        grant_of(case), days(date(2028, 10, 31)), reason="Krig.", by=officer
    )
    check(visitor, here)
    ending.end_early(proposed, by=decider)
    check(visitor, here, grant, f"{grant}ledger/", f"/applications/{case.reference}/summary/")


def test_pages_of_change_requests_at_icld(
    visitor, case, coordinator, officer, decider, second_factor
):
    change = changing.begin_change(case, by=coordinator)
    words = [changing.Words(ChangeKind.PEOPLE, "Anna", "Bo")]
    facts = {"reason": "Anna slutar.", "end_on": None, "decision": None}
    changing.save_change(change, by=coordinator, version=1, words=words, **facts)
    changing.submit_change(change, by=coordinator, version=2)
    sign_in(visitor, decider, second_factor(decider))
    there = change.get_absolute_url()

    check(visitor, "/office/changes/", there, f"/applications/{case.reference}/changes/")
    changing.refuse_change(change, by=decider, reason="Inte nu.")
    check(visitor, there, "/office/changes/?status=refused", "/office/changes/?status=approved")
