"""Every version of an answer can be read again by its parties, and by nobody else."""

import pytest
from django.urls import reverse

from applications import workflow
from applications.drafting import editing, save_answer
from applications.models import Answer, Application, Question
from tests.applications.views.pages import fields_on
from tests.factories.cases import approve_by_both, empty_draft, ready_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return empty_draft(partnership, by=coordinator)


@pytest.fixture
def browser(coordinator, signed_in):
    return signed_in(coordinator, "en")


def write(draft, text, *, by, key="context") -> Answer:
    question = Question.objects.get(section__question_set=draft.sheet.question_set, key=key)
    with editing(draft, by=by) as locked:
        return save_answer(locked, question, text, by=by)


def history(draft, name="answer_history") -> str:
    return reverse(f"applications:{name}", args=[draft.handle, "context"])


def test_the_history_says_who_wrote_what(draft, browser, coordinator, partner_coordinator):
    write(draft, "Två kommuner.", by=coordinator)
    write(draft, "Två städer.", by=partner_coordinator)

    page = browser.get(history(draft)).content.decode()

    assert "Demo Coordinator" in page
    assert "Test Samordnarsson" in page
    assert "kommuner.</del>" in page
    assert "städer.</ins>" in page


def test_an_earlier_text_is_restored_as_a_new_version(draft, browser, coordinator):
    write(draft, "Först.", by=coordinator)
    write(draft, "Sedan.", by=coordinator)

    browser.post(history(draft, "restore_answer"), {"version": "1", "seen": "2"})

    answer = Answer.objects.get()
    assert (answer.text, answer.version) == ("Först.", 3)
    assert "Sedan." in browser.get(history(draft)).content.decode()


def test_a_text_is_not_restored_over_what_nobody_here_has_seen(
    draft, browser, coordinator, partner_coordinator
):
    write(draft, "Först.", by=coordinator)
    write(draft, "Sedan.", by=coordinator)
    write(draft, "Theirs.", by=partner_coordinator)

    browser.post(history(draft, "restore_answer"), {"version": "1", "seen": "2"})

    assert Answer.objects.get().text == "Theirs."


@pytest.mark.parametrize("sent", [{}, {"version": "9", "seen": "1"}, {"version": "x", "seen": "1"}])
def test_a_version_that_never_was_is_not_found(draft, browser, coordinator, sent):
    write(draft, "Först.", by=coordinator)
    assert browser.post(history(draft, "restore_answer"), sent).status_code == 404


def test_after_handing_in_the_history_is_read_and_nothing_restored(
    partnership, browser, coordinator
):
    draft = ready_draft(partnership, by=coordinator)
    write(draft, "Senare.", by=coordinator)
    approve_by_both(draft)
    case = workflow.submit(draft, by=coordinator)

    page = browser.get(history(case))
    browser.post(history(case, "restore_answer"), {"version": "1", "seen": "2"})

    assert "Restore" not in page.content.decode()
    assert Answer.objects.get(question__key="context").text == "Senare."


@pytest.mark.parametrize(
    ("person", "statuses"),
    [
        ("member", (200, 403)),
        ("stranger", (404, 404)),
        ("officer", (404, 404)),
        ("decider", (404, 404)),
    ],
)
def test_the_history_of_a_case_belongs_to_its_parties(
    partnership, coordinator, person, statuses, request, signed_in
):
    case = workflow.submit(ready_draft(partnership, by=coordinator), by=coordinator)
    browser = signed_in(request.getfixturevalue(person))
    sent = {"version": "1", "seen": "1"}

    answers = browser.get(history(case)), browser.post(history(case, "restore_answer"), sent)

    assert tuple(answer.status_code for answer in answers) == statuses


def test_a_long_history_comes_in_pages_with_as_many_queries(
    draft, browser, coordinator, django_assert_num_queries
):
    write(draft, "Text 1", by=coordinator)
    with django_assert_num_queries(9):
        browser.get(history(draft))
    for number in range(2, 31):
        write(draft, f"Text {number}", by=coordinator)
    with django_assert_num_queries(10):
        page = browser.get(history(draft))
    assert page.content.decode().count('class="version"') == 10
    last = browser.get(history(draft) + "?page=3").content.decode()
    assert "Version 1<" in last
    assert browser.get(history(draft) + "?page=4").status_code == 404


@pytest.fixture
def conflict(draft, browser, coordinator, partner_coordinator):
    """What stands on the page of the second writer, after the first has saved."""
    here = reverse("applications:section", args=[draft.handle, "context"])
    opened = fields_on(browser.get(here))
    write(draft, "Wells are dry in Machakos.", by=partner_coordinator)
    page = browser.post(here, opened | {"question-context": ["Wells are dry in Robertsfors."]})
    assert page.status_code == 409
    text = page.content.decode()
    assert "<del>Machakos.</del>" in text
    assert "<ins>Robertsfors.</ins>" in text
    return here, fields_on(page)


def texts() -> list[str]:
    answer = Answer.objects.get()
    return [event.text for event in answer.events.order_by("pgh_id")]


def test_keeping_mine_is_saved_after_theirs(conflict, browser):
    here, shown = conflict
    assert browser.post(here, shown | {"settle-question-context": ["mine"]}).status_code == 302
    assert texts() == ["Wells are dry in Machakos.", "Wells are dry in Robertsfors."]


def test_keeping_theirs_leaves_mine_in_the_history(conflict, browser):
    here, shown = conflict
    assert browser.post(here, shown | {"settle-question-context": ["theirs"]}).status_code == 302
    theirs = "Wells are dry in Machakos."
    assert texts() == [theirs, "Wells are dry in Robertsfors.", theirs]


def test_putting_both_in_the_field_saves_nothing_before_i_do(conflict, browser):
    here, shown = conflict
    both = browser.post(here, shown | {"settle-question-context": ["both"]})
    merged = fields_on(both)
    assert both.status_code == 200
    assert merged["question-context"] == ["Wells are dry in Machakos. Robertsfors."]
    assert texts() == ["Wells are dry in Machakos."]

    assert browser.post(here, merged).status_code == 302
    assert Answer.objects.get().text == "Wells are dry in Machakos. Robertsfors."


def test_a_third_text_that_comes_while_i_choose_is_shown_too(
    conflict, browser, draft, partner_coordinator
):
    here, shown = conflict
    write(draft, "A third text.", by=partner_coordinator)
    page = browser.post(here, shown | {"settle-question-context": ["theirs"]})
    assert page.status_code == 409
    assert Answer.objects.get().text == "A third text."
