"""The pages of a supplement: asked for and read by ICLD, answered by the parties."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from applications import workflow
from applications.models import Answer, Application, Question, Supplement
from finance.models import BudgetLine
from icld_portal.localize import money
from tests.applications.test_supplements import approve, ask, questions, write
from tests.applications.views.pages import fields_on
from tests.factories import cases

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(partnership, coordinator, officer) -> Application:
    return cases.in_assessment(partnership, by=coordinator, officer=officer)


@pytest.fixture
def question(case) -> Question:
    return questions(case)[0]


@pytest.fixture
def asked(case, question, officer) -> Supplement:
    """One question is to be supplemented within two weeks."""
    return ask(case, ("question", question.pk), by=officer)


def section_of(case: Application, question: Question) -> str:
    return f"/applications/{case.handle}/sections/{question.section.key}/"


def test_the_officer_chooses_parts_and_says_what_is_wanted(case, question, officer, signed_in):
    browser = signed_in(officer, "en")
    here = f"/applications/{case.handle}/supplements/ask/"
    first = browser.get(here).content.decode()
    assert f'value="question-{question.pk}"' in first
    assert 'value="budget-0"' in first

    second = browser.get(here, {"part": [f"question-{question.pk}", "budget-0", "nonsense"]})
    sent = fields_on(second)
    assert sent["part"] == ["budget-0", f"question-{question.pk}"] or len(sent["part"]) == 2
    refused = browser.post(here, sent)
    assert refused.status_code == 422
    sent[f"reason-question-{question.pk}"] = ["Say who does it."]
    sent["reason-budget-0"] = ["Split the travel."]
    answer = browser.post(here, sent, follow=True)

    supplement = Supplement.objects.get()
    assert {part.reason for part in supplement.parts.all()} == {
        "Say who does it.",
        "Split the travel.",
    }
    assert supplement.due_on == timezone.localdate() + timedelta(days=14)
    assert "Split the travel." in answer.content.decode()
    again = browser.post(here, sent)
    assert again.status_code == 409
    assert "Say who does it." in again.content.decode()


def test_asking_for_nothing_says_so(case, officer, signed_in):
    answer = signed_in(officer, "en").get(
        f"/applications/{case.handle}/supplements/ask/", {"next": "1"}
    )
    assert "Choose at least one part" in answer.content.decode()


def test_the_parties_see_only_what_is_to_be_done(case, question, asked, coordinator, signed_in):
    browser = signed_in(coordinator, "en")
    page = browser.get(asked.get_absolute_url()).content.decode()

    assert page.count('id="task-part-') == 1
    assert "Tydligare, tack." in page
    assert f"{section_of(case, question)}#question-{question.key}" in page
    section = browser.get(section_of(case, question)).content.decode()
    assert "Tydligare, tack." in section
    assert section.count("data-save=") == 1
    assert browser.get(f"/applications/{case.handle}/sections/budget/").status_code == 302


def test_an_answer_is_saved_in_its_page_and_by_itself(
    case, question, asked, coordinator, signed_in
):
    browser = signed_in(coordinator, "en")
    name = f"question-{question.key}"
    sent = fields_on(browser.get(section_of(case, question)))
    answer = browser.post(section_of(case, question), {**sent, name: "Nu.", "then": "next"})
    assert answer.headers["Location"] == f"/applications/{case.handle}/supplement/"
    assert Answer.objects.get(sheet=case.sheet, question=question).text == "Nu."

    fresh = fields_on(browser.get(section_of(case, question)))
    wanted = {key: fresh[key] for key in ("writer", f"seen-{question.key}")}
    save = f"/applications/{case.handle}/answers/{question.key}/"
    assert browser.post(save, {**wanted, name: "Nu igen."}).json()["state"] == "saved"
    other = questions(case)[1]
    locked = browser.post(
        f"/applications/{case.handle}/answers/{other.key}/",
        {"writer": wanted["writer"], f"question-{other.key}": "X", f"seen-{other.key}": "1."},
    )
    assert (locked.status_code, locked.json()["state"]) == (410, "handed_in")


def test_a_second_too_late_nothing_is_saved_and_the_text_stays(
    case, question, asked, coordinator, signed_in
):
    browser = signed_in(coordinator, "en")
    name = f"question-{question.key}"
    sent = {**fields_on(browser.get(section_of(case, question))), name: "En sekund för sent."}
    before = Answer.objects.get(sheet=case.sheet, question=question).text

    with time_machine.travel(asked.due_at, tick=False):
        late = signed_in(coordinator, "en")
        answer = late.post(section_of(case, question), sent)
        wanted = {key: sent[key] for key in ("writer", f"seen-{question.key}", name)}
        saved = late.post(f"/applications/{case.handle}/answers/{question.key}/", wanted)

    assert answer.status_code == 409
    assert "En sekund för sent." in answer.content.decode()
    assert "The day to answer by has passed" in answer.content.decode()
    assert (saved.status_code, saved.json()["state"]) == (410, "too_late")
    assert Answer.objects.get(sheet=case.sheet, question=question).text == before


def test_of_two_browsers_the_second_sees_both_texts(
    case, question, asked, coordinator, partner_coordinator, signed_in
):
    name = f"question-{question.key}"
    mine, theirs = signed_in(coordinator, "en"), signed_in(partner_coordinator, "en")
    first = fields_on(mine.get(section_of(case, question)))
    second = fields_on(theirs.get(section_of(case, question)))

    mine.post(section_of(case, question), {**first, name: "Svenska partens text."})
    answer = theirs.post(section_of(case, question), {**second, name: "The partner's text."})

    assert answer.status_code == 409
    assert "Svenska partens text." in answer.content.decode()
    assert "The partner&#x27;s text." in answer.content.decode()


def test_the_signatory_sees_the_difference_alone(
    case, question, asked, coordinator, signatory, signed_in
):
    write(case, question, "Ett helt annat svar.", by=coordinator)
    page = signed_in(signatory, "en").get(f"/applications/{case.handle}/approval/")

    text = page.content.decode()
    assert "Ett helt annat svar." in text
    assert "Studiebesök" not in text


def test_handing_in_names_what_is_missing_and_keeps_the_words(
    case, question, asked, coordinator, officer, signed_in
):
    write(case, question, "Nu tydligare.", by=coordinator)
    browser = signed_in(coordinator, "en")
    here = f"{asked.get_absolute_url()}hand-in/"
    refused = browser.post(here, {"answer": "Ny text."})
    assert refused.status_code == 422
    assert "has not approved" in refused.content.decode()
    assert "Ny text." in refused.content.decode()
    approve(case)
    assert browser.post(here, {"answer": "Ny text."}).status_code == 302
    again = browser.post(here, {"answer": "Ny text."}, follow=True)
    assert "has moved on" in again.content.decode()

    page = signed_in(officer, "en").get(asked.get_absolute_url()).content.decode()
    assert "Nu tydligare." in page
    assert "Parterna vill lära av varandra." in page
    assert "Accept the supplement" in page


def test_the_officer_closes_with_a_reason_or_gives_more_time(
    case, question, asked, officer, coordinator, signed_in
):
    browser = signed_in(officer, "en")
    here = asked.get_absolute_url()
    write(case, question, "Hemligt utkast.", by=coordinator)
    for page in (here, f"/applications/{case.handle}/read/", case.get_absolute_url()):
        assert "Hemligt utkast." not in browser.get(page).content.decode()
    sooner = browser.post(f"{here}more-time/", {"due_on": asked.due_on.isoformat()})
    assert sooner.status_code == 422
    later = (asked.due_on + timedelta(days=7)).isoformat()
    assert browser.post(f"{here}more-time/", {"due_on": later}).status_code == 302
    assert browser.post(f"{here}close/", {"reason": ""}).status_code == 422
    assert browser.post(f"{here}close/", {"reason": "Inget svar."}).status_code == 302

    asked.refresh_from_db()
    assert (asked.state, asked.due_on.isoformat()) == ("closed", later)
    page = signed_in(coordinator, "en").get(here).content.decode()
    assert "Inget svar." in page


def test_nobody_else_sees_a_supplement(case, asked, stranger, outsider, reader, signed_in):
    assert signed_in(stranger).get(asked.get_absolute_url()).status_code == 404
    assert signed_in(outsider).get(asked.get_absolute_url()).status_code == 404
    assert signed_in(reader).get(asked.get_absolute_url()).status_code == 200
    assert signed_in(reader).post(f"{asked.get_absolute_url()}accept/").status_code == 403
    number = "9" * 20
    here = f"/applications/{case.handle}/supplements/{number}/"
    assert signed_in(reader).get(here).status_code == 404


@pytest.mark.parametrize("parts", [1, 30])
def test_pages_cost_the_same_for_one_part_and_thirty(
    case, officer, coordinator, signatory, signed_in, django_assert_max_num_queries, parts
):
    asked = Question.objects.filter(section__question_set=case.sheet.question_set)
    places = [("question", pk) for pk in asked.values_list("pk", flat=True)[:parts]]
    if parts > 1:
        places += [(kind, 0) for kind in ("results", "activities", "risks", "budget")]
    supplement = ask(case, *places, by=officer)
    write(case, Question.objects.get(pk=places[0][1]), "Nytt.", by=coordinator)
    approval = f"/applications/{case.handle}/approval/"
    for person, pages in (
        (officer, [supplement.get_absolute_url(), case.get_absolute_url()]),
        (coordinator, [supplement.get_absolute_url(), case.get_absolute_url()]),
        (signatory, [approval]),
    ):
        browser = signed_in(person)
        for page in pages:
            browser.get(page)
            with django_assert_max_num_queries(25):
                assert browser.get(page).status_code == 200


def test_a_supplemented_case_saves_an_answer_within_its_bound(
    case, question, asked, coordinator, signed_in, django_assert_max_num_queries
):
    browser = signed_in(coordinator)
    sent = fields_on(browser.get(section_of(case, question)))
    wanted = {key: sent[key] for key in ("writer", f"seen-{question.key}")}
    with django_assert_max_num_queries(15):
        browser.post(
            f"/applications/{case.handle}/answers/{question.key}/",
            {**wanted, f"question-{question.key}": "Nu."},
        )


def test_a_withdrawn_case_ends_its_supplement(case, asked, coordinator, signed_in):
    workflow.withdraw(case, by=coordinator)
    page = signed_in(coordinator, "en").get(asked.get_absolute_url())
    assert "the application was withdrawn" in page.content.decode()


def test_lists_say_what_waits_and_what_is_overdue(
    case, question, asked, officer, coordinator, signed_in
):
    party, icld = signed_in(coordinator, "en"), signed_in(officer, "en")
    assert "Supplement the application" in party.get("/applications/").content.decode()
    listed = icld.get("/office/applications/").content.decode()
    assert f"supplement by {asked.due_on}" in listed
    with time_machine.travel(asked.due_at, tick=False):
        late = signed_in(officer, "en")
        assert "supplement overdue since" in late.get("/office/applications/").content.decode()
        assert "The supplement is overdue" in late.get(case.get_absolute_url()).content.decode()
    workflow.hand_in_supplement(asked, by=coordinator, answer="Det står där redan.")
    assert "supplement to read" in icld.get("/office/applications/").content.decode()
    assert "Read the supplement" in icld.get(case.get_absolute_url()).content.decode()


@pytest.mark.parametrize("page", ["consensus/", "decision/", ""])
def test_icld_adds_up_what_was_handed_in_until_the_answer_comes(case, officer, signed_in, page):
    ask(case, ("budget", 0), by=officer)
    BudgetLine.objects.filter(budget=case.budget).update(amount_sek=77_777)

    shown = signed_in(officer).get(f"/applications/{case.handle}/{page}", follow=True)

    assert money(100_000) in shown.content.decode()
    assert money(77_777) not in shown.content.decode()
