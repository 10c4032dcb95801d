"""A form sent by somebody who had been signed out is shown to them again, and to nobody else."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from applications import workflow
from applications.models import Answer, Application
from icld_portal import kept_forms
from tests.applications.views.pages import fields_on
from tests.factories.cases import empty_draft, ready_draft

pytestmark = pytest.mark.django_db
PASSWORD = "a long test password"


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return empty_draft(partnership, by=coordinator)


def address(draft) -> str:
    return reverse("applications:section", args=[draft.handle, "context"])


def sign_in(browser, user):
    return browser.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


@pytest.fixture
def sent(draft, coordinator, signed_in):
    """A browser without a session any more, that has just sent the section."""
    opened = fields_on(signed_in(coordinator, "en").get(address(draft)))
    browser = Client()
    browser.cookies["language"] = "en"
    answer = browser.post(address(draft), opened | {"question-context": ["Typed too long."]})
    assert answer.url == f"{reverse('account_login')}?next={address(draft)}"
    return browser


def test_the_text_is_shown_after_sign_in_and_saved_only_when_asked(sent, draft, coordinator):
    assert "your text is kept" in sent.get(reverse("account_login")).content.decode()
    sign_in(sent, coordinator)
    page = sent.get(address(draft))
    assert fields_on(page)["question-context"] == ["Typed too long."]
    assert 'id="kept-title"' in page.content.decode()
    assert not Answer.objects.exists()

    sent.post(address(draft), fields_on(page))

    assert Answer.objects.get().text == "Typed too long."
    assert 'id="kept-title"' not in sent.get(address(draft)).content.decode()


def test_the_text_can_be_discarded(sent, draft, coordinator):
    sign_in(sent, coordinator)
    page = fields_on(sent.get(address(draft)))
    sent.post(address(draft), page | {"then": ["discard"]})
    assert fields_on(sent.get(address(draft)))["question-context"] == [""]
    assert not Answer.objects.exists()


def test_another_person_at_the_browser_does_not_see_it(sent, draft, partner_coordinator):
    sign_in(sent, partner_coordinator)
    assert "Typed too long." not in sent.get(address(draft)).content.decode()


def test_it_is_kept_for_an_hour(sent, draft, coordinator, monkeypatch):
    sign_in(sent, coordinator)
    later = time.time() + kept_forms.KEPT_SECONDS + 1
    monkeypatch.setattr(kept_forms.time, "time", lambda: later)
    assert "Typed too long." not in sent.get(address(draft)).content.decode()


def test_a_form_from_before_the_last_sign_in_is_shown_again_not_saved(draft, coordinator):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(coordinator)
    opened = fields_on(strict.get(address(draft)))
    opened["csrfmiddlewaretoken"] = ["x" * 64]

    again = strict.post(address(draft), opened | {"question-context": ["Old form."]})

    assert again.url == address(draft)
    assert fields_on(strict.get(address(draft)))["question-context"] == ["Old form."]
    assert not Answer.objects.exists()


def test_a_forged_mark_keeps_nothing(draft):
    answer = Client().post(address(draft), {"writer": "1:forged", "question-context": "x"})
    assert answer.status_code == 302
    assert not answer.wsgi_request.session.get(kept_forms.KEY)


def test_a_kept_text_is_shown_even_when_the_application_has_been_handed_in(
    partnership, coordinator, signed_in
):
    draft = ready_draft(partnership, by=coordinator)
    opened = fields_on(signed_in(coordinator, "en").get(address(draft)))
    browser = Client()
    browser.post(address(draft), opened | {"question-context": ["Too late."]})
    workflow.submit(draft, by=coordinator)
    sign_in(browser, coordinator)

    page = browser.get(address(draft))
    late = browser.post(address(draft), fields_on(page))

    assert fields_on(page)["question-context"] == ["Too late."]
    assert late.status_code == 409
    assert not Answer.objects.filter(text="Too late.").exists()
