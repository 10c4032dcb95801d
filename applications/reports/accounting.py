"""Writing the accounts of a report: every write goes through one door, and counts as a change."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models.functions import Lower

from applications.models import Report, ReportStatus
from applications.reports import rules, unlocking
from applications.reports.writing import ACCOUNTS, SALARIES, editing
from applications.unlocking import Place
from finance.accounts.problems import with_receipts
from finance.models import AccountLine, DeviationComment, Receipt, SalaryRow, Statement
from icld_portal import files
from icld_portal.shared_texts import replace
from partnerships.models import User

FOLDER = "receipts"
MOST_NAMES = 200


class Gone(Exception):
    """Somebody has removed the row meanwhile."""


@contextmanager
def accounts_of(report: Report, place: Place, *, by: User, at: datetime) -> Iterator[Statement]:
    """Lock the report and give its accounts for one write at ``place``; raises as ``editing``."""
    with editing(report, by=by, within=[place], at=at) as locked:
        yield Statement.objects.select_related("grant").get(report=locked)


def may_write(report: Report, place: Place, *, by: User) -> bool:
    """Whether ``by`` can write the accounts there now; two queries once it was handed in."""
    if not rules.may_account(by, report):
        return False
    if report.status == ReportStatus.DRAFT:
        return True
    unlocked = unlocking.unlocked_in(report)
    return unlocked is not None and unlocked.names(*place)


# --- Rows -------------------------------------------------------------------------------


def save_row(statement: Statement, model: Any, pk: int | None, facts: dict[str, Any]) -> Any:
    """Write a row, a new one without ``pk``; Gone if it was removed. Call it inside the door."""
    row = model(statement=statement) if pk is None else stored_row(statement, model, pk)
    for name, value in facts.items():
        setattr(row, name, value)
    if model is SalaryRow:
        row.organisation_id = statement.grant.grantee_id
    row.save()
    return row


def stored_row(statement: Statement, model: Any, pk: int) -> Any:
    """Return a row as it is under the lock; Gone if it was removed."""
    found = model.objects.filter(statement=statement, pk=pk).first()
    if found is None:
        raise Gone
    return found


def remove_row(statement: Statement, model: Any, pk: int, *, by: User, at: datetime) -> None:
    """Take a row away. What showed a cost shows nothing else: its receipts go with it."""
    row = stored_row(statement, model, pk)
    if model is AccountLine:
        set_aside = {"set_aside_at": at, "set_aside_by": by}
        Receipt.objects.filter(line=row).update(**set_aside)
    row.delete()


def lines_of(statement: Statement) -> Any:
    """Return the lines in the order of the page, with whether each has a receipt."""
    lines = with_receipts(AccountLine.objects.filter(statement=statement))
    return lines.select_related("organisation", "category").order_by("booked_on", "pk")


def salaries_of(statement: Statement) -> Any:
    """Return the salary sheet in the order of the page."""
    rows = SalaryRow.objects.filter(statement=statement).select_related("organisation")
    return rows.order_by("person", "first_on", "pk")


def rows_of_people(statement: Statement, rows: Sequence[SalaryRow]) -> list[SalaryRow]:
    """Return every row of the people in ``rows``: what is wrong may be between two pages."""
    names = {row.person.lower() for row in rows}
    known = SalaryRow.objects.filter(statement=statement).annotate(name=Lower("person"))
    return list(known.filter(name__in=names).order_by("person", "first_on", "pk"))


def known_people(statement: Statement) -> list[str]:
    """Return the names in the salary sheets of this case, of all its years; one query."""
    rows = SalaryRow.objects.filter(statement__grant=statement.grant_id)
    names = rows.order_by("person").values_list("person", flat=True).distinct()
    return list(names[:MOST_NAMES])


# --- Receipts ---------------------------------------------------------------------------


@contextmanager
def _kept(uploads: Sequence[UploadedFile]) -> Iterator[list[files.StoredFile]]:
    """Store the files; when nothing comes of the rows for them they go again."""
    stored: list[files.StoredFile] = []
    is_done = False
    try:
        for upload in uploads:
            stored.append(files.store(upload, FOLDER))
        yield stored
        is_done = True
    finally:
        for one in () if is_done else stored:
            default_storage.delete(one.file)


def attach(
    report: Report,
    uploads: Sequence[UploadedFile],
    *,
    line: int | None,
    by: User,
    at: datetime,
) -> list[Receipt]:
    """Keep receipts of one line, or of the whole; all of them or none.

    Raises as ``editing``, Gone when the line was removed, UploadRefused for a bad file.
    """
    with _kept(uploads) as stored, accounts_of(report, ACCOUNTS, by=by, at=at) as statement:
        row = stored_row(statement, AccountLine, line) if line else None
        return [
            Receipt.objects.create(
                statement=statement,
                line=row,
                file=one.file,
                file_name=one.file_name,
                content_type=one.content_type,
                size_bytes=one.size_bytes,
                sha256=one.sha256,
                uploaded_at=at,
                uploaded_by=by,
            )
            for one in stored
        ]


def set_aside(report: Report, pk: int, *, by: User, at: datetime) -> None:
    """Take a receipt away; it stays in the history. Gone if it was taken away already."""
    with accounts_of(report, ACCOUNTS, by=by, at=at) as statement:
        receipt = Receipt.objects.filter(statement=statement, pk=pk).first()
        if receipt is None:
            raise Gone
        receipt.set_aside_at, receipt.set_aside_by = at, by
        receipt.save(update_fields=["set_aside_at", "set_aside_by"])


# --- Comments on deviations -------------------------------------------------------------


def write_comment(
    statement: Statement,
    key: tuple[int, int],
    text: str,
    *,
    stored: DeviationComment | None,
    by: User,
    version: int | None,
) -> DeviationComment:
    """Keep a comment; ``stored`` was read under the lock. Raises StaleText as ``replace``."""
    organisation, category = key
    if stored is None:
        return DeviationComment.objects.create(
            statement=statement,
            organisation_id=organisation,
            category_id=category,
            text=text,
            updated_by=by,
        )
    return replace(stored, text, by=by, version=version)


def comments_of(statement: Statement) -> dict[tuple[int, int], DeviationComment]:
    """Return the comments by party and kind of cost."""
    found = statement.deviations.select_related("updated_by").order_by("pk")
    return {(one.organisation_id, one.category_id): one for one in found}


PLACES: dict[Any, Place] = {AccountLine: ACCOUNTS, SalaryRow: SALARIES}
