"""The pages of an audit: for the grantee, and for an auditor who sees nothing else."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications.models import Audit
from applications.reports import audits
from icld_portal.models import Letter
from partnerships.models import User
from tests.factories import cases, money, reports
from tests.pages import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(partnership, coordinator, decider):
    case = cases.approved(partnership, by=coordinator, decider=decider)
    made = reports.open_report(case)
    money.add_cost(made.statement, "1234.50")
    money.add_salary(made.statement)
    return made


@pytest.fixture
def auditor(db) -> User:
    return User.objects.create_user("revisor@example.org", "a long test password", name="Revisorn")


@pytest.fixture
def accepted(report, auditor) -> Audit:
    return reports.invite_auditor(report, auditor)


def base(report) -> str:
    return f"/reports/{report.application.reference}/{report.slug}"


def test_the_grantee_invites_and_the_auditor_makes_a_login_that_sees_one_report(
    client, signed_in, coordinator, report
):
    browser = signed_in(coordinator)
    sent = {"name": "Rut Revisor", "firm": "", "email": "rut@example.org", "language": "sv"}
    answer = browser.post(f"{base(report)}/audit/invite/", sent)
    assert answer.status_code == 302
    letter = Letter.objects.get(kind="audit_invitation")
    path = "/audits/" + letter.body.partition("/audits/")[2].split()[0]

    assert Page(client.get(path)).headings == ["Granska räkenskaperna för Robertsfors kommun?"]
    password = "räkna noga med alla kvitton"
    new = {"name": "Rut Revisor", "language": "sv", "password": password, "repeated": password}
    welcome = client.post(path, new)

    assert welcome.headers["Location"] == f"{base(report)}/auditing/"
    assert client.get(welcome.headers["Location"]).status_code == 200
    assert client.get(path).status_code == 410
    home = client.get("/home/")
    assert f"{base(report)}/auditing/" in Page(home).links
    assert "/applications/" not in Page(home).links
    for closed in (
        f"/applications/{report.application.reference}/",
        f"/applications/{report.application.reference}/read/",
        f"/grants/{report.application.reference}/",
        f"/applications/{report.application.reference}/zip/",
    ):
        assert client.get(closed).status_code in {404, 405}, closed


def test_an_auditor_sees_no_other_report_of_the_same_case(signed_in, auditor, accepted, report):
    final = reports.open_report(report.application, year=None)
    browser = signed_in(auditor)

    for path in ("audit/", "auditing/", "auditing/accounts/"):
        assert browser.get(f"{base(final)}/{path}").status_code == 404


def test_another_report_s_receipt_is_not_reached(signed_in, auditor, accepted):
    browser = signed_in(auditor)

    assert browser.get(f"{base(accepted.report)}/auditing/receipts/99999/").status_code == 404
    assert browser.get(f"{base(accepted.report)}/auditing/narrative/").status_code == 404


def test_the_auditor_answers_signs_and_the_page_says_so(signed_in, auditor, accepted, report):
    secret = generate_totp_secret()
    TOTP.activate(auditor, secret)
    browser = signed_in(auditor)
    checks = {
        f"question-{key}": "yes"
        for key in ("vouchers", "purpose", "salaries", "currency", "elsewhere", "procurement")
    }
    assert browser.post(f"{base(report)}/auditing/", checks).status_code == 302
    code = format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30))
    sent = {
        "sha256": audits.accounts_of(report).sha256,
        "opinion": "remarks",
        "remarks": "Ett kvitto är svårläst.",
        "statement": "Jag har granskat räkenskaperna.",
        "code": "000000",
    }
    assert browser.post(f"{base(report)}/auditing/certify/", sent).status_code == 422
    assert (
        browser.post(f"{base(report)}/auditing/certify/", sent | {"code": code}).status_code == 302
    )

    page = browser.get(f"{base(report)}/auditing/").content.decode()
    assert "Ett kvitto är svårläst." in page
    accepted.refresh_from_db()
    assert (accepted.opinion, accepted.method) == ("remarks", "totp")


def test_the_certificate_is_read_by_both_parties_and_by_icld_once_handed_in(
    signed_in, coordinator, partner_coordinator, officer, report
):
    url = f"{base(report)}/audit/upload/"
    sent = {
        "sha256": audits.accounts_of(report).sha256,
        "name": "Rut Revisor",
        "opinion": "clean",
        "file": SimpleUploadedFile("intyg.pdf", b"%PDF-1.7 signed %%EOF"),
    }
    assert signed_in(coordinator).post(url, sent).status_code == 302
    audit = Audit.objects.get()
    file = f"{base(report)}/audit/certificates/{audit.pk}/"

    for person in (coordinator, partner_coordinator):
        assert signed_in(person).get(file).status_code == 200
        assert "Rut Revisor" in signed_in(person).get(f"{base(report)}/audit/").content.decode()
    assert signed_in(officer).get(file).status_code == 404


def test_a_long_novel_is_refused_and_nothing_is_lost(signed_in, auditor, accepted, report):
    browser = signed_in(auditor)
    novel = "å" * 200_001

    answer = browser.post(f"{base(report)}/auditing/", {"question-vouchers-comment": novel})

    assert answer.status_code == 422
    assert novel in answer.content.decode()
    assert not accepted.sheet.answers.exists()


@pytest.mark.parametrize("part", ["accounts", "salaries", "receipts"])
def test_a_list_asks_as_many_questions_with_one_row_as_with_thirty(
    signed_in, auditor, accepted, report, part
):
    browser = signed_in(auditor)
    url = f"{base(report)}/auditing/{part}/"
    browser.get(url)
    few = queries_of(browser, url)
    for number in range(29):
        money.add_cost(report.statement, voucher=f"B {number}")
        money.add_salary(report.statement, person=f"Person {number}")

    assert queries_of(browser, url) == few <= 25
    rows = re.findall("<tbody>.*</tbody>", browser.get(url).content.decode(), re.DOTALL)
    assert part == "receipts" or rows[0].count("<tr>") == 25


def queries_of(browser, url) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(url).status_code == 200
    return len(asked)


def test_the_audit_pages_keep_to_their_bound(signed_in, auditor, coordinator, accepted, report):
    for person, path in ((auditor, "auditing/"), (coordinator, "audit/")):
        browser, url = signed_in(person), f"{base(report)}/{path}"
        browser.get(url)
        assert queries_of(browser, url) <= 25
