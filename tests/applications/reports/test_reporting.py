"""Approving a report and handing it in: of one exact content, once, also when it is late."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from applications import workflow
from applications.approvals import ChangedSinceRead
from applications.drafting import save_answer
from applications.models import Question, Report, ReportApproval, ReportStatus
from applications.models.rounds import end_of
from applications.reports import approvals, citing
from applications.reports.completeness import problems
from applications.reports.finding import with_backing
from applications.reports.writing import ACCOUNTS, editing
from finance import ledger
from finance.models import Receipt, Statement
from icld_portal.events import events_of
from icld_portal.models import Factor, Letter
from icld_portal.problems import NotReady, blocking
from icld_portal.workflow import WrongStatus
from partnerships.models import Membership, Role
from tests.factories import cases, reports, steering
from tests.factories.parties import make_partnership
from tests.refusals import refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def opened(partnership, coordinator, decider, year=1) -> Report:
    case = cases.approved(partnership, by=coordinator, decider=decider)
    return reports.open_report(case, year)


@pytest.fixture
def report(partnership, coordinator, partner_coordinator, decider) -> Report:
    return opened(partnership, coordinator, decider)


@pytest.fixture
def written(report, coordinator) -> Report:
    return reports.write_report(report, by=coordinator)


@pytest.fixture
def ready(written) -> Report:
    reports.approve_report(written)
    return Report.objects.get(pk=written.pk)


def change(report: Report, by, text: str = "Nytt.") -> None:
    question = Question.objects.get(section__question_set=report.sheet.question_set, key="learnt")
    with editing(report, by=by, within=[("question", question.pk)]) as draft:
        save_answer(draft, question, text, by=by)


def backed(report: Report) -> Report:
    """Read the report with what could back it."""
    return with_backing(Report.objects.filter(pk=report.pk)).get()


def texts(stopped) -> list[str]:
    return [problem.text for problem in stopped.value.problems]


# --- What is missing ------------------------------------------------------------------------


def test_an_empty_report_lacks_something_in_every_required_part(report):
    pages = {problem.page for problem in blocking(problems(report))}

    assert {"year", "indicators", "done", "participants", "accounts", "society"} <= pages


def test_a_written_report_lacks_nothing(written):
    assert blocking(problems(written)) == []


def test_an_activity_that_is_not_done_needs_its_reason(written):
    written.activity_outcomes.update(done="moved")

    [found] = blocking(problems(written))
    assert found.text == "The activity “Studiebesök” is not done as planned: write why."
    written.activity_outcomes.update(comment="Val i landet.")
    assert blocking(problems(written)) == []


def test_a_final_report_has_no_accounts_of_its_own(partnership, coordinator, decider):
    final = opened(partnership, coordinator, decider, year=None)
    reports.write_report(final, by=coordinator)
    final.refresh_from_db()

    assert blocking(problems(final)) == []


# --- Approval -------------------------------------------------------------------------------


def test_an_approval_is_of_what_was_read(written, signatory, coordinator, robertsfors):
    read = Report.objects.get(pk=written.pk).content_version
    change(written, coordinator)

    with pytest.raises(ChangedSinceRead):
        approvals.approve(
            written,
            by=signatory,
            organisation=robertsfors.pk,
            statement="Ja.",
            version=read,
            method=Factor.TOTP,
        )
    assert not ReportApproval.objects.exists()


def test_only_a_signatory_of_the_party_approves(written, coordinator, signatory, machakos):
    for person in (coordinator, signatory):
        with pytest.raises(PermissionDenied):
            approvals.approve(
                written,
                by=person,
                organisation=machakos.pk,
                statement="Ja.",
                version=written.content_version,
                method=Factor.TOTP,
            )


def test_a_change_lapses_both_approvals_and_tells_who_gave_them(ready, partner_coordinator):
    signed = set(ready.approvals.values_list("signatory", flat=True))

    change(ready, partner_coordinator)

    assert not ready.approvals.valid().exists()
    assert set(ready.approvals.values_list("lapsed_reason", flat=True)) == {"answers"}
    told = Letter.objects.filter(kind="report_lapsed").values_list("to_user_id", flat=True)
    assert signed <= set(told)
    assert events_of(ready).filter(verb="lapse_report").count() == 2
    ready.refresh_from_db()
    assert ready.has_approvals is False


def test_the_same_text_written_again_lapses_nothing(ready, coordinator):
    change(ready, coordinator, text="Det gick bra.")

    assert ready.approvals.valid().count() == 2


def test_a_change_of_the_accounts_lapses_the_approvals(ready, coordinator):
    line = ready.statement.lines.get()
    with editing(ready, by=coordinator, within=[("accounts", 0)]):
        line.amount = Decimal("900.00")
        line.save()

    assert set(ready.approvals.values_list("lapsed_reason", flat=True)) == {"lines"}


def test_signatories_are_reminded_at_most_once_a_day(written, coordinator, signatory):
    now = timezone.now()

    assert signatory in approvals.remind(written, by=coordinator, at=now)
    with pytest.raises(NotReady):
        approvals.remind(written, by=coordinator, at=now + timedelta(hours=23))
    approvals.remind(written, by=coordinator, at=now + timedelta(hours=25))
    assert Letter.objects.filter(kind="report_approve", to_user_id=signatory.pk).count() == 2


# --- Handing in -----------------------------------------------------------------------------


def test_it_is_frozen_booked_and_told_of(ready, coordinator, partner_coordinator, decider):
    at = timezone.now()

    handed_in = workflow.submit_report(ready, by=coordinator, at=at)

    assert (handed_in.status, handed_in.received_at) == (ReportStatus.SUBMITTED, at)
    assert handed_in.submitted_by == coordinator
    assert set(ReportApproval.objects.values_list("content_sha256", flat=True)) == {
        handed_in.content_sha256
    }
    statement = Statement.objects.get(pk=ready.statement_id)
    assert statement.frozen_at == at
    assert ledger.balances(ready.grant)[1].reported == Decimal("100000.00")
    told = set(Letter.objects.filter(kind="report_submitted").values_list("to_user_id", flat=True))
    assert {coordinator.pk, partner_coordinator.pk, decider.pk} <= told
    event = events_of(ready).get(verb="submit_report")
    assert (event.from_status, event.to_status, event.facts["year"]) == ("draft", "submitted", 1)


def test_nothing_can_be_written_after_it(ready, coordinator):
    workflow.submit_report(ready, by=coordinator)

    with pytest.raises(WrongStatus):
        change(ready, coordinator)
    with refused():
        ready.activity_outcomes.update(done="dropped")
    with refused():
        ready.statement.lines.update(text="Annat")


def test_without_both_approvals_nothing_happens(written, coordinator):
    with pytest.raises(NotReady) as stopped:
        workflow.submit_report(written, by=coordinator)

    assert "has not approved the report" in " ".join(texts(stopped)) or "signatory" in " ".join(
        texts(stopped)
    )
    written.refresh_from_db()
    assert (written.status, written.received_at) == (ReportStatus.DRAFT, None)
    assert not ledger.balances(written.grant)[1].reported
    assert not events_of(written).filter(verb="submit_report").exists()


def test_without_a_certificate_of_these_accounts_nothing_happens(ready, coordinator):
    with editing(ready, by=coordinator, within=[ACCOUNTS]) as draft:
        draft.statement.lines.update(text="Flyg")
    for party in ready.application.case_parties.all():
        reports.sign_for(ready, party.organisation)

    with pytest.raises(NotReady) as stopped:
        workflow.submit_report(Report.objects.get(pk=ready.pk), by=coordinator)

    assert texts(stopped) == [
        "The audit certificate lapsed when the accounts were changed. Get a new one."
    ]
    reports.certify(ready)
    workflow.submit_report(Report.objects.get(pk=ready.pk), by=coordinator)


def test_a_partner_without_signatory_stops_nobody_but_the_grantee_must_sign(
    written, coordinator, machakos, robertsfors
):
    reports.approve_report(written)
    Membership.objects.filter(organisation=machakos, role=Role.SIGNATORY).delete()
    ReportApproval.objects.filter(organisation=machakos).update(
        lapsed_at=timezone.now(), lapsed_reason="answers"
    )

    [problem] = approvals.problems(approvals.of_parties(written))
    assert problem.blocks is False
    assert workflow.submit_report(written, by=coordinator).status == ReportStatus.SUBMITTED


def test_an_approval_of_other_content_does_not_count(ready, coordinator):
    # Written past the door: approvals and certificate still stand, but are of something else.
    Receipt.objects.update(file_name="annat.pdf")

    with pytest.raises(NotReady) as stopped:
        workflow.submit_report(ready, by=coordinator)
    [about_audit, *unsigned] = texts(stopped)
    assert about_audit == "The audit certificate is about other accounts."
    assert len(unsigned) == 2


def test_only_the_grantees_coordinator_or_signatory_hands_in(
    ready, partner_coordinator, member, officer
):
    for person in (partner_coordinator, member, officer):
        with pytest.raises(PermissionDenied):
            workflow.submit_report(ready, by=person)


def test_a_late_report_is_taken_with_the_time_it_came(ready, coordinator):
    late = end_of(ready.due_on) + timedelta(days=100)

    assert workflow.submit_report(ready, by=coordinator, at=late).received_at == late


def test_handed_in_twice_it_is_booked_once(ready, coordinator):
    workflow.submit_report(ready, by=coordinator)

    with pytest.raises(WrongStatus):
        workflow.submit_report(ready, by=coordinator)
    assert ledger.balances(ready.grant)[1].reported == Decimal("100000.00")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_hand_it_in_once(partnership, coordinator, partner_coordinator, decider):
    report = opened(partnership, coordinator, decider)
    reports.approve_report(reports.write_report(report, by=coordinator))
    found: list[str] = []
    together = threading.Barrier(5)

    def work() -> None:
        together.wait()
        try:
            workflow.submit_report(report, by=coordinator)
            found.append("handed in")
        except WrongStatus:
            found.append("too late")
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _number in range(5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(found) == ["handed in", *["too late"] * 4]
    assert ledger.balances(report.grant)[1].reported == Decimal("100000.00")


# --- Decisions that back it -----------------------------------------------------------------


def test_a_verified_decision_is_cited_and_lapses_what_was_approved(ready, partnership, coordinator):
    assert citing.problems(backed(ready)) == []  # no group, nothing to ask for
    decision = steering.verified_decision(steering.make_group(partnership))
    assert [one.blocks for one in citing.problems(backed(ready))] == [False]

    citing.cite(ready, decision.pk, by=coordinator)

    assert [one.pk for one in citing.cited_in(ready)] == [decision.pk]
    assert citing.problems(backed(ready)) == []
    assert not ready.approvals.valid().exists()
    citing.uncite(ready, decision.pk, by=coordinator)
    assert citing.cited_in(ready) == []


def test_a_decision_of_another_partnership_is_refused(ready, robertsfors, machakos, coordinator):
    foreign = steering.verified_decision(
        steering.make_group(make_partnership(robertsfors, machakos))
    )

    with pytest.raises(NotReady):
        citing.cite(ready, foreign.pk, by=coordinator)
    assert citing.cited_in(ready) == []
