"""What waits for one person: own parts that are not ready, comments that name them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications import commenting, todo, workflow, workspace
from applications.models import Application, Status
from applications.noticeboard import notices_of, unread_count
from icld_portal.models import Letter
from partnerships.models import Membership, Role, User
from tests.factories.cases import agreed, approve_by_both, empty_draft, in_assessment, written_draft
from tests.factories.parties import make_person

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


# --- Decisions outside a meeting ---------------------------------------------------------


@pytest.fixture
def case(partnership, coordinator, officer) -> Application:
    found = in_assessment(partnership, by=coordinator, officer=officer)
    agreed(found, by=officer)
    return found


def proposed(case, *, by: User):
    return workflow.propose_alone(case, by=by, outcome="rejected", reason="För vag.")


def proposals(user: User) -> list[str]:
    found = todo.proposals_of(User.objects.get(pk=user.pk))
    return [one.application.reference for one in found]


def letters(kind: str) -> list[str]:
    return sorted(Letter.objects.filter(kind=kind).values_list("to_email", flat=True))


def test_a_decision_waits_for_each_decision_maker_but_its_proposer(
    case, officer, decider, reader, coordinator
):
    proposed(case, by=officer)
    assert [proposals(one) for one in (decider, officer, reader, coordinator)] == [
        [case.reference],
        [],
        [],
        [],
    ]
    assert letters("proposal_awaits") == [decider.email]
    assert "För vag" not in Letter.objects.get(kind="proposal_awaits").body
    assert notices_of(decider).filter(kind="proposal_awaits").count() == 1


def test_what_is_sent_back_waits_for_its_proposer_with_the_reason(case, officer, decider):
    pending = proposed(case, by=officer)
    workflow.send_back(case, by=decider, version=pending.version, reason="Läs budgeten igen.")
    assert (proposals(decider), proposals(officer)) == ([], [case.reference])
    letter = Letter.objects.get(kind="proposal_sent_back")
    assert (letter.to_email, "Läs budgeten igen." in letter.body) == (officer.email, True)


def test_a_notice_is_over_when_nothing_waits_any_more(case, officer, decider, icld):
    other = make_person("Andra Beslutsson", icld, Role.DECIDER)
    pending = proposed(case, by=officer)
    workflow.send_back(case, by=decider, version=pending.version, reason="Läs igen.")
    assert unread_count(other) == 0 < unread_count(officer)
    anew = workflow.propose_alone(
        case, by=officer, outcome="rejected", reason="För vag.", version=pending.version + 1
    )
    assert unread_count(officer) == 0 < unread_count(other)
    workflow.decide(case, by=decider, version=anew.version)
    assert unread_count(other) == 0


def test_a_change_of_what_waits_is_not_told_again(case, officer, decider):
    pending = proposed(case, by=officer)
    workflow.propose_alone(
        case, by=officer, outcome="rejected", reason="Klarare.", version=pending.version
    )
    assert letters("proposal_awaits") == [decider.email]


def test_who_has_a_conflict_or_is_of_a_party_is_neither_told_nor_waited_for(
    case, officer, decider, icld, robertsfors
):
    biased, related = (make_person(name, icld, Role.DECIDER) for name in ("Jävig", "Släkt"))
    biased.interests.create(case_reference=case.reference, has_conflict=True, reason="Syskon")
    Membership.objects.create(user=related, organisation=robertsfors, role=Role.STEERING)
    proposed(case, by=officer)
    assert letters("proposal_awaits") == [decider.email]
    assert [proposals(one) for one in (biased, related, decider)] == [[], [], [case.reference]]


def test_the_work_list_opens_with_them_and_a_filter_hides_them(case, officer, decider, signed_in):
    proposed(case, by=officer)
    browser = signed_in(decider)
    waiting_there = f'href="/applications/{case.reference}/decision/"'
    shown = [
        waiting_there in browser.get(f"/office/applications/{query}").content.decode()
        for query in ("?view=none", "", "?status=in_assessment")
    ]
    assert shown == [True, True, False]
    timeline = signed_in(officer).get(case.get_absolute_url()).content.decode()
    assert "proposal_awaits" not in timeline


def test_more_decisions_cost_the_list_one_question(
    case, partnership, coordinator, officer, decider, signed_in, django_assert_max_num_queries
):
    proposed(case, by=officer)
    browser = signed_in(decider)
    browser.get("/office/applications/")
    with django_assert_max_num_queries(17) as few:
        browser.get("/office/applications/")
    for _number in range(3):
        other = in_assessment(partnership, by=coordinator, officer=officer)
        agreed(other, by=officer)
        proposed(other, by=officer)
    with django_assert_max_num_queries(len(few)):
        assert len(browser.get("/office/applications/").context["proposals"]) == 4
