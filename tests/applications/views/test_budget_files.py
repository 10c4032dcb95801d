"""The budget in a spreadsheet: out, in again, and one year copied to the next."""

from decimal import Decimal
from html import unescape
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from applications import workflow
from applications.drafting import editing
from applications.models import Application
from finance.models import BudgetLine
from tests.applications.views.pages import fields_on
from tests.factories import cases

pytestmark = pytest.mark.django_db
TITLES = ["Year", "Party", "Cost category", "Description", "Days", "Cost per day", "Amount"]
ROBERTSFORS = "Robertsfors kommun"


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    draft = cases.empty_draft(partnership, by=coordinator)
    with editing(draft, by=coordinator) as locked:
        locked.budget.years = 3
        locked.budget.save()
    return Application.objects.get(pk=draft.pk)


@pytest.fixture
def browser(coordinator, signed_in):
    return signed_in(coordinator, "en")


@pytest.fixture
def here(draft) -> str:
    return reverse("applications:budget_file", args=[draft.handle])


def add_salary(draft, *, year: int) -> None:
    """31.25 days at 4 800 kronor."""
    BudgetLine.objects.create(
        budget=draft.budget,
        year=year,
        organisation=draft.case_parties.get(is_grantee=True).organisation,
        category=draft.budget.guideline.categories.get(is_salary=True),
        description="Projektledare",
        days=Decimal("31.25"),
        day_cost_sek=4_800,
        amount_sek=150_000,
    )


def workbook(*rows) -> SimpleUploadedFile:
    book, file = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return SimpleUploadedFile("budget.xlsx", file.getvalue())


def lines() -> list[tuple]:
    rows = BudgetLine.objects.order_by("year", "pk")
    return list(rows.values_list("year", "description", "amount_sek"))


def confirm(browser, here, page):
    """Press the button under the rows that were understood."""
    assert page.status_code == 200, page.content.decode()
    forms = page.content.decode().split("<form")
    confirming = next(form for form in forms if 'name="sure"' in form)
    rows = confirming.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>")[0]
    rows = unescape(rows).removeprefix("\n")
    then = "replace" if 'value="replace"' in confirming else "add"
    return browser.post(here, {"sure": "yes", "rows": rows, "then": then})


def test_a_workbook_is_shown_first_and_kept_when_it_is_confirmed(draft, browser, here):
    file = workbook(
        TITLES,
        [1, ROBERTSFORS, "Travel", "Flyg", None, None, 25000],
        [2, ROBERTSFORS.upper(), "salary", "Ledning", 31.25, 4800, None],
    )

    page = browser.post(here, {"file": file, "then": "add"})

    assert lines() == []
    assert browser.post(here, {"rows": "x", "then": "add"}).status_code == 422
    assert confirm(browser, here, page).status_code == 302
    assert lines() == [(1, "Flyg", 25_000), (2, "Ledning", 150_000)]


def test_what_is_sent_out_is_read_in_alike(draft, browser, here):
    cases.add_cost(draft, 12_345)
    add_salary(draft, year=2)
    BudgetLine.objects.filter(year=1).update(description='=1+1; "Resor"\t')
    before = lines()

    for file_format in ("csv", "xlsx"):
        address = reverse("applications:budget_download", args=[draft.handle, file_format])
        sent = b"".join(browser.get(address).streaming_content)
        file = SimpleUploadedFile(f"budget.{file_format}", sent)
        done = confirm(browser, here, browser.post(here, {"file": file, "then": "replace"}))
        assert done.status_code == 302
        assert [(year, amount) for year, _text, amount in lines()] == [
            (year, amount) for year, _text, amount in before
        ]
        assert lines()[0][1].strip() == '=1+1; "Resor"'


def test_the_workbook_holds_figures_as_figures(draft, browser):
    cases.add_cost(draft, 12_345)
    address = reverse("applications:budget_download", args=[draft.handle, "xlsx"])
    sent = b"".join(browser.get(address).streaming_content)
    rows = list(load_workbook(BytesIO(sent)).active.values)
    assert rows == [tuple(TITLES), (1, ROBERTSFORS, "Travel", "Resor", None, None, 12_345)]


def test_a_formula_is_never_run_and_its_cell_is_named(draft, browser, here):
    good = [1, ROBERTSFORS, "Travel", "Flyg", None, None, 25000]
    file = workbook(TITLES, good, [1, ROBERTSFORS, "Travel", "Tåg", None, None, "=SUM(1;2)"])

    page = browser.post(here, {"file": file, "then": "add"})

    assert page.status_code == 422
    assert "G3 holds a formula. Paste it as a value." in page.content.decode()
    assert 'name="sure"' not in page.content.decode()
    assert lines() == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("4\t{party}\tTravel\t\t\t\t5", "Year: write 1, 2 or 3"),
        ("1\tVara kommun\tTravel\t\t\t\t5", "“Vara kommun” is not a party of this case."),
        ("1\t{party}\tVin\t\t\t\t5", "“Vin” is not a cost category of the guidelines."),
        ("1\t{party}\tTravel\t\t\t\t650.000", "Amount: Write whole kronor"),
        ("1\t{party}\tTravel\t\t\t\t1e5", "Amount: Write whole kronor"),
        ("1\t{party}\tTravel\t\t\t\t-5", "Amount: The amount cannot be below zero."),
        ("1\t{party}\tTravel\t\t2\t\t5", "Days: Days are for salaries."),
        ("1\t{party}\tsalary\t\t2\t\t", "Cost per day: Write what a day costs"),
        ("1\t{party}\tTravel\tA\x07\t\t\t5", "Description: The text holds a hidden character"),
        ("1", "is not a party of this case."),
    ],
)
def test_a_row_that_cannot_be_read_says_why_and_stops_all(draft, browser, here, row, reason):
    good = f"1\t{ROBERTSFORS}\tTravel\tFlyg\t\t\t25 000"

    page = browser.post(here, {"rows": f"{good}\n{row.format(party=ROBERTSFORS)}", "then": "add"})

    assert page.status_code == 422
    if "\x07" not in row:
        assert reason in page.content.decode()
    assert (
        browser.post(
            here, {"rows": f"{good}\n{row.format(party=ROBERTSFORS)}", "then": "add", "sure": "yes"}
        ).status_code
        == 422
    )
    assert lines() == []


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7 nonsense", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0old", b"a\x00b", b""],
)
def test_what_is_no_table_is_refused(draft, browser, here, content):
    file = SimpleUploadedFile("budget.xlsx", content)
    assert browser.post(here, {"file": file, "then": "add"}).status_code == 422
    assert lines() == []


def test_at_most_180_rows_are_read(draft, browser, here):
    row = f"1\t{ROBERTSFORS}\tTravel\tFlyg\t\t\t5\n"
    assert browser.post(here, {"rows": row * 181, "then": "add"}).status_code == 422
    too_many_for_a_year = browser.post(here, {"rows": row * 61, "then": "add"})
    assert "Year 1 gets too many lines." in too_many_for_a_year.content.decode()


def test_a_swedish_excel_s_own_csv_is_read(draft, browser, here):
    text = f"År;Part;Kostnadsslag;x;x;x;x\r\n1;{ROBERTSFORS};Resor;Tåg;;;5 000,00 kr\r\n"
    file = SimpleUploadedFile("budget.csv", text.encode("cp1252"))
    confirm(browser, here, browser.post(here, {"file": file, "then": "add"}))
    assert lines() == [(1, "Tåg", 5_000)]


def test_a_year_is_copied_after_a_question(draft, browser):
    cases.add_cost(draft, 12_345)
    add_salary(draft, year=1)
    cases.add_cost(draft, 99, year=2)
    copy = reverse("applications:budget_copy", args=[draft.handle, 2])
    section = reverse("applications:section", args=[draft.handle, "budget"])

    asked = browser.post(section, fields_on(browser.get(section)) | {"then": "copy-2"})

    assert asked.url == copy
    page = browser.get(copy).content.decode()
    assert "2 lines are copied." in page
    assert "Year 2 has 1 line, which is replaced." in page
    assert (2, "Resor", 99) in lines()
    assert browser.post(copy).url.endswith("#year-2")
    year_1, year_2 = (sorted(row[1:] for row in lines() if row[0] == year) for year in (1, 2))
    assert year_1 == year_2 != []


@pytest.mark.parametrize("year", [1, 4])
def test_a_year_without_a_year_before_is_no_page(draft, browser, year):
    copy = reverse("applications:budget_copy", args=[draft.handle, year])
    assert browser.post(copy).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("member", 403), ("officer", 404)])
def test_only_the_draft_s_writers_write(draft, here, who, status, request, signed_in):
    browser = signed_in(request.getfixturevalue(who))
    row = f"1\t{ROBERTSFORS}\tTravel\tFlyg\t\t\t5"
    copy = reverse("applications:budget_copy", args=[draft.handle, 2])
    assert browser.get(here).status_code == status
    assert browser.post(here, {"rows": row, "then": "add", "sure": "yes"}).status_code == status
    assert browser.post(copy).status_code == status
    assert lines() == []


def test_what_is_handed_in_is_read_by_icld_and_written_by_nobody(
    partnership, coordinator, officer, signed_in
):
    case = cases.submitted(partnership, by=coordinator)
    download = reverse("applications:budget_download", args=[case.reference, "csv"])
    here = reverse("applications:budget_file", args=[case.reference])
    before = lines()

    sent = b"".join(signed_in(officer, "en").get(download).streaming_content).decode("utf-8-sig")
    row = f"1\t{ROBERTSFORS}\tTravel\tFlyg\t\t\t5"
    refused = signed_in(coordinator).post(here, {"rows": row, "then": "add", "sure": "yes"})

    assert sent.splitlines()[0] == ";".join(TITLES)
    assert "100000" in sent
    assert refused.status_code == 404
    assert lines() == before
    assert workflow.SUBMIT.target == case.status


def test_the_budget_page_costs_as_few_queries_with_many_lines(
    draft, browser, here, django_assert_max_num_queries
):
    rows = "\n".join(f"1\t{ROBERTSFORS}\tTravel\tResa {n}\t\t\t{n}" for n in range(1, 31))
    with django_assert_max_num_queries(25):
        confirm(browser, here, browser.post(here, {"rows": rows, "then": "add"}))
    section = reverse("applications:section", args=[draft.handle, "budget"])
    with django_assert_max_num_queries(25):
        browser.get(section)
