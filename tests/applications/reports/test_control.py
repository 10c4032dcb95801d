"""ICLD's control of a report: row by row, the checklist, approving and taking it back."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications import workflow
from applications.models import Outcome, ReportControl
from applications.reports import control
from applications.reports.control import Said
from finance import ledger
from finance.models import Payment, Review
from finance.paying.payable import payable_of
from icld_portal.models import Letter
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.models import Role
from tests.factories import cases, controlled, money
from tests.factories.parties import make_person

pytestmark = pytest.mark.django_db
SUM = Decimal("13000.25")


@pytest.fixture
def case(partnership, coordinator, decider):
    found = cases.in_assessment(partnership, by=coordinator, officer=decider, sek=100_000)
    cases.decide(found, by=decider, outcome=Outcome.APPROVED, reason="Bra.", amounts={1: 100_000})
    found.refresh_from_db()
    return found


@pytest.fixture
def report(case):
    return controlled.handed_in(case)


@pytest.fixture
def address(report) -> str:
    return f"/reports/{report.application.reference}/year-1/control/"


def said(row, verdict, approved=None, reason="", seen="none") -> Said:
    kind = "lines" if hasattr(row, "voucher") else "salaries"
    return Said(kind, row.pk, verdict, approved and Decimal(approved), reason, seen)


def approve(report, by):
    return workflow.approve_report(report, payable=payable_of(report.statement).payable, by=by)


# --- Row by row ---------------------------------------------------------------------------


def test_rows_are_approved_adjusted_and_queried(report, officer):
    line, salary = report.statement.lines.get(), report.statement.salaries.get()

    number = workflow.review_rows(
        report,
        [said(line, "adjusted", "4000.10", "Middagen hör inte till."), said(salary, "approved")],
        by=officer,
    )

    assert number == 2
    assert payable_of(report.statement).cost == Decimal("12000.10")
    seen = control.mark_of(Review.objects.get(line=line))
    workflow.review_rows(report, [said(line, "query", None, "Kvitto?", seen)], by=officer)
    assert payable_of(report.statement).cost == Decimal("8000.00")


@pytest.mark.parametrize(
    ("verdict", "approved", "reason"),
    [
        ("adjusted", "5000.26", "Mer"),
        ("adjusted", "-0.01", "Under"),
        ("adjusted", None, "Ingen summa"),
        ("adjusted", "1", " "),
        ("query", None, ""),
        ("nonsense", None, "Fel"),
    ],
)
def test_what_cannot_be_said_of_a_row_is_refused_whole(report, officer, verdict, approved, reason):
    line, salary = report.statement.lines.get(), report.statement.salaries.get()

    with pytest.raises(NotReady) as refused:
        workflow.review_rows(
            report, [said(salary, "approved"), said(line, verdict, approved, reason)], by=officer
        )

    assert {one.anchor for one in refused.value.problems} == {f"lines-{line.pk}"}
    assert not Review.objects.exists()


def test_the_second_of_two_controllers_is_told(report, officer, decider):
    line = report.statement.lines.get()
    workflow.review_rows(report, [said(line, "approved")], by=officer)

    with pytest.raises(NotReady):
        workflow.review_rows(report, [said(line, "query", None, "Hur?")], by=decider)

    assert Review.objects.get(line=line).verdict == "approved"


def test_a_row_of_other_accounts_is_refused(report, officer, partnership, decider):
    grant = money.make_grant(partnership, by=decider, amounts={1: 9_000})
    foreign = money.add_cost(money.open_accounts(grant))

    with pytest.raises(NotReady):
        workflow.review_rows(report, [said(foreign, "approved")], by=officer)


def test_the_rest_is_approved_at_once_and_what_was_said_stays(report, officer):
    line = report.statement.lines.get()
    workflow.review_rows(report, [said(line, "adjusted", "1.00", "Nej.")], by=officer)

    assert workflow.approve_rest(report, by=officer) == 1
    assert workflow.approve_rest(report, by=officer) == 0
    assert payable_of(report.statement).cost == Decimal("8001.00")


@pytest.mark.parametrize("name", ["coordinator", "reader", "office_administrator", "stranger"])
def test_others_do_not_control(report, name, request):
    person = request.getfixturevalue(name)
    for deed in (
        lambda: workflow.approve_rest(report, by=person),
        lambda: workflow.answer_checklist(report, {}, text="", by=person),
        lambda: workflow.approve_report(report, payable=SUM, by=person),
    ):
        with pytest.raises(PermissionDenied):
            deed()


def test_nobody_controls_the_report_of_their_own_organisation(report, robertsfors, officer):
    officer.memberships.create(organisation=robertsfors, role=Role.MEMBER)
    officer.stands_anew()

    with pytest.raises(PermissionDenied):
        workflow.approve_rest(report, by=officer)


# --- Approving ----------------------------------------------------------------------------


def test_an_approved_report_makes_its_payment_due_and_tells_both_parties(
    report, officer, coordinator, partner_coordinator
):
    controlled.controlled(report, by=officer)

    done = approve(report, officer)

    assert done.status == "approved"
    kept = ReportControl.objects.get()
    assert (kept.approved, kept.payable["to_pay"]) == (SUM, str(SUM))
    assert Payment.objects.get().amount == SUM
    assert ledger.balances(report.grant)[1].approved == SUM
    told = Letter.objects.filter(kind="report_approved")
    assert {coordinator.email, partner_coordinator.email} <= {one.to_email for one in told}
    assert "13\u00a0000,25\u00a0kr" in told.get(to_email=coordinator.email).body
    with pytest.raises(WrongStatus):
        approve(report, officer)


def test_everything_that_is_missing_stops_the_approval(report, officer):
    report.audits.update(lapsed_at=report.received_at, lapsed_reason="Ändrat")
    workflow.review_rows(
        report, [said(report.statement.lines.get(), "query", None, "Kvitto?")], by=officer
    )

    with pytest.raises(NotReady) as stopped:
        approve(report, officer)

    anchors = [one.anchor for one in stopped.value.problems]
    assert anchors == ["checklist", "audit", "lines", "lines"]
    assert not Payment.objects.exists()


def test_a_sum_that_has_changed_since_it_was_read_is_not_approved(report, officer):
    controlled.controlled(report, by=officer)

    with pytest.raises(NotReady):
        workflow.approve_report(report, payable=SUM - 1, by=officer)
    assert not Payment.objects.exists()


def test_a_final_report_is_approved_without_money(case, officer):
    final = controlled.handed_in(case, None)
    controlled.controlled(final, by=officer)

    done = workflow.approve_report(final, payable=None, by=officer)

    assert done.status == "approved"
    assert not Payment.objects.exists()


def test_a_withdrawn_approval_holds_the_payment_and_the_control_goes_on(
    report, officer, decider, coordinator
):
    controlled.approved(report, by=officer)
    report.refresh_from_db()
    with pytest.raises(NotReady):
        workflow.withdraw_approval(report, reason=" ", by=decider)

    workflow.withdraw_approval(report, reason="Dubbel faktura", by=decider)

    report.refresh_from_db()
    assert report.status == "submitted"
    assert Payment.objects.get().held_reason
    assert ledger.balances(report.grant)[1].approved == 0
    letter = Letter.objects.get(kind="report_approval_withdrawn", to_email=coordinator.email)
    assert "Dubbel faktura" in letter.body
    # The next control begins with the answers of the last one.
    line = report.statement.lines.get()
    seen = control.mark_of(Review.objects.get(line=line))
    workflow.review_rows(report, [said(line, "adjusted", "0", "Dubbel", seen)], by=officer)
    assert control.checklist_problems(report) != []
    workflow.answer_checklist(report, {}, text="", by=officer)
    assert control.checklist_problems(report) == []
    approve(report, officer)
    assert Payment.objects.get(status="due").amount == Decimal("8000.00")


# --- The pages ----------------------------------------------------------------------------


def row_fields(row, **facts):
    kind = "lines" if hasattr(row, "voucher") else "salaries"
    key = f"{kind}-{row.pk}"
    sent = {f"{name}-{key}": value for name, value in ({"seen": "none"} | facts).items()}
    return {"row": key, **sent}


def test_the_control_by_the_pages(signed_in, report, officer, address):
    browser = signed_in(officer, "en")
    line = report.statement.lines.get()
    bad = browser.post(address, row_fields(line, verdict="adjusted", approved="1.000", reason="x"))
    assert bad.status_code == 422
    assert "1.000" in bad.content.decode()
    kept = browser.post(
        address, row_fields(line, verdict="adjusted", approved="4 000,10", reason="x")
    )
    assert kept.status_code == 302
    assert "4\u00a0000,10" in browser.get(address).content.decode()
    assert browser.post(f"{address}rest/").status_code == 302
    form = control.newest_checklist(report)
    answers = {f"question-{one.pk}": "yes" for one in control.questions_of(form)}
    assert browser.post(f"{address}checklist/", answers | {"text": "Tack."}).status_code == 302
    page = browser.get(f"{address}approve/").content.decode()
    assert "12\u00a0000,10\u00a0kr" in page
    assert browser.post(f"{address}approve/", {"payable": "1,00"}).status_code == 422
    assert browser.post(f"{address}approve/", {"payable": "12 000,10 kr"}).status_code == 302
    assert browser.post(f"{address}approve/", {"payable": "12 000,10 kr"}).status_code == 302
    assert Payment.objects.count() == 1
    assert browser.post(f"{address}withdraw/", {"reason": ""}).status_code == 422
    assert browser.post(f"{address}withdraw/", {"reason": "Fel"}).status_code == 302
    assert browser.get(address).status_code == 200


def test_the_parties_read_what_came_of_the_control_with_the_report(
    signed_in, report, officer, partner_coordinator
):
    line = report.statement.lines.get()
    address = report.get_absolute_url()
    assert f"{address}control/" in signed_in(officer).get(address).content.decode()
    workflow.review_rows(
        report, [said(line, "adjusted", "4000.25", "Middagen hör inte till.")], by=officer
    )
    browser = signed_in(partner_coordinator, "en")
    before = browser.get(address).content.decode()
    assert "Middagen" not in before
    assert "control/" not in before

    controlled.approved(report, by=officer)

    page = browser.get(address).content.decode()
    assert "Middagen hör inte till." in page
    assert "12\u00a0000,25\u00a0kr" in page
    assert "Tack." in page


def test_odd_answers_change_nothing(signed_in, report, officer, address):
    browser, line = signed_in(officer), report.statement.lines.get()
    for sent in (
        {"row": "å"},
        {"row": f"lines-{'9' * 18}", f"verdict-lines-{'9' * 18}": "approved"},
        row_fields(line, verdict="query", reason="å" * 100_000),
        row_fields(line, verdict="adjusted", approved="1e5", reason="x"),
        row_fields(line, verdict="adjusted", approved="9" * 100_000, reason="x"),
    ):
        assert browser.post(address, sent).status_code in {302, 422}
    assert not Review.objects.exists()
    for query in ("?kind=x", "?show=x", "?page=x"):
        assert browser.get(address + query).status_code == 404


def test_a_reader_reads_and_a_conflict_hides(signed_in, report, reader, icld, address):
    assert signed_in(reader).get(address).status_code == 200
    assert signed_in(reader).post(f"{address}rest/").status_code == 403
    other = make_person("Test Jävsson", icld, Role.OFFICER)
    reference = report.application.reference
    other.interests.create(case_reference=reference, has_conflict=True, reason="Granne")
    assert signed_in(other).get(address).status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
def test_the_control_asks_as_often_for_one_row_as_for_thirty(signed_in, case, officer, rows):
    controlled.handed_in(case, costs=rows)
    address = f"/reports/{case.reference}/year-1/control/"
    browser = signed_in(officer)
    browser.get(address)

    with CaptureQueriesContext(connection) as asked:
        assert browser.get(address).status_code == 200

    assert len(asked) == QUERIES


# Of the 25 that a page may ask.
QUERIES = 23
