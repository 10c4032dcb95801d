"""What the matrix asks about audits: one under way, one certified, one invited, one to begin."""

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applications.models import Application, Audit, Report
from applications.reports import audits
from applications.workflow import auditing
from finance.models import Receipt
from partnerships.models.invitations import hashed
from tests.factories import money, reports
from tests.matrix.people import Person

AUDIT_TOKEN = "audit-token"


def opened(reference: str, year: int) -> Report:
    """Return the report of a year, opened if nobody has."""
    case = Application.objects.get(reference=reference)
    found = case.reports.filter(year=year).first()
    return found or reports.open_report(case, year)


def audit_words(decided: str, agreed: str, people: dict[str, Person]) -> dict[str, Any]:
    """An invitation in each state; the auditor has accepted the one of the agreed case."""
    under_way = opened(agreed, 1)
    line = money.add_cost(under_way.statement)
    money.add_salary(under_way.statement)
    stored = default_storage.save("receipts/0.pdf", ContentFile(b"%PDF-1.7 a receipt %%EOF"))
    receipt = Receipt.objects.create(
        statement=under_way.statement,
        line=line,
        file=stored,
        file_name="kvitto.pdf",
        content_type="application/pdf",
        size_bytes=24,
        sha256="0" * 64,
    )
    reports.invite_auditor(under_way, people["auditor"].user)
    writer = people["swedish coordinator"].user
    certified = certify_by_file(opened(agreed, 2), by=writer)
    waiting = reports.invite_auditor(opened(decided, 1))
    Audit.objects.filter(pk=waiting.pk).update(
        token_sha256=hashed(AUDIT_TOKEN), email=people["invited"].user.email
    )
    opened(decided, 2)
    return {
        "audited": agreed,
        "invited_to": decided,
        "audit_token": AUDIT_TOKEN,
        "audited_receipt": receipt.pk,
        "certificate": certified.pk,
    }


def certify_by_file(report: Report, *, by: Any) -> Audit:
    """Send in a certificate that was signed on paper."""
    return auditing.upload_certificate(
        report,
        certificate_file(),
        name="Test Pappersrevisor",
        firm="",
        email="",
        opinion="clean",
        remarks="",
        sha256=audits.accounts_of(report).sha256,
        by=by,
        at=timezone.now(),
    )


def certificate_file() -> SimpleUploadedFile:
    """A signed certificate as it is uploaded."""
    return SimpleUploadedFile("intyg.pdf", b"%PDF-1.7 a certificate %%EOF")


def certificate_form(decided: str) -> dict[str, Any]:
    """What is sent with a certificate; a file can be sent only once."""
    sha256 = audits.accounts_of(opened(decided, 2)).sha256
    facts = {"sha256": sha256, "name": "En revisor", "opinion": "clean"}
    return {**facts, "file": certificate_file()}
