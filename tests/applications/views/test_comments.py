"""The pages of the parties' comments."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications import commenting, workflow
from applications.models import Application, Comment, CommentThread
from partnerships.models import Membership
from tests.applications.views.pages import fields_on
from tests.factories.cases import approve_by_both, empty_draft, written_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return empty_draft(partnership, by=coordinator)


@pytest.fixture
def browser(coordinator, signed_in):
    return signed_in(coordinator, "en")


@pytest.fixture
def partner(partner_coordinator, signed_in):
    return signed_in(partner_coordinator, "en")


def here(draft, name="comments", *more) -> str:
    return reverse(f"applications:{name}", args=[draft.handle, *more])


def write(draft, text="Is the figure right?", *, by, key="context", question=None) -> Comment:
    section = draft.sheet.question_set.sections.get(key=key)
    found = section.questions.get(key=question) if question else None
    return commenting.open_thread(draft, section, text, by=by, question=found)


def test_a_comment_is_written_read_answered_and_resolved(
    draft, browser, partner, coordinator, partner_coordinator
):
    sent = {
        "about": "context.context",
        "text": "Is the figure right?",
        "tell": str(partner_coordinator.pk),
    }
    done = browser.post(here(draft), sent, follow=True).content.decode()
    thread = CommentThread.objects.get()
    assert "Told by e-mail: Demo Coordinator." in done
    assert thread.question.key == "context"

    section = partner.get(here(draft, "section", "context")).content.decode()
    assert "Is the figure right?" in section
    assert "1 open comment" in section
    assert "1 open comment" in partner.get(here(draft, "application")).content.decode()

    address = here(draft, "comment_thread", thread.pk)
    answered = partner.post(address, {"text": "Yes, from 2024."}, follow=True).content.decode()
    assert "Yes, from 2024." in answered
    resolved = partner.post(here(draft, "resolve_thread", thread.pk), follow=True)
    assert "Resolved by Demo Coordinator" in resolved.content.decode()
    assert "1 open comment" not in partner.get(here(draft, "application")).content.decode()
    browser.post(here(draft, "resolve_thread", thread.pk), {"resolved": "no"})
    assert CommentThread.objects.get().resolved_at is None


def test_the_link_beside_a_question_chooses_it(draft, browser):
    section = browser.get(here(draft, "section", "context")).content.decode()
    assert f"{here(draft)}?about=context.context" in section
    page = browser.get(here(draft), {"about": "context.context"})
    assert fields_on(page)["about"] == ["context.context"]


@pytest.mark.parametrize("about", ["", "nonsense", "context.nonsense", "x" * 3000])
def test_an_unknown_place_in_the_address_is_let_be(draft, browser, about):
    assert browser.get(here(draft), {"about": about}).status_code == 200


def test_a_name_nobody_has_is_pointed_out(draft, browser):
    sent = {"about": "context", "text": "Can @Nobody help?", "tell": ""}
    page = browser.post(here(draft), sent, follow=True).content.decode()
    assert "No single person here is called @Nobody." in page
    assert Comment.objects.get().text == "Can @Nobody help?"


def test_a_first_name_is_not_pointed_out_when_its_person_was_chosen(
    draft, browser, partner_coordinator
):
    tell = str(partner_coordinator.pk)
    sent = {"about": "context", "text": "@Demo, @Demo Other?", "tell": tell}
    page = browser.post(here(draft), sent, follow=True).content.decode()
    assert "Told by e-mail: Demo Coordinator." in page
    assert "No single person" not in page


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001, "x" * 100_000])
def test_what_is_no_comment_is_refused_and_stays_in_the_field(draft, browser, text):
    answer = browser.post(here(draft), {"about": "context", "text": text, "tell": ""})
    assert (answer.status_code, Comment.objects.count()) == (422, 0)
    assert text.strip() in answer.content.decode()


def test_a_comment_is_shown_as_text(draft, browser, coordinator):
    write(draft, "<script>alert(1)</script>", by=coordinator)
    for page in (here(draft), here(draft, "section", "context")):
        assert "&lt;script&gt;alert(1)" in browser.get(page).content.decode()


@pytest.mark.parametrize("person", ["stranger", "officer", "decider", "reader"])
@pytest.mark.parametrize("handed_in", [False, True])
def test_nobody_but_the_parties_finds_a_comment(
    partnership, coordinator, person, handed_in, request, signed_in
):
    draft = written_draft(partnership, by=coordinator)
    comment = write(draft, by=coordinator)
    if handed_in:
        approve_by_both(draft)
        draft = workflow.submit(draft, by=coordinator)
    browser = signed_in(request.getfixturevalue(person))
    thread = comment.thread_id
    answers = [
        browser.get(here(draft)),
        browser.post(here(draft), {"about": "context", "text": "Mine", "tell": ""}),
        browser.get(here(draft, "comment_thread", thread)),
        browser.post(here(draft, "comment_thread", thread), {"text": "Mine"}),
        browser.post(here(draft, "resolve_thread", thread)),
        browser.post(here(draft, "remove_comment", comment.pk)),
    ]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert Comment.objects.get().text == "Is the figure right?"


def test_another_cases_thread_is_not_found_by_this_cases_address(
    draft, partnership, coordinator, browser
):
    comment = write(empty_draft(partnership, by=coordinator), by=coordinator)
    assert browser.get(here(draft, "comment_thread", comment.thread_id)).status_code == 404
    assert browser.post(here(draft, "remove_comment", comment.pk)).status_code == 404


def test_anothers_comment_is_not_removed(draft, browser, partner_coordinator):
    comment = write(draft, by=partner_coordinator)
    assert browser.post(here(draft, "remove_comment", comment.pk)).status_code == 403
    assert Comment.objects.get().text == "Is the figure right?"


def test_ones_own_is_removed_and_shown_as_removed(draft, browser, coordinator):
    comment = write(draft, by=coordinator)
    page = browser.post(here(draft, "remove_comment", comment.pk), follow=True).content.decode()
    assert "Removed by its author." in page
    assert "Is the figure right?" not in page


def test_a_removed_member_loses_the_comments_at_once(draft, browser, coordinator):
    comment = write(draft, by=coordinator)
    Membership.objects.filter(user=coordinator).delete()
    assert browser.get(here(draft, "comment_thread", comment.thread_id)).status_code == 404
    sent = {"about": "context", "text": "Late", "tell": ""}
    assert browser.post(here(draft), sent).status_code == 404
    assert Comment.objects.count() == 1


def test_a_member_who_only_reads_comments_too(draft, member, signed_in):
    sent = {"about": "context", "text": "Läs stycke två.", "tell": ""}
    assert signed_in(member).post(here(draft), sent).status_code == 302
    assert Comment.objects.get().author == member


def test_after_handing_in_comments_are_read_and_what_was_typed_is_shown(
    partnership, coordinator, browser
):
    draft = written_draft(partnership, by=coordinator)
    comment = write(draft, by=coordinator)
    approve_by_both(draft)
    case = workflow.submit(draft, by=coordinator)

    page = browser.get(here(case)).content.decode()
    late = browser.post(here(case), {"about": "context", "text": "Too late", "tell": ""})
    answer = browser.post(here(case, "comment_thread", comment.thread_id), {"text": "Late too"})

    assert "Is the figure right?" in page
    assert "Write the comment" not in page
    assert here(case) in browser.get(here(case, "application")).content.decode()
    assert [late.status_code, answer.status_code] == [409, 409]
    assert "Too late" in late.content.decode()
    assert Comment.objects.count() == 1


def test_a_comment_sent_while_signed_out_is_kept_for_its_writer(draft, coordinator, signed_in):
    browser = signed_in(coordinator, "en")
    sent = fields_on(browser.get(here(draft))) | {"text": ["Written on the train"]}
    browser.logout()
    browser.post(here(draft), sent)
    browser.force_login(coordinator)
    page = browser.get(here(draft)).content.decode()
    assert "Written on the train" in page
    assert Comment.objects.count() == 0


def test_pages_ask_as_often_for_one_comment_as_for_thirty(draft, browser, coordinator):
    first = write(draft, by=coordinator, question="context")
    commenting.reply(first.thread, "@Test Samordnarsson", by=coordinator)
    pages = [
        here(draft),
        here(draft, "comment_thread", first.thread_id),
        here(draft, "section", "context"),
        here(draft, "application"),
    ]
    for page in pages:
        browser.get(page)
    few = [asked(browser, page) for page in pages]
    for number in range(30):
        thread = write(draft, f"Question {number}", by=coordinator, question="context").thread
        commenting.reply(thread, f"@Test Samordnarsson {number}", by=coordinator)
        commenting.reply(first.thread, f"@Test Samordnarsson {number}", by=coordinator)
    assert [asked(browser, page) for page in pages] == few
    assert max(few) <= 25


def asked(browser, page: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(page).status_code == 200
    return len(queries)


def test_threads_come_in_pages_with_the_open_ones_first(draft, browser, coordinator):
    threads = [write(draft, f"Question {number}", by=coordinator).thread for number in range(11)]
    commenting.resolve(threads[-1], by=coordinator)
    first, second = (
        browser.get(here(draft), {"page": number}).content.decode() for number in (1, 2)
    )
    assert "Question 9" in first
    assert "Question 10" not in first
    assert "Question 10" in second
