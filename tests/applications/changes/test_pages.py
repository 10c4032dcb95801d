"""The lists and pages of change requests: as many queries for one as for thirty."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications.models import ChangeRequest, ChangeStatus
from applications.workflow import changing, ending
from finance.models import Grant
from tests.factories import cases
from tests.factories.parties import make_partnership
from tests.factories.running import days, signed_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def case(partnership, coordinator, partner_coordinator, decider):
    return signed_case(partnership, coordinator, decider, years=2)


def asked_for(case, coordinator, officer, number: int) -> ChangeRequest:
    """A change request that was handed in and refused."""
    change = changing.begin_change(case, by=coordinator)
    [row] = changing.moves_of(change).rows
    facts = {"reason": "Dyrare.", "end_on": None, "decision": None}
    words = [changing.Words("people", "Anna", f"Bo {number}")]
    changing.save_change(change, by=coordinator, version=1, words=words, **facts)
    amounts = {row.key(1): 90_000 + number, row.key(2): 110_000 - number}
    changing.save_money(change, amounts, by=coordinator, version=2)
    change.refresh_from_db()
    return changing.submit_change(change, by=coordinator, version=change.content_version)


def queries(browser, path) -> int:
    browser.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(path).status_code == 200
    return len(asked)


def test_the_list_of_a_case_asks_the_same_for_one_and_thirty(
    case, coordinator, officer, decider, signed_in
):
    change = asked_for(case, coordinator, officer, 0)
    changing.refuse_change(change, by=decider, reason="Nej.")
    pages = {
        officer: ("/office/changes/?status=refused", f"/applications/{case.reference}/changes/"),
        coordinator: (f"/applications/{case.reference}/changes/",),
    }
    browsers = {person: signed_in(person) for person in pages}
    few = [queries(browsers[one], path) for one, paths in pages.items() for path in paths]
    facts = {"decided_at": timezone.now(), "decided_by": decider, "decided_reason": "Nej."}
    ChangeRequest.objects.bulk_create(
        ChangeRequest(
            application=case,
            number=number,
            status=ChangeStatus.REFUSED,
            budget=change.budget,
            received_at=timezone.now(),
            **facts,
        )
        for number in range(2, 31)
    )

    many = [queries(browsers[one], path) for one, paths in pages.items() for path in paths]

    assert few == many
    assert max(many) <= 25


def test_one_request_asks_little_for_those_who_write_and_those_who_decide(
    case, coordinator, officer, decider, signed_in
):
    change = asked_for(case, coordinator, officer, 0)
    path = change.get_absolute_url()
    assert queries(signed_in(decider), path) <= 25
    changing.return_change(change, by=officer, reason="Skriv mer.")
    browser = signed_in(coordinator)
    assert queries(browser, path) <= 25
    assert queries(browser, f"{path}money/") <= 25


def test_icld_s_list_shows_the_proposals_to_end_early_that_wait(
    case, officer, decider, coordinator, vara, poti, stranger, signed_in
):
    browser = signed_in(decider, "en")
    other = cases.approved(make_partnership(vara, poti), by=stranger, decider=decider, years=2)
    asked = []
    for one in (case, other):
        grant = Grant.objects.get(reference=one.reference)
        ending.propose_ending(grant, days(date(2027, 12, 31)), reason="Krig.", by=officer)
        asked.append(queries(browser, "/office/changes/"))
    page = browser.get("/office/changes/").content.decode()
    assert page.count("proposed by Test Handläggarsson") == 2
    assert asked[0] == asked[1]

    decider.interests.create(case_reference=other.reference, has_conflict=True, reason="Släkt")
    page = browser.get("/office/changes/").content.decode()
    assert f"/applications/{case.reference}/ending/" in page
    assert other.reference not in page
