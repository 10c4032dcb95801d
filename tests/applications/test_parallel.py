"""Many people at once: nothing is lost, doubled or numbered twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from applications import workflow
from applications.models import Application, Decision, ReferenceSeries, Status
from icld_portal.models import Event, Letter
from icld_portal.workflow import WrongStatus
from tests.factories import cases

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(number, deed):
    """Call ``deed(0)`` … ``deed(number - 1)`` in threads that begin together."""
    together = Barrier(number)

    def run(place):
        try:
            together.wait()
            return deed(place)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def test_forty_submissions_at_once_get_forty_references_without_a_gap(partnership, coordinator):
    drafts = [cases.ready_draft(partnership, by=coordinator) for _number in range(40)]

    done = at_once(40, lambda place: workflow.submit(drafts[place], by=coordinator))

    references = sorted(case.reference for case in done)
    year = done[0].received_at.year
    assert references == [f"{year}-{number:04d}" for number in range(1, 41)]
    assert Application.objects.filter(status=Status.SUBMITTED).count() == 40
    assert Event.objects.filter(verb="submit").count() == 40
    assert ReferenceSeries.objects.get(year=year).last_number == 40


def test_one_draft_submitted_by_eight_at_once_is_submitted_once(partnership, coordinator):
    draft = cases.ready_draft(partnership, by=coordinator)

    def submit(_place):
        try:
            return workflow.submit(draft, by=coordinator).reference
        except WrongStatus:
            return "told"

    answers = at_once(8, submit)

    assert sorted(answers)[:1] == [Application.objects.get().reference]
    assert answers.count("told") == 7
    assert Event.objects.filter(verb="submit").count() == 1
    assert Letter.objects.filter(to_email=coordinator.email).count() == 1


def test_a_failed_submission_gives_its_number_back(partnership, coordinator, monkeypatch):
    draft = cases.ready_draft(partnership, by=coordinator)
    other = cases.ready_draft(partnership, by=coordinator)

    def broken(*_args, **_facts):
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("applications.workflow.handing_in.complete", broken)
        with pytest.raises(RuntimeError):
            workflow.submit(draft, by=coordinator)

    assert workflow.submit(other, by=coordinator).reference.endswith("-0001")


def test_two_decisions_at_once_leave_one(partnership, coordinator, officer, decider):
    case = cases.in_assessment(partnership, by=coordinator, officer=officer)

    proposal = cases.propose(case, outcome="rejected", reason="Därför.")

    def decide(place):
        try:
            if place % 2:
                workflow.send_back(case, by=decider, version=proposal.version, reason="Nej.")
                return "sent back"
            workflow.decide(case, by=decider, version=proposal.version)
        except (WrongStatus, workflow.StaleProposal):
            return "told"
        return "rejected"

    answers = at_once(6, decide)

    case.refresh_from_db()
    assert answers.count("told") == 5
    assert (case.status == "rejected") == ("rejected" in answers)
    assert Decision.objects.exists() == ("rejected" in answers)


def test_a_new_application_sent_four_times_at_once_is_one_draft(partnership, coordinator):
    cases.open_round()
    now = timezone.now()

    def begin(_place):
        return workflow.start_once(partnership, "project", by=coordinator, at=now, language="en")

    assert {draft.pk for draft in at_once(4, begin)} == {Application.objects.get().pk}
