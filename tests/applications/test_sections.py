"""Writing an application, one section a page."""

import pytest
from django.urls import reverse

from applications.models import Application
from tests.factories.cases import empty_draft, ready_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return empty_draft(partnership, by=coordinator)


def address(application: Application, key: str) -> str:
    return reverse("applications:section", args=[application.handle, key])


def test_every_page_of_the_journey_opens(partnership, coordinator, signed_in):
    for grant_type in ("preparation", "project", "steering_group", "development", "dissemination"):
        for make in (empty_draft, ready_draft):
            draft = make(partnership, by=coordinator, grant_type=grant_type)
            browser = signed_in(coordinator, "en")
            pages = [address(draft, s.key) for s in draft.sheet.question_set.sections.all()]
            pages += [
                reverse(f"applications:{name}", args=[draft.handle])
                for name in ("application", "check", "read", "letters")
            ]
            for page in [
                *pages,
                "/home/",
                "/applications/",
                "/applications/new/",
                "/partnerships/",
                "/partnerships/new/",
                "/organisations/",
                partnership.get_absolute_url(),
            ]:
                answer = browser.get(page)
                assert answer.status_code == 200, page
                assert len(answer.content) < 60_000, page
