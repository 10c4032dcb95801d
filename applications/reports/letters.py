"""The letters about a report: who is told what, in whose language."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation

from applications import notices
from applications.models import Report, ReportApproval
from applications.notices import Recipient
from icld_portal.localize import day, in_language, money
from icld_portal.localize import moment as written_moment
from icld_portal.mail import new_letter, queue_letters, render_letter
from icld_portal.models import Letter
from partnerships.models import Membership, Role, User


def tell_opened(report: Report) -> None:
    """The report can be written."""
    tell(report, "report_opened", to=coordinators(report))


def remind(report: Report, *, days: int) -> None:
    """The report is due in ``days``; everybody who can write it or hand it in is told."""
    tell(report, "report_reminder", to=notices.writers(report.application), days=days)


def remind_overdue(report: Report) -> None:
    """The day has passed: the parties are told once, and ICLD."""
    officers = [notices.person_at(person) for person in notices.at_icld(report.application)]
    tell(report, "report_overdue", to=[*notices.writers(report.application), *officers])


def tell_submitted(report: Report) -> None:
    """The report has arrived: both parties and whoever keeps the case at ICLD are told."""
    officers = [notices.person_at(person) for person in notices.at_icld(report.application)]
    tell(report, "report_submitted", to=[*notices.recipients(report.application), *officers])


def tell_approved(report: Report) -> None:
    """ICLD has approved the report: both parties read the sum and what ICLD says."""
    control = report.controls.filter(withdrawn_at=None).latest("pk")
    amount = money(control.approved) if report.statement_id else ""
    to_pay = control.payable.get("to_pay", "")
    tell(
        report,
        "report_approved",
        to=notices.recipients(report.application),
        amount=amount,
        to_pay=money(Decimal(to_pay)) if to_pay else "",
        words=control.text,
    )


def tell_approval_withdrawn(report: Report) -> None:
    """ICLD looks at the report anew: both parties are told why."""
    control = report.controls.exclude(withdrawn_at=None).latest("withdrawn_at")
    to = notices.recipients(report.application)
    tell(report, "report_approval_withdrawn", to=to, reason=control.withdrawn_reason)


def ask_to_approve(report: Report, awaited: Iterable[User], *, by: User) -> None:
    """Ask the signatories who are awaited to read and approve."""
    people = {person.email: person for person in awaited}.values()
    to = [notices.person_at(person) for person in people]
    tell(report, "report_approve", to=to, asked_by=by.name)


def tell_lapsed(
    report: Report, lapsed: Sequence[ReportApproval], *, changed: Callable[[], str]
) -> None:
    """Tell who approved, and the coordinators, that it has to be approved again.

    ``changed`` says what was changed, in the language that is active when it is called.
    """
    signed = [notices.person_at(one.signatory) for one in lapsed]
    to = {person.email: person for person in [*coordinators(report), *signed]}
    letters = []
    for person in to.values():
        with translation.override(person.language):
            facts = {
                "approvals": [
                    {"name": one.name, "organisation": one.organisation.name} for one in lapsed
                ],
                "changed_by": lapsed[0].lapsed_by,
                "changed_at": written_moment(lapsed[0].lapsed_at),
                "changed": changed(),
            }
        letters.append(letter_about(report, "report_lapsed", person, facts))
    queue_letters(letters)


def coordinators(report: Report) -> list[Recipient]:
    """Return the coordinators of each party; all who write for a party that has none."""
    parties = report.application.case_parties.order_by("pk").values_list("organisation", flat=True)
    memberships = Membership.objects.filter(
        organisation__in=parties, role=Role.COORDINATOR, user__is_active=True
    )
    found: dict[str, Recipient] = {}
    having: set[str] = set()
    for one in memberships.select_related("user", "organisation").order_by("pk"):
        having.add(one.organisation.name)
        person = one.user
        found.setdefault(
            person.email,
            Recipient(person.email, person.language, one.organisation.name, person.pk),
        )
    for writer in notices.writers(report.application):
        if writer.organisation not in having:
            found.setdefault(writer.email, writer)
    return list(found.values())


def tell(report: Report, kind: str, *, to: Iterable[Recipient], **facts: Any) -> None:
    """Queue the letter ``kind``, in each reader's language; nobody gets it twice."""
    people = {person.email.lower(): person for person in to}.values()
    queue_letters(letter_about(report, kind, person, facts) for person in people)


def letter_about(report: Report, kind: str, to: Recipient, facts: dict[str, Any]) -> Letter:
    """Return the letter ``kind`` to one person, in their language; it is not queued yet."""
    subject, body = render_letter(
        f"applications/letters/{kind}", to.language, _context(report, to) | facts
    )
    return new_letter(
        to_email=to.email,
        to_user_id=to.user_id,
        subject=subject,
        body=body,
        kind=kind,
        language=to.language,
        about=report,
    )


def _context(report: Report, to: Recipient) -> dict[str, Any]:
    case = report.application
    with translation.override(to.language):
        return {
            "report": str(report),
            "reference": case.reference,
            "title": in_language(case, "title"),
            "partnership": case.partnership.name,
            "organisation": to.organisation,
            "first": day(report.first_on),
            "last": day(report.last_on),
            "due": day(report.due_on),
            "received_at": written_moment(report.received_at),
            "url": settings.PUBLIC_URL + report.get_absolute_url(),
        }
