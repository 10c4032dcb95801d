"""Who writes what, what is ready, what has changed since, who is here."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from applications import workflow, workspace
from applications.drafting import editing, save_answer
from applications.models import Application, Question, Section, SectionVisit, SectionWork
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.models import Membership, Role
from tests.factories.cases import approve_by_both, empty_draft, written_draft
from tests.factories.parties import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return empty_draft(partnership, by=coordinator)


def section(draft, key="context") -> Section:
    return draft.sheet.question_set.sections.get(key=key)


def state(draft, person, key="context") -> workspace.SectionState:
    return workspace.states(draft, person)[section(draft, key).pk]


def write(draft, text, *, by, key="context") -> None:
    question = Question.objects.get(section__question_set=draft.sheet.question_set, key=key)
    with editing(draft, by=by) as locked:
        save_answer(locked, question, text, by=by)


def open_page(draft, person, key="context") -> None:
    workspace.visit(draft, section(draft, key), by=person, at=timezone.now())


def test_a_section_is_given_to_somebody_and_to_nobody_again(
    draft, coordinator, partner_coordinator
):
    workspace.assign(draft, {section(draft).pk: partner_coordinator.pk}, by=coordinator)
    given = state(draft, coordinator)
    workspace.assign(draft, {section(draft).pk: None}, by=partner_coordinator)

    assert (given.assignee, given.assignee_id) == ("Demo Coordinator", partner_coordinator.pk)
    assert state(draft, coordinator).assignee == ""


@pytest.mark.parametrize("person", ["member", "signatory", "stranger", "officer"])
def test_only_somebody_who_writes_in_the_case_is_in_charge(draft, coordinator, person, request):
    chosen = {section(draft).pk: request.getfixturevalue(person).pk}
    with pytest.raises(NotReady):
        workspace.assign(draft, chosen, by=coordinator)
    assert not SectionWork.objects.exists()


@pytest.mark.parametrize("person", ["member", "signatory", "stranger", "officer"])
def test_only_somebody_who_writes_in_the_case_shares_out_or_marks(
    draft, coordinator, person, request
):
    by = request.getfixturevalue(person)
    for deed in (
        lambda: workspace.assign(draft, {section(draft).pk: coordinator.pk}, by=by),
        lambda: workspace.mark_ready(draft, section(draft), by=by),
        lambda: workspace.take_back_ready(draft, section(draft), by=by),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    assert not SectionWork.objects.exists()


def test_who_may_no_longer_write_is_no_longer_waited_for(draft, coordinator, partner_coordinator):
    workspace.assign(draft, {section(draft).pk: partner_coordinator.pk}, by=coordinator)
    Membership.objects.filter(user=partner_coordinator).update(role=Role.MEMBER)
    assert state(draft, coordinator).assignee == ""


def test_a_change_does_not_clear_the_mark_but_is_told_beside_it(
    draft, coordinator, partner_coordinator
):
    write(draft, "Två kommuner.", by=coordinator)
    open_page(draft, coordinator)
    workspace.mark_ready(draft, section(draft), by=coordinator)
    before = state(draft, coordinator)

    write(draft, "Två städer.", by=partner_coordinator)

    after = state(draft, coordinator)
    assert (before.is_ready, before.ready_by) == (True, "Test Samordnarsson")
    assert (before.changed_since_ready, after.changed_since_ready) == (False, True)
    assert after.is_ready
    assert state(draft, coordinator, "swedish_party").changed_since_ready is False


def test_what_somebody_else_has_written_unseen_is_not_marked_as_ready(
    draft, coordinator, partner_coordinator
):
    open_page(draft, coordinator)
    write(draft, "Theirs.", by=partner_coordinator)
    with pytest.raises(NotReady):
        workspace.mark_ready(draft, section(draft), by=coordinator)
    assert not state(draft, coordinator).is_ready

    open_page(draft, coordinator)
    workspace.mark_ready(draft, section(draft), by=coordinator)
    assert state(draft, coordinator).is_ready


def test_the_mark_is_taken_back_by_a_person(draft, coordinator, partner_coordinator):
    workspace.mark_ready(draft, section(draft), by=coordinator)
    workspace.take_back_ready(draft, section(draft), by=partner_coordinator)
    assert not state(draft, coordinator).is_ready


def test_only_what_others_have_written_since_the_last_visit_is_new(
    draft, coordinator, partner_coordinator
):
    write(draft, "Mine.", by=coordinator)
    own, unread = state(draft, coordinator), state(draft, partner_coordinator)
    open_page(draft, partner_coordinator)
    read = state(draft, partner_coordinator)
    write(draft, "Mine again.", by=coordinator)
    changed = state(draft, partner_coordinator)

    assert (own.changed_since_visit, own.never_seen) == (False, False)
    assert (unread.never_seen, unread.changed_since_visit) == (True, False)
    assert (read.never_seen, read.changed_since_visit) == (False, False)
    assert (changed.never_seen, changed.changed_since_visit) == (False, True)


def test_reading_the_whole_draft_counts_as_a_visit_but_as_nobodys_presence(
    draft, coordinator, partner_coordinator
):
    write(draft, "Mine.", by=coordinator)
    open_page(draft, partner_coordinator, "swedish_party")
    sections = draft.sheet.question_set.sections.all()
    workspace.visit_all(draft, sections, by=partner_coordinator, at=timezone.now())

    assert not state(draft, partner_coordinator).never_seen
    assert state(draft, coordinator).present == ()
    assert state(draft, coordinator, "swedish_party").present == ["Demo Coordinator"]


def test_who_was_seen_within_a_minute_is_present_and_nobody_sees_themselves(
    draft, coordinator, partner_coordinator
):
    here = section(draft)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        open_page(draft, partner_coordinator)
        clock.shift(timedelta(seconds=59))
        assert list(workspace.state_of(draft, here, coordinator).present) == ["Demo Coordinator"]
        assert list(workspace.state_of(draft, here, partner_coordinator).present) == []
        clock.shift(timedelta(seconds=1))
        assert list(workspace.state_of(draft, here, coordinator).present) == []


def test_somebody_is_only_where_they_were_seen_last(draft, coordinator, partner_coordinator):
    for key in ("context", "swedish_party"):
        open_page(draft, partner_coordinator, key)
    assert state(draft, coordinator).present == ()
    assert state(draft, coordinator, "swedish_party").present == ["Demo Coordinator"]


def test_presence_is_told_in_words():
    words = workspace.presence_words
    assert words([]) == ""
    assert words(["Anna"]) == "Anna is in this part now."
    assert words(["Anna", "Bo", "Cai"]) == "Anna, Bo and Cai are in this part now."


def test_what_is_not_ready_is_told_where_the_marks_are_used_and_stops_nobody(draft, coordinator):
    sections = list(draft.sheet.question_set.sections.all())

    def told():
        return workspace.ready_problems(sections, workspace.states(draft, coordinator))

    unused = told()
    for one in sections[1:]:
        workspace.mark_ready(draft, one, by=coordinator)

    assert unused == []
    assert [(problem.page, problem.blocks) for problem in told()] == [(sections[0].key, False)]


def test_a_draft_that_is_not_ready_is_handed_in_all_the_same(partnership, coordinator):
    draft = written_draft(partnership, by=coordinator)
    workspace.mark_ready(draft, section(draft), by=coordinator)
    approve_by_both(draft)
    assert workflow.submit(draft, by=coordinator).status == "submitted"


def test_after_handing_in_nothing_of_it_is_changed(partnership, coordinator):
    draft = written_draft(partnership, by=coordinator)
    workspace.mark_ready(draft, section(draft), by=coordinator)
    approve_by_both(draft)
    workflow.submit(draft, by=coordinator)

    with pytest.raises(WrongStatus):
        workspace.mark_ready(draft, section(draft), by=coordinator)
    with pytest.raises(WrongStatus):
        workspace.assign(draft, {section(draft).pk: coordinator.pk}, by=coordinator)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        SectionWork.objects.update(ready_at=None, ready_by=None)


def test_marks_and_assignments_lapse_no_approval_and_change_no_version(partnership, coordinator):
    draft = written_draft(partnership, by=coordinator)
    approve_by_both(draft)
    before = Application.objects.values_list("content_version", "has_approvals").get(pk=draft.pk)

    workspace.assign(draft, {section(draft).pk: coordinator.pk}, by=coordinator)
    workspace.mark_ready(draft, section(draft), by=coordinator)

    after = Application.objects.values_list("content_version", "has_approvals").get(pk=draft.pk)
    assert after == before
    assert before[1] is True


@pytest.mark.parametrize(
    "facts", [{"ready_by": True}, {"changed_by": True}, {"section": "context", "twice": True}]
)
def test_the_database_holds_what_a_mark_is(draft, coordinator, facts):
    one = section(draft)
    if facts.pop("twice", False):
        SectionWork.objects.create(application=draft, section=one)
        facts = {}
    people = dict.fromkeys(facts, coordinator)
    with pytest.raises(IntegrityError), transaction.atomic():
        SectionWork.objects.create(application=draft, section=one, **people)


def test_all_sections_are_asked_for_in_four_queries(
    draft, coordinator, partner_coordinator, robertsfors, django_assert_num_queries
):
    coordinator.roles  # noqa: B018
    case = Application.objects.for_page().get(pk=draft.pk)
    with django_assert_num_queries(4):
        workspace.states(case, coordinator)
    for number in range(30):
        person = make_person(f"Person {number}", robertsfors, Role.FINANCE)
        open_page(draft, person)
    for one in draft.sheet.question_set.sections.all():
        workspace.mark_ready(draft, one, by=coordinator)
    with django_assert_num_queries(4):
        found = workspace.states(case, coordinator)
    assert len(found[section(draft).pk].present) == 30


def test_removing_a_person_forgets_their_visits(draft, robertsfors):
    person = make_person("Snart Borta", robertsfors, Role.FINANCE)
    open_page(draft, person)
    person.delete()
    assert not SectionVisit.objects.exists()
