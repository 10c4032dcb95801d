"""The pages of a report's accounts: written by the grantee, read by both parties and ICLD."""

from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.models import Report, ReportStatus
from finance.models import AccountLine, DeviationComment, Receipt, SalaryRow
from icld_portal.seen_forms import SEEN
from icld_portal.versions import fingerprint
from tests.factories import cases, money, reports
from tests.matrix.world import PNG

pytestmark = pytest.mark.django_db
NEW = {SEEN: fingerprint({})}


def text_of(response) -> str:
    """The page as text, with the entities of its template read."""
    return unescape(response.content.decode())


@pytest.fixture
def report(partnership, coordinator, decider) -> Report:
    case = cases.approved(partnership, by=coordinator, decider=decider)
    return Report.objects.get(pk=reports.open_report(case).pk)


@pytest.fixture
def statement(report):
    return report.statement


@pytest.fixture
def writer(signed_in, coordinator):
    return signed_in(coordinator, "en")


def to(report, name, *more) -> str:
    return reverse(f"applications:{name}", args=[report.application.reference, report.slug, *more])


def a_line(statement, **facts):
    travel = statement.guideline.categories.get(code="travel")
    return {
        "voucher": "A 17",
        "booked_on": statement.first_on.isoformat(),
        "text": "Tåg till Nairobi",
        "organisation_id": statement.grant.grantee_id,
        "category_id": travel.pk,
        "amount": "1 234,50",
        "currency": "",
        **NEW,
    } | facts


def a_salary(statement, **facts):
    return {
        "person": " Test   Lönesson ",
        "first_on": statement.first_on.isoformat(),
        "last_on": statement.last_on.isoformat(),
        "days": "2,5",
        "day_cost": "4 100,00",
        **NEW,
    } | facts


def submitted(report) -> None:
    Report.objects.filter(pk=report.pk).update(
        status=ReportStatus.SUBMITTED, received_at=report.opened_at, content_sha256="a" * 64
    )


# --- Costs ------------------------------------------------------------------------------


def test_a_cost_is_added_and_counted(writer, report, statement):
    response = writer.post(to(report, "report_accounts"), a_line(statement))

    line = AccountLine.objects.get()
    assert response.url == f"{to(report, 'report_accounts')}?row={line.pk}#line-{line.pk}"
    assert (line.amount, line.currency, line.rate) == (Decimal("1234.50"), "SEK", None)
    page = text_of(writer.get(response.url, follow=True))
    assert "1 234,50 kr" in page.replace("\u00a0", " ")
    assert "Line A 17, receipt: the receipt is missing." in page
    report.refresh_from_db()
    assert report.content_version == 2


def test_another_currency_keeps_amount_rate_and_day(writer, report, statement):
    facts = {
        "amount": "",
        "currency": "kes",
        "amount_currency": "10 000",
        "rate": "0,081234",
        "rate_on": "2027-08-01",
    }
    writer.post(to(report, "report_accounts"), a_line(statement, **facts))

    line = AccountLine.objects.get()
    assert (line.currency, line.amount, line.rate_on) == (
        "KES",
        Decimal("812.34"),
        date(2027, 8, 1),
    )


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "1.234,50"}, "amount"),
        ({"amount": "1e5"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"booked_on": "31/12/2027"}, "booked_on"),
        ({"currency": "EUR"}, "rate"),
        ({"currency": "Kronor"}, "currency"),
        ({"text": "x" * 100_000}, "text"),
        ({"organisation_id": "999999"}, "organisation_id"),
        (
            {
                "currency": "EUR",
                "amount_currency": "999 999 999 999",
                "rate": "11",
                "rate_on": "2027-08-01",
            },
            "amount_currency",
        ),
        (
            {
                "currency": "EUR",
                "amount_currency": "0,01",
                "rate": "0,1",
                "rate_on": "2027-08-01",
            },
            "amount_currency",
        ),
    ],
)
def test_a_cost_that_cannot_be_read_is_shown_again_and_not_saved(
    writer, report, statement, facts, field
):
    response = writer.post(to(report, "report_accounts"), a_line(statement, **facts))

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not AccountLine.objects.exists()


def test_salaries_are_no_cost_of_this_table(writer, report, statement):
    salary = statement.guideline.categories.get(is_salary=True)

    response = writer.post(to(report, "report_accounts"), a_line(statement, category_id=salary.pk))

    assert list(response.context["form"].errors) == ["category_id"]


def test_what_is_wrong_is_saved_and_said_at_the_row(writer, report, statement):
    facts = {"amount": "-10,00", "booked_on": "2026-06-30"}
    writer.post(to(report, "report_accounts"), a_line(statement, **facts))

    page = text_of(writer.get(to(report, "report_accounts")))
    assert "Line A 17, comment: a sum below zero needs a comment." in page
    assert "2026-06-30 is outside the accounting year" in page


def test_a_page_that_is_sent_twice_counts_once_until_it_is_said_to_be_another_cost(
    writer, report, statement
):
    here = to(report, "report_accounts")
    writer.post(here, a_line(statement))

    again = writer.post(here, a_line(statement))
    assert again.status_code == 422
    assert 'name="again" value="yes"' in again.content.decode()
    assert AccountLine.objects.count() == 1

    writer.post(here, a_line(statement, again="yes"))
    assert AccountLine.objects.count() == 2


def test_a_second_editor_sees_what_the_first_has_saved(writer, report, statement):
    line = money.add_cost(statement, "100.00")
    here = to(report, "accounts_row", line.pk)
    seen = writer.get(here).context["form"].seen
    AccountLine.objects.filter(pk=line.pk).update(text="Flyg")

    late = writer.post(here, a_line(statement, **{SEEN: seen}))

    assert late.status_code == 422
    assert "What it is, as it stands now: Flyg" in text_of(late)
    line.refresh_from_db()
    assert line.amount == 100
    seen = late.context["form"].seen
    assert writer.post(here, a_line(statement, **{SEEN: seen})).status_code == 302
    line.refresh_from_db()
    assert (line.text, line.amount) == ("Tåg till Nairobi", Decimal("1234.50"))


def test_a_removed_row_takes_its_receipts_to_the_history(writer, report, statement, coordinator):
    line = money.add_cost(statement)
    attach(writer, report, line)

    writer.post(to(report, "remove_accounts_row", line.pk))
    again = writer.post(to(report, "remove_accounts_row", line.pk), follow=True)

    assert not AccountLine.objects.exists()
    assert Receipt.ever.get().set_aside_by == coordinator
    assert "Somebody else has removed it" in text_of(again)


def test_the_sums_count_the_row_that_is_being_typed(writer, report, statement):
    line = money.add_cost(statement, "100.00")
    here = to(report, "accounts_sums")

    new = text_of(writer.post(here, a_line(statement))).replace("\u00a0", " ")
    changed = text_of(writer.post(here, a_line(statement, row=line.pk))).replace("\u00a0", " ")
    unread = text_of(writer.post(here, a_line(statement, amount="12."))).replace("\u00a0", " ")

    assert "1 334,50 kr" in new
    assert "1 234,50 kr" in changed
    assert "100,00 kr" in unread
    assert AccountLine.objects.count() == 1


def test_rows_of_another_report_are_not_found(writer, report, statement, partnership, decider):
    other = money.open_accounts(
        money.make_grant(partnership, by=decider, amounts={1: 1000}, reference="2025-0009")
    )
    line = money.add_cost(other)

    assert writer.get(to(report, "accounts_row", line.pk)).status_code == 404
    assert writer.post(to(report, "accounts_row", line.pk), a_line(other)).status_code == 404
    writer.post(to(report, "remove_accounts_row", line.pk))
    assert AccountLine.objects.filter(pk=line.pk).exists()


def test_only_the_grantees_writers_write_and_both_parties_and_icld_read(
    signed_in, report, statement, partner_coordinator, member, officer, stranger
):
    here = to(report, "report_accounts")
    for person in (partner_coordinator, member):
        assert signed_in(person).get(here).status_code == 200
        assert signed_in(person).post(here, a_line(statement)).status_code == 403
    for person in (officer, stranger):
        assert signed_in(person).get(here).status_code == 404
        assert signed_in(person).post(here, a_line(statement)).status_code == 404
    submitted(report)
    assert signed_in(officer).get(here).status_code == 200
    assert not AccountLine.objects.exists()


def test_what_was_handed_in_is_closed(writer, report, statement):
    line = money.add_cost(statement)
    submitted(report)

    assert writer.post(to(report, "report_accounts"), a_line(statement)).status_code == 404
    assert writer.get(to(report, "accounts_row", line.pk)).status_code == 404
    page = text_of(writer.post(to(report, "remove_accounts_row", line.pk), follow=True))
    assert "This report has been handed in since you opened the page." in page
    assert AccountLine.objects.count() == 1


def test_the_final_report_has_no_accounts(writer, report):
    final = reports.open_report(report.application, year=None)

    for name in ("report_accounts", "report_salaries", "report_receipts", "report_deviations"):
        assert writer.get(to(final, name)).status_code == 404


# --- The salary sheet -------------------------------------------------------------------


def test_days_of_a_person_are_added_and_priced(writer, report, statement):
    writer.post(to(report, "report_salaries"), a_salary(statement))

    row = SalaryRow.objects.get()
    assert (row.person, row.amount) == ("Test Lönesson", Decimal("10250.00"))
    assert row.organisation_id == statement.grant.grantee_id


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"days": "400"}, "days"),
        ({"days": "0"}, "days"),
        ({"day_cost": "100 000 000"}, "day_cost"),
        ({"last_on": "2027-06-30"}, "last_on"),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_cell(writer, report, statement, facts, field):
    response = writer.post(to(report, "report_salaries"), a_salary(statement, **facts))

    assert list(response.context["form"].errors) == [field]
    assert not SalaryRow.objects.exists()


def test_a_day_above_the_rate_is_saved_and_the_cell_is_named(writer, report, statement):
    writer.post(to(report, "report_salaries"), a_salary(statement, day_cost="4 800,01"))

    page = text_of(writer.get(to(report, "report_salaries"))).replace("\u00a0", " ")
    assert "cost per day: a day costs 4 800,01 kr; salaries are paid with at most 4 800,00" in page


def test_an_overlap_with_a_row_on_another_page_is_said(writer, report, statement):
    for number in range(25):
        money.add_salary(statement, person=f"Test Person {number:02}")
    money.add_salary(statement, person="Test Person 24", first_on=statement.last_on)

    last = text_of(writer.get(f"{to(report, 'report_salaries')}?page=2"))

    assert "overlaps with the row of the same person" in last


def test_names_of_earlier_years_are_offered_to_writers_alone(
    writer, signed_in, report, partner_coordinator
):
    money.add_salary(report.statement, person="Test Återkomst")
    here = to(report, "report_salaries")

    assert '<option value="Test Återkomst">' in writer.get(here).content.decode()
    shown = signed_in(partner_coordinator).get(here).content.decode()
    assert "<datalist" not in shown


# --- Receipts ---------------------------------------------------------------------------


def png(name="kvitto.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PNG)


def attach(client, report, line=None):
    data = {"receipts": png()} | ({"line": line.pk} if line else {})
    return client.post(to(report, "attach_receipt"), data)


def test_a_receipt_belongs_to_its_cost_and_opens(writer, report, statement):
    line = money.add_cost(statement)

    attach(writer, report, line)

    receipt = Receipt.objects.get()
    assert (receipt.line, receipt.file_name) == (line, "kvitto.png")
    assert "kvitto.png" in text_of(writer.get(to(report, "report_receipts")))
    given = writer.get(to(report, "receipt", receipt.pk))
    assert b"".join(given.streaming_content) == PNG


def test_a_removed_receipt_stays_in_the_history_of_the_parties(
    writer, signed_in, report, partner_coordinator, officer
):
    attach(writer, report)
    receipt = Receipt.objects.get()
    writer.post(to(report, "remove_receipt", receipt.pk))
    submitted(report)

    assert not Receipt.objects.exists()
    partner = signed_in(partner_coordinator)
    assert "kvitto.png" in text_of(partner.get(to(report, "receipt_history")))
    assert partner.get(to(report, "receipt", receipt.pk)).status_code == 200
    assert signed_in(officer).get(to(report, "receipt", receipt.pk)).status_code == 404
    assert signed_in(officer).get(to(report, "receipt_history")).status_code == 404


def test_a_file_of_a_wrong_kind_is_refused_by_name(writer, report):
    data = {"receipts": SimpleUploadedFile("kvitto.exe", b"MZ")}

    response = writer.post(to(report, "attach_receipt"), data)

    assert response.status_code == 422
    assert not Receipt.ever.exists()


# --- Deviations and what is missing -----------------------------------------------------


def test_a_deviation_is_explained(writer, report, statement):
    money.add_cost(statement, "10.00")
    here = to(report, "report_deviations")
    form = writer.get(here).context["form"]
    [kind] = form.subjects
    data = {
        kind.anchor: "Billigare resor.",
        f"seen-{kind.anchor}": form[f"seen-{kind.anchor}"].value(),
    }

    assert writer.post(here, data).status_code == 302

    assert DeviationComment.objects.get().text == "Billigare resor."
    late = writer.post(here, data | {kind.anchor: "Något annat."})
    assert late.status_code == 409
    assert "Billigare resor." in text_of(late)
    assert DeviationComment.objects.get().text == "Billigare resor."


def test_everything_that_is_missing_leads_to_its_row(writer, report, statement):
    line = money.add_cost(statement, "10.00")

    page = writer.get(to(report, "report_missing"))

    urls = [one["url"] for one in page.context["found"]]
    travel = line.category_id
    assert urls == [
        f"{to(report, 'report_deviations')}#deviation-{line.organisation_id}-{travel}",
        f"{to(report, 'report_accounts')}?row={line.pk}#line-{line.pk}-receipt",
    ]


# --- Queries ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("report_accounts", 25),
        ("report_salaries", 25),
        ("report_receipts", 25),
        ("report_missing", 25),
    ],
)
def test_a_page_asks_as_much_for_30_rows_as_for_one(
    writer, report, statement, name, most, django_assert_max_num_queries
):
    def fill(number):
        for place in range(number):
            line = money.add_cost(statement, "10.00", voucher=f"A {place}")
            money.add_salary(statement, person=f"Test Person {statement.salaries.count()}")
            Receipt.objects.create(
                statement=statement, line=line, file_name="x.pdf", file="x.pdf", size_bytes=1
            )

    fill(1)
    writer.get(to(report, name))
    with django_assert_max_num_queries(most) as few:
        writer.get(to(report, name))
    fill(29)
    with django_assert_max_num_queries(most) as many:
        writer.get(to(report, name))
    assert len(many) == len(few)
