"""The pages on which both parties write a report: kept, never lost, never over another's."""

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.models import (
    Activity,
    ActivityOutcome,
    Answer,
    IndicatorOutcome,
    Participation,
    Question,
    Report,
    ReportSupplement,
    ReportSupplementPart,
)
from applications.models.answers import AnswerSheet
from finance import statements
from icld_portal import writers
from tests.applications.views.pages import fields_on
from tests.factories import cases, reports

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(partnership, coordinator, partner_coordinator, decider) -> Report:
    case = cases.approved(partnership, by=coordinator, decider=decider)
    return reports.open_report(case)


def page(report: Report, key: str) -> str:
    return reverse(
        "applications:report_section", args=[report.application.reference, report.slug, key]
    )


def answer(report: Report, key: str) -> str:
    found = Answer.objects.filter(sheet=report.sheet_id, question__key=key).first()
    return found.text if found else ""


def hand_in(report: Report) -> None:
    now = timezone.now()
    AnswerSheet.objects.filter(pk=report.sheet_id).update(frozen_at=now)
    statements.freeze(report.statement, at=now)
    Report.objects.filter(pk=report.pk).update(
        status="submitted", received_at=now, content_sha256="a" * 64
    )


def ask_for(report: Report, officer, key: str) -> Question:
    """Ask for one question to be supplemented, for a long time to come."""
    question = Question.objects.get(section__question_set=report.sheet.question_set, key=key)
    asked = ReportSupplement.objects.create(
        report=report, number=1, due_on="2030-01-01", asked_by=officer
    )
    ReportSupplementPart.objects.create(
        supplement=asked, kind="question", question=question, reason="Mer.", before={}
    )
    return question


def test_both_parties_write_and_each_reads_what_the_other_has_written(
    report, coordinator, partner_coordinator, signed_in
):
    ours, theirs = signed_in(coordinator), signed_in(partner_coordinator, "en")
    sent = fields_on(ours.get(page(report, "year")))

    saved = ours.post(page(report, "year"), sent | {"question-summary": "Vi har börjat."})

    assert saved.status_code == 302
    assert answer(report, "summary") == "Vi har börjat."
    assert "Vi har börjat." in theirs.get(page(report, "year")).content.decode()
    assert "Vi har börjat." in theirs.get(report.get_absolute_url() + "read/").content.decode()


def test_the_second_editor_is_shown_both_texts_and_nothing_is_lost(
    report, coordinator, partner_coordinator, signed_in
):
    ours, theirs = signed_in(coordinator), signed_in(partner_coordinator)
    mine, other = (fields_on(one.get(page(report, "year"))) for one in (ours, theirs))
    ours.post(page(report, "year"), mine | {"question-summary": "Vår text."})

    answered = theirs.post(page(report, "year"), other | {"question-summary": "Deras text."})

    assert answered.status_code == 409
    shown = answered.content.decode()
    assert "Vår text." in shown
    assert "Deras text." in shown
    assert answer(report, "summary") == "Vår text."


def test_an_answer_is_saved_while_it_is_typed(report, coordinator, signed_in):
    browser = signed_in(coordinator)
    seen = fields_on(browser.get(page(report, "year")))["seen-summary"]
    address = report.get_absolute_url() + "answers/summary/"
    sent = {"question-summary": "x" * 100_000, "seen-summary": seen}

    refused = browser.post(address, sent)
    assert (refused.status_code, refused.json()["state"]) == (403, "other_person")
    saved = browser.post(address, sent | {"writer": writers.mark_of(coordinator)})
    assert saved.json()["state"] == "saved"
    assert answer(report, "summary") == "x" * 100_000
    stale = browser.post(
        address, sent | {"question-summary": "y", "writer": writers.mark_of(coordinator)}
    )
    assert (stale.status_code, stale.json()["text"]) == (409, "x" * 100_000)


def test_a_reader_a_stranger_and_icld_write_nothing(report, member, stranger, officer, signed_in):
    for person, status in ((member, 403), (stranger, 404), (officer, 404)):
        browser = signed_in(person)
        mark = {"writer": writers.mark_of(person), "question-summary": "Nej."}
        assert browser.post(page(report, "year"), mark).status_code == status
        assert browser.post(report.get_absolute_url() + "answers/summary/", mark).status_code == (
            status
        )
    assert answer(report, "summary") == ""


def test_icld_reads_nothing_of_a_draft(report, coordinator, officer, signed_in):
    browser = signed_in(coordinator)
    sent = fields_on(browser.get(page(report, "year")))
    browser.post(page(report, "year"), sent | {"question-summary": "Hemligt än."})
    office = signed_in(officer)

    assert "Hemligt än." not in office.get(report.get_absolute_url()).content.decode()
    assert office.get(report.get_absolute_url() + "read/").status_code == 404
    assert office.get(page(report, "year")).status_code == 404
    hand_in(report)
    assert "Hemligt än." in office.get(report.get_absolute_url()).content.decode()


def test_what_is_sent_after_it_was_handed_in_is_shown_and_not_saved(report, coordinator, signed_in):
    browser = signed_in(coordinator)
    sent = fields_on(browser.get(page(report, "year")))
    hand_in(report)

    late = browser.post(page(report, "year"), sent | {"question-summary": "För sent."})

    assert late.status_code == 409
    assert "För sent." in late.content.decode()
    assert answer(report, "summary") == ""
    assert browser.get(page(report, "year")).status_code == 302


def test_a_supplement_opens_the_question_it_names_and_no_other(
    report, coordinator, officer, signed_in
):
    hand_in(report)
    ask_for(report, officer, "deviations")
    browser = signed_in(coordinator)
    shown = browser.get(page(report, "year"))
    sent = fields_on(shown)
    assert "question-deviations" in sent
    assert "question-summary" not in sent

    both = {"question-deviations": "Mer om det.", "question-summary": "Smyg."}
    assert browser.post(page(report, "year"), sent | both).status_code == 302
    assert (answer(report, "deviations"), answer(report, "summary")) == ("Mer om det.", "")


# --- Rows -----------------------------------------------------------------------------------


def test_indicators_stand_beside_their_target_and_last_years_value(report, coordinator, signed_in):
    [before] = report.application.results.get().indicators.all()
    IndicatorOutcome.objects.create(
        report=report, indicator=before, achieved="45 %", cumulative="45 %"
    )
    later = reports.open_report(report.application, 2)
    browser = signed_in(coordinator)
    shown = browser.get(page(later, "indicators"))
    assert "60 %" in shown.content.decode()
    assert "45 %" in shown.content.decode()

    name = f"indicator-{before.pk}"
    sent = fields_on(shown) | {f"{name}-achieved": "5 %", f"{name}-cumulative": "50 %"}
    assert browser.post(page(later, "indicators"), sent).status_code == 302
    outcome = later.indicator_outcomes.get()
    assert (outcome.achieved, outcome.cumulative) == ("5 %", "50 %")


def test_an_activity_that_was_moved_is_asked_for_again_and_a_finished_one_is_not(
    report, coordinator, robertsfors, signed_in
):
    done = report.application.activities.get()
    ActivityOutcome.objects.create(report=report, activity=done, done="moved", comment="Sen.")
    later = reports.open_report(report.application, 2)
    browser = signed_in(coordinator)
    assert f"activity-{done.pk}-done" in fields_on(browser.get(page(later, "done")))

    ActivityOutcome.objects.update(done="done")
    assert f"activity-{done.pk}-done" not in fields_on(browser.get(page(later, "done")))
    assert Activity.objects.count() == 1


def test_a_comment_without_what_became_of_it_is_refused_and_kept_on_the_page(
    report, coordinator, signed_in
):
    activity = report.application.activities.get()
    browser = signed_in(coordinator)
    sent = fields_on(browser.get(page(report, "done")))

    answered = browser.post(
        page(report, "done"), sent | {f"activity-{activity.pk}-comment": "Regnade bort."}
    )

    assert answered.status_code == 422
    assert "Regnade bort." in answered.content.decode()
    assert not ActivityOutcome.objects.exists()


def test_participants_are_counted_by_party_and_gender(report, coordinator, machakos, signed_in):
    browser = signed_in(coordinator)
    name = f"people-{machakos.pk}-officials"
    sent = fields_on(browser.get(page(report, "participants")))

    browser.post(page(report, "participants"), sent | {f"{name}-women": "4", f"{name}-men": "3"})

    row = Participation.objects.get()
    assert (row.organisation, row.group) == (machakos, "officials")
    assert (row.women, row.men, row.others) == (4, 3, 0)
    refused = browser.post(page(report, "participants"), sent | {f"{name}-women": "-1"})
    assert refused.status_code == 422
    too_many = browser.post(page(report, "participants"), sent | {f"{name}-women": "9" * 30})
    assert too_many.status_code == 422


def test_a_second_editor_of_the_rows_is_told_what_stands(
    report, coordinator, partner_coordinator, machakos, signed_in
):
    ours, theirs = signed_in(coordinator), signed_in(partner_coordinator)
    mine, other = (fields_on(one.get(page(report, "participants"))) for one in (ours, theirs))
    name = f"people-{machakos.pk}-officials-women"
    ours.post(page(report, "participants"), mine | {name: "4"})

    stale = theirs.post(page(report, "participants"), other | {name: "7"})
    assert stale.status_code == 409
    assert Participation.objects.get().women == 4

    again = fields_on(stale)
    assert theirs.post(page(report, "participants"), again).status_code == 302
    assert Participation.objects.get().women == 7


def test_a_row_of_another_case_is_reached_by_nobody(
    report, partnership, coordinator, decider, signed_in
):
    other = reports.open_report(cases.approved(partnership, by=coordinator, decider=decider))
    [foreign] = other.application.results.get().indicators.all()
    browser = signed_in(coordinator)
    sent = fields_on(browser.get(page(report, "indicators")))

    browser.post(page(report, "indicators"), sent | {f"indicator-{foreign.pk}-cumulative": "Mitt."})

    assert not IndicatorOutcome.objects.filter(indicator=foreign).exists()


def test_the_list_of_parts_says_what_is_missing(report, coordinator, signed_in):
    browser = signed_in(coordinator)
    before = browser.get(report.get_absolute_url()).content.decode()
    assert "inte påbörjad" in before
    sent = fields_on(browser.get(page(report, "year")))
    both = {"question-summary": "Text.", "question-deviations": "Inget."}
    browser.post(page(report, "year"), sent | both)

    after = browser.get(report.get_absolute_url()).content.decode()
    assert after.count("status-complete") == before.count("status-complete") + 1


def test_the_pages_stay_within_their_queries(
    report, coordinator, signed_in, django_assert_max_num_queries
):
    browser = signed_in(coordinator)
    browser.get(report.get_absolute_url())
    for key in ("year", "indicators", "done", "participants"):
        browser.get(page(report, key))
        with django_assert_max_num_queries(25):
            browser.get(page(report, key))
    for address in ("", "read/"):
        with django_assert_max_num_queries(25):
            browser.get(report.get_absolute_url() + address)
    sent = fields_on(browser.get(page(report, "year")))
    with django_assert_max_num_queries(25):
        browser.post(page(report, "year"), sent | {"question-summary": "Text."})
    address = report.get_absolute_url() + "answers/deviations/"
    typed = {"question-deviations": "Nej.", "writer": writers.mark_of(coordinator)}
    with django_assert_max_num_queries(14):
        assert browser.post(address, typed).json()["state"] == "saved"
