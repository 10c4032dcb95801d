"""Auditing the accounts of a year: invite, accept, answer, certify, take back."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.attaching import kept
from applications.models import AnswerSheet, Audit, Opinion, Purpose, QuestionSet, Report
from applications.reports import audit_letters, audits, rules
from applications.versions import whole
from applications.workflow.scoring import Text, write_texts
from icld_portal import events
from icld_portal.files import PDF
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships.models import InvitationState, User
from partnerships.models.invitations import end_of_validity, hashed
from partnerships.workflow import InvitationClosed

FOLDER = "audit_certificates"


def _locked(report: Report) -> Report:
    return Report.objects.select_for_update(of=("self",)).get(pk=report.pk)


def _open(report: Report, *, by: User) -> Report:
    """Lock the report for a deed of the grantee's; WrongStatus when it is handed in."""
    locked = _locked(report)
    if not rules.may_account(by, locked):
        raise PermissionDenied("audit")
    if locked.statement_id is None or not audits.is_open(locked):
        raise WrongStatus("audit")
    return locked


def _new_sheet(report: Report) -> AnswerSheet:
    version = QuestionSet.objects.all().in_force(report.application.grant_type, Purpose.AUDIT)
    return AnswerSheet.objects.create(question_set=version)


def _record(audit: Audit, verb: str, *, by: User, at: datetime, **facts: Any) -> None:
    report = audit.report
    facts = {"report": report.slug, "audit_id": audit.pk, **facts}
    events.record(report.application, verb, by=by, at=at, **facts)


@transaction.atomic
def invite_auditor(
    report: Report,
    *,
    name: str,
    firm: str,
    email: str,
    language: str,
    by: User,
    at: datetime | None = None,
) -> Audit:
    """Invite an auditor to this one report, by a letter with a link that works once.

    Raises PermissionDenied if ``by`` does not account for the grantee, WrongStatus when the
    report is handed in, NotReady when somebody is invited already or the address belongs to
    a party or to ICLD.
    """
    at = at or timezone.now()
    report = _open(report, by=by)
    email = email.strip().lower()
    if audits.standing(report) is not None:
        raise NotReady([Problem(_("An auditor is invited already. Withdraw that one first."))])
    person = User.objects.filter(email__iexact=email).first()
    if person is not None and not _is_independent(person, report):
        text = _("The auditor must not work for a party of the case or for ICLD.")
        raise NotReady([Problem(text, anchor="email")])
    token = secrets.token_urlsafe(audits.TOKEN_BYTES)
    audit = Audit.objects.create(
        report=report,
        name=name.strip(),
        firm=firm.strip(),
        email=email,
        language=language,
        token_sha256=hashed(token),
        invited_by=by,
        invited_at=at,
        sheet=_new_sheet(report),
    )
    _record(audit, "invite_auditor", by=by, at=at)
    audit_letters.send_invitation(audit, token)
    return audit


def _is_independent(person: User, report: Report) -> bool:
    return not person.works_for_icld and not rules.is_of_party(person, report)


@transaction.atomic
def invite_again(audit: Audit, *, by: User, at: datetime | None = None) -> Audit:
    """Send the letter again with a new link; the earlier one stops working.

    Raises InvitationClosed when it is accepted or withdrawn, else as ``invite_auditor``.
    """
    at = at or timezone.now()
    _open(audit.report, by=by)
    audit = _fresh(audit)
    if audit.accepted_at is not None or audit.certified_at is not None:
        raise InvitationClosed(InvitationState.ACCEPTED)
    if audit.revoked_at is not None or audit.lapsed_at is not None:
        raise InvitationClosed(InvitationState.REVOKED)
    token = secrets.token_urlsafe(audits.TOKEN_BYTES)
    audit.token_sha256 = hashed(token)
    audit.invited_at, audit.expires_at = at, end_of_validity()
    audit.save(update_fields=["token_sha256", "invited_at", "expires_at"])
    _record(audit, "invite_auditor", by=by, at=at)
    audit_letters.send_invitation(audit, token)
    return audit


@transaction.atomic
def withdraw_auditor(audit: Audit, *, by: User, at: datetime | None = None) -> Audit:
    """Take an invitation back; an auditor who had accepted sees the report no more.

    Raises WrongStatus when the accounts are certified, withdrawn or handed in already,
    PermissionDenied if ``by`` does not account for the grantee.
    """
    at = at or timezone.now()
    _open(audit.report, by=by)
    audit = _fresh(audit)
    if audit.certified_at is not None or audit.revoked_at is not None:
        raise WrongStatus("withdraw_auditor")
    audit.revoked_at, audit.revoked_by = at, by
    audit.save(update_fields=["revoked_at", "revoked_by"])
    _record(audit, "withdraw_auditor", by=by, at=at)
    return audit


def _fresh(audit: Audit) -> Audit:
    found = Audit.objects.select_for_update(of=("self",))
    return found.select_related("report__application", "user", "sheet", "invited_by").get(
        pk=audit.pk
    )


@transaction.atomic
def accept_audit(audit: Audit, token: str, *, by: User, at: datetime | None = None) -> Audit:
    """Let ``by``, to whose address the letter went, read the accounts of the report.

    Raises InvitationClosed when the link is used, withdrawn, replaced or too old,
    PermissionDenied for another person, or for one of a party or of ICLD.
    """
    at = at or timezone.now()
    audit = _usable(audit, token, at=at)
    if by.email.lower() != audit.email.lower() or not by.is_active:
        raise PermissionDenied("accept_audit")
    if not _is_independent(by, audit.report):
        raise PermissionDenied("accept_audit")
    audit.user, audit.accepted_at = by, at
    audit.save(update_fields=["user", "accepted_at"])
    _record(audit, "accept_audit", by=by, at=at)
    return audit


@transaction.atomic
def accept_audit_as_new(
    audit: Audit, token: str, *, name: str, language: str, password: str, at: datetime | None = None
) -> User:
    """Make a personal login for the invited address, without any membership.

    Raises InvitationClosed as ``accept_audit``, NotReady if the address has a login already.
    """
    _usable(audit, token, at=at or timezone.now())
    try:
        with transaction.atomic():
            person = User.objects.create_user(audit.email, password, name=name, language=language)
    except IntegrityError as error:
        text = _("This address has a login already. Sign in to accept the invitation.")
        raise NotReady([Problem(text)]) from error
    accept_audit(audit, token, by=person, at=at)
    return person


def state_at(audit: Audit, at: datetime) -> InvitationState:
    """Return what an invitation is at the moment ``at``."""
    if audit.accepted_at is not None or audit.certified_at is not None:
        return InvitationState.ACCEPTED
    if audit.revoked_at is not None or audit.lapsed_at is not None:
        return InvitationState.REVOKED
    return InvitationState.OPEN if at < audit.expires_at else InvitationState.EXPIRED


def _usable(audit: Audit, token: str, *, at: datetime) -> Audit:
    audit = _fresh(audit)
    if audit.token_sha256 != hashed(token):
        # Sent again between the page and its answer: this link is the old one.
        raise InvitationClosed(InvitationState.REVOKED)
    if (state := state_at(audit, at)) != InvitationState.OPEN:
        raise InvitationClosed(state)
    return audit


def _auditing(audit: Audit, *, by: User) -> Audit:
    """Lock report and audit for a deed of the auditor's; WrongStatus when it is not theirs now."""
    report = _locked(audit.report)
    audit = _fresh(audit)
    if not rules.may_certify(by, audit):
        raise PermissionDenied("audit")
    if audit.certified_at is not None or audit.lapsed_at is not None or not audits.is_open(report):
        raise WrongStatus("audit")
    audit.report = report
    return audit


@transaction.atomic
def save_checklist(
    audit: Audit, texts: Iterable[Text], *, by: User, at: datetime | None = None
) -> Audit:
    """Keep what the auditor has answered so far.

    Raises StaleText when another window has saved since, WrongStatus when the accounts are
    certified or handed in, PermissionDenied for anybody but the invited auditor.
    """
    audit = _auditing(audit, by=by)
    write_texts(audit.sheet, texts, by=by, at=at or timezone.now())
    return audit


@transaction.atomic
def certify(
    audit: Audit,
    *,
    by: User,
    sha256: str,
    opinion: str,
    remarks: str,
    statement: str,
    method: str,
    at: datetime | None = None,
) -> Audit:
    """Certify exactly the accounts with ``sha256``, which the auditor has read.

    ``method`` is the second factor that was shown for this very act. Raises NotReady when
    the checklist has gaps, remarks are missing or the accounts were changed since they were
    read; else as ``save_checklist``.
    """
    at = at or timezone.now()
    audit = _auditing(audit, by=by)
    found = [*checklist_problems(audit), *_opinion_problems(opinion, remarks)]
    read = audits.accounts_of(audit.report)
    if sha256 != read.sha256:
        text = _("The accounts were changed since you opened the page. Read them again.")
        found.append(Problem(text))
    if found:
        raise NotReady(found)
    audit.opinion, audit.remarks = opinion, remarks.strip()
    audit.statement, audit.method = statement.strip(), method
    return _certified(audit, read, by=by, at=at)


def checklist_problems(audit: Audit) -> list[Problem]:
    """Return one problem for each question that must be answered and is not."""
    texts = dict(audit.sheet.answers.values_list("question", "text"))
    return [
        Problem(
            _("Answer: %(question)s") % {"question": question}, anchor=f"question-{question.key}"
        )
        for section in whole(audit.sheet.question_set_id).sections.all()
        for question in section.questions.all()
        if question.required and not texts.get(question.pk, "").strip()
    ]


def _opinion_problems(opinion: str, remarks: str) -> list[Problem]:
    if opinion not in Opinion.values:
        return [Problem(_("Choose your opinion."), anchor="opinion")]
    if opinion != Opinion.CLEAN and not remarks.strip():
        return [Problem(_("Write your remarks."), anchor="remarks")]
    return []


def _certified(audit: Audit, read: audits.Read, *, by: User, at: datetime) -> Audit:
    audit.content_sha256, audit.digests = read.sha256, dict(read.digests)
    audit.certified_at = at
    audit.save()
    audit.sheet.frozen_at = at
    audit.sheet.save(update_fields=["frozen_at"])
    _record(audit, "certify", by=by, at=at, opinion=audit.opinion, sha256=read.sha256)
    audit_letters.tell_certified(audit)
    return audit


def upload_certificate(
    report: Report,
    upload: UploadedFile,
    *,
    name: str,
    firm: str,
    email: str,
    opinion: str,
    remarks: str,
    sha256: str,
    by: User,
    at: datetime | None = None,
) -> Audit:
    """Keep the signed certificate, a PDF, of an auditor who does not sign in.

    ``sha256`` is of the accounts as the page showed them. An invitation that has not led to
    a certificate is withdrawn. Raises NotReady when the accounts are certified already, were
    changed since, or remarks are missing; UploadRefused for anything but a PDF; else as
    ``invite_auditor``.
    """
    at = at or timezone.now()
    with kept([upload], FOLDER, frozenset({PDF})) as stored, transaction.atomic():
        report = _open(report, by=by)
        read = audits.accounts_of(report)
        if found := _upload_problems(report, read, sha256, opinion, remarks):
            raise NotReady(found)
        if waiting := audits.standing(report):
            withdraw_auditor(waiting, by=by, at=at)
        file = stored[0]
        audit = Audit(
            report=report,
            name=name.strip(),
            firm=firm.strip(),
            email=email.strip().lower(),
            token_sha256=hashed(secrets.token_urlsafe(audits.TOKEN_BYTES)),
            invited_by=by,
            invited_at=at,
            sheet=_new_sheet(report),
            opinion=opinion,
            remarks=remarks.strip(),
            file=file.file,
            file_name=file.file_name,
            content_type=file.content_type,
            size_bytes=file.size_bytes,
            sha256=file.sha256,
        )
        return _certified(audit, read, by=by, at=at)


def _upload_problems(
    report: Report, read: audits.Read, sha256: str, opinion: str, remarks: str
) -> list[Problem]:
    found = _opinion_problems(opinion, remarks)
    waiting = audits.standing(report)
    if waiting is not None and waiting.certified_at is not None:
        found.append(Problem(_("The accounts are certified already. Take that back first.")))
    if sha256 != read.sha256:
        text = _("The accounts were changed since you opened the page. Look at them again.")
        found.append(Problem(text))
    return found


@transaction.atomic
def set_certificate_aside(
    audit: Audit, *, reason: str, by: User, at: datetime | None = None
) -> Audit:
    """Let a certificate that was given by mistake count no more; it stays in the history.

    Raises NotReady without a reason, WrongStatus when it does not count any more or the
    report is handed in, PermissionDenied if ``by`` does not account for the grantee.
    """
    at = at or timezone.now()
    _open(audit.report, by=by)
    audit = _fresh(audit)
    if audit.certified_at is None or audit.lapsed_at is not None:
        raise WrongStatus("set_certificate_aside")
    if not reason.strip():
        raise NotReady([Problem(_("Write why it is taken back."), anchor="reason")])
    audits.end(audit, reason.strip(), by=by, at=at)
    return audit
