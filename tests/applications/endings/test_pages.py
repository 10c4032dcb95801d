"""The page on which ICLD pauses, ends and closes a grant, and what the parties read of it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications.workflow import ending
from finance.models import Ending, Pause
from tests.factories.running import days, grant_of, signed_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
REASON = {"reason": "Val i landet."}


@pytest.fixture
def case(partnership, coordinator, partner_coordinator, decider):
    return signed_case(partnership, coordinator, decider, years=3)


@pytest.fixture
def page(case) -> str:
    return f"/applications/{case.reference}/ending/"


def text(response) -> str:
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def test_an_officer_pauses_and_the_parties_read_how_the_days_move(
    case, page, officer, coordinator, signed_in
):
    browser = signed_in(officer, "en")
    sent = {"first_on": "2028-08-01", "last_on": "2028-08-31", **REASON}
    answer = browser.post(f"{page}pause/", sent, follow=True)

    assert "The grant is paused. Both parties are told by letter." in text(answer)
    read = text(signed_in(coordinator, "en").get(f"/grants/{case.reference}/"))
    assert "2028-08-01 – 2028-08-31" in read
    assert "the time for writing a report stands still" in read
    assert "Val i landet." in read
    assert "/ending/" not in read


def test_what_is_wrong_is_said_at_the_field_and_what_was_written_stays(page, officer, signed_in):
    sent = {"first_on": "2028-08-31", "last_on": "2028-08-01", **REASON}
    answer = signed_in(officer, "en").post(f"{page}pause/", sent)

    assert answer.status_code == 422
    assert "The last day cannot come before the first one." in text(answer)
    assert "Val i landet." in text(answer)
    assert not Pause.objects.exists()


def test_a_pause_is_ended_sooner_on_the_page(case, page, officer, signed_in):
    today = timezone.localdate()
    last_on = today + timedelta(days=30)
    Pause.objects.create(
        grant=grant_of(case),
        first_on=today,
        last_on=last_on,
        back_on=last_on + timedelta(days=1),
        reason="x",
        made_by=officer,
    )
    pause = Pause.objects.get()
    browser, here = signed_in(officer, "en"), f"{page}pauses/{pause.pk}/end/"
    name = f"pause-{pause.pk}-back_on"

    assert browser.post(here, {name: str(last_on + timedelta(days=1))}).status_code == 422
    assert browser.post(here, {name: str(today)}).status_code == 302
    again = browser.post(here, {name: str(today)}, follow=True)
    assert "Somebody was first" in text(again)
    pause.refresh_from_db()
    assert pause.days == 0


def test_one_proposes_and_another_decides(case, page, officer, decider, signed_in):
    browser = signed_in(officer, "en")
    browser.post(f"{page}propose/", {"last_on": "2028-10-31", **REASON})
    proposed = Ending.objects.get()
    guideline = case.budget.guideline
    assert proposed.report_on == date(2028, 10, 31) + timedelta(days=guideline.report_days)
    mine = text(browser.get(page))
    assert "another decision maker decides" in mine
    assert "Decide that the grant ends early" not in mine
    sent = {"ending": proposed.pk, "answer": "decide"}
    assert browser.post(f"{page}answer/", sent).status_code == 422

    answer = signed_in(decider, "en").post(f"{page}answer/", sent, follow=True)

    assert "The grant ends early. Both parties are told by letter." in text(answer)
    assert grant_of(case).status == "terminated"
    again = signed_in(decider, "en").post(f"{page}answer/", sent, follow=True)
    assert "Somebody was first" in text(again)


def test_the_checklist_names_what_is_missing_and_where(case, page, officer, signed_in):
    ended = ending.propose_ending(
        grant_of(case), days(date(2028, 10, 31)), reason="Krig.", by=officer
    )

    read = text(signed_in(officer, "en").get(page))

    assert ended.outcome == "waiting"
    assert "This has to be done first" in read
    assert "Report of year 3 has not opened yet." in read
    assert "A proposal to end the grant early waits for its decision." in read
    assert "Close the grant" not in read
    answer = signed_in(officer, "en").post(f"{page}close/", REASON)
    assert answer.status_code == 422
    assert grant_of(case).status == "active"


@pytest.mark.parametrize("deed", ["", "pause/", "pauses/1/end/", "propose/", "answer/", "close/"])
def test_nobody_but_icld_s_officers_comes_here(
    deed, page, reader, coordinator, stranger, signed_in
):
    for person in (coordinator, stranger):
        browser = signed_in(person)
        answer = browser.post(page + deed, REASON) if deed else browser.get(page)
        assert answer.status_code == 403
    browser = signed_in(reader)
    if not deed:
        assert browser.get(page).status_code == 200
    else:
        assert browser.post(page + deed, {**REASON, "ending": "1"}).status_code in (403, 404)


def test_one_pause_or_thirty_are_read_in_as_many_queries(case, page, officer, signed_in):
    browser, grant = signed_in(officer), grant_of(case)
    browser.get(page)
    counted = []
    for number in range(30):
        first_on = date(2028, 1, 1) + timedelta(days=2 * number)
        facts = {"last_on": first_on, "back_on": first_on + timedelta(days=1), "reason": "x"}
        Pause.objects.create(grant=grant, first_on=first_on, made_by=officer, **facts)
        if number in (0, 29):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert browser.get(page).status_code == 200
            counted.append(len(asked))
            for other in (f"/grants/{case.reference}/", page.replace("ending", "summary")):
                with CaptureQueriesContext(connection) as asked:
                    assert browser.get(other).status_code == 200
                counted.append(len(asked))
    assert counted[:3] == counted[3:]
    assert max(counted) <= 25
