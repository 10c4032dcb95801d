"""The files of an export, read back by others: bank schema, books, spreadsheets."""

import csv
import io
import re
from decimal import Decimal
from importlib import resources

import openpyxl
import pytest
import xmlschema
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from finance.models import BookAccounts, Payment, PaymentExport
from finance.paying import bank, exporting, files, sie
from icld_portal.problems import NotReady
from tests.factories import money, paying

pytestmark = pytest.mark.django_db
NS = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.03}"


@pytest.fixture
def export(grant, statement, accounts_to_pay, officer, decider, controller) -> PaymentExport:
    """Two payments sent together, to a bankgiro: 111 000,50 and 0,01."""
    other = money.open_accounts(grant, year=2)
    money.add_cost(other, "0.01")
    for one in (statement, other):
        paying.approve_accounts(one, by=controller)
    rows = list(Payment.objects.order_by("pk"))
    for payment in rows:
        paying.approved(payment, by=officer, approver=decider)
    ids = [one.pk for one in rows]
    return exporting.export(ids, pay_on=timezone.localdate(), by=controller)


def content_with(export, **facts):
    """The frozen content, with other facts in its first payment."""
    first, *others = export.content["payments"]
    return export.content | {"payments": [first | facts, *others]}


def schema() -> xmlschema.XMLSchema:
    found = resources.files("sepaxml") / "schemas" / "pain.001.001.03.xsd"
    return xmlschema.XMLSchema(str(found))


# --- The bank -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"kind": "plusgiro", "account": "2865434"},
        {"kind": "iban", "account": paying.OFFICE_IBAN, "bic": paying.OFFICE_BIC},
        {"holder": "Å" * 140, "title": "<&>\x0b" * 200},
    ],
    ids=["bankgiro", "plusgiro", "iban", "long"],
)
def test_the_order_to_the_bank_follows_the_schema(export, facts):
    written = files.KINDS["pain"].make(content_with(export, **facts))

    schema().validate(io.BytesIO(written))


def test_the_order_says_who_is_paid_what_and_when(export, grant):
    order = schema().to_dict(io.BytesIO(files.KINDS["pain"].make(export.content)))
    order = order["CstmrCdtTrfInitn"]

    header, [batch] = order["GrpHdr"], order["PmtInf"]
    assert header["MsgId"] == "KP-UTB-000001"
    assert (header["NbOfTxs"], header["CtrlSum"]) == ("2", Decimal("111000.51"))
    assert batch["ReqdExctnDt"] == export.pay_on.isoformat()
    assert batch["DbtrAcct"]["Id"] == {"IBAN": paying.OFFICE_IBAN}
    assert batch["Dbtr"]["Nm"] == "ICLD åäö"
    first, second = batch["CdtTrfTxInf"]
    assert first["Amt"]["InstdAmt"] == {"@Ccy": "SEK", "$": Decimal("111000.50")}
    assert second["Amt"]["InstdAmt"]["$"] == Decimal("0.01")
    assert first["PmtId"]["EndToEndId"] == f"{grant.reference}-1-1"
    assert first["CdtrAcct"]["Id"]["Othr"] == {"Id": "50501055", "SchmeNm": {"Prtry": "BGNR"}}


# --- The books ----------------------------------------------------------------------------


def read_sie(written: bytes) -> dict:
    """Read a SIE 4 file by its own grammar: labels, quoted fields, objects in braces."""
    found = {"labels": {}, "vouchers": []}
    for line in written.decode("cp437").split("\r\n"):
        fields = [
            (one[0] or one[1] or one[2]).replace('\\"', '"') if any(one) else ""
            for one in re.findall(r'"((?:\\"|[^"])*)"|\{([^}]*)\}|(\S+)', line)
        ]
        label = fields[0] if fields else ""
        if label == "#VER":
            found["vouchers"].append({"day": fields[3], "text": fields[4], "rows": []})
        elif label == "#TRANS":
            found["vouchers"][-1]["rows"].append((fields[1], fields[2], Decimal(fields[3])))
        elif label.startswith("#"):
            found["labels"].setdefault(label, []).append(fields[1:])
        else:
            assert label in {"", "{", "}"}, line
    return found


def test_the_vouchers_balance_and_keep_their_letters(export, grant):
    found = read_sie(files.KINDS["sie"].make(export.content))

    assert found["labels"]["#FORMAT"] == [["PC8"]]
    assert found["labels"]["#SIETYP"] == [["4"]]
    assert found["labels"]["#FNAMN"] == [["ICLD åäö"]]
    assert found["labels"]["#OBJEKT"] == [["6", grant.reference, "Rent vatten i två kommuner"]]
    first, second = found["vouchers"]
    assert first["day"] == export.pay_on.strftime("%Y%m%d")
    assert first["text"] == f"{grant.reference} KP år 1 Robertsfors kommun"
    project = f'6 "{grant.reference}"'
    assert first["rows"] == [
        ("6993", project, Decimal("111000.50")),
        ("1930", "", Decimal("-111000.50")),
    ]
    for voucher in (first, second):
        assert sum(amount for _account, _object, amount in voucher["rows"]) == Decimal("0.00")


def test_swedish_letters_are_those_of_pc8(export):
    written = files.KINDS["sie"].make(content_with(export, grantee='Åmål "Öst" ä – Škoda Ø 中\n'))

    assert bytes([0x8F]) + b"m" + bytes([0x86]) + b"l" in written
    text = read_sie(written)["vouchers"][0]["text"]
    assert text.endswith('Åmål "Öst" ä - Skoda Ö ? ')
    assert sie.written("åäöÅÄÖéü") == "åäöÅÄÖéü"


def test_an_export_keeps_the_accounts_it_was_made_with(export, controller, reader):
    exporting.enter_book_accounts(cost_account="7990", bank_account="1940", by=controller)

    assert export.content["books"] == {"cost_account": "6993", "bank_account": "1930"}
    assert exporting.book_accounts() == {"cost_account": "7990", "bank_account": "1940"}
    for wrong in (("7990", "7990"), ("", "1930"), ("0123", "1930"), ("77", "1930"), ("å930", "1")):
        with pytest.raises(NotReady):
            exporting.enter_book_accounts(
                cost_account=wrong[0], bank_account=wrong[1], by=controller
            )
    with pytest.raises(PermissionDenied):
        exporting.enter_book_accounts(cost_account="7990", bank_account="1930", by=reader)
    with pytest.raises(DatabaseError), transaction.atomic():
        BookAccounts.objects.update(cost_account="1111")


# --- The lists ----------------------------------------------------------------------------


def test_the_lists_add_up_and_run_no_formula(export):
    content = content_with(export, holder="=1+1")

    text = files.KINDS["csv"].make(content).decode("utf-8-sig")
    [_header, *rows] = csv.reader(io.StringIO(text), delimiter=";")
    assert [row[7] for row in rows] == ["111000,50", "0,01", "111000,51"]
    assert rows[0][3] == "'=1+1"

    sheet = openpyxl.load_workbook(io.BytesIO(files.KINDS["xlsx"].make(content))).active
    cells = list(sheet.iter_rows(min_row=2))
    assert [row[7].value for row in cells] == [111000.50, 0.01, 111000.51]
    assert (cells[0][3].value, cells[0][3].data_type) == ("=1+1", "s")


def test_the_content_is_what_the_payments_say_and_is_frozen(export):
    assert [one["amount"] for one in export.content["payments"]] == ["111000.50", "0.01"]
    assert export.total == sum(one.amount for one in export.payments.all())
    for change in ({"content": {}}, {"pay_on": "2030-01-01"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            PaymentExport.objects.filter(pk=export.pk).update(**change)


# --- Bank details --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        ("bankgiro", "5050-1055", "50501055"),
        ("bankgiro", "991\u20112346", "9912346"),
        ("plusgiro", "28 65 43-4", "2865434"),
        ("iban", "se45 5000 0000 0583 9825 7466", paying.OFFICE_IBAN),
    ],
)
def test_account_numbers_are_read_as_people_write_them(kind, written, kept):
    assert bank.account_of(kind, written) == kept


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("bankgiro", "5050-1056"),
        ("bankgiro", "123456"),
        ("bankgiro", "５０５０1055"),
        ("plusgiro", "28 65 43-5"),
        ("plusgiro", ""),
        ("plusgiro", "1"),
        ("iban", "SE45 5000 0000 0583 9825 7467"),
        ("iban", "GB"),
        ("bankgiro", "0" * 100_000),
    ],
)
def test_a_number_that_cannot_be_right_is_refused(kind, written):
    with pytest.raises(NotReady):
        bank.account_of(kind, written)


def test_numbers_are_shown_as_people_write_them(robertsfors, treasurer):
    shown = {"bankgiro": ("9912346", "991-2346"), "plusgiro": ("2865434", "28 65 43-4")}
    for kind, (account, text) in shown.items():
        made = money.make_bank_details(robertsfors, by=treasurer)
        made.kind, made.account = kind, account
        assert made.shown == text


@pytest.mark.parametrize("name", ["coordinator", "signatory", "stranger", "officer", "reader"])
def test_others_do_not_enter_bank_details(name, robertsfors, request):
    with pytest.raises(PermissionDenied):
        paying.enter_details(robertsfors, by=request.getfixturevalue(name))
