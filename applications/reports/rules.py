"""Who may do what with a report. *When* it may be done is the workflow's matter."""

from applications import rules as case_rules
from applications.models import Audit, Report, ReportStatus
from partnerships.models import User
from partnerships.models.people import SUBMITTING_ROLES, WRITING_ROLES, Role

# Who at ICLD controls accounts.
CONTROLLING_ROLES = frozenset({Role.OFFICER, Role.DECIDER, Role.OFFICE_FINANCE})


def may_view_report(user: User, report: Report) -> bool:
    """Twin of ``ReportQuerySet.visible_to``; a test holds them together."""
    if case_rules.has_conflict(user, report.application):
        return False
    return user.office or is_of_party(user, report) or audits(user, report)


def may_read_report(user: User, report: Report) -> bool:
    """Twin of ``ReportQuerySet.readable_by``: a draft is for its parties and its auditor."""
    if not may_view_report(user, report):
        return False
    if not user.office or report.status != ReportStatus.DRAFT:
        return True
    return is_of_party(user, report)


def is_of_party(user: User, report: Report) -> bool:
    """Return whether ``user`` is a member of one of the case's parties."""
    return case_rules.is_of_party(user, report.application)


def audits(user: User, report: Report) -> bool:
    """Return whether ``user`` is invited to audit the report."""
    return Audit.objects.filter(report=report, user=user, revoked_at=None).exists()


def may_see_narrative(user: User, report: Report) -> bool:
    """An auditor reads accounts and receipts, not what the parties tell beside them."""
    return may_read_report(user, report) and (user.office or is_of_party(user, report))


def may_write(user: User, report: Report) -> bool:
    """Writers of every party write the narrative; both parties own it."""
    return case_rules.may_edit(user, report.application)


def grantees(report: Report) -> set[int]:
    """Ids of the organisations that pre-finance the case and account for it."""
    parties = report.application.case_parties.all()
    return {party.organisation_id for party in parties if party.is_grantee}


def may_account(user: User, report: Report) -> bool:
    """The grantee's writers write the accounts and invite the auditor."""
    return bool(user.organisations_with(WRITING_ROLES) & grantees(report))


def may_submit(user: User, report: Report) -> bool:
    """The grantee's coordinator or authorised signatory hands in the report."""
    return bool(user.organisations_with(SUBMITTING_ROLES) & grantees(report))


def may_approve(user: User, report: Report, organisation: int) -> bool:
    """An authorised signatory of a party approves for that party."""
    return case_rules.may_approve(user, report.application, organisation)


def may_remind(user: User, report: Report) -> bool:
    """Writers and those who hand in ask the signatories to look."""
    return may_write(user, report) or may_submit(user, report)


def may_control(user: User, report: Report) -> bool:
    """ICLD's officers, decision makers and financial officers control, never their own case."""
    controls = bool(user.all_roles & CONTROLLING_ROLES)
    return controls and not case_rules.is_disqualified(user, report.application)


def may_certify(user: User, audit: Audit) -> bool:
    """The invited auditor signs, and nobody of the parties or of ICLD."""
    invited = audit.user_id == user.pk and audit.revoked_at is None
    return invited and not user.office and not is_of_party(user, audit.report)
