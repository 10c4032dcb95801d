"""What waits for one person: own parts that are not ready, comments that name them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications import commenting, todo, workflow, workspace
from applications.models import Application, Status
from partnerships.models import Membership, Role, User
from tests.factories.cases import approve_by_both, empty_draft, written_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return empty_draft(partnership, by=coordinator)


def section(draft, key="context"):
    return draft.sheet.question_set.sections.get(key=key)


def give(draft, *keys: str, to: User, by: User) -> None:
    workspace.assign(draft, {section(draft, key).pk: to.pk for key in keys}, by=by)


def waiting(user: User) -> tuple[list[str], list[str]]:
    user = User.objects.get(pk=user.pk)
    drafts = Application.objects.visible_to(user).filter(status=Status.DRAFT)
    parts = [work.section.key for own in todo.parts_of(user, drafts) for work, _url in own.parts]
    return parts, [mention.comment.text for mention in todo.mentions_of(user, drafts)]


def test_own_parts_wait_until_they_are_marked_as_ready(draft, coordinator, partner_coordinator):
    give(draft, "context", "basics", to=partner_coordinator, by=coordinator)
    workspace.mark_ready(draft, section(draft, "basics"), by=partner_coordinator)
    assert waiting(partner_coordinator) == (["context"], [])
    assert waiting(coordinator) == ([], [])


def test_who_no_longer_writes_has_no_parts(draft, coordinator, partner_coordinator):
    give(draft, "context", to=partner_coordinator, by=coordinator)
    Membership.objects.filter(user=partner_coordinator).update(role=Role.MEMBER)
    assert waiting(partner_coordinator) == ([], [])


def test_a_comment_waits_until_it_is_resolved_or_removed(draft, coordinator, partner_coordinator):
    written = [
        commenting.open_thread(
            draft, section(draft), f"Fråga {number}", by=coordinator, tell=partner_coordinator
        )
        for number in range(3)
    ]
    commenting.resolve(written[0].thread, by=coordinator)
    commenting.remove(written[1], by=coordinator)
    assert waiting(partner_coordinator) == ([], ["Fråga 2"])
    Membership.objects.filter(user=partner_coordinator).delete()
    assert waiting(partner_coordinator) == ([], [])


def test_nothing_of_it_waits_after_handing_in(partnership, coordinator):
    draft = written_draft(partnership, by=coordinator)
    give(draft, "context", to=coordinator, by=coordinator)
    commenting.open_thread(draft, section(draft), "@Test Samordnarsson", by=coordinator)
    before = waiting(coordinator)
    approve_by_both(draft)
    workflow.submit(draft, by=coordinator)
    assert (before, waiting(coordinator)) == ((["context"], ["@Test Samordnarsson"]), ([], []))


def test_the_home_page_lists_them_with_as_many_queries_for_many(
    draft, partnership, coordinator, partner_coordinator, signed_in
):
    def fill(case: Application) -> None:
        give(case, "context", "goals", to=partner_coordinator, by=coordinator)
        commenting.open_thread(
            case, section(case), "Stämmer det?", by=coordinator, tell=partner_coordinator
        )

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            nonlocal page
            page = browser.get(reverse("home")).content.decode()
        return len(queries)

    page = ""
    browser = signed_in(partner_coordinator, "en")
    fill(draft)
    asked()
    few = asked()
    assert f'href="/applications/{draft.key}/sections/context/"' in page
    assert "Test Samordnarsson: Stämmer det?" in page
    for _case in range(12):
        fill(empty_draft(partnership, by=coordinator))
    assert asked() == few
    assert few <= 25
