"""The final summary: what it says, that it says what the ledger says, and when it is frozen."""

import re
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from applications import archive, summary_papers, workflow
from applications.documents import documents_of
from applications.endings.summary import money_rows, summary_of
from applications.models import Report, SummaryPaper, SummaryStage
from applications.workflow import changing, ending
from finance import ledger
from finance.models import Payment, Verdict
from finance.paying import deeds
from partnerships.models import Interest, Role
from tests.factories import controlled, paying, reports, steering
from tests.factories.parties import make_person
from tests.factories.running import days, grant_of, signed_case
from tests.reading_pdf import failures, text_of, words_of
from tests.worker import work

pytestmark = pytest.mark.django_db
LANGUAGES = ("sv", "en")
ORE = re.compile(r"-?\d{1,3}(?: \d{3})*,\d{2}(?= kr)")


@pytest.fixture
def controller(icld):
    return make_person("Test Betalsson", icld, Role.OFFICE_FINANCE)


@pytest.fixture
def case(partnership, coordinator, partner_coordinator, decider):
    """A project of two years, 100 000 kr a year, whose agreement is signed."""
    return signed_case(partnership, coordinator, decider, years=2)


@pytest.fixture
def decision(case):
    """What the steering group decided; the change and the first report cite it."""
    return steering.verified_decision(steering.make_group(case.partnership))


@pytest.fixture
def settled(case, decision, coordinator, officer, decider, controller, icld, robertsfors):
    """20 000 kr are moved to year 2; year 1 is paid with 70 000,50 and 9 000,50 paid back, year 2
    with 5 000; the final report is approved and the work has rested for ten days."""
    paying.enter_office_details(icld, by=controller)
    treasurer = make_person("Test Ekonomsson", robertsfors, Role.FINANCE)
    paying.enter_details(robertsfors, by=treasurer)
    change = moved(case, decision, coordinator)
    changing.approve_change(change, by=decider, reason="Rimligt.")
    ending.pause_grant(
        grant_of(case),
        first_on=date(2028, 1, 1),
        last_on=date(2028, 1, 10),
        reason="Val.",
        by=officer,
    )
    for year, amount in ((1, "70000.50"), (2, "5000.00"), (None, "0")):
        approved(case, year, amount, coordinator, officer, decision)
        for payment in Payment.objects.filter(status="due"):
            paying.paid(payment, by=officer, approver=decider, exporter=controller)
    claimed_back(case, officer, controller)
    return case


def moved(case, decision, coordinator):
    change = changing.begin_change(case, by=coordinator)
    facts = {"reason": "Dyrare.", "end_on": None, "decision": decision.pk, "words": []}
    changing.save_change(change, by=coordinator, version=1, **facts)
    [row] = changing.moves_of(change).rows
    amounts = {row.key(1): 80_000, row.key(2): 120_000}
    changing.save_money(change, amounts, by=coordinator, version=2)
    return changing.submit_change(change, by=coordinator, version=3)


def approved(case, year, amount, coordinator, officer, decision) -> None:
    report = reports.write_report(reports.open_report(case, year), by=coordinator, amount=amount)
    if year == 1:
        report.citations.create(decision=decision)
    if year:
        cost = report.statement.lines.get()
        where = {"organisation": cost.organisation, "category": cost.category}
        report.statement.deviations.create(text="Billigare.", **where)
    for outcome in report.indicator_outcomes.all():
        outcome.achieved, outcome.cumulative = f"{year} brunn", f"{year or 7} brunnar"
        outcome.save()
    reports.approve_report(report)
    workflow.submit_report(report, by=coordinator)
    controlled.approved(Report.objects.get(pk=report.pk), by=officer)


def claimed_back(case, officer, controller) -> None:
    report = case.reports.get(year=1)
    workflow.withdraw_approval(report, reason="Fel.", by=officer)
    cost = report.statement.lines.get()
    cost.review.verdict, cost.review.reason = Verdict.ADJUSTED, "För dyrt."
    cost.review.approved = Decimal("61000.00")
    cost.review.save()
    controlled.approved(Report.objects.get(pk=report.pk), by=officer)
    [claim] = grant_of(case).repayments.all()
    deeds.receive(claim, on=claim.claimed_at.date(), by=controller)


def close(case, officer):
    return ending.close_grant(grant_of(case), reason="Resan blev billigare.", by=officer)


def sums_in(text: str, word: str) -> list[Decimal]:
    """The sums in the line that begins with ``word``: of each year, and in all."""
    [line] = [one for one in text.splitlines() if re.match(rf"\s*{word}\s{{2}}.*kr", one)]
    found = ORE.findall(line.replace("\u00a0", " ").replace("\u2212", "-"))
    return [Decimal(one.replace(" ", "").replace(",", ".")) for one in found]


def bytes_of(paper) -> bytes:
    with paper.file.open("rb") as opened:
        return opened.read()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_paper_says_what_the_ledger_says_to_the_ore(settled, officer, language):
    close(settled, officer)

    pdf = summary_papers.summary_pdf(settled, SummaryStage.CLOSED, language)

    assert failures(pdf) == set()
    text = text_of(pdf)
    of_years = ledger.balances(grant_of(settled))
    with translation.override(language):
        rows = money_rows(ledger.by_kind(grant_of(settled)))
    for row in rows:
        assert sums_in(text, row.word) == [*row.amounts, row.total], row.word
    assert [row.total for row in rows] == [
        Decimal(amount)
        for amount in (
            200_000,
            0,
            -134_000,
            66_000,
            "75000.50",
            66_000,
            "75000.50",
            "-9000.50",
            66_000,
            0,
        )
    ]
    assert rows[3].amounts == [of_years[1].granted, of_years[2].granted]
    assert rows[8].amounts == [of_years[1].paid, of_years[2].paid]


def test_rows_add_up_year_by_year(settled):
    granted, changed, released, in_the_end, *_others = money_rows(ledger.by_kind(grant_of(settled)))

    parts = zip(granted.amounts, changed.amounts, released.amounts, strict=True)
    assert [sum(part) for part in parts] == in_the_end.amounts == [80_000, 120_000]


def test_it_holds_results_reports_decisions_changes_pauses_and_the_end(settled, officer, decision):
    close(settled, officer)

    shown = words_of(summary_papers.summary_pdf(settled, SummaryStage.CLOSED, "en"))

    indicator = settled.results.first().indicators.first()
    assert indicator.text in shown
    for said in (indicator.target, "1 brunn", "2 brunn", "7 brunnar"):
        assert said in shown
    for said in ("Report of year 2", "2028-07-01", "2029-06-30", "Final report"):
        assert said in shown
    assert decision.paragraph.heading in shown
    assert "Report of year 1, Change request 1" in shown
    assert "move money between" in shown
    assert "2028-01-01 2028-01-10 10 Val." in shown
    assert "Released at the end: 134 000,00 kr." in shown
    assert "Resan blev billigare." in shown
    for party in settled.case_parties.select_related("organisation"):
        assert party.organisation.name in shown


def test_no_summary_before_the_end(settled, officer):
    for stage in SummaryStage:
        with pytest.raises(summary_papers.NotDue):
            summary_papers.summary_pdf(settled, stage, "sv")


def test_a_grant_that_ends_early_is_summed_up_then_and_when_it_closes(
    case, officer, decider, coordinator, signed_in
):
    """What opened is awaited: the first paper says that nothing is settled yet."""
    proposed = ending.propose_ending(
        grant_of(case), days(date(2027, 12, 31)), reason="Krig.", by=officer
    )
    ending.end_early(proposed, by=decider)
    summary_papers.make_summary(case.pk, "ended")
    summary_papers.make_summary(case.pk, "ended")

    [english, swedish] = SummaryPaper.objects.order_by("language")
    shown = words_of(bytes_of(english))
    assert "The grant was ended early, with 2027-12-31 as the last day" in shown
    assert "are not settled yet" in shown
    assert failures(bytes_of(swedish)) == set()
    assert {one.name for one in documents_of(case, coordinator)} >= {
        english.file_name,
        swedish.file_name,
    }
    here = f"/applications/{case.reference}/summary/"
    answer = signed_in(coordinator, "en").get(f"{here}ended/sv/")
    assert b"".join(answer.streaming_content) == bytes_of(swedish)
    assert signed_in(coordinator, "en").get(f"{here}closed/sv/").status_code == 404
    with pytest.raises(DatabaseError), transaction.atomic():
        SummaryPaper.objects.update(stage="closed")


@pytest.mark.django_db(transaction=True)
def test_the_job_freezes_it_when_the_grant_is_closed(settled, officer, coordinator, signed_in):
    close(settled, officer)
    page = f"/applications/{settled.reference}/summary/closed/en/"
    assert signed_in(coordinator).get(page).status_code == 202

    work()

    assert {one.language for one in settled.summaries.all()} == {"sv", "en"}
    assert signed_in(coordinator).get(page).headers["Content-Type"] == "application/pdf"


@pytest.mark.django_db(transaction=True)
def test_what_could_not_be_made_is_asked_for_again_every_night(case, officer, decider):
    proposed = ending.propose_ending(
        grant_of(case), days(date(2027, 12, 31)), reason="Krig.", by=officer
    )
    ending.end_early(proposed, by=decider)
    now = timezone.now()
    assert summary_papers.ask_again(now=now) == 1
    assert summary_papers.ask_again(now=now + timedelta(days=31)) == 0

    work()

    assert case.summaries.count() == 2
    assert summary_papers.ask_again(now=now) == 0


def test_the_whole_case_as_a_zip_holds_it(case, officer, decider, coordinator):
    proposed = ending.propose_ending(
        grant_of(case), days(date(2027, 12, 31)), reason="Krig.", by=officer
    )
    ending.end_early(proposed, by=decider)
    summary_papers.make_summary(case.pk, "ended")
    packed = BytesIO()

    archive.make_case_zip(coordinator, {"application": case.pk}, packed, lambda *_so_far: None)

    names = ZipFile(packed).namelist()
    for paper in case.summaries.all():
        assert names.count(f"papers/{paper.file_name}") == 1


def test_what_is_being_written_is_not_in_it(case, coordinator, officer):
    report = reports.write_report(reports.open_report(case), by=coordinator)
    report.indicator_outcomes.update(achieved="hemligt")
    changing.begin_change(case, by=coordinator)

    summary = summary_of(case, grant_of(case), officer)

    assert [row.report for row in summary.reports] == [report]
    assert (summary.year_reports, summary.changes) == ([], [])
    assert "hemligt" not in str(summary.results)


def test_a_conflict_hides_it_and_a_group_that_cannot_be_opened(
    settled, officer, stranger, reader, decision, signed_in
):
    page = f"/applications/{settled.reference}/summary/"
    assert signed_in(stranger).get(page).status_code == 404
    assert len(summary_of(settled, grant_of(settled), stranger).decisions) == 0
    assert len(summary_of(settled, grant_of(settled), reader).decisions) == 1
    Interest.objects.create(
        user=reader, case_reference=settled.reference, has_conflict=True, reason="Släkt"
    )
    assert signed_in(reader).get(page).status_code == 404


def test_the_page_asks_few_questions_of_the_database(settled, officer, coordinator, signed_in):
    close(settled, officer)
    for person in (officer, coordinator):
        browser = signed_in(person)
        page = f"/applications/{settled.reference}/summary/"
        browser.get(page)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(page).status_code == 200
        assert len(asked) <= 25, "\n".join(one["sql"][:150] for one in asked)
