"""The auditor's certificate of a year's accounts: how it stands, and when it lapses."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import (
    Answer,
    AnswerSheet,
    Audit,
    Opinion,
    Report,
    ReportPart,
    ReportStatus,
)
from applications.reports import audit_letters
from applications.reports.unlocking import unlocked_in
from finance.account_content import PARTS, content_of, digests_of
from icld_portal import events, scanning
from icld_portal.canonical import fingerprint_of
from icld_portal.problems import Problem
from partnerships.models import User
from partnerships.models.invitations import hashed

PAGE = "audit"
TOKEN_BYTES = 32
# A supplement that unlocks one of these lets the auditor certify what was changed.
CERTIFIED_PARTS = (ReportPart.ACCOUNTS, ReportPart.SALARIES, ReportPart.AUDIT)


@dataclass(frozen=True)
class Read:
    """The accounts as they stand: one fingerprint, and one for each part."""

    sha256: str
    digests: Mapping[str, str]


def accounts_of(report: Report) -> Read:
    """Return the fingerprint of the accounts now; three queries. A final report has none."""
    assert report.statement is not None  # noqa: S101 - the database says so too
    return read_of(content_of(report.statement))


def read_of(content: Mapping[str, Any]) -> Read:
    """Return the fingerprint of accounts that were read as data, with other parts or without."""
    digests = digests_of({part: content[part] for part in PARTS})
    return Read(fingerprint_of(digests), digests)


def standing(report: Report) -> Audit | None:
    """Return the invitation or certificate that counts; None where there is none."""
    audits = report.audits.filter(revoked_at=None, lapsed_at=None)
    return audits.select_related("user", "invited_by", "sheet").first()


def is_open(report: Report) -> bool:
    """Whether the accounts can be certified now: a draft, or a supplement about them."""
    if report.status == ReportStatus.DRAFT:
        return True
    unlocked = unlocked_in(report)
    return unlocked is not None and any(unlocked.names(part) for part in CERTIFIED_PARTS)


def problems(report: Report, now: Read | None = None) -> list[Problem]:
    """Return what the audit lacks before the report can be handed in.

    A final report has no accounts and needs none. That the auditor could not confirm the
    accounts stops nobody: ICLD reads it. With the accounts as they are ``now`` the certificate
    and its file are looked at again, as the deed does; a page need not, since a change lapses
    the certificate at once. Source: the programme's conditions on audit.
    """
    if report.statement_id is None:
        return []
    audit = standing(report)
    if audit is None:
        return [_missing(report)]
    if audit.certified_at is None:
        text = _("The auditor, %(name)s, has not certified the accounts yet.")
        return [Problem(text % {"name": audit.name}, page=PAGE)]
    found = _looked_at(audit, now) if now else []
    if audit.opinion == Opinion.REFUSED:
        text = _("The auditor could not confirm the accounts.")
        found.append(Problem(text, blocks=False, page=PAGE))
    return found


def _looked_at(audit: Audit, now: Read) -> list[Problem]:
    found = []
    if audit.content_sha256 != now.sha256:
        found.append(Problem(_("The audit certificate is about other accounts."), page=PAGE))
    if audit.file and scanning.held([audit.file.name]):
        text = _("The file of the audit certificate has not been found clean.")
        found.append(Problem(text, page=PAGE))
    return found


def _missing(report: Report) -> Problem:
    if report.audits.exclude(lapsed_at=None).exists():
        text = _("The audit certificate lapsed when the accounts were changed. Get a new one.")
        return Problem(text, page=PAGE)
    text = _("The accounts have no audit certificate: invite the auditor or upload it.")
    return Problem(text, page=PAGE)


def lapse(report: Report, by: User, *, at: datetime | None = None) -> Audit | None:
    """Take back the certificate if it is of other accounts than those that stand now.

    Call it under the report's lock, after a write. The auditor with a login keeps their
    checklist and can certify anew; both sides are told what was changed. Returns the
    certificate that lapsed, None if it still holds.
    """
    audit = standing(report) if report.statement_id else None
    if audit is None or audit.certified_at is None:
        return None
    now = accounts_of(report)
    if audit.content_sha256 == now.sha256:
        return None
    changed = [part for part in now.digests if now.digests[part] != audit.digests.get(part)]
    end(audit, " ".join(changed) or "lines", by=by, at=at or timezone.now())
    audit_letters.tell_lapsed(audit, changed=changed, by=by)
    return audit


def end(audit: Audit, reason: str, *, by: User, at: datetime) -> None:
    """Let a certificate count no more; its auditor, if they have a login, can begin anew."""
    audit.lapsed_at, audit.lapsed_reason = at, reason[:300]
    audit.save(update_fields=["lapsed_at", "lapsed_reason"])
    report = audit.report
    facts = {"report": report.slug, "reason": reason[:300]}
    events.record(report.application, "lapse_audit", by=by, at=at, **facts)
    if audit.user_id is not None:
        _continued(audit, at=at)


def changed_words(audit: Audit) -> str:
    """In words, why a certificate lapsed: the parts that were changed, or what was written."""
    parts = audit.lapsed_reason.split()
    if parts and all(part in audit_letters.PART_WORDS for part in parts):
        return ", ".join(str(audit_letters.PART_WORDS[part]) for part in parts)
    return audit.lapsed_reason


def _continued(audit: Audit, *, at: datetime) -> Audit:
    """Invite the same person once more, with what they have answered so far."""
    sheet = AnswerSheet.objects.create(question_set_id=audit.sheet.question_set_id)
    Answer.objects.bulk_create(
        Answer(
            sheet=sheet,
            question_id=answer.question_id,
            text=answer.text,
            updated_by=answer.updated_by,
        )
        for answer in audit.sheet.answers.select_related("updated_by")
    )
    return Audit.objects.create(
        report_id=audit.report_id,
        name=audit.name,
        firm=audit.firm,
        email=audit.email,
        language=audit.language,
        # Nobody gets this token: the person is known already.
        token_sha256=hashed(secrets.token_urlsafe(TOKEN_BYTES)),
        invited_by=audit.invited_by,
        invited_at=at,
        user=audit.user,
        accepted_at=at,
        sheet=sheet,
    )
