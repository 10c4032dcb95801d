"""The pages on which accounts come from a file, and go out as one."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from finance.models import AccountImport, AccountLine, ImportState
from tests.applications.views.test_report_accounts import (  # noqa: F401 - fixtures
    report,
    statement,
    submitted,
    text_of,
    to,
    writer,
)
from tests.factories import money

pytestmark = pytest.mark.django_db


def send(client, report, raw, *, kind="lines", project=""):  # noqa: F811
    file = SimpleUploadedFile("fil.csv", raw.encode("cp437" if kind == "sie" else "utf-8"))
    data = {"kind": kind, "file": file, "project": project}
    return client.post(to(report, "account_file"), data, follow=True)


def line(statement, text="Tåg", amount="1 234,50"):  # noqa: F811
    return f"A 1;{statement.first_on};{text};;travel;{amount};;;;;\n"


def test_a_file_is_shown_before_it_is_kept(writer, report, statement):  # noqa: F811
    shown = text_of(send(writer, report, line(statement)))

    assert "How the rows were understood" in shown
    assert not AccountLine.objects.exists()
    sent = AccountImport.objects.get()
    kept = writer.post(to(report, "keep_import", sent.pk), follow=True)
    assert "1 row is in the accounts." in text_of(kept)
    assert AccountLine.objects.get().text == "Tåg"
    again = writer.post(to(report, "keep_import", sent.pk), follow=True)
    assert "Nothing was kept" in text_of(again)
    assert AccountLine.objects.count() == 1


def test_rows_nobody_understands_stop_the_whole_file(writer, report, statement):  # noqa: F811
    rows = line(statement) + line(statement, text="<script>", amount="1.000,00")

    shown = send(writer, report, rows).content.decode()

    assert "Nothing can be kept before every row is understood." in shown
    assert "&lt;script&gt;" in shown
    sent = AccountImport.objects.get()
    writer.post(to(report, "keep_import", sent.pk))
    assert not AccountLine.objects.exists()


def test_books_ask_for_their_project_and_their_accounts(writer, report, statement):  # noqa: F811
    day = statement.first_on.strftime("%Y%m%d")
    raw = (
        "#FLAGGA 0\n#FORMAT PC8\n#SIETYP 4\n#KONTO 5800 Tågresor\n"
        f'#VER A 1 {day} "Åre"\n{{\n#TRANS 5800 {{6 P1}} 10.00\n#TRANS 2440 {{}} -10.00\n}}\n'
    )
    without = writer.post(
        to(report, "account_file"), {"kind": "sie", "file": SimpleUploadedFile("b.se", b"#")}
    )
    assert list(without.context["form"].errors) == ["project"]

    shown = text_of(send(writer, report, raw, kind="sie", project="P1"))
    assert "5800 Tågresor" in shown
    assert "1 account has no choice yet." in shown
    sent = AccountImport.objects.get()
    here = to(report, "account_import", sent.pk)
    writer.post(here, {"account-5800": "travel"})
    writer.post(to(report, "keep_import", sent.pk))

    assert AccountLine.objects.get().category.code == "travel"


def test_a_broken_file_says_its_line_and_nothing_is_kept(writer, report):  # noqa: F811
    shown = text_of(send(writer, report, "#FLAGGA 0\n#SIETYP 1\n", kind="sie", project="P1"))

    assert "Line 2: expected #SIETYP 4" in shown
    assert AccountImport.objects.get().state == ImportState.REFUSED


def test_only_the_grantees_writers_send_files_and_of_their_own_report(
    signed_in,
    writer,  # noqa: F811
    report,  # noqa: F811
    statement,  # noqa: F811
    partner_coordinator,
    stranger,
    partnership,
    decider,
):
    send(writer, report, line(statement))
    sent = AccountImport.objects.get()
    other = money.open_accounts(
        money.make_grant(partnership, by=decider, amounts={1: 1000}, reference="2025-0009")
    )
    foreign = AccountImport.objects.create(statement=other, kind="lines", file_name="x")

    for name, args in (("account_file", ()), ("account_import", (sent.pk,))):
        here = to(report, name, *args)
        assert signed_in(partner_coordinator).get(here).status_code == 403
        assert signed_in(stranger).get(here).status_code == 404
    assert writer.get(to(report, "account_import", foreign.pk)).status_code == 404
    submitted(report)
    assert writer.get(to(report, "account_file")).status_code == 404
    writer.post(to(report, "keep_import", sent.pk))
    assert not AccountLine.objects.exists()


def test_both_parties_take_the_accounts_along(signed_in, partner_coordinator, report, statement):  # noqa: F811
    money.add_cost(statement, "-10.50", text="=1+1")
    money.add_salary(statement)
    partner = signed_in(partner_coordinator, "en")

    sent = partner.get(to(report, "account_download", "costs", "csv"))
    rows = b"".join(sent.streaming_content).decode("utf-8-sig")
    assert "'=1+1" in rows
    assert "-10,50" in rows
    book = partner.get(to(report, "account_download", "salaries", "xlsx"))
    assert b"".join(book.streaming_content).startswith(b"PK")
    assert partner.get(to(report, "account_download", "costs", "pdf")).status_code == 404
