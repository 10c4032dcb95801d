"""The files of an export, made from its frozen content: they always say the same."""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from finance.models import AccountKind
from finance.paying import pain, sie
from icld_portal.exports import Cell, csv_rows, write_xlsx

Content = Mapping[str, Any]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Kind:
    """One of the files: its name's end, its type, and what makes it."""

    suffix: str
    content_type: str
    make: Callable[[Content], bytes]


def header() -> list[str]:
    """Return the columns of the list of payments, in the reader's language."""
    return [
        _("Grant"),
        _("Year"),
        _("Grantee"),
        _("Account holder"),
        _("Kind of account"),
        _("Account number"),
        _("BIC"),
        _("Amount"),
        _("To be paid on"),
        _("Text"),
    ]


def rows(content: Content) -> Iterator[list[Cell]]:
    """Yield the payments, and last a line with their sum."""
    pay_on = date.fromisoformat(content["pay_on"])
    for one in content["payments"]:
        yield [
            one["reference"],
            one["year"],
            one["grantee"],
            one["holder"],
            str(AccountKind(one["kind"]).label),
            one["account"],
            one["bic"],
            Decimal(one["amount"]),
            pay_on,
            one["text"],
        ]
    sum_row: list[Cell] = [_("Total"), None, None, None, None, None, None]
    yield [*sum_row, Decimal(content["total"]), None, None]


def _csv(content: Content) -> bytes:
    return b"".join(csv_rows(header(), rows(content)))


def _xlsx(content: Content) -> bytes:
    buffer = io.BytesIO()
    write_xlsx(header(), rows(content), buffer)
    return buffer.getvalue()


KINDS: Mapping[str, Kind] = {
    "csv": Kind("csv", "text/csv; charset=utf-8", _csv),
    "xlsx": Kind("xlsx", XLSX, _xlsx),
    "sie": Kind("si", "application/octet-stream", sie.vouchers),
    "pain": Kind("xml", "application/xml", pain.credit_transfer),
}
