"""Accounts from a file: sent, read, shown, and kept whole or not at all."""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from finance import jobs
from finance.accounts import sie
from finance.accounts.files import MOST_ROWS, RowReader, Understood, shape_of
from finance.accounts.totals import expense_categories
from finance.models import (
    AccountImport,
    AccountLine,
    AccountMapping,
    ImportKind,
    ImportState,
    SalaryRow,
    Statement,
)
from icld_portal.files import NAME_MAX_CHARACTERS, UploadRefused
from icld_portal.localize import grouped
from icld_portal.tables import IS_ZIP, rows_in_file
from partnerships.models import Organisation, User

FOLDER = "imports"
MOST_BYTES = 10 * 1024 * 1024
# A small file of text is read while its sender waits; what takes longer is a job's.
READ_AT_ONCE_BYTES = 256 * 1024
SECONDS_BETWEEN_NOTES = 0.5
ROWS_BETWEEN_LOOKS = 100
ROWS_AT_ONCE = 500
# Accounts of the balance sheet, income and finance: no cost of a case.
NO_COST = ("1", "2", "3", "8")


def send(
    statement: Statement, kind: str, uploaded: UploadedFile, *, project: str = "", by: User
) -> AccountImport:
    """Take a file in and have it read; raises UploadRefused for one that is too large."""
    size = uploaded.size or 0
    if not size:
        raise UploadRefused(_("The file is empty. Choose the file again."))
    if size > MOST_BYTES:
        raise UploadRefused(_("The file is larger than 10 MB. Export a shorter time."))
    head = uploaded.read(len(IS_ZIP))
    uploaded.seek(0)
    stored = default_storage.save(f"{FOLDER}/{secrets.token_hex(16)}", File(uploaded))
    with transaction.atomic():
        sent = AccountImport.objects.create(
            statement=statement,
            kind=kind,
            file=stored,
            file_name=(uploaded.name or "")[-NAME_MAX_CHARACTERS:],
            project=project.strip(),
            language=(translation.get_language() or "sv")[:2],
            made_by=by,
        )
        is_large = head == IS_ZIP or size > READ_AT_ONCE_BYTES
        if is_large:
            jobs.read_import.defer(import_id=sent.pk)
    if not is_large:
        read(sent.pk)
        sent.refresh_from_db()
    return sent


def read(import_id: int) -> None:
    """Read a file that was sent; a second run finds it read. What cannot be read says why."""
    waiting = AccountImport.objects.filter(
        pk=import_id, state__in=(ImportState.WAITING, ImportState.READING)
    )
    sent = waiting.select_related("statement__grant__grantee").first()
    if sent is None:
        return
    waiting.update(state=ImportState.READING)
    with default_storage.open(sent.file.name, "rb") as opened:
        raw = opened.read()
    with translation.override(sent.language):
        try:
            content = _content(sent, raw)
        except (UploadRefused, sie.BrokenFile) as refused:
            give_up(sent.pk, str(refused))
        else:
            waiting.update(state=ImportState.READ, content=content)
    default_storage.delete(sent.file.name)


def give_up(import_id: int, reason: str) -> None:
    """Note that the file cannot be read, with the reason its sender sees."""
    waiting = AccountImport.objects.filter(
        pk=import_id, state__in=(ImportState.WAITING, ImportState.READING)
    )
    waiting.update(state=ImportState.REFUSED, reason=reason[:500])


def sweep(*, before: datetime) -> int:
    """Remove what was sent before ``before`` and is not in the accounts; return how many."""
    old = AccountImport.objects.filter(made_at__lt=before).exclude(state=ImportState.KEPT)
    found = list(old.only("pk", "file"))
    for sent in found:
        default_storage.delete(sent.file.name)
        sent.delete()
    return len(found)


def _content(sent: AccountImport, raw: bytes) -> dict[str, Any]:
    note = _progress(sent.pk)
    if sent.kind == ImportKind.SIE:
        return _books(sent, raw)
    uploaded = SimpleUploadedFile(sent.file_name, raw)
    rows = list(rows_in_file(uploaded, shape_of(sent.kind)))
    if not rows:
        raise UploadRefused(_("There is no row in the file."))
    if len(rows) > MOST_ROWS:
        raise UploadRefused(_("At most %(most)d rows are read.") % {"most": MOST_ROWS})
    reader = RowReader(sent.kind, sent.statement, parties_of(sent.statement))
    understood = []
    for number, row in enumerate(rows, start=1):
        understood.append(asdict(reader(row)))
        if number % ROWS_BETWEEN_LOOKS == 0:
            note(number, len(rows))
    return {"rows": understood}


def parties_of(statement: Statement) -> list[Organisation]:
    """Return the organisations of the case, in any order."""
    parties = statement.grant.partnership.parties.select_related("organisation").order_by("pk")
    return [party.organisation for party in parties]


def _books(sent: AccountImport, raw: bytes) -> dict[str, Any]:
    books = sie.read(raw)
    known = set(books.projects) | {code for one in books.entries for code in one.projects}
    if sent.project not in known:
        words = {"project": sent.project, "known": ", ".join(sorted(known)[:20]) or "–"}
        text = _("No project “%(project)s” in the file. The projects in it: %(known)s.")
        raise UploadRefused(text % words)
    entries = [one for one in books.entries if sent.project in one.projects and one.amount]
    if len(entries) > MOST_ROWS:
        raise UploadRefused(_("At most %(most)d rows are read.") % {"most": MOST_ROWS})
    return {
        "company": books.company,
        "project": books.projects.get(sent.project, ""),
        "notes": books.notes,
        "accounts": {one.account: books.accounts.get(one.account, "") for one in entries},
        "entries": [
            {
                "number": one.line,
                "voucher": one.voucher,
                "booked_on": one.booked_on,
                "text": one.text,
                "account": one.account,
                "amount": one.amount,
            }
            for one in entries
        ],
    }


def _progress(import_id: int) -> Callable[[int, int], None]:
    noted_at = 0.0

    def note(done: int, total: int) -> None:
        nonlocal noted_at
        if time.monotonic() - noted_at < SECONDS_BETWEEN_NOTES:
            return
        noted_at = time.monotonic()
        AccountImport.objects.filter(pk=import_id).update(done=done, total=total)

    return note


# --- What was understood ----------------------------------------------------------------


@dataclass
class Preview:
    """What becomes of a file: rows that go in, rows left out, and rows nobody understands."""

    good: list[Understood] = field(default_factory=list)
    wrong: list[Understood] = field(default_factory=list)
    left_out: list[Understood] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)

    @property
    def may_be_kept(self) -> bool:
        """Whether all of it was understood, and something is new."""
        return bool(self.good) and not self.wrong and not self.unmapped

    @property
    def total(self) -> Decimal:
        """What the rows that go in add up to."""
        return sum((row.facts["amount"] for row in self.good), Decimal(0))

    @property
    def rows(self) -> list[Understood]:
        """All rows, those that nobody understands first."""
        return [*self.wrong, *self.good, *self.left_out]


def preview(sent: AccountImport) -> Preview:
    """Return what becomes of a file that was read, as things stand now."""
    found = Preview()
    rows = _posted(sent, found) if sent.kind == ImportKind.SIE else _read_rows(sent)
    there = _there(sent)
    for row in rows:
        if row.problems:
            found.wrong.append(row)
            continue
        key = _key(row.facts, sent.kind)
        if there[key] > 0:
            there[key] -= 1
            row.problems.append(_("in the accounts already"))
            found.left_out.append(row)
        else:
            found.good.append(row)
    return found


def _read_rows(sent: AccountImport) -> Iterable[Understood]:
    for row in sent.content["rows"]:
        yield Understood(row["number"], row["cells"], row["problems"], _facts(row["facts"]))


def _posted(sent: AccountImport, found: Preview) -> Iterable[Understood]:
    """The postings of the project as costs, by the organisation's mapping of its accounts."""
    statement = sent.statement
    mapping = mapping_of(sent)
    kinds = {category.code: category for category in expense_categories(statement)}
    found.unmapped = sorted(
        account for account in sent.content["accounts"] if account not in mapping
    )
    for one in sent.content["entries"]:
        code = mapping.get(one["account"])
        account = " ".join(word for word in (one["account"], _name(sent, one["account"])) if word)
        amount = Decimal(one["amount"])
        cells = [one["voucher"], one["booked_on"], one["text"], account, grouped(amount)]
        row = Understood(one["number"], cells, [])
        booked_on = date.fromisoformat(one["booked_on"])
        if code is None:
            row.problems.append(_("no kind of cost is chosen for the account"))
        elif code not in kinds:
            row.problems.append(_("not for the report"))
            found.left_out.append(row)
            continue
        elif not statement.first_on <= booked_on <= statement.last_on:
            row.problems.append(_("outside the accounting year"))
            found.left_out.append(row)
            continue
        else:
            row.facts.update(
                voucher=one["voucher"][:40],
                booked_on=booked_on,
                text=(one["text"] or account)[:200],
                amount=amount,
                currency="SEK",
                comment="",
                organisation_id=statement.grant.grantee_id,
                category_id=kinds[code].pk,
            )
        yield row


def _name(sent: AccountImport, account: str) -> str:
    return str(sent.content["accounts"].get(account, ""))


DAYS = ("booked_on", "rate_on", "first_on", "last_on")
NUMBERS = ("amount", "amount_currency", "rate", "days", "day_cost")
# What makes two rows the same cost, or the same days of the same person.
ALIKE: dict[str, tuple[str, ...]] = {
    "lines": ("voucher", "booked_on", "text", "organisation_id", "category_id", "amount"),
    "salaries": ("person", "first_on", "last_on", "days", "day_cost"),
}


def _facts(stored: dict[str, Any]) -> dict[str, Any]:
    facts = dict(stored)
    for name in DAYS:
        if facts.get(name):
            facts[name] = date.fromisoformat(facts[name])
    for name in NUMBERS:
        if facts.get(name) is not None:
            facts[name] = Decimal(facts[name])
    return facts


def _key(facts: dict[str, Any], kind: str) -> tuple[Any, ...]:
    return tuple(facts[name] for name in ALIKE["salaries" if kind == "salaries" else "lines"])


def _there(sent: AccountImport) -> Counter[tuple[Any, ...]]:
    model: Any = SalaryRow if sent.kind == ImportKind.SALARIES else AccountLine
    names = ALIKE["salaries" if sent.kind == ImportKind.SALARIES else "lines"]
    rows = model.objects.filter(statement=sent.statement_id).order_by()
    return Counter(rows.values_list(*names))


def mapping_of(sent: AccountImport) -> dict[str, str]:
    """Return what is remembered of the accounts in the file; what can be no cost is left out."""
    accounts = list(sent.content["accounts"])
    found = {account: "" for account in accounts if account.startswith(NO_COST)}
    known = AccountMapping.objects.filter(
        organisation=sent.statement.grant.grantee_id, account__in=accounts
    )
    return found | dict(known.order_by().values_list("account", "category_code"))


def remember(sent: AccountImport, mapping: dict[str, str], *, by: User, at: datetime) -> None:
    """Keep which kind of cost each account is, for this file and the next ones."""
    AccountMapping.objects.bulk_create(
        [
            AccountMapping(
                organisation_id=sent.statement.grant.grantee_id,
                account=account,
                category_code=code,
                updated_at=at,
                updated_by=by,
            )
            for account, code in mapping.items()
        ],
        update_conflicts=True,
        unique_fields=["organisation", "account"],
        update_fields=["category_code", "updated_at", "updated_by"],
    )


def keep(sent: AccountImport, statement: Statement) -> int:
    """Write every row that is new to locked accounts, and return how many; 0 if it was kept
    before, or cannot be kept whole."""
    locked = AccountImport.objects.select_for_update().get(pk=sent.pk)
    locked.statement = statement
    if locked.state != ImportState.READ:
        return 0
    found = preview(locked)
    if not found.may_be_kept:
        return 0
    model: Any = SalaryRow if locked.kind == ImportKind.SALARIES else AccountLine
    model.objects.bulk_create(
        (model(statement=statement, **row.facts) for row in found.good), batch_size=ROWS_AT_ONCE
    )
    locked.state, locked.kept_at, locked.content = ImportState.KEPT, timezone.now(), {}
    locked.save(update_fields=["state", "kept_at", "content"])
    return len(found.good)
