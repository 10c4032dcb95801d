"""The formal check: what the portal finds, what an officer ticks, and who may."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from applications import workflow
from applications.models import CheckItem, FormalCheck
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from tests.applications.views.pages import fields_on
from tests.factories import cases

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(partnership, coordinator):
    return cases.submitted(partnership, by=coordinator)


def address(case) -> str:
    return f"/applications/{case.handle}/formal-check/"


def test_an_officer_ticks_and_reads_it_again(case, officer, signed_in):
    browser = signed_in(officer, "en")
    sent = fields_on(browser.get(address(case)))
    sent |= {"result-parties": "in_order", "result-budget": "lacking", "note-budget": "Split it."}

    assert browser.post(address(case), sent).headers["Location"] == address(case)

    budget = case.checks.get(item="budget")
    assert (budget.result, budget.note, budget.checked_by) == ("lacking", "Split it.", officer)
    assert case.checks.count() == 2
    page = browser.get(address(case)).content.decode()
    assert "Split it." in page
    assert officer.name in page
    assert "The formal check was written" in browser.get(case.get_absolute_url()).content.decode()


def test_what_the_portal_finds_is_a_list(case, machakos, officer, signed_in):
    machakos.is_checked = False
    machakos.save()

    page = signed_in(officer, "en").get(address(case))

    assert f"{machakos.name} is new in the register" in page.content.decode()
    assert any("No file is attached" in text for text in page.context["findings"])


def test_what_is_lacking_is_said_in_words(case, officer, signed_in):
    browser = signed_in(officer, "en")
    sent = fields_on(browser.get(address(case))) | {"result-budget": "lacking"}

    refused = browser.post(address(case), sent)

    assert refused.status_code == 422
    assert "Write what is lacking." in refused.content.decode()
    assert not case.checks.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        FormalCheck.objects.create(
            application=case, item="budget", result="lacking", checked_by=officer
        )


def test_a_second_officer_is_told(case, officer, decider, signed_in):
    first, second = signed_in(officer, "en"), signed_in(decider, "en")
    opened = fields_on(second.get(address(case)))
    mine = fields_on(first.get(address(case))) | {"result-parties": "in_order"}
    first.post(address(case), mine)

    told = second.post(address(case), opened | {"note-parties": "Mine."})

    assert told.status_code == 422
    assert "Somebody else has saved this page" in told.content.decode()
    assert "Mine." in told.content.decode()
    again = second.post(address(case), fields_on(told) | {"note-parties": "Mine."})
    assert again.status_code == 302
    assert case.checks.get(item=CheckItem.PARTIES).note == "Mine."


def test_nobody_else_checks_and_a_decided_case_is_read_only(
    partnership, case, coordinator, officer, decider, reader, signed_in
):
    assert signed_in(reader).get(address(case)).status_code == 200
    assert "<form" not in main_of(signed_in(reader).get(address(case)))
    for person, status in ((reader, 403), (coordinator, 403)):
        assert signed_in(person).post(address(case), {}).status_code == status
        with pytest.raises(PermissionDenied):
            workflow.save_check(case, {"parties": ("in_order", "")}, by=person)
    decided = cases.approved(partnership, by=coordinator, decider=decider)
    with pytest.raises(WrongStatus):
        workflow.save_check(decided, {"parties": ("in_order", "")}, by=officer)
    assert "<form" not in main_of(signed_in(officer).get(address(decided)))
    assert not FormalCheck.objects.exists()


def main_of(response) -> str:
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


def test_a_note_is_needed_only_where_something_is_lacking(case, officer):
    with pytest.raises(NotReady):
        workflow.save_check(case, {"parties": ("lacking", "")}, by=officer)
    workflow.save_check(case, {"parties": ("", "Ring dem.")}, by=officer)
    assert case.checks.get().note == "Ring dem."


def test_the_page_asks_at_most_25_times(case, officer, signed_in, django_assert_max_num_queries):
    browser = signed_in(officer)
    browser.get(address(case))
    with django_assert_max_num_queries(25):
        browser.get(address(case))
