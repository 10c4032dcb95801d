"""What accounts say, as data with one fingerprint: what somebody certifies or approves."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from finance.ledger import NOTHING
from finance.models import Statement
from icld_portal.canonical import fingerprint_of

LINE = (
    "pk",
    "organisation",
    "category",
    "voucher",
    "booked_on",
    "text",
    "amount",
    "comment",
    "currency",
    "amount_currency",
    "rate",
    "rate_on",
)
SALARY = (
    "pk",
    "organisation",
    "person",
    "first_on",
    "last_on",
    "days",
    "day_cost",
    "amount",
    "comment",
)
RECEIPT = ("pk", "line", "file_name", "sha256")
PARTS = ("lines", "salaries", "receipts")


def content_of(statement: Statement) -> dict[str, list[dict[str, Any]]]:
    """Return every row of the accounts in a fixed order; three queries."""
    return {
        "lines": list(statement.lines.order_by("pk").values(*LINE)),
        "salaries": list(statement.salaries.order_by("pk").values(*SALARY)),
        "receipts": list(statement.receipts.order_by("pk").values(*RECEIPT)),
    }


def total_of(content: Mapping[str, Any]) -> Decimal:
    """Return what accounts that were read as data add up to, SEK with öre."""
    rows = [*content["lines"], *content["salaries"]]
    return sum((row["amount"] for row in rows), NOTHING)


def digests_of(content: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    """Return the fingerprint of each part, to tell later which one was changed."""
    return {part: fingerprint_of(rows) for part, rows in content.items()}
