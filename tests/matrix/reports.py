"""What the matrix asks about reports: one that is begun, and one that waits for approval."""

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from applications.models import Application
from finance.models import AccountImport, Receipt, Statement
from tests.factories import controlled, money, reports, steering


def report_words(decided: str, *, writer: Any) -> dict[str, Any]:
    """Open two reports of the decided case: of the first year with a cost in it, of the second
    all is written, and a decision could back it."""
    case = Application.objects.get(reference=decided)
    report = reports.open_report(case)
    written = reports.write_report(reports.open_report(case, 2), by=writer)
    decision = steering.verified_decision(steering.make_group(case.partnership))
    return {
        "reported": decided,
        "report_version": written.content_version,
        "report_decision": decision.pk,
        **account_words(Statement.objects.get(report=report)),
    }


def account_words(statement: Statement) -> dict[str, Any]:
    """A cost with its receipt, and days of somebody's salary."""
    cost = money.add_cost(statement)
    stored = default_storage.save("receipts/0.pdf", ContentFile(b"%PDF-1.7 a receipt"))
    receipt = Receipt.objects.create(
        statement=statement,
        line=cost,
        file=stored,
        file_name="0.pdf",
        content_type="application/pdf",
        size_bytes=18,
        sha256="0" * 64,
        uploaded_at=timezone.now(),
    )
    return {
        "reported_on": statement.first_on.isoformat(),
        "travel": cost.category_id,
        "cost": cost.pk,
        "salary": money.add_salary(statement).pk,
        "receipt": receipt.pk,
        "import": AccountImport.objects.create(
            statement=statement,
            kind="lines",
            file_name="a.csv",
            state="read",
            content={"rows": [read_row(statement)]},
        ).pk,
    }


def read_row(statement: Statement) -> dict[str, Any]:
    """A row of a file as it was understood."""
    travel = statement.guideline.categories.get(code="travel")
    facts = {
        "voucher": "A 9",
        "booked_on": statement.first_on.isoformat(),
        "text": "Bus",
        "organisation_id": statement.grant.grantee_id,
        "category_id": travel.pk,
        "amount": "10.00",
        "currency": "SEK",
        "comment": "",
    }
    return {"number": 1, "cells": ["A 9"], "problems": [], "facts": facts}


def control_words(agreed: str, officer: Any) -> dict[str, Any]:
    """Two reports of another case: year 1 is controlled but not approved, year 2 is approved."""
    case = Application.objects.get(reference=agreed)
    controlled.controlled(controlled.handed_in(case), by=officer)
    controlled.approved(controlled.handed_in(case, 2), by=officer)
    return {"controlled": agreed}
