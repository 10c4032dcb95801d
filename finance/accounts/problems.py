"""What is wrong with the accounts of a year, said at the row and the cell.

Drafts always save; what blocks is asked for when the report is handed in. The same findings
are shown beside the rows, on the report's list of what is missing, and to ICLD.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from finance.accounts.totals import KindSum, Totals, totals
from finance.ledger import NOTHING
from finance.models import AccountLine, Receipt, SalaryRow, Statement
from finance.versions import guideline_of_statement
from icld_portal.localize import bare, money_ore
from icld_portal.problems import Problem

ACCOUNTS, SALARIES, DEVIATIONS = "accounts", "salaries", "deviations"
# Where the first cost is written: a problem there says that there is none yet.
NEW_ROW = "new-row"
DAYS_OF_A_YEAR = 366


def problems(statement: Statement, sums: Totals | None = None) -> list[Problem]:
    """Return every finding about the accounts, the blocking ones first; four queries more
    than the sums. ``page`` is one of accounts, salaries and deviations."""
    sums = sums or totals(statement)
    lines = list(with_receipts(statement.lines.all()))
    salaries = list(statement.salaries.all())
    found = [
        *sum_problems(statement, sums),
        *line_problems(statement, lines),
        *salary_problems(statement, salaries),
    ]
    return sorted(found, key=lambda problem: not problem.blocks)


# --- The sums ---------------------------------------------------------------------------


def sum_problems(statement: Statement, sums: Totals) -> list[Problem]:
    """Return what is said of the sums: above the grant, and deviations without a comment."""
    found = [_of_kind(statement, kind) for kind in sums.kinds if kind.is_unexplained]
    if not sums.used:
        text = _("There is no cost in the accounts yet.")
        found.append(Problem(text, page=ACCOUNTS, anchor=NEW_ROW))
    elif sums.used < 0:
        text = _("The accounts are %(used)s in all, below zero.")
        found.append(_about(text % {"used": money_ore(sums.used)}))
    if sums.above > 0 and sums.used > 0:
        text = _(
            "The accounts are %(used)s. At most %(payable)s can be paid for this year: "
            "%(above)s is at your own cost."
        )
        words = {
            "used": money_ore(sums.used),
            "payable": money_ore(sums.payable),
            "above": money_ore(sums.above),
        }
        found.append(_about(text % words, blocks=False))
    return found


def _about(text: str, *, blocks: bool = True) -> Problem:
    return Problem(text, blocks=blocks, page=ACCOUNTS, anchor="sums")


def _of_kind(statement: Statement, kind: KindSum) -> Problem:
    words = {
        "category": str(kind.category),
        "party": kind.organisation.name,
        "used": money_ore(kind.used),
        "decided": money_ore(kind.decided),
        "percent": kind.percent,
    }
    if not kind.is_decided:
        text = _(
            "%(category)s, %(party)s: the decided budget has no money for this, and %(used)s "
            "is used. Write why."
        )
    else:
        text = _(
            "%(category)s, %(party)s: %(used)s of %(decided)s is used, a difference of more "
            "than %(percent)d per cent. Write why."
        )
    source = str(guideline_of_statement(statement))
    return Problem(text % words, page=DEVIATIONS, anchor=kind.anchor, source=source)


# --- The lines --------------------------------------------------------------------------


def with_receipts(lines: Any) -> Any:
    """Annotate whether each line has a receipt of its own."""
    own = Receipt.objects.filter(line=OuterRef("pk"))
    return lines.annotate(has_receipt=Exists(own))


def line_problems(statement: Statement, lines: Iterable[Any]) -> list[Problem]:
    """Return what is wrong with each line; they were loaded ``with_receipts``."""
    shared = Receipt.objects.filter(statement=statement, line=None).exists()
    decided = {category.pk for category in guideline_of_statement(statement).categories.all()}
    salary = {c.pk for c in guideline_of_statement(statement).categories.all() if c.is_salary}
    return [
        Problem(
            _("Line %(voucher)s, %(cell)s: %(text)s")
            % {"voucher": line.voucher, "cell": _cell(line, cell), "text": text},
            blocks=blocks,
            page=ACCOUNTS,
            anchor=f"line-{line.pk}-{cell}",
        )
        for line in lines
        for cell, text, blocks in _of_line(statement, line, decided, salary, shared)
    ]


def _of_line(
    statement: Statement, line: Any, known: set[int], salary: set[int], shared: bool
) -> Iterator[tuple[str, str, bool]]:
    if line.amount < 0 and not line.comment.strip():
        yield "comment", _("a sum below zero needs a comment."), True
    if not statement.first_on <= line.booked_on <= statement.last_on:
        yield "booked_on", _outside(statement, line.booked_on), True
    if line.category_id not in known:
        yield "category", _("this kind of cost is not in the budget guidelines of this case."), True
    elif line.category_id in salary:
        yield "category", _("write salaries in the salary sheet."), True
    if not line.has_receipt:
        if shared:
            text = _("no receipt of its own; see that it is in the receipts for the whole.")
        else:
            text = _("the receipt is missing.")
        yield "receipt", text, not shared


def _outside(statement: Statement, day: date) -> str:
    words = {
        "day": day.isoformat(),
        "first": statement.first_on.isoformat(),
        "last": statement.last_on.isoformat(),
    }
    return _("%(day)s is outside the accounting year, %(first)s – %(last)s.") % words


def _cell(row: AccountLine | SalaryRow, name: str) -> str:
    if name == "receipt":
        return _("receipt")
    return str(row._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


# --- The salary sheet -------------------------------------------------------------------


def salary_problems(
    statement: Statement, rows: Sequence[SalaryRow], shown: Collection[int] | None = None
) -> list[Problem]:
    """Return what is wrong with each row; ``rows`` are all rows of the people in question.

    ``shown`` keeps what is said to those rows. A row is named by its person and first day.
    """
    found = {row.pk: list(_of_salary(statement, row)) for row in rows}
    for people in _by_person(rows).values():
        for row, cell, text in _of_person(statement, people):
            found[row.pk].append((cell, text))
    return [
        Problem(
            _("%(person)s, %(first)s, %(cell)s: %(text)s")
            % {
                "person": row.person,
                "first": row.first_on.isoformat(),
                "cell": _cell(row, cell),
                "text": text,
            },
            page=SALARIES,
            anchor=f"salary-{row.pk}-{cell}",
            source=str(guideline_of_statement(statement)) if cell == "day_cost" else "",
        )
        for row in rows
        if shown is None or row.pk in shown
        for cell, text in found[row.pk]
    ]


def _of_salary(statement: Statement, row: SalaryRow) -> Iterator[tuple[str, str]]:
    rate = Decimal(guideline_of_statement(statement).day_rate_sek)
    if row.day_cost > rate:
        words = {"cost": money_ore(row.day_cost), "rate": money_ore(rate)}
        yield (
            "day_cost",
            _("a day costs %(cost)s; salaries are paid with at most %(rate)s a day.") % words,
        )
    if row.organisation_id != statement.grant.grantee_id:
        yield "organisation", _("salaries are paid for staff of the grantee only.")
    for name in ("first_on", "last_on"):
        day = getattr(row, name)
        if not statement.first_on <= day <= statement.last_on:
            yield name, _outside(statement, day)
    span = span_of(row)
    if row.days > span:
        text = _("%(days)s days do not fit: there are %(span)d from the first to the last day.")
        yield "days", text % {"days": bare(row.days), "span": span}


def _of_person(
    statement: Statement, rows: Sequence[SalaryRow]
) -> Iterator[tuple[SalaryRow, str, str]]:
    """What is wrong with the rows of one person together."""
    year = min(DAYS_OF_A_YEAR, (statement.last_on - statement.first_on).days + 1)
    whole = sum((row.days for row in rows), NOTHING)
    if whole > year:
        words = {"days": bare(whole), "year": year}
        yield (
            rows[-1],
            "days",
            _("%(days)s days in all in a year of %(year)d days.") % words,
        )
    latest = None
    for row in sorted(rows, key=lambda row: (row.first_on, row.pk)):
        if latest is not None and row.first_on <= latest.last_on:
            words = {"first": latest.first_on.isoformat(), "last": latest.last_on.isoformat()}
            yield (
                row,
                "first_on",
                _("overlaps with the row of the same person for %(first)s – %(last)s.") % words,
            )
        if latest is None or row.last_on > latest.last_on:
            latest = row


def person_key(name: str) -> str:
    """Return by what a person is known to be the same, however the name is spaced."""
    return " ".join(name.split()).casefold()


def span_of(row: SalaryRow) -> int:
    """Return how many days there are from the first to the last day, both counted."""
    return (row.last_on - row.first_on).days + 1


def _by_person(rows: Sequence[SalaryRow]) -> dict[str, list[SalaryRow]]:
    people: dict[str, list[SalaryRow]] = {}
    for row in rows:
        people.setdefault(person_key(row.person), []).append(row)
    return people
