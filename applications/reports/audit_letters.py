"""The letters about an audit: to the auditor, and to the grantee that waits for it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from applications import notices
from applications.models import Audit
from applications.notices import Recipient
from applications.reports import rules
from icld_portal.localize import in_language, moment
from icld_portal.mail import new_letter, queue_letters, render_letter
from partnerships.models import Membership, User
from partnerships.models.people import SUBMITTING_ROLES, WRITING_ROLES

PART_WORDS: dict[str, Promise] = {
    "lines": gettext_lazy("the accounts"),
    "salaries": gettext_lazy("the salary sheet"),
    "receipts": gettext_lazy("the receipts"),
}


def send_invitation(audit: Audit, token: str) -> None:
    """Send the way in; the letter is the only place where the token stands."""
    url = settings.PUBLIC_URL + reverse("applications:audit_invitation", args=[token])
    facts = {
        "inviter": audit.invited_by.name if audit.invited_by else "ICLD",
        "expires_at": moment(audit.expires_at),
    }
    _to_auditor(audit, "audit_invitation", url=url, **facts)


def tell_certified(audit: Audit) -> None:
    """The accounts are certified; those who account for the grantee are told."""
    with_opinion = {"opinion": lambda: audit.get_opinion_display(), "remarks": audit.remarks}
    _to_grantee(audit, "audit_certified", **with_opinion)


def tell_lapsed(audit: Audit, *, changed: Sequence[str], by: User) -> None:
    """The accounts were changed: the auditor and the grantee are told that it counts no more."""
    what = {"what": lambda: ", ".join(str(PART_WORDS[part]) for part in changed)}
    _to_grantee(audit, "audit_lapsed", changed_by=by.name, **what)
    if audit.user_id is not None:
        url = settings.PUBLIC_URL + _address(audit, "auditing")
        _to_auditor(audit, "audit_again", url=url, changed_by=by.name, **what)


def _address(audit: Audit, name: str) -> str:
    report = audit.report
    return reverse(f"applications:{name}", args=[report.application.reference, report.slug])


def _to_auditor(audit: Audit, kind: str, **facts: Any) -> None:
    case = audit.report.application
    with translation.override(audit.language):
        context = {
            "name": audit.name,
            "report": str(audit.report),
            "reference": case.reference,
            "title": in_language(case, "title"),
            "grantee": audit.report.grant.grantee.name,
        } | _said(facts)
    subject, body = render_letter(f"applications/letters/{kind}", audit.language, context)
    letter = new_letter(
        to_email=audit.user.email if audit.user else audit.email,
        to_user_id=audit.user_id,
        subject=subject,
        body=body,
        kind=kind,
        language=audit.language,
        about=case,
    )
    queue_letters([letter])


def _to_grantee(audit: Audit, kind: str, **facts: Any) -> None:
    case = audit.report.application
    memberships = Membership.objects.filter(
        organisation__in=rules.grantees(audit.report),
        role__in=WRITING_ROLES | SUBMITTING_ROLES,
        user__is_active=True,
    ).select_related("user", "organisation")
    told = {
        one.user_id: Recipient(
            one.user.email, one.user.language, one.organisation.name, one.user_id
        )
        for one in memberships
    }
    letters = []
    for recipient in told.values():
        with translation.override(recipient.language):
            own = {
                "name": audit.name,
                "report": str(audit.report),
                "page": settings.PUBLIC_URL + _address(audit, "audit"),
            } | _said(facts)
        letters.append(notices.letter_about(case, kind, recipient, own))
    queue_letters(letters)


def _said(facts: dict[str, Any]) -> dict[str, str]:
    """Facts in the reader's language: what depends on it is asked for now."""
    return {name: str(fact() if callable(fact) else fact) for name, fact in facts.items()}
