"""The pages of the decision meeting."""

import pytest
from django.urls import reverse
from django.utils import timezone

from applications import workflow
from applications.models import Meeting, MeetingPaper, PendingDecision, Pot, Status
from applications.protocols import protocol_of
from icld_portal.localize import money
from icld_portal.models import Letter
from tests.applications.views.pages import fields_on
from tests.factories import cases
from tests.reading_pdf import text_of
from tests.worker import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(partnership, coordinator, officer):
    return cases.in_assessment(partnership, by=coordinator, officer=officer)


def address(name, case, *more):
    return reverse(f"applications:{name}", args=[case.round.deadline_on.isoformat(), *more])


def proposal(**changes):
    facts = {"outcome": "approved", "year-1": "80 000", "reason": "A good plan.", "version": "0"}
    return facts | changes


def propose(case, officer, **facts):
    meeting = workflow.meeting_of(case.round)
    amounts = {"amounts": {1: 100_000}} if facts.get("outcome") in (None, "approved") else {}
    facts = {"outcome": "approved", "reason": "A good plan."} | amounts | facts
    return workflow.propose(meeting, case, by=officer, **facts)


def test_a_case_is_proposed_confirmed_and_released(case, officer, decider, signed_in):
    by_officer, by_decider = signed_in(officer, "en"), signed_in(decider, "en")
    page = address("proposal", case, case.handle)
    conditions = {"condition-1": "Name an expert.", "due-1": "2027-09-01"}

    assert by_officer.post(page, proposal(**conditions)).status_code == 302
    pending = PendingDecision.objects.get()
    assert [year.amount_sek for year in pending.years.all()] == [80_000]
    assert "Confirm the proposal" not in by_officer.get(page).content.decode()
    assert "Confirm the proposal" in by_decider.get(page).content.decode()
    by_decider.post(address("confirm", case, case.handle), {"version": "1"})

    shown = by_decider.get(address("release", case))
    preview = shown.content.decode()
    recipients = {letter.to_email for letter in Letter.objects.filter(kind="submitted")}
    assert recipients
    assert all(email in preview for email in recipients)
    held_on = timezone.localdate().isoformat()
    sent = fields_on(shown) | {"held_on": held_on}
    assert by_decider.post(address("release", case), sent).status_code == 302
    workflow.release(pending.meeting_id)
    case.refresh_from_db()
    assert case.status == Status.APPROVED
    assert case.conditions.get().text == "Name an expert."


def test_the_list_says_what_is_above_the_pot(
    partnership, case, coordinator, officer, office_administrator, signed_in
):
    cases.in_assessment(partnership, by=coordinator, officer=officer)
    client = signed_in(office_administrator, "en")
    response = client.post(address("pot", case), {"all": "150 000"})
    assert response.status_code == 302
    page = client.get(address("meeting", case)).content.decode()
    assert page.count("above the pot") == 1
    assert money(200_000) in page


def test_the_best_score_comes_first(partnership, case, coordinator, officer, signed_in):
    better = cases.in_assessment(partnership, by=coordinator, officer=officer)
    cases.agreed(better, by=officer)
    cases.agreed(case, by=officer, outcome="rejected")
    page = signed_in(officer, "en").get(address("meeting", case))

    first, second = (row.place for row in page.context["rows"])
    assert [first.application_id, second.application_id] == [better.pk, case.pk]
    assert first.mean > second.mean
    assert first.granted_sek == 100_000
    assert second.granted_sek == 0


def test_two_at_once_see_each_others_proposal(case, officer, decider, signed_in):
    propose(case, decider, outcome="rejected", reason="Theirs.")
    response = signed_in(officer, "en").post(
        address("proposal", case, case.handle), proposal(reason="Mine.")
    )
    page = response.content.decode()
    assert response.status_code == 409
    assert "Theirs." in page
    assert "Mine." in page
    again = response.context["form"]
    assert again["version"].value() == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"outcome": ""}, "Choose what you propose"),
        ({"year-1": "100 001"}, "At most"),
        ({"reason": ""}, "Write the reason"),
        ({"condition-1": "Soon"}, "Say when"),
        ({"due-1": "2027-09-01"}, "Write the condition"),
        ({"version": "x"}, "whole number"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(case, officer, signed_in, changes, says):
    response = signed_in(officer, "en").post(
        address("proposal", case, case.handle), proposal(**changes)
    )
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not PendingDecision.objects.exists()


def test_a_pot_below_what_is_confirmed_is_refused(
    case, officer, decider, office_administrator, signed_in
):
    pending = propose(case, officer)
    workflow.confirm(pending.meeting, case, by=decider, version=1)
    client = signed_in(office_administrator, "en")
    response = client.post(address("pot", case), {"all": "99 999"})
    assert response.status_code == 422
    assert "cannot be smaller" in response.content.decode()
    assert not Pot.objects.exists()


def test_who_may_not_is_refused(case, officer, reader, coordinator, decider, signed_in):
    propose(case, officer)
    page = address("proposal", case, case.handle)
    assert signed_in(reader).post(page, proposal(version="1")).status_code == 403
    assert signed_in(officer).post(address("release", case)).status_code == 403
    assert signed_in(officer).get(address("pot", case)).status_code == 403
    for name, more in (("meeting", ()), ("proposal", (case.handle,)), ("release", ())):
        assert signed_in(coordinator).get(address(name, case, *more)).status_code == 403
    refused = signed_in(officer).post(address("confirm", case, case.handle), {"version": "1"})
    assert refused.status_code == 403
    assert PendingDecision.objects.get().version == 1


def test_an_unknown_day_is_not_found(case, officer, signed_in):
    assert signed_in(officer).get("/office/meetings/0000-00-00/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_protocol_says_what_the_database_says(
    partnership, coordinator, officer, decider, office_administrator, signed_in
):
    granted, refused = (
        cases.in_assessment(partnership, by=coordinator, officer=officer) for _number in "ab"
    )
    workflow.set_pot(granted.round, "all", 250_000, by=office_administrator)
    for case, outcome in ((granted, "approved"), (refused, "rejected")):
        pending = propose(case, officer, outcome=outcome)
        workflow.confirm(pending.meeting, case, by=decider, version=1)
    workflow.order_release(pending.meeting, by=decider, held_on=timezone.localdate())
    work("papers")

    assert MeetingPaper.objects.count() == 2
    client = signed_in(decider)
    response = client.get(address("protocol", granted, "sv"))
    words = " ".join(text_of(b"".join(response.streaming_content)).split())
    pot, protocol = Pot.objects.get(), protocol_of(Meeting.objects.get())
    assert pot.granted_sek == protocol.granted_sek == 100_000
    assert protocol.asked_sek == 200_000
    for amount in (pot.amount_sek, pot.granted_sek, protocol.asked_sek):
        assert " ".join(money(amount).split()) in words
    letters = Letter.objects.filter(kind__in=["approved", "rejected"])
    assert letters
    for letter in letters:
        assert letter.to_email in words
    assert officer.name in words
    assert decider.name in words


@pytest.mark.parametrize("number", [1, 8])
def test_the_list_asks_as_often_for_many_cases(
    partnership, coordinator, officer, number, signed_in, django_assert_max_num_queries
):
    found = [
        cases.in_assessment(partnership, by=coordinator, officer=officer) for _case in range(number)
    ]
    for case in found:
        propose(case, officer)
    client = signed_in(officer)
    with django_assert_max_num_queries(18):
        client.get(address("meeting", found[0]))
    with django_assert_max_num_queries(25):
        client.get(address("proposal", found[0], found[0].handle))
