"""Change requests: written by both parties, decided by ICLD, and what follows from it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications.changes import completeness, rules
from applications.changes.money import moves_of
from applications.models import ChangeKind, ChangeRequest, ChangeStatus, Report, ReportStatus
from applications.workflow import changing
from applications.workflow.changing import ChangedSince, Words
from finance import grants, ledger
from finance.models import EntryKind, Grant
from icld_portal.models import Letter
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.models import User
from tests.factories import cases, money, reports

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(partnership, coordinator, decider):
    """A running project of two years, 100 000 kr each."""
    made = cases.in_assessment(partnership, by=coordinator, officer=decider, years=2)
    amounts = {1: 100_000, 2: 100_000}
    cases.decide(made, by=decider, outcome="approved", reason="Bra.", amounts=amounts)
    made.refresh_from_db()
    return made


@pytest.fixture
def change(case, coordinator) -> ChangeRequest:
    return changing.begin_change(case, by=coordinator)


def fresh(change) -> ChangeRequest:
    return ChangeRequest.objects.get(pk=change.pk)


def write(change, *, by, **facts) -> ChangeRequest:
    known = {"reason": "Resan blev dyrare.", "end_on": None, "decision": None, "words": []}
    version = fresh(change).content_version
    return changing.save_change(change, by=by, version=version, **(known | facts))


def move(change, *, by, first: int, second: int) -> None:
    """Let the two years of travel have these sums."""
    [row] = moves_of(fresh(change)).rows
    amounts = {row.key(1): first, row.key(2): second}
    changing.save_money(change, amounts, by=by, version=fresh(change).content_version)


def submit(change, *, by) -> ChangeRequest:
    return changing.submit_change(change, by=by, version=fresh(change).content_version)


@pytest.fixture
def submitted(change, coordinator) -> ChangeRequest:
    """40 000 kr are to be moved from the first year to the second."""
    write(change, by=coordinator)
    move(change, by=coordinator, first=60_000, second=140_000)
    return submit(change, by=coordinator)


def granted(case) -> dict[int, int]:
    of_years = ledger.balances(Grant.objects.get(reference=case.reference))
    return {year: int(one.granted) for year, one in of_years.items()}


def test_both_parties_write_and_one_request_is_under_way(change, case, partner_coordinator):
    assert changing.begin_change(case, by=partner_coordinator) == change
    write(change, by=partner_coordinator, words=[Words(ChangeKind.PEOPLE, "Anna", "Bo")])

    assert completeness.kinds_of(fresh(change), moves_of(fresh(change))) == [ChangeKind.PEOPLE]


def test_an_empty_request_is_not_handed_in(change, coordinator):
    with pytest.raises(NotReady) as stopped:
        submit(change, by=coordinator)
    assert [problem.anchor for problem in stopped.value.problems] == ["items", "reason"]


def test_the_sum_in_all_stays(change, coordinator):
    write(change, by=coordinator)
    move(change, by=coordinator, first=100_000, second=100_001)

    with pytest.raises(NotReady) as stopped:
        submit(change, by=coordinator)
    assert [problem.page for problem in stopped.value.problems] == [completeness.MONEY]


def test_an_approved_move_is_a_new_budget_and_the_old_one_stays(submitted, case, decider):
    assert granted(case) == {1: 100_000, 2: 100_000}
    report = reports.open_report(case)

    changing.approve_change(submitted, by=decider, reason="Rimligt.")

    assert granted(case) == {1: 60_000, 2: 140_000}
    grant = Grant.objects.get(reference=case.reference)
    assert [budget.version for budget in grant.budgets.order_by("version")] == [1, 2]
    report.statement.refresh_from_db()
    assert report.statement.budget == grants.budget_of(grant)
    assert {letter.kind for letter in Letter.objects.filter(kind__startswith="change_")} == {
        "change_arrived",
        "change_submitted",
        "change_approved",
    }


def test_a_refused_request_changes_nothing(submitted, case, decider):
    changing.refuse_change(submitted, by=decider, reason="Nej.")

    assert granted(case) == {1: 100_000, 2: 100_000}
    assert fresh(submitted).status == ChangeStatus.REFUSED
    with pytest.raises(WrongStatus):
        changing.approve_change(submitted, by=decider, reason="Jo.")


def test_what_is_used_cannot_be_moved(change, case, coordinator, decider):
    report = reports.open_report(case)
    grant = report.grant
    statement = report.statement
    money.book(grant, EntryKind.APPROVED, "60000.01", by=decider, statement=statement)
    write(change, by=coordinator)
    move(change, by=coordinator, first=60_000, second=140_000)

    with pytest.raises(NotReady) as stopped:
        submit(change, by=coordinator)
    assert [problem.page for problem in stopped.value.problems] == [completeness.MONEY]


def test_money_that_is_used_meanwhile_stops_the_decision(submitted, case, decider):
    report = reports.open_report(case)
    kind = EntryKind.APPROVED
    money.book(report.grant, kind, "90000.00", by=decider, statement=report.statement)

    with pytest.raises(NotReady):
        changing.approve_change(submitted, by=decider, reason="Ja.")
    assert granted(case) == {1: 100_000, 2: 100_000}
    assert fresh(submitted).status == ChangeStatus.SUBMITTED


def test_while_a_report_is_in_control_what_it_accounts_for_stays(submitted, case, decider):
    report = reports.open_report(case)
    kind = EntryKind.REPORTED
    money.book(report.grant, kind, "80000.00", by=decider, statement=report.statement)
    Report.objects.filter(pk=report.pk).update(
        status=ReportStatus.SUBMITTED, received_at=timezone.now(), content_sha256="a" * 64
    )

    with pytest.raises(NotReady):
        changing.approve_change(submitted, by=decider, reason="Ja.")


def test_longer_time_moves_the_end_and_the_last_reports(change, case, coordinator, decider):
    last, final = reports.open_report(case, 2), reports.open_report(case, None)
    first = reports.open_report(case, 1)
    due, first_due = final.due_on, first.due_on
    end_on = final.last_on + timedelta(days=90)
    write(change, by=coordinator, end_on=end_on)
    submit(change, by=coordinator)

    changing.approve_change(fresh(change), by=decider, reason="Ja.")

    for report in (last, final, first):
        report.refresh_from_db()
    assert (final.last_on, final.due_on) == (end_on, due + timedelta(days=90))
    assert (last.last_on, last.statement.__class__.objects.get(pk=last.statement_id).last_on) == (
        end_on,
        end_on,
    )
    assert first.due_on == first_due
    assert Grant.objects.get(reference=case.reference).end_on == end_on
    assert ChangeKind.TIME in {item.kind for item in fresh(change).items.all()}


def test_an_earlier_end_is_no_longer_time(change, coordinator):
    write(change, by=coordinator, end_on=date(2027, 1, 1))

    with pytest.raises(NotReady) as stopped:
        submit(change, by=coordinator)
    assert [problem.anchor for problem in stopped.value.problems] == ["end_on"]


def test_a_second_writer_is_told_and_nothing_is_overwritten(change, coordinator):
    write(change, by=coordinator, reason="Först.")

    with pytest.raises(ChangedSince):
        changing.save_change(
            change, by=coordinator, version=1, reason="?", end_on=None, decision=None, words=[]
        )
    assert fresh(change).reason == "Först."


def test_icld_sends_back_and_the_parties_write_further(submitted, coordinator, officer):
    changing.return_change(submitted, by=officer, reason="Säg varför.")
    write(submitted, by=coordinator, reason="Hotellen blev dyrare.")

    assert submit(submitted, by=coordinator).status == ChangeStatus.SUBMITTED


def test_who_may(change, case, member, partner_coordinator, stranger, officer, decider):
    for person in (member, stranger, officer):
        with pytest.raises(PermissionDenied):
            write(change, by=person)
    write(change, by=partner_coordinator, words=[Words(ChangeKind.CONTENT, "", "Mer.")])
    with pytest.raises(PermissionDenied):
        submit(change, by=partner_coordinator)
    ChangeRequest.objects.filter(pk=change.pk).update(
        status=ChangeStatus.SUBMITTED, received_at=timezone.now()
    )
    with pytest.raises(PermissionDenied):
        changing.approve_change(fresh(change), by=officer, reason="Ja.")


def test_the_list_and_the_rule_agree(change, submitted, coordinator, stranger, officer, member):
    biased = User.objects.get(pk=officer.pk)
    biased.interests.create(
        case_reference=change.application.reference, has_conflict=True, reason="Släkt"
    )
    for person in (coordinator, stranger, member, User.objects.get(pk=officer.pk), biased):
        seen = ChangeRequest.objects.all().visible_to(person)
        found = {one for one in ChangeRequest.objects.all() if rules.may_view_change(person, one)}
        assert set(seen) == found


def test_a_request_that_is_handed_in_is_not_written_even_by_raw_sql(submitted):
    with pytest.raises(DatabaseError), transaction.atomic():
        submitted.lines.update(after_sek=1)


def test_the_pages_walk_from_the_case_to_the_answer(signed_in, case, coordinator, decider):
    browser, office = signed_in(coordinator), signed_in(decider)
    begun = browser.post(f"/applications/{case.reference}/changes/")
    url = begun.headers["Location"]
    change = ChangeRequest.objects.get()
    [row] = moves_of(change).rows
    cells = {
        f"sek-{year}-{row.organisation.pk}-{row.category.pk}": amount
        for year, amount in ((1, "60 000"), (2, "140 000"))
    }
    assert browser.post(f"{url}money/", {"version": "1", **cells}).status_code == 302
    novel = {"version": "2", "reason": "å" * 5_000}
    assert browser.post(url, novel).status_code == 422
    assert browser.post(url, {"version": "2", "reason": "Dyrare."}).status_code == 302
    assert browser.post(url, {"version": "2", "reason": "Igen."}).status_code == 409
    assert office.get(url).status_code == 404
    assert browser.post(f"{url}submit/", {"version": "3"}).status_code == 302
    assert url in office.get("/office/changes/").content.decode()
    answer = {"answer": "approve", "reason": "Ja."}
    assert office.post(f"{url}answer/", answer).status_code == 302
    assert office.post(f"{url}answer/", answer).status_code == 302  # A second click.
    assert "Ja." in browser.get(url).content.decode()
    assert granted(case) == {1: 60_000, 2: 140_000}


@pytest.mark.parametrize("path", ["", "changes/1/", "changes/1/money/", "changes/"])
def test_the_pages_keep_to_their_bound(signed_in, change, case, coordinator, path):
    browser, url = signed_in(coordinator), f"/applications/{case.reference}/{path}"
    browser.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(url).status_code == 200
    assert len(asked) <= 25
