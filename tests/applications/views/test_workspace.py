"""The pages on which the parties share the work: sharing out, marks, presence."""

import pytest
from django.urls import reverse

from applications import workflow, workspace
from applications.models import Application, SectionVisit, SectionWork
from partnerships.models import Membership, Role
from tests.applications.views.pages import fields_on
from tests.factories.cases import approve_by_both, empty_draft, written_draft
from tests.factories.parties import make_person

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


def path(draft, name, *more) -> str:
    return reverse(f"applications:{name}", args=[draft.handle, *more])


def section_of(draft, key="context"):
    return draft.sheet.question_set.sections.get(key=key)


def send(browser, draft, key="context", *, then="stay", **changed):
    page = browser.get(path(draft, "section", key))
    sent = fields_on(page) | {"then": [then]} | changed
    return browser.post(path(draft, "section", key), sent, follow=True)


def test_sections_are_shared_out_and_shown_on_every_page(
    draft, browser, partner_coordinator, coordinator
):
    name = f"section-{section_of(draft).pk}"
    sent = fields_on(browser.get(path(draft, "sharing")))
    done = browser.post(
        path(draft, "sharing"), sent | {name: [str(partner_coordinator.pk)]}, follow=True
    )

    assert "The parts are shared out." in done.content.decode()
    assert "Demo Coordinator" in done.content.decode()
    assert "Demo Coordinator" in browser.get(path(draft, "section", "context")).content.decode()
    assert SectionWork.objects.get().assignee == partner_coordinator


def test_two_who_share_out_at_once_keep_each_others_choices(
    draft, browser, partner, coordinator, partner_coordinator
):
    first, second = (section_of(draft, key).pk for key in ("context", "basics"))
    mine, theirs = (fields_on(one.get(path(draft, "sharing"))) for one in (browser, partner))
    chosen = str(coordinator.pk)
    browser.post(path(draft, "sharing"), mine | {f"section-{first}": [chosen]})
    partner.post(path(draft, "sharing"), theirs | {f"section-{second}": [chosen]})

    found = SectionWork.objects.filter(assignee=coordinator).values_list("section", flat=True)
    assert set(found) == {first, second}


@pytest.mark.parametrize("chosen", ["member", "stranger", "nonsense"])
def test_somebody_who_does_not_write_is_not_accepted(draft, browser, chosen, request):
    value = "9" * 30 if chosen == "nonsense" else str(request.getfixturevalue(chosen).pk)
    sent = {f"section-{section_of(draft).pk}": value}
    answer = browser.post(path(draft, "sharing"), sent)
    assert (answer.status_code, SectionWork.objects.count()) == (422, 0)


@pytest.mark.parametrize(
    ("person", "status"),
    [("member", 403), ("signatory", 403), ("stranger", 404), ("officer", 404), ("reader", 404)],
)
def test_sharing_out_is_for_those_who_write(draft, person, status, request, signed_in):
    browser = signed_in(request.getfixturevalue(person))
    answers = browser.get(path(draft, "sharing")), browser.post(path(draft, "sharing"))
    assert [answer.status_code for answer in answers] == [status, status]


def test_a_section_is_saved_and_marked_as_ready_with_one_button(draft, browser):
    done = send(
        browser, draft, then="ready", **{"question-context": ["Två kommuner vid vatten."]}
    ).content.decode()

    assert "Två kommuner vid vatten." in done
    assert "marked as ready by Test Samordnarsson" in done
    assert "Save and say that it is not ready" in done
    send(browser, draft, then="not_ready")
    assert SectionWork.objects.get().ready_at is None


def test_what_cannot_be_saved_is_not_marked_as_ready(draft, browser):
    send(
        browser,
        draft,
        "basics",
        then="ready",
        start_on=["2027-12-31"],
        end_on=["2027-01-01"],
    )
    assert not SectionWork.objects.filter(ready_at__isnull=False).exists()


def test_a_change_after_the_mark_is_told_on_the_task_list_and_at_check(
    partnership, coordinator, browser, partner
):
    draft = written_draft(partnership, by=coordinator)
    browser.get(path(draft, "section", "context"))
    workspace.mark_ready(draft, section_of(draft), by=coordinator)
    send(partner, draft, **{"question-context": ["Changed."]})

    told = "changed after Test Samordnarsson marked it as ready"
    tasks = browser.get(path(draft, "application")).content.decode()
    check = browser.get(path(draft, "check")).content.decode()
    assert told in tasks
    assert "changed since your last visit" in tasks
    assert "was changed after Test Samordnarsson marked it as ready" in check
    assert "is not marked as ready" in check


@pytest.mark.parametrize(
    ("key", "changed"),
    [
        ("basics", {"title_sv": ["Ny titel"]}),
        ("areas", {"goals": ["2"]}),
        ("results", {"results-0-text": ["Nytt resultat"]}),
        ("activities", {"activities-0-text": ["Ny aktivitet"]}),
        ("risks", {"risks-0-owner": ["Någon"]}),
        ("budget", {"lines-1-0-description": ["Tåg"]}),
    ],
)
def test_a_part_counts_as_changed_only_when_something_in_it_was(
    partnership, coordinator, browser, key, changed
):
    draft = written_draft(partnership, by=coordinator, years=3)
    found = draft.sheet.question_set.sections.filter(part=key).get()
    send(browser, draft, found.key)
    assert not SectionWork.objects.exists()

    page = fields_on(browser.get(path(draft, "section", found.key)))
    assert set(changed) <= set(page)
    browser.post(path(draft, "section", found.key), page | changed)
    assert SectionWork.objects.get(section=found).changed_by == coordinator


def test_a_budget_that_was_copied_year_by_year_is_changed(partnership, coordinator, browser):
    draft = written_draft(partnership, by=coordinator, years=2)
    browser.post(path(draft, "budget_copy", 2))
    assert SectionWork.objects.get().section.part == "budget"


# --- Presence -------------------------------------------------------------------------


def test_who_is_here_is_on_the_page_and_told_to_an_open_page(
    draft, browser, partner, django_assert_max_num_queries
):
    partner.get(path(draft, "section", "context"))
    page = browser.get(path(draft, "section", "context")).content.decode()
    partner.get(path(draft, "section", "context"))

    # Two of these are the session and its person.
    with django_assert_max_num_queries(2 + 3):
        told = partner.post(path(draft, "here", "context"), headers={"Accept": "application/json"})

    assert "Demo Coordinator is in this part now." in page
    assert told.json() == {"present": "Test Samordnarsson is in this part now."}
    tasks = browser.get(path(draft, "application")).content.decode()
    assert "Demo Coordinator is in this part now." in tasks


def test_an_open_page_costs_as_much_with_thirty_people_in_it(
    draft, browser, robertsfors, django_assert_num_queries
):
    browser.get(path(draft, "section", "context"))
    for number in range(30):
        person = make_person(f"Person {number}", robertsfors, Role.FINANCE)
        SectionVisit.objects.create(application=draft, section=section_of(draft), user=person)
    with django_assert_num_queries(5):
        browser.post(path(draft, "here", "context"))


@pytest.mark.parametrize("person", ["stranger", "officer", "reader", "member"])
def test_nobody_is_here_without_having_opened_the_page(draft, person, request, signed_in):
    browser = signed_in(request.getfixturevalue(person))
    answer = browser.post(path(draft, "here", "context"))
    assert (answer.status_code, SectionVisit.objects.count()) == (404, 0)


def test_a_removed_member_is_neither_here_nor_told_who_is(draft, browser, partner, coordinator):
    for one in (browser, partner):
        one.get(path(draft, "section", "context"))
    Membership.objects.filter(user=coordinator).delete()
    assert browser.post(path(draft, "here", "context")).status_code == 404


def test_after_handing_in_nobody_is_here(partnership, coordinator, browser):
    draft = written_draft(partnership, by=coordinator)
    browser.get(path(draft, "section", "context"))
    approve_by_both(draft)
    case = workflow.submit(draft, by=coordinator)
    for handle in (draft.key, case.reference):
        assert browser.post(f"/applications/{handle}/sections/context/here/").status_code == 404


def test_icld_sees_nothing_of_it_after_handing_in(
    partnership, coordinator, machakos, decider, signed_in
):
    draft = written_draft(partnership, by=coordinator)
    # No letter goes to a financial officer: the timeline does not name her either.
    writer = make_person("Test Skrivarsson", machakos, Role.FINANCE)
    workspace.assign(draft, {section_of(draft).pk: writer.pk}, by=coordinator)
    workspace.mark_ready(draft, section_of(draft), by=coordinator)
    approve_by_both(draft)
    case = workflow.submit(draft, by=coordinator)
    desk = signed_in(decider, "en")
    for name in ("application", "read"):
        page = desk.get(path(case, name)).content.decode()
        assert writer.name not in page
        assert "marked as ready" not in page
