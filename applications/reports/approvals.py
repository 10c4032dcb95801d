"""Approval of a report by both parties: of one exact content, until somebody changes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from applications.approvals import ChangedSinceRead
from applications.fingerprints import digests
from applications.models import CaseParty, Report, ReportApproval, ReportStatus
from applications.reports import letters, rules, unlocking
from applications.reports.fingerprints import content, part_words
from icld_portal import events
from icld_portal.canonical import fingerprint_of
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships.models import Membership, Organisation, Role, User

PAGE = "approval"
BETWEEN_REMINDERS = timedelta(days=1)


@dataclass(frozen=True)
class PartyApproval:
    """How far one party has come: its approval, the one that lapsed, who can give it."""

    party: CaseParty
    approval: ReportApproval | None
    lapsed: ReportApproval | None
    signatories: Sequence[User]

    @property
    def organisation(self) -> Organisation:
        """The party's organisation."""
        return self.party.organisation

    @property
    def is_given(self) -> bool:
        """Whether this party is bound to the content as it is."""
        return self.approval is not None

    @property
    def changed(self) -> str:
        """In words, what was changed since the approval that lapsed."""
        return ", ".join(part_words(self.lapsed.lapsed_reason.split())) if self.lapsed else ""


def of_parties(report: Report) -> list[PartyApproval]:
    """Return each party's approval, the grantee first; two queries at most."""
    signed: dict[int, list[ReportApproval]] = {}
    for approval in report.approvals.order_by("-approved_at", "-pk"):
        signed.setdefault(approval.organisation_id, []).append(approval)
    parties = list(report.application.case_parties.all())
    able: dict[int, list[User]] = {}
    for membership in _signatories([party.organisation_id for party in parties]):
        able.setdefault(membership.organisation_id, []).append(membership.user)
    return [
        PartyApproval(
            party,
            next((one for one in own if one.lapsed_at is None), None),
            next((one for one in own if one.lapsed_at is not None), None),
            able.get(party.organisation_id, []),
        )
        for party in parties
        for own in [signed.get(party.organisation_id, [])]
    ]


def _signatories(organisations: Sequence[int]) -> list[Membership]:
    return list(
        Membership.objects.filter(
            organisation__in=organisations, role=Role.SIGNATORY, user__is_active=True
        )
        .select_related("user")
        .order_by("pk")
    )


def problems(parties: Sequence[PartyApproval], *, sha256: str = "") -> list[Problem]:
    """Return one problem for each party that has not approved the content.

    With ``sha256`` an approval counts only if it is of exactly that content. A partner that
    has nobody here who may sign stops nobody, since no form could mend it from this side: ICLD
    reads that it has not approved. The grantee answers for the money and must sign.
    """
    return [
        _problem(state)
        for state in parties
        if state.approval is None or (sha256 and state.approval.content_sha256 != sha256)
    ]


def _problem(state: PartyApproval) -> Problem:
    name = {"party": state.organisation.name}
    anchor = f"party-{state.party.organisation_id}"
    if state.signatories:
        text = _("%(party)s has not approved the report.") % name
        return Problem(text, page=PAGE, anchor=anchor)
    text = _("%(party)s has no authorised signatory in the portal and has not approved.") % name
    return Problem(text, blocks=state.party.is_grantee, page=PAGE, anchor=anchor)


# --- Deeds ----------------------------------------------------------------------------


def _locked(report: Report) -> Report:
    whole = Report.objects.select_related("application", "sheet", "statement")
    return whole.select_for_update(of=("self",)).get(pk=report.pk)


def may_be_approved(report: Report, *, at: datetime) -> bool:
    """Whether the content is still to be approved: of a draft, or with an open supplement."""
    if report.status == ReportStatus.DRAFT:
        return True
    unlocked = unlocking.unlocked_in(report)
    return unlocked is not None and unlocked.supplement.is_open_at(at)


@transaction.atomic
def approve(
    report: Report,
    *,
    by: User,
    organisation: int,
    statement: str,
    version: int,
    method: str,
    at: datetime | None = None,
) -> ReportApproval:
    """Approve the content for ``organisation``; ``version`` is the one that ``by`` has read.

    ``method`` is the second factor that was shown for this very act. A party that has
    approved already keeps its approval. Raises WrongStatus when nothing is to be approved,
    PermissionDenied if ``by`` does not sign for the party, ChangedSinceRead when somebody has
    written since.
    """
    at = at or timezone.now()
    draft = _locked(report)
    if not may_be_approved(draft, at=at):
        raise WrongStatus("approve")
    if not rules.may_approve(by, draft, organisation):
        raise PermissionDenied("approve")
    if version != draft.content_version:
        raise ChangedSinceRead
    written = content(draft)
    sha256 = fingerprint_of(written)
    valid = draft.approvals.valid().filter(organisation=organisation)
    if given := valid.filter(content_sha256=sha256).first():
        return given
    with translation.override(draft.language):
        role = str(Role.SIGNATORY.label)
    approval = ReportApproval.objects.create(
        report=draft,
        organisation_id=organisation,
        signatory=by,
        name=by.name,
        role=role,
        statement=statement.strip(),
        content_sha256=sha256,
        content_version=draft.content_version,
        digests=digests(written),
        method=method,
        approved_at=at,
    )
    Report.objects.filter(pk=draft.pk).update(has_approvals=True)
    events.record(
        draft,
        "sign_report",
        by=by,
        at=at,
        year=draft.year,
        organisation_id=organisation,
        content_sha256=sha256,
    )
    return approval


def lapse(draft: Report, by: User) -> list[ReportApproval]:
    """Lapse every approval of another content than the one just written by ``by``.

    Call it under the report's lock, after the write. While a supplement is written, what was
    handed in stays approved as it was.
    """
    if not draft.has_approvals:
        return []
    fresh = _locked(draft)
    written = content(fresh)
    now = fingerprint_of(written)
    valid = list(fresh.approvals.valid().select_related("signatory", "organisation"))
    new = [one for one in valid if one.content_sha256 != fresh.content_sha256]
    lapsed = [one for one in new if one.content_sha256 != now]
    if not lapsed:
        return []
    end(fresh, lapsed, parts=digests(written), by=by, at=timezone.now())
    keys = [key for one in lapsed for key in one.lapsed_reason.split()]
    letters.tell_lapsed(fresh, lapsed, changed=lambda: ", ".join(part_words(keys)))
    return lapsed


def end(
    report: Report,
    lapsed: Sequence[ReportApproval],
    *,
    parts: dict[str, str],
    by: User,
    at: datetime,
) -> None:
    """Let these approvals count no more; ``parts`` are the fingerprints of what stands now."""
    for approval in lapsed:
        named = dict.fromkeys([*parts, *approval.digests])
        changed = [part for part in named if parts.get(part) != approval.digests.get(part)]
        approval.lapsed_at = at
        approval.lapsed_by = by.name
        approval.lapsed_reason = " ".join(changed or ["content"])[:300]
        approval.save(update_fields=["lapsed_at", "lapsed_by", "lapsed_reason"])
        events.record(
            report,
            "lapse_report",
            by=by,
            at=at,
            year=report.year,
            organisation_id=approval.organisation_id,
            parts=changed,
        )
    given = report.approvals.valid().exists()
    Report.objects.filter(pk=report.pk).update(has_approvals=given)


@transaction.atomic
def remind(report: Report, *, by: User, at: datetime | None = None) -> list[User]:
    """Write to the signatories who are awaited, at most once a day; return them.

    Raises WrongStatus when nothing is to be approved, PermissionDenied if ``by`` may not ask,
    NotReady when they were reminded within a day or nobody is awaited.
    """
    at = at or timezone.now()
    draft = _locked(report)
    if not may_be_approved(draft, at=at):
        raise WrongStatus("remind")
    if not rules.may_remind(by, draft):
        raise PermissionDenied("remind")
    awaited = [
        one for state in of_parties(draft) if not state.is_given for one in state.signatories
    ]
    if not awaited:
        raise NotReady([Problem(_("Nobody is awaited."))])
    since = at - BETWEEN_REMINDERS
    if events.events_of(draft).filter(verb="remind_of_report", at__gt=since).exists():
        raise NotReady([Problem(_("The signatories were reminded less than a day ago."))])
    events.record(draft, "remind_of_report", by=by, at=at, year=draft.year)
    letters.ask_to_approve(draft, awaited, by=by)
    return awaited
