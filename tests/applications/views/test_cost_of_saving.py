"""Saving one answer of a full case asks the database at most twelve times, locks included."""

import pytest
from django.urls import reverse

from applications.models import Answer
from icld_portal import writers
from tests.applications.views.pages import fields_on
from tests.factories.cases import written_draft

pytestmark = pytest.mark.django_db
QUERIES = 12


@pytest.fixture
def draft(partnership, coordinator):
    return written_draft(partnership, by=coordinator)


@pytest.fixture
def answer(draft):
    return Answer.objects.select_related("question__section").get(
        sheet=draft.sheet_id, question__key="context"
    )


def test_saving_a_section_in_which_one_answer_was_changed(
    draft, answer, coordinator, signed_in, django_assert_max_num_queries
):
    browser = signed_in(coordinator)
    key = answer.question.section.key
    path = reverse("applications:section", args=[draft.key, key])
    sent = fields_on(browser.get(path)) | {"question-context": "Nytt och längre"}

    with django_assert_max_num_queries(QUERIES):
        saved = browser.post(path, sent)

    assert saved.status_code == 302
    answer.refresh_from_db()
    assert answer.text == "Nytt och längre"


def test_keeping_one_answer_while_it_is_typed(
    draft, answer, coordinator, signed_in, django_assert_max_num_queries
):
    browser = signed_in(coordinator)
    path = reverse("applications:section", args=[draft.key, answer.question.section.key])
    seen = fields_on(browser.get(path))["seen-context"]
    sent = {
        "question-context": "Nytt och längre",
        "seen-context": seen,
        "writer": writers.mark_of(coordinator),
    }

    with django_assert_max_num_queries(QUERIES):
        kept = browser.post(
            reverse("applications:save_answer", args=[draft.key, "context"]),
            sent,
            headers={"Accept": "application/json"},
        )

    assert kept.json()["state"] == "saved"
    answer.refresh_from_db()
    assert answer.text == "Nytt och längre"
