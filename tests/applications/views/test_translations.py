"""An answer may have a translation beside it, written by a person, saved and read like it."""

import pytest
from django.urls import reverse

from applications import pdfs
from applications.completeness import section_problems
from applications.models import Answer, Application
from icld_portal import writers
from tests.applications.views.pages import fields_on
from tests.factories.cases import empty_draft, ready_draft, written_draft

pytestmark = pytest.mark.django_db
TRANSLATED = "translation-context"


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return empty_draft(partnership, by=coordinator)


@pytest.fixture
def browser(coordinator, signed_in):
    return signed_in(coordinator, "en")


def address(draft) -> str:
    return reverse("applications:section", args=[draft.handle, "context"])


def translation(draft) -> Answer:
    return Answer.objects.get(sheet=draft.sheet, question__key="context", language="en")


def test_the_fields_are_there_when_asked_for_and_stay_once_written(draft, browser):
    assert TRANSLATED not in fields_on(browser.get(address(draft)))
    page = fields_on(browser.get(f"{address(draft)}?translation"))
    page |= {"question-context": ["Två kommuner."], TRANSLATED: ["Two towns."]}

    browser.post(address(draft), page)

    shown = fields_on(browser.get(address(draft)))
    assert (shown["question-context"], shown[TRANSLATED]) == (["Två kommuner."], ["Two towns."])
    assert Answer.objects.count() == 2


def test_a_translation_is_saved_while_somebody_types(draft, browser, coordinator):
    url = reverse("applications:save_answer", args=[draft.handle, "context"])
    sent = {"seen-translation-context": "0.", "writer": writers.mark_of(coordinator)}
    saved = browser.post(url, sent | {TRANSLATED: "Two towns."})
    assert saved.json()["state"] == "saved"
    assert translation(draft).text == "Two towns."
    stale = browser.post(url, sent | {TRANSLATED: "Two cities."})
    assert (stale.status_code, stale.json()["text"]) == (409, "Two towns.")


def test_two_translators_see_both_texts(draft, browser, partner_coordinator, signed_in):
    other = signed_in(partner_coordinator, "en")
    mine, theirs = (fields_on(one.get(f"{address(draft)}?translation")) for one in (browser, other))
    other.post(address(draft), theirs | {TRANSLATED: ["Two dry towns."]})

    stale = browser.post(address(draft), mine | {TRANSLATED: ["A pair of cities."]})

    assert stale.status_code == 409
    assert f'href="#{TRANSLATED}"' in stale.content.decode()
    assert "Two dry towns." in stale.content.decode()
    both = browser.post(address(draft), fields_on(stale) | {f"settle-{TRANSLATED}": ["both"]})
    assert fields_on(both)[TRANSLATED] == ["Two dry towns.\n\nA pair of cities."]
    history = reverse("applications:answer_history", args=[draft.handle, "context"])
    assert "Two dry towns." in browser.get(f"{history}?language=en").content.decode()


def test_a_translation_is_read_after_the_text_and_answers_nothing_alone(
    partnership, coordinator, browser
):
    draft = ready_draft(partnership, by=coordinator)
    assert section_problems(draft)["context"] == []
    page = fields_on(browser.get(f"{address(draft)}?translation"))
    page |= {"question-context": [""], TRANSLATED: ["Two towns."]}
    browser.post(address(draft), page)
    draft = Application.objects.get(pk=draft.pk)
    assert len(section_problems(draft)["context"]) == 1

    page = fields_on(browser.get(address(draft)))
    browser.post(address(draft), page | {"question-context": ["Två kommuner."]})

    read = browser.get(reverse("applications:read", args=[draft.handle])).content.decode()
    assert 0 < read.index("Två kommuner.") < read.index("Two towns.")
    first = pdfs._sections(Application.objects.get(pk=draft.pk))
    texts = [text for section in first for answered in section.answers for text in answered.texts]
    assert [(text.language, text.text) for text in texts if text.text.startswith("T")] == [
        ("sv", "Två kommuner."),
        ("en", "Two towns."),
    ]


def test_the_page_with_translations_stays_within_its_queries(
    partnership, coordinator, browser, django_assert_max_num_queries
):
    draft = written_draft(partnership, by=coordinator)
    with django_assert_max_num_queries(25):
        page = fields_on(browser.get(f"{address(draft)}?translation"))
    with django_assert_max_num_queries(20):
        browser.post(address(draft), page | {TRANSLATED: ["Two towns."]})
