"""What the matrix asks about reports: one that is being written."""

from typing import Any

from applications.models import Application
from tests.factories import reports


def report_words(decided: str) -> dict[str, Any]:
    """Open the report of the first year of the decided case."""
    case = Application.objects.get(reference=decided)
    reports.open_report(case)
    return {"reported": decided}
