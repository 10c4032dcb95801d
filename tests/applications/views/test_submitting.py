"""Check your answers, submit, and what happens when it cannot be."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from applications import workflow
from applications.models import Application, Round, Status
from icld_portal.models import Letter
from tests.factories.cases import empty_draft, in_assessment, ready_draft, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(partnership, coordinator) -> Application:
    return ready_draft(partnership, by=coordinator)


def address(name: str, application: Application) -> str:
    return reverse(f"applications:{name}", args=[application.handle])


def test_a_ready_application_is_handed_in_and_its_reference_shown(ready, coordinator, signed_in):
    browser = signed_in(coordinator, "en")
    assert "Submit to ICLD" in browser.get(address("check", ready)).content.decode()

    answer = browser.post(address("submit", ready), follow=True)

    ready.refresh_from_db()
    assert ready.status == Status.SUBMITTED
    assert answer.redirect_chain == [(f"/applications/{ready.reference}/", 302)]
    page = answer.content.decode()
    assert ready.reference in page
    assert "ICLD has received your application" in page
    assert "PDF" in page
    assert Letter.objects.exists()


def test_every_gap_leads_to_its_own_page_and_field(partnership, coordinator, signed_in):
    draft = empty_draft(partnership, by=coordinator)
    page = signed_in(coordinator, "en").get(address("check", draft)).content.decode()
    base = f"/applications/{draft.key}/sections"
    for target in (
        f"{base}/basics/#title_sv",
        f"{base}/context/#question-context",
        f"{base}/areas/#core_areas",
        f"{base}/results/#results",
        f"{base}/budget/#year-1",
    ):
        assert f'href="{target}"' in page
    assert "Submit to ICLD" not in page


def test_every_link_to_a_gap_finds_its_place_on_the_page(partnership, coordinator, signed_in):
    draft = empty_draft(partnership, by=coordinator)
    browser = signed_in(coordinator, "en")
    context = browser.get(address("check", draft)).context
    pages = {task.url: browser.get(task.url).content.decode() for task in context["tasks"]}
    for task in context["tasks"]:
        for problem in task.problems:
            assert f'id="{problem.anchor}"' in pages[task.url], problem


def test_an_unready_application_is_refused_with_its_gaps(partnership, coordinator, signed_in):
    draft = empty_draft(partnership, by=coordinator)
    answer = signed_in(coordinator, "en").post(address("submit", draft))
    assert answer.status_code == 422
    assert "The title in Swedish is missing." in answer.content.decode()
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_submitting_twice_shows_the_second_the_receipt(ready, coordinator, signatory, signed_in):
    first, second = signed_in(coordinator, "en"), signed_in(signatory, "en")
    there = address("submit", ready)
    first.post(there)

    answer = second.post(there, follow=True)

    page = answer.content.decode()
    assert "The application had already been handed in." in page
    assert "ICLD has received your application" in page
    assert Application.objects.handed_in().count() == 1


def test_one_second_late_is_refused_and_the_draft_kept(ready, coordinator, signed_in):
    closes = ready.round.closes_at
    with time_machine.travel(closes, tick=False):
        browser = signed_in(coordinator, "en")
        answer = browser.post(address("submit", ready))
        still_readable = browser.get(address("read", ready)).status_code
    assert answer.status_code == 422
    assert "The deadline was" in answer.content.decode()
    ready.refresh_from_db()
    assert ready.status == Status.DRAFT
    assert still_readable == 200

    with time_machine.travel(closes - timedelta(seconds=1), tick=False):
        answer = browser.post(address("submit", ready))
    assert answer.status_code == 302


def test_the_partner_cannot_submit_and_is_told_who_can(ready, partner_coordinator, signed_in):
    browser = signed_in(partner_coordinator, "en")
    assert "Submit to ICLD" not in browser.get(address("check", ready)).content.decode()

    answer = browser.post(address("submit", ready), follow=True)

    assert "The coordinator or authorised signatory of the Swedish party" in (
        answer.content.decode()
    )
    ready.refresh_from_db()
    assert ready.status == Status.DRAFT


def test_nobody_else_submits(ready, stranger, officer, signed_in):
    for person in (stranger, officer):
        assert signed_in(person).post(address("submit", ready)).status_code == 404


def test_withdrawing_asks_once_and_then_does_it(partnership, coordinator, officer, signed_in):
    case = in_assessment(partnership, by=coordinator, officer=officer)
    browser = signed_in(coordinator, "en")
    asked = browser.post(address("withdraw", case))
    assert (asked.status_code, Application.objects.get(pk=case.pk).status) == (
        200,
        Status.IN_ASSESSMENT,
    )

    browser.post(address("withdraw", case), {"sure": "yes"})

    assert Application.objects.get(pk=case.pk).status == Status.WITHDRAWN


def test_the_address_of_the_draft_still_leads_to_the_case(ready, coordinator, signed_in):
    draft_address = ready.get_absolute_url()
    workflow.submit(ready, by=coordinator)
    assert signed_in(coordinator).get(draft_address).status_code == 200


def test_nobody_is_asked_to_withdraw_what_they_may_not(
    partnership, coordinator, signed_in, request
):
    case = in_assessment(partnership, by=coordinator, officer=request.getfixturevalue("officer"))

    answers = {
        who: signed_in(request.getfixturevalue(who)).post(address("withdraw", case)).status_code
        for who in ("coordinator", "member", "partner_coordinator", "officer", "stranger")
    }

    assert answers == {
        "coordinator": 200,
        "member": 403,
        "partner_coordinator": 403,
        "officer": 403,
        "stranger": 404,
    }


def test_a_draft_that_missed_its_deadline_is_moved_by_one_button(ready, coordinator, signed_in):
    following = Round.objects.create(
        opens_on=ready.round.deadline_on, deadline_on=ready.round.deadline_on + timedelta(days=200)
    )
    address = reverse("applications:move", args=[ready.handle])
    with time_machine.travel(ready.round.closes_at):
        client = signed_in(coordinator)
        assert address in client.get(ready.get_absolute_url()).content.decode()

        answer = client.post(address, follow=True)

    ready.refresh_from_db()
    assert ready.round == following
    assert address not in answer.content.decode()


def test_a_text_without_a_space_does_not_pass_the_word_limit(ready, coordinator, signed_in):
    ready.sheet.answers.filter(question__key="context").update(text="x" * 100_000)

    answer = signed_in(coordinator, "en").post(address("submit", ready))

    ready.refresh_from_db()
    assert (answer.status_code, ready.status) == (422, Status.DRAFT)
    assert "words above the limit" in answer.content.decode()


def test_only_who_may_open_it_again_is_asked_about_it(
    partnership, coordinator, member, officer, stranger, signed_in
):
    case = submitted(partnership, by=coordinator)
    there = address("reopen", case)
    people = (coordinator, member, officer, stranger)
    assert [signed_in(one).post(there).status_code for one in people] == [200, 403, 403, 404]
