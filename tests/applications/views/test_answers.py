"""Saving one answer while somebody types: quick, and never over another's text."""

import pytest
from django.test import Client
from django.urls import reverse

from applications import workflow
from applications.models import Answer, Application
from icld_portal import writers
from tests.applications.views.pages import fields_on
from tests.factories.cases import empty_draft, ready_draft

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return empty_draft(partnership, by=coordinator)


@pytest.fixture
def browser(coordinator, signed_in):
    return signed_in(coordinator, "en")


def save(browser, draft, user, text, *, key="context", seen="0.", **sent):
    """Send one answer as the page does while ``user`` types."""
    fields = {f"question-{key}": text, f"seen-{key}": seen, "writer": writers.mark_of(user)}
    return browser.post(
        reverse("applications:save_answer", args=[draft.handle, key]), fields | sent, headers=JSON
    )


def stored(draft, key="context") -> Answer | None:
    return Answer.objects.filter(sheet=draft.sheet, question__key=key).first()


def test_an_answer_is_saved_and_the_next_save_builds_on_it(draft, browser, coordinator):
    first = save(browser, draft, coordinator, "Två kommuner")
    second = save(browser, draft, coordinator, "Två kommuner vid vatten", seen=first.json()["seen"])

    assert [first.json()["state"], second.json()["state"]] == ["saved", "saved"]
    assert (stored(draft).text, stored(draft).version) == ("Två kommuner vid vatten", 2)
    assert stored(draft).updated_by == coordinator


def test_an_emptied_answer_is_saved_empty(draft, browser, coordinator):
    first = save(browser, draft, coordinator, "Två kommuner")
    save(browser, draft, coordinator, "", seen=first.json()["seen"])
    assert stored(draft).text == ""


def test_the_same_text_sent_again_after_a_lost_answer_is_simply_saved(draft, browser, coordinator):
    first = save(browser, draft, coordinator, "Två kommuner")
    again = save(browser, draft, coordinator, "Två kommuner")
    assert (again.status_code, again.json()["seen"]) == (200, first.json()["seen"])
    assert stored(draft).version == 1


def test_the_second_writer_is_told_what_the_first_wrote_and_overwrites_nothing(
    draft, browser, coordinator, partner_coordinator, signed_in
):
    save(signed_in(partner_coordinator, "en"), draft, partner_coordinator, "Their text.")

    stale = save(browser, draft, coordinator, "My text.")

    told = stale.json()
    assert (stale.status_code, told["state"], told["text"]) == (409, "conflict", "Their text.")
    assert told["who"].startswith("Saved by Demo Coordinator")
    assert stored(draft).text == "Their text."


def test_a_text_taken_back_does_not_hide_what_another_wrote(
    draft, browser, coordinator, partner_coordinator, signed_in
):
    seen = fields_on(browser.get(reverse("applications:section", args=[draft.handle, "context"])))[
        "seen-context"
    ][0]
    save(signed_in(partner_coordinator, "en"), draft, partner_coordinator, "Their text.")

    untouched = save(browser, draft, coordinator, "", seen=seen)

    assert (untouched.status_code, untouched.json()["seen"]) == (200, seen)
    assert stored(draft).text == "Their text."


def test_a_signed_out_page_is_told_so_and_nothing_is_written(draft, coordinator):
    told = save(Client(), draft, coordinator, "Lost?")
    assert (told.status_code, told.json()) == (401, {"state": "signed_out"})
    assert stored(draft) is None


def test_a_page_from_before_the_last_sign_in_is_told_to_send_a_new_token(draft, coordinator):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(coordinator)
    told = save(strict, draft, coordinator, "Lost?")
    assert (told.status_code, told.json()) == (403, {"state": "stale_form"})


def test_one_persons_page_is_not_saved_in_the_name_of_another(draft, browser, partner_coordinator):
    told = save(browser, draft, partner_coordinator, "Typed by somebody else")
    assert (told.status_code, told.json()) == (403, {"state": "other_person"})
    forged = save(browser, draft, partner_coordinator, "Forged", writer="1")
    assert forged.status_code == 403
    assert stored(draft) is None


def test_a_hidden_sign_is_refused_in_words(draft, browser, coordinator):
    told = save(browser, draft, coordinator, "Före\x07efter")
    assert (told.status_code, told.json()["state"]) == (422, "refused")
    assert "U+0007" in told.json()["why"]


def test_after_handing_in_nothing_is_written(partnership, browser, coordinator):
    draft = ready_draft(partnership, by=coordinator)
    before = stored(draft)
    workflow.submit(draft, by=coordinator)

    told = save(browser, draft, coordinator, "Too late.", seen=f"{before.version}.")

    assert (told.status_code, told.json()) == (410, {"state": "handed_in"})
    assert stored(draft).text == before.text


@pytest.mark.parametrize(
    ("person", "status"), [("member", 403), ("stranger", 404), ("officer", 404)]
)
def test_nobody_else_writes(draft, person, status, request, signed_in):
    user = request.getfixturevalue(person)
    assert save(signed_in(user), draft, user, "Not mine").status_code == status
    assert stored(draft) is None


def test_a_removed_member_with_an_open_page_is_refused(draft, browser, coordinator):
    first = save(browser, draft, coordinator, "Before")
    coordinator.memberships.all().delete()
    late = save(browser, draft, coordinator, "After", seen=first.json()["seen"])
    assert late.status_code == 404
    assert stored(draft).text == "Before"


def test_a_question_of_another_form_is_not_found(draft, browser, coordinator):
    assert save(browser, draft, coordinator, "?", key="earlier_cooperation").status_code == 404


def test_saving_one_answer_asks_the_database_at_most_twelve_times(
    draft, browser, coordinator, django_assert_max_num_queries
):
    first = save(browser, draft, coordinator, "Två kommuner")
    with django_assert_max_num_queries(12):
        saved = save(browser, draft, coordinator, "Två städer", seen=first.json()["seen"])
    assert saved.status_code == 200


def test_each_form_has_every_question_key_once(db):
    from applications.models import Question, QuestionSet

    for form in QuestionSet.objects.all():
        keys = list(
            Question.objects.filter(section__question_set=form).values_list("key", flat=True)
        )
        assert len(keys) == len(set(keys)), form
