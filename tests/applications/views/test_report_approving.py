"""Approving, checking and handing in a report on its pages; citing decisions of the group."""

import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

from applications import workflow
from applications.models import Report, ReportStatus
from tests.factories import cases, reports, steering

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(partnership, coordinator, partner_coordinator, signatory, decider) -> Report:
    case = cases.approved(partnership, by=coordinator, decider=decider)
    return reports.write_report(reports.open_report(case), by=coordinator)


@pytest.fixture
def code(signatory):
    """Return a one-time code of the signatory's that counts now."""
    secret = generate_totp_secret()
    TOTP.activate(signatory, secret)
    return lambda: format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def approval_of(report: Report) -> str:
    return report.get_absolute_url() + "approval/"


def submit_of(report: Report) -> str:
    return report.get_absolute_url() + "submit/"


def sent(report: Report, robertsfors, code: str) -> dict[str, str]:
    version = Report.objects.get(pk=report.pk).content_version
    return {
        "version": version,
        "organisation": robertsfors.pk,
        "statement": "Jag godkänner.",
        "code": code,
    }


def test_a_signatory_reads_states_and_shows_the_second_factor(
    report, signatory, robertsfors, code, signed_in
):
    browser = signed_in(signatory)
    assert "Det gick bra." in browser.get(approval_of(report)).content.decode()

    wrong = browser.post(approval_of(report), sent(report, robertsfors, "000000"))
    assert wrong.status_code == 422
    assert not report.approvals.exists()
    given = browser.post(approval_of(report), sent(report, robertsfors, code()))
    assert given.status_code == 302
    approval = report.approvals.get()
    assert (approval.statement, approval.method) == ("Jag godkänner.", "totp")


def test_others_cannot_approve(
    report, coordinator, partner_coordinator, member, stranger, officer, robertsfors, signed_in
):
    people = ((coordinator, 403), (partner_coordinator, 403), (member, 403), (stranger, 404))
    for person, status in (*people, (officer, 404)):
        browser = signed_in(person)
        data = sent(report, robertsfors, "000000")
        assert browser.post(approval_of(report), data).status_code == status
    assert not report.approvals.exists()


def test_what_is_not_complete_is_not_approved(report, signatory, robertsfors, code, signed_in):
    report.activity_outcomes.all().delete()
    browser = signed_in(signatory)

    assert "Jag godkänner" not in browser.get(approval_of(report)).content.decode()
    refused = browser.post(approval_of(report), sent(report, robertsfors, code()))
    assert refused.status_code == 422
    assert not report.approvals.exists()


def test_the_check_page_leads_to_what_is_missing_and_then_hands_it_in(
    report, coordinator, signed_in
):
    browser = signed_in(coordinator)
    refused = browser.post(submit_of(report))
    assert refused.status_code == 422
    assert "approval/#party-" in refused.content.decode()

    reports.approve_report(report)
    assert "<form method" in browser.get(submit_of(report)).content.decode()
    done = browser.post(submit_of(report), follow=True)
    report.refresh_from_db()
    assert report.status == ReportStatus.SUBMITTED
    assert "Det gick bra." in done.content.decode()
    again = browser.post(submit_of(report), follow=True)
    assert again.redirect_chain[0][0] == report.get_absolute_url()


def test_who_may_not_hand_in_is_told_and_nothing_happens(
    report, partner_coordinator, stranger, officer, signed_in
):
    reports.approve_report(report)

    told = signed_in(partner_coordinator).post(submit_of(report), follow=True)
    assert "svenska parten" in told.content.decode()
    for person in (stranger, officer):
        assert signed_in(person).post(submit_of(report)).status_code == 404
    report.refresh_from_db()
    assert report.status == ReportStatus.DRAFT


def test_the_signatories_are_reminded_by_those_who_write(
    report, coordinator, member, signed_in, mailoutbox
):
    address = approval_of(report) + "remind/"
    assert signed_in(member).post(address).status_code == 403
    page = signed_in(coordinator).post(address, follow=True)
    assert "påminnelse" in page.content.decode().lower()


def test_decisions_are_cited_and_taken_out_again(
    report, partnership, coordinator, member, signed_in
):
    decision = steering.verified_decision(steering.make_group(partnership))
    address = report.get_absolute_url() + "citations/"
    browser = signed_in(coordinator)
    assert signed_in(member).post(f"{address}cite/", {"decision": decision.pk}).status_code == 403

    assert f'value="{decision.pk}"' in browser.get(address).content.decode()
    browser.post(f"{address}cite/", {"decision": decision.pk})
    assert report.citations.get().decision == decision
    assert (
        decision.paragraph.heading
        in browser.get(report.get_absolute_url() + "read/").content.decode()
    )
    browser.post(f"{address}remove/", {"decision": decision.pk})
    assert not report.citations.exists()
    assert browser.post(f"{address}cite/", {"decision": "9" * 40}).status_code == 302


def test_nothing_of_it_is_for_icld_before_it_is_handed_in(report, officer, signed_in):
    browser = signed_in(officer)
    for name in ("approval/", "submit/", "citations/", "read/"):
        assert browser.get(report.get_absolute_url() + name).status_code == 404
    reports.approve_report(report)
    submitter = report.application.case_parties.get(is_grantee=True).organisation
    workflow.submit_report(report, by=cases.signatory_of(submitter))
    assert "Det gick bra." in browser.get(report.get_absolute_url()).content.decode()
    assert browser.get(approval_of(report)).status_code == 302
    assert browser.get(submit_of(report)).status_code == 302


def test_the_pages_stay_within_their_queries(
    report, coordinator, signed_in, django_assert_max_num_queries
):
    browser = signed_in(coordinator)
    reports.approve_report(report)
    browser.get(report.get_absolute_url())
    for name in ("", "approval/", "citations/", "read/", "submit/"):
        with django_assert_max_num_queries(25):
            assert browser.get(report.get_absolute_url() + name).status_code == 200
    with django_assert_max_num_queries(60):
        browser.post(submit_of(report))
    with django_assert_max_num_queries(25):
        browser.get(report.get_absolute_url())
