"""Accounts from files: previewed, kept whole or not at all, and read out again alike."""

import io
import time
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone, translation

from finance.accounts import files, imports
from finance.models import AccountImport, AccountLine, AccountMapping, ImportState, SalaryRow
from icld_portal import exports
from icld_portal.files import XLSX
from tests.factories import money
from tests.finance.accounts.test_sie import BODY, HEAD
from tests.worker import work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def statement(partnership, decider):
    grant = money.make_grant(partnership, by=decider, amounts={1: 500_000, 2: 500_000})
    statement = money.open_accounts(grant, 2)
    assert (statement.first_on, statement.last_on) == (date(2027, 1, 1), date(2027, 12, 31))
    return statement


def sent(statement, kind, raw, *, by, name="file", project=""):
    upload = SimpleUploadedFile(name, raw if isinstance(raw, bytes) else raw.encode())
    found = imports.send(statement, kind, upload, project=project, by=by)
    if found.is_under_way:
        imports.read(found.pk)
        found.refresh_from_db()
    found.statement = statement
    return found


def workbook(*rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def keep(found, statement) -> int:
    with transaction.atomic():
        return imports.keep(found, statement)


LINE = "A 1;2027-03-01;Tåg;;travel;1 234,50;;;;;\n"


# --- CSV and XLSX -----------------------------------------------------------------------


def test_costs_are_read_shown_and_kept(statement, coordinator, machakos):
    hotel = "A 2;2027-03-02;Hotel;Machakos County;Board and lodging;"
    rows = f"{LINE}{hotel};KES;10 000;0,081234;2027-03-02;Natt\n"
    found = sent(statement, "lines", rows, by=coordinator)

    preview = imports.preview(found)
    assert (len(preview.good), preview.wrong, preview.total) == (2, [], Decimal("2046.84"))
    assert not AccountLine.objects.exists()
    assert keep(found, statement) == 2

    first, second = AccountLine.objects.order_by("pk")
    assert (first.amount, first.organisation_id) == (Decimal("1234.50"), statement.grant.grantee_id)
    assert (second.amount, second.currency, second.organisation) == (
        Decimal("812.34"),
        "KES",
        machakos,
    )
    found.refresh_from_db()
    assert found.state == ImportState.KEPT
    assert not default_storage.exists(found.file.name)


def test_nothing_is_half_imported(statement, coordinator):
    rows = LINE + "A 2;2027-02-30;Buss;Vara;beer;1.000,00;;;;;\n"
    found = sent(statement, "lines", rows, by=coordinator)

    [wrong] = imports.preview(found).wrong
    assert wrong.number == 2
    assert wrong.problems == [
        "Date: “2027-02-30” is not a day. Write year-month-day, for example 2027-03-15.",
        "Amount in SEK: Write the amount with a comma before the öre, for example 1 234,50.",
        "“Vara” is not a party of this case.",
        "“beer” is not a kind of cost of these accounts.",
    ]
    assert keep(found, statement) == 0
    assert not AccountLine.objects.exists()


def test_a_file_that_is_kept_twice_counts_once(statement, coordinator):
    found = sent(statement, "lines", LINE + LINE, by=coordinator)

    assert keep(found, statement) == 2
    assert keep(found, statement) == 0
    again = sent(statement, "lines", LINE + LINE + LINE, by=coordinator)
    preview = imports.preview(again)
    assert (len(preview.good), len(preview.left_out)) == (1, 2)
    assert keep(again, statement) == 1
    assert AccountLine.objects.count() == 3


def test_a_formula_is_never_run_and_its_cell_is_named(statement, coordinator):
    raw = workbook(
        ["Voucher", "Date", "What it is", "Party", "Cost category", "Amount in SEK"],
        ["A 1", date(2027, 3, 1), "Train", "", "travel", "=2000-765.5"],
        ["A 2", date(2027, 3, 1), '=WEBSERVICE("http://x")', "", "travel", 10],
    )
    found = sent(statement, "lines", raw, by=coordinator)

    first, second = imports.preview(found).wrong
    assert "F2 holds a formula. Paste it as a value." in first.problems
    assert "C3 holds a formula. Paste it as a value." in second.problems


def test_numbers_and_days_of_a_spreadsheet_are_read_as_they_stand(statement, coordinator):
    raw = workbook(["A 1", date(2027, 3, 1), "Train", "", "travel", 0.1 + 0.2])

    [row] = imports.preview(sent(statement, "lines", raw, by=coordinator)).good

    assert (row.facts["booked_on"], row.facts["amount"]) == (date(2027, 3, 1), Decimal("0.3"))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"PK\x03\x04broken", "damaged"),
        (b"%PDF-1.7", "neither CSV nor XLSX"),
        (b"\n\n", "no row"),
    ],
)
def test_a_broken_file_is_refused_with_the_reason(statement, coordinator, raw, said):
    found = sent(statement, "lines", raw, by=coordinator)

    assert found.state == ImportState.REFUSED
    assert said in found.reason


def test_what_is_written_out_is_read_in_alike(statement, coordinator, machakos):
    money.add_cost(statement, "-1234.50", text="=1+1", comment="Åter", booked_on=date(2027, 5, 1))
    money.add_cost(
        statement,
        "812.34",
        organisation=machakos,
        booked_on=date(2027, 5, 2),
        currency="KES",
        amount_currency=Decimal(10_000),
        rate=Decimal("0.081234"),
        rate_on=date(2027, 5, 2),
    )
    money.add_salary(statement, "2.25", "4100.50")
    columns = (
        "voucher",
        "booked_on",
        "text",
        "organisation",
        "category",
        "amount",
        "currency",
        "rate",
    )
    for kind, model, names in (
        ("lines", AccountLine, columns),
        ("salaries", SalaryRow, ("person", "first_on", "last_on", "days", "day_cost", "amount")),
    ):
        before = list(model.objects.order_by("pk").values_list(*names))
        for as_xlsx in (True, False):
            header, cells = files.header_of(kind), list(files.cells_of(kind, statement))
            if as_xlsx:
                out = io.BytesIO()
                exports.write_xlsx(header, cells, out)
                raw = out.getvalue()
            else:
                raw = b"".join(exports.csv_rows(header, cells))
            model.objects.all().delete()
            found = sent(statement, kind, raw, by=coordinator)
            assert imports.preview(found).wrong == []
            assert keep(found, statement) == len(before)
            assert list(model.objects.order_by("pk").values_list(*names)) == before


# --- The salary sheet -------------------------------------------------------------------


def test_people_of_earlier_years_are_known_again(statement, coordinator):
    money.add_salary(money.open_accounts(statement.grant, 1), person="Test Lönesson")
    row = " test  LÖNESSON;2027-01-01;2027-01-31;2,5;4 100;\n"

    found = sent(statement, "salaries", row, by=coordinator)
    keep(found, statement)

    kept = SalaryRow.objects.get(statement=statement)
    assert (kept.person, kept.amount) == ("Test Lönesson", Decimal("10250.00"))


@pytest.mark.django_db(transaction=True)
def test_5000_rows_of_salary_are_read_by_a_job_and_kept_within_5_seconds(statement, coordinator):
    first = statement.first_on
    rows = [
        [
            f"Test Person {n:04}",
            first + timedelta(days=n % 300),
            first + timedelta(days=n % 300),
            1,
            4100.5,
            "",
        ]
        for n in range(5_000)
    ]
    upload = SimpleUploadedFile("loner.xlsx", workbook(*rows), XLSX)

    found = imports.send(statement, "salaries", upload, by=coordinator)
    assert found.state == ImportState.WAITING
    began = time.process_time()
    work("files")
    found.refresh_from_db()
    assert found.state == ImportState.READ
    assert found.total == 5_000
    found.statement = statement
    assert keep(found, statement) == 5_000
    assert time.process_time() - began < 5
    assert SalaryRow.objects.count() == 5_000


def test_a_job_that_runs_again_finds_the_file_read(statement, coordinator):
    found = sent(statement, "lines", LINE, by=coordinator)

    imports.read(found.pk)
    imports.give_up(found.pk, "too late")

    assert AccountImport.objects.get(pk=found.pk).state == ImportState.READ


# --- SIE --------------------------------------------------------------------------------


def books(statement, coordinator, project="P1204"):
    raw = (HEAD + BODY).encode("cp437")
    return sent(statement, "sie", raw, by=coordinator, project=project)


def test_postings_of_the_project_wait_for_a_kind_of_cost_and_are_then_kept(statement, coordinator):
    found = books(statement, coordinator)
    before = imports.preview(found)
    assert (before.unmapped, before.may_be_kept) == (["5800"], False)

    imports.remember(found, {"5800": "travel"}, by=coordinator, at=timezone.now())
    assert keep(found, statement) == 1

    line = AccountLine.objects.get()
    assert (line.voucher, line.text, line.amount, line.category.code) == (
        "A 17",
        "Tåg till Åre",
        Decimal("1234.50"),
        "travel",
    )


def test_the_mapping_is_remembered_for_the_organisations_next_file(statement, coordinator):
    imports.remember(
        books(statement, coordinator), {"5800": "experts"}, by=coordinator, at=timezone.now()
    )
    imports.remember(
        books(statement, coordinator), {"5800": "travel"}, by=coordinator, at=timezone.now()
    )

    assert AccountMapping.objects.get().category_code == "travel"
    assert imports.preview(books(statement, coordinator)).may_be_kept


def test_an_account_that_is_no_cost_is_left_out(statement, coordinator):
    found = books(statement, coordinator)
    imports.remember(found, {"5800": ""}, by=coordinator, at=timezone.now())

    preview = imports.preview(found)

    assert [row.problems for row in preview.left_out] == [["not for the report"]]
    assert not preview.may_be_kept


def test_postings_outside_the_year_are_left_out_and_told(statement, coordinator):
    other = money.open_accounts(statement.grant, 1)
    found = books(other, coordinator)
    imports.remember(found, {"5800": "travel"}, by=coordinator, at=timezone.now())

    [row] = imports.preview(found).left_out

    assert row.problems == ["outside the accounting year"]


def test_a_project_that_is_not_in_the_file_is_answered_with_those_that_are(statement, coordinator):
    found = books(statement, coordinator, project="P7")

    assert found.state == ImportState.REFUSED
    assert found.reason == "No project “P7” in the file. The projects in it: P1204, P9."


def test_a_broken_book_names_its_line(statement, coordinator):
    raw = (HEAD + BODY).replace("-1244.50", "-1").encode("cp437")

    found = sent(statement, "sie", raw, by=coordinator, project="P1204")

    assert found.reason == "Line 12: voucher A 17 does not balance: 1243.50 is left."


def test_what_nobody_keeps_is_removed_after_its_time(statement, coordinator):
    kept, left = (sent(statement, "lines", LINE, by=coordinator) for _number in "12")
    keep(kept, statement)
    now = timezone.now()

    assert imports.sweep(before=now - timedelta(days=30)) == 0
    assert imports.sweep(before=now + timedelta(seconds=1)) == 1
    assert list(AccountImport.objects.values_list("pk", flat=True)) == [kept.pk]
    assert not AccountImport.objects.filter(pk=left.pk).exists()
