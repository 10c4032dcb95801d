"""The audit of a year's accounts: one auditor, one report, one exact content."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.utils import timezone

from applications.models import Audit, Opinion, Report, ReportStatus
from applications.reports import audits
from applications.reports.writing import ACCOUNTS, editing
from applications.versions import whole
from applications.workflow import auditing
from icld_portal.events import events_of
from icld_portal.files import UploadRefused
from icld_portal.models import Factor, Letter
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.models import InvitationState, User
from partnerships.workflow import InvitationClosed
from tests.factories import cases, money, reports

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a certificate %%EOF"


@pytest.fixture
def report(partnership, coordinator, decider) -> Report:
    """The report of a year with one cost and one salary."""
    case = cases.approved(partnership, by=coordinator, decider=decider)
    made = reports.open_report(case)
    money.add_cost(made.statement, "1234.50")
    money.add_salary(made.statement)
    return made


@pytest.fixture
def auditor(db) -> User:
    return User.objects.create_user("revisor@example.org", "a long test password", name="Revisorn")


def invite(report, *, by, email="revisor@example.org") -> tuple[Audit, str]:
    """Invite somebody; returns the invitation and the token of the letter."""
    made = auditing.invite_auditor(
        report, name="Test Revisorsson", firm="Byrån", email=email, language="sv", by=by
    )
    return made, token_of(made)


def token_of(audit: Audit) -> str:
    letter = Letter.objects.filter(kind="audit_invitation", to_email=audit.email).first()
    return letter.body.partition("/audits/")[2].partition("/")[0]


def answered(audit: Audit, *, by: User) -> Audit:
    """Answer every question of the checklist with yes."""
    questions = [
        question
        for section in whole(audit.sheet.question_set_id).sections.all()
        for question in section.questions.all()
        if question.required
    ]
    return auditing.save_checklist(audit, [(one, "yes", 0) for one in questions], by=by)


def certify(audit: Audit, *, by: User, **facts) -> Audit:
    known = {
        "sha256": audits.accounts_of(audit.report).sha256,
        "opinion": Opinion.CLEAN,
        "remarks": "",
        "statement": "Jag har granskat räkenskaperna.",
        "method": Factor.TOTP,
    }
    return auditing.certify(audit, by=by, **(known | facts))


@pytest.fixture
def accepted(report, coordinator, auditor) -> Audit:
    made, token = invite(report, by=coordinator)
    return auditing.accept_audit(made, token, by=auditor)


@pytest.fixture
def certified(accepted, auditor) -> Audit:
    answered(accepted, by=auditor)
    return certify(accepted, by=auditor)


def upload(report, *, by, content=PDF, **facts) -> Audit:
    known = {
        "name": "Test Pappersrevisor",
        "firm": "",
        "email": "",
        "opinion": Opinion.CLEAN,
        "remarks": "",
        "sha256": audits.accounts_of(report).sha256,
    }
    file = SimpleUploadedFile("intyg.pdf", content)
    return auditing.upload_certificate(report, file, by=by, **(known | facts))


def test_a_report_lacks_its_audit_until_the_accounts_are_certified(
    report, coordinator, auditor, in_english
):
    [missing] = audits.problems(report)
    made, token = invite(report, by=coordinator)
    [waiting] = audits.problems(report)
    auditing.accept_audit(made, token, by=auditor)
    answered(made, by=auditor)
    certify(made, by=auditor)

    assert missing.blocks
    assert waiting.text == "The auditor, Test Revisorsson, has not certified the accounts yet."
    assert audits.problems(report) == []
    verbs = [event.verb for event in events_of(report.application)][-3:]
    assert verbs == ["invite_auditor", "accept_audit", "certify"]
    assert Letter.objects.filter(kind="audit_certified", to_email=coordinator.email).exists()


def test_the_final_report_needs_no_audit(report):
    assert audits.problems(reports.open_report(report.application, year=None)) == []


def test_the_token_works_once_and_not_after_a_newer_letter(report, coordinator, auditor):
    made, first = invite(report, by=coordinator)
    auditing.invite_again(made, by=coordinator)
    second = token_of(made)

    with pytest.raises(InvitationClosed) as replaced:
        auditing.accept_audit(made, first, by=auditor)
    assert replaced.value.state == InvitationState.REVOKED
    auditing.accept_audit(made, second, by=auditor)
    with pytest.raises(InvitationClosed) as used:
        auditing.accept_audit(made, second, by=auditor)
    assert used.value.state == InvitationState.ACCEPTED
    with pytest.raises(InvitationClosed):
        auditing.invite_again(made, by=coordinator)


def test_a_token_is_too_old_the_second_it_expires(report, coordinator, auditor):
    made, token = invite(report, by=coordinator)

    with pytest.raises(InvitationClosed) as old:
        auditing.accept_audit(made, token, by=auditor, at=made.expires_at)
    assert old.value.state == InvitationState.EXPIRED
    auditing.accept_audit(made, token, by=auditor, at=made.expires_at - timedelta(seconds=1))


def test_only_the_invited_address_accepts(report, coordinator, auditor, stranger):
    made, token = invite(report, by=coordinator)

    with pytest.raises(PermissionDenied):
        auditing.accept_audit(made, token, by=stranger)


@pytest.mark.parametrize("who", ["member", "partner_coordinator", "officer"])
def test_nobody_of_a_party_or_of_icld_audits(who, report, coordinator, request):
    person = request.getfixturevalue(who)

    with pytest.raises(NotReady) as refused:
        invite(report, by=coordinator, email=person.email.upper())
    assert [problem.anchor for problem in refused.value.problems] == ["email"]
    assert not Audit.objects.exists()


def test_only_the_grantee_s_writers_invite(report, member, partner_coordinator, officer):
    for person in (member, partner_coordinator, officer):
        with pytest.raises(PermissionDenied):
            invite(report, by=person)


def test_one_auditor_at_a_time(report, coordinator):
    invite(report, by=coordinator)

    with pytest.raises(NotReady):
        invite(report, by=coordinator, email="another@example.org")


def test_a_withdrawn_auditor_sees_the_report_no_more(accepted, coordinator, auditor):
    assert Report.objects.all().visible_to(auditor).count() == 1

    auditing.withdraw_auditor(accepted, by=coordinator)

    assert not Report.objects.all().visible_to(auditor).exists()
    with pytest.raises(PermissionDenied):
        certify(accepted, by=auditor)


def test_the_checklist_must_be_answered_and_remarks_written(accepted, auditor):
    with pytest.raises(NotReady) as gaps:
        certify(accepted, by=auditor, opinion=Opinion.REMARKS)
    anchors = [problem.anchor for problem in gaps.value.problems]
    assert anchors[0] == "question-vouchers"
    assert anchors[-1] == "remarks"
    assert not Audit.objects.exclude(certified_at=None).exists()


def test_accounts_changed_since_they_were_read_are_not_certified(accepted, auditor, report):
    answered(accepted, by=auditor)
    read = audits.accounts_of(report).sha256
    money.add_cost(report.statement, "1.00")

    with pytest.raises(NotReady):
        certify(accepted, by=auditor, sha256=read)


def test_a_change_of_the_accounts_lapses_the_certificate_and_tells_both(
    certified, report, coordinator, auditor, in_english
):
    with editing(report, by=coordinator, within=[ACCOUNTS], lapse=[audits.lapse]):
        money.add_cost(report.statement, "0.01")

    certified.refresh_from_db()
    assert certified.lapsed_reason == "lines"
    assert audits.changed_words(certified) == "the accounts"
    assert {letter.kind for letter in Letter.objects.filter(to_email=auditor.email)} == {
        "audit_invitation",
        "audit_again",
    }
    assert Letter.objects.filter(kind="audit_lapsed", to_email=coordinator.email).exists()
    [problem] = audits.problems(report)
    assert problem.blocks
    again = audits.standing(report)
    assert (again.user, again.sheet.answers.count()) == (auditor, 6)
    assert certify(again, by=auditor).certified_at is not None
    assert audits.problems(report) == []


def test_a_write_elsewhere_leaves_the_certificate(certified, report, coordinator):
    with editing(report, by=coordinator, within=[], lapse=[audits.lapse]):
        pass

    certified.refresh_from_db()
    assert certified.lapsed_at is None


def test_a_certificate_is_never_rewritten(certified):
    for change in ({"opinion": "refused"}, {"remarks": "?"}, {"content_sha256": "b" * 64}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Audit.objects.filter(pk=certified.pk).update(**change)


def test_a_signed_file_takes_the_place_of_an_invitation(accepted, report, coordinator, auditor):
    made = upload(report, by=coordinator, opinion=Opinion.REFUSED, remarks="Underlag saknas.")

    accepted.refresh_from_db()
    assert accepted.revoked_at is not None
    assert not Report.objects.all().visible_to(auditor).exists()
    assert [(one.blocks, one.page) for one in audits.problems(report)] == [(False, "audit")]
    with pytest.raises(NotReady):
        upload(report, by=coordinator)
    auditing.set_certificate_aside(made, reason="Fel fil.", by=coordinator)
    assert upload(report, by=coordinator).pk != made.pk


def test_only_a_pdf_is_a_certificate(report, coordinator):
    with pytest.raises(UploadRefused):
        upload(report, by=coordinator, content=b"no certificate at all")
    with pytest.raises(NotReady):
        upload(report, by=coordinator, sha256="a" * 64)
    assert not Audit.objects.exists()


def test_nothing_is_certified_once_the_report_is_handed_in(accepted, report, auditor, coordinator):
    answered(accepted, by=auditor)
    Report.objects.filter(pk=report.pk).update(
        status=ReportStatus.SUBMITTED, received_at=timezone.now(), content_sha256="a" * 64
    )

    for deed in (
        lambda: certify(accepted, by=auditor),
        lambda: answered(accepted, by=auditor),
        lambda: auditing.withdraw_auditor(accepted, by=coordinator),
        lambda: upload(report, by=coordinator),
    ):
        with pytest.raises(WrongStatus):
            deed()
