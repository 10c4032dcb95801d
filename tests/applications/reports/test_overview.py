"""The lists of reports and money, for ICLD and for the parties."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from applications import report_list
from applications.models import Report, ReportStatus, ReportSupplement
from finance.models import EntryKind
from tests.factories import cases, money, reports
from tests.factories.parties import make_partnership

pytestmark = pytest.mark.django_db
OFFICE, OWN = "/office/reports/", "/overview/"


@pytest.fixture
def report(partnership, coordinator, decider) -> Report:
    case = cases.approved(partnership, by=coordinator, decider=decider)
    return reports.open_report(case)


def hand_in(report: Report) -> None:
    Report.objects.filter(pk=report.pk).update(
        status=ReportStatus.SUBMITTED, received_at=timezone.now(), content_sha256="a" * 64
    )


def listed(browser, query: str = "") -> int:
    return len(browser.get(OFFICE + query).context["rows"])


def states(user, today: date) -> dict[str, int]:
    """How many reports are in each state on a day, those in none left out."""
    return {state: number for state, _word, number in report_list.counts(user, today) if number}


def test_a_report_is_late_the_day_after_it_was_due(report, officer):
    due = report.due_on

    assert states(officer, due - timedelta(days=31)) == {}
    assert states(officer, due - timedelta(days=30)) == {"soon": 1}
    assert states(officer, due) == {"soon": 1}
    late = due + timedelta(days=3)
    assert states(officer, late) == {"late": 1}
    [row] = report_list.rows_of([report], late)
    assert (row.days_late, row.reported) == (3, None)


def test_icld_sees_what_is_in_control_with_its_money(report, officer, decider, signed_in):
    hand_in(report)
    money.book(report.grant, EntryKind.REPORTED, "99999.50", by=decider, statement=report.statement)

    browser = signed_in(officer, "en")
    page = browser.get(OFFICE + "?state=control")

    assert "99\u00a0999,50\u00a0kr" in page.content.decode()
    assert (listed(browser, "?state=soon"), listed(browser, "?state=supplement")) == (0, 0)
    ReportSupplement.objects.create(
        report=report, number=1, due_on=date(2030, 1, 1), asked_by=officer
    )
    assert (listed(browser, "?state=control"), listed(browser, "?state=supplement")) == (0, 1)


def test_the_list_is_filtered_and_refuses_what_it_does_not_know(report, officer, signed_in):
    browser = signed_in(officer, "en")
    assert listed(browser, "?grant_type=project&country=KE") == 1
    assert listed(browser, "?grant_type=preparation") == 0
    for query in ("?state=wrong", "?unknown=1", "?officer=9", "?country=SE"):
        assert browser.get(OFFICE + query).status_code == 400
    assert browser.get(OFFICE + "?page=9").status_code == 404


def test_a_conflict_hides_the_report_and_its_country(report, officer, signed_in):
    officer.interests.create(
        case_reference=report.application.reference, has_conflict=True, reason="Släkt"
    )
    browser = signed_in(officer, "en")
    text = browser.get(OFFICE).content.decode()
    assert report.application.reference not in text
    assert "Kenya" not in text


def test_a_party_sees_its_own_grants_with_what_is_due_paid_and_left(
    report, coordinator, partner_coordinator, stranger, decider, signed_in
):
    grant, accounts = report.grant, report.statement
    money.book(grant, EntryKind.REPORTED, "80000.00", by=decider, statement=accounts)
    money.book(grant, EntryKind.APPROVED, "75000.00", by=decider, statement=accounts)
    payment = money.make_payment(accounts, "50000.00")
    money.book(grant, EntryKind.PAID, "50000.00", by=decider, payment=payment)

    for person in (coordinator, partner_coordinator):
        page = signed_in(person, "en").get(OWN)
        [row] = page.context["rows"]
        assert row.next_report == report
        assert row.balance.left == Decimal("25000.00")
        assert (row.paid_width, row.approved_width, row.reported_width) == (100, 50, 10)
        assert page.context["total"] == row.balance
    assert signed_in(stranger, "en").get(OWN).context["rows"] == []


def test_thirty_rows_take_as_many_queries_as_one(
    report,
    officer,
    coordinator,
    decider,
    robertsfors,
    machakos,
    signed_in,
    django_assert_max_num_queries,
):
    browsers = [(signed_in(officer), OFFICE), (signed_in(coordinator), OWN)]
    before = []
    for browser, address in browsers:
        browser.get(address)
        with django_assert_max_num_queries(25) as asked:
            browser.get(address)
        before.append(len(asked))
    for _number in range(29):
        fresh = make_partnership(robertsfors, machakos)
        reports.open_report(cases.approved(fresh, by=coordinator, decider=decider))
    for (browser, address), number in zip(browsers, before, strict=True):
        with django_assert_max_num_queries(number):
            assert len(browser.get(address).context["rows"]) == 25
