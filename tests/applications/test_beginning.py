"""Beginning well: one draft of a kind, bundles, and new cases from earlier ones."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from applications import beginning, workflow
from applications.drafting import answers_by_question, editing, write_answer
from applications.models import Answer, Application, Bundle, Outcome, Question, Status
from finance.models import BudgetLine, Guideline
from icld_portal.problems import NotReady
from tests.applications.test_parallel import at_once
from tests.factories import cases

pytestmark = pytest.mark.django_db


def start(partnership, by, grant_type="project"):
    cases.open_round()
    return workflow.start_application(partnership, grant_type, by=by)


def test_a_partnership_has_one_draft_of_a_kind_in_a_round(partnership, coordinator):
    first = start(partnership, coordinator)

    with pytest.raises(workflow.AlreadyBegun) as refused:
        start(partnership, coordinator)

    assert refused.value.draft == first
    assert start(partnership, coordinator, "dissemination").grant_type == "dissemination"


def test_a_case_that_is_handed_in_does_not_stop_another(partnership, coordinator):
    workflow.submit(cases.ready_draft(partnership, by=coordinator), by=coordinator)
    assert start(partnership, coordinator).status == Status.DRAFT


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_make_one_draft(partnership, coordinator):
    cases.open_round()

    def click(_place):
        try:
            return workflow.start_application(partnership, "project", by=coordinator).pk
        except workflow.AlreadyBegun as refused:
            return refused.draft.pk

    assert len(set(at_once(8, click))) == 1
    assert Application.objects.count() == 1


def test_the_page_links_to_the_draft_that_exists(partnership, coordinator, signed_in):
    first = start(partnership, coordinator)
    with editing(first, by=coordinator):
        pass
    sent = {"partnership": partnership.pk, "grant_type": "project", "language": "sv"}

    page = signed_in(coordinator).post(reverse("applications:new"), sent)

    assert page.status_code == 422
    assert first.get_absolute_url() in page.content.decode()
    assert Application.objects.get() == first


def test_a_project_and_its_steering_group_are_begun_together(partnership, coordinator, signed_in):
    cases.open_round()
    sent = {"partnership": partnership.pk, "grant_type": "project", "language": "sv"}
    browser = signed_in(coordinator, "en")

    done = browser.post(reverse("applications:new"), sent | {"with_steering_group": "on"})

    project, steering = Application.objects.order_by("pk")
    assert (project.grant_type, steering.grant_type) == ("project", "steering_group")
    assert project.bundle == steering.bundle == Bundle.objects.get()
    assert done.url == project.get_absolute_url()
    assert steering.get_absolute_url() in browser.get(done.url).content.decode()


def test_a_bundle_is_made_whole_or_not_at_all(partnership, coordinator, stranger):
    begun = start(partnership, coordinator, "steering_group")

    with pytest.raises(workflow.AlreadyBegun):
        beginning.start_bundle(partnership, by=coordinator)
    with pytest.raises(PermissionDenied):
        beginning.start_bundle(partnership, by=stranger)

    assert list(Application.objects.all()) == [begun]
    assert not Bundle.objects.exists()


def test_only_a_project_comes_with_a_steering_group(partnership, coordinator, signed_in):
    cases.open_round()
    sent = {"partnership": partnership.pk, "grant_type": "dissemination", "language": "sv"}
    browser = signed_in(coordinator)
    page = browser.post(reverse("applications:new"), sent | {"with_steering_group": "on"})
    assert page.status_code == 422
    assert not Application.objects.exists()


@pytest.fixture
def rejected(partnership, coordinator, officer, decider) -> Application:
    case = cases.in_assessment(partnership, by=coordinator, officer=officer, sek=123_000, years=2)
    cases.decide(case, by=decider, outcome=Outcome.REJECTED, reason="Indikatorerna är för vaga.")
    return Application.objects.get(pk=case.pk)


def texts(case):
    return {
        answer.question.key: answer.text
        for answer in Answer.objects.filter(sheet=case.sheet_id).select_related("question")
    }


def test_a_rejected_application_is_begun_anew_with_all_its_content(rejected, coordinator):
    made = beginning.start_from(rejected, "project", by=coordinator)

    made = Application.objects.get(pk=made.pk)
    assert (made.status, made.copied_from, made.start_on) == (Status.DRAFT, rejected, None)
    assert (made.title_sv, made.title_en) == (rejected.title_sv, rejected.title_en)
    assert texts(made) == texts(rejected) != {}
    assert len(answers_by_question(made)) == len(texts(made))
    for rows in ("results", "activities", "risks", "core_areas", "goals"):
        assert [str(row) for row in getattr(made, rows).all()] == [
            str(row) for row in getattr(rejected, rows).all()
        ]
    assert [row.text for row in made.results.get().indicators.all()] == ["Andel hushåll"]
    assert sorted(made.budget.lines.values_list("year", "amount_sek")) == [
        (1, 123_000),
        (2, 123_000),
    ]
    assert made.case_parties.get(is_grantee=True).contact_name == "Test Kontaktsson"
    assert beginning.left_out(rejected, made) == []


def test_translations_of_answers_come_along_beside_them(partnership, coordinator):
    written = cases.written_draft(partnership, by=coordinator)
    context = Question.objects.get(section__question_set=written.sheet.question_set, key="context")
    with editing(written, by=coordinator) as draft:
        write_answer(draft, context, "Two towns.", stored=None, by=coordinator, language="en")
    cases.approve_by_both(written)
    source = workflow.submit(Application.objects.get(pk=written.pk), by=coordinator)

    made = beginning.start_from(source, "project", by=coordinator)

    made = Application.objects.get(pk=made.pk)
    assert made.language == "sv"
    assert {key: answer.text for key, answer in answers_by_question(made, "en").items()} == {
        context.pk: "Two towns."
    }
    assert len(answers_by_question(made)) == len(answers_by_question(source))
    assert beginning.left_out(source, made) == []


def test_what_has_no_place_in_another_form_is_listed_whole(rejected, coordinator, in_english):
    made = beginning.start_from(rejected, "dissemination", by=coordinator)

    placed, listed = texts(made), beginning.left_out(rejected, made)

    assert placed.keys() < texts(rejected).keys()
    assert len(listed) == len(texts(rejected)) - len(placed)
    assert {row.text for row in listed} <= set(texts(rejected).values())


@pytest.fixture
def guidelines_without_travel(rejected) -> Guideline:
    """Today's guidelines: as before, but travel is not financed any more."""
    before = rejected.budget.guideline
    new = Guideline.objects.create(
        version=before.version + 1,
        valid_from=timezone.localdate(),
        day_rate_sek=before.day_rate_sek,
    )
    for row in [*before.amounts.all(), *before.categories.exclude(code="travel")]:
        row.pk, row.guideline, row._state.adding = None, new, True
        row.save()
    new.published_at = timezone.now()
    new.save()
    return new


def test_a_cost_that_is_not_in_the_guidelines_of_today_is_listed(
    rejected, coordinator, in_english, guidelines_without_travel
):
    made = beginning.start_from(rejected, "project", by=coordinator)
    assert made.budget.guideline == guidelines_without_travel
    assert not made.budget.lines.exists()

    listed = beginning.left_out(rejected, made)

    assert [row.title for row in listed] == [
        "Budget line, year 1, Robertsfors kommun",
        "Budget line, year 2, Robertsfors kommun",
    ]


def test_a_draft_or_another_s_case_is_not_begun_from(
    rejected, partnership, coordinator, stranger, officer
):
    draft = cases.empty_draft(partnership, by=coordinator)
    for source, by in ((draft, coordinator), (rejected, stranger), (rejected, officer)):
        with pytest.raises(PermissionDenied):
            beginning.start_from(source, "preparation", by=by)
    assert Application.objects.count() == 2


def test_when_no_round_is_open_nothing_is_made(rejected, coordinator):
    with pytest.raises(NotReady):
        beginning.start_from(rejected, "project", by=coordinator, at=rejected.round.closes_at)
    assert Application.objects.count() == 1
    assert BudgetLine.objects.count() == 2


def test_the_pages_show_the_decision_beside_the_new_text(rejected, coordinator, signed_in):
    browser = signed_in(coordinator, "en")
    again = reverse("applications:again", args=[rejected.handle])
    assert again in browser.get(rejected.get_absolute_url()).content.decode()
    assert browser.get(again).status_code == 200

    done = browser.post(again, {"grant_type": "project"})
    twice = browser.post(again, {"grant_type": "project"})

    made = Application.objects.get(copied_from=rejected)
    assert done.url == reverse("applications:source", args=[made.handle])
    assert twice.status_code == 422
    assert made.get_absolute_url() in twice.content.decode()
    section = reverse("applications:section", args=[made.handle, "results"])
    for address in (done.url, section):
        assert "Indikatorerna är för vaga." in browser.get(address).content.decode()
    assert rejected.reference in browser.get(made.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("member", 403), ("officer", 403)])
def test_others_do_not_begin_from_the_case(rejected, who, status, request, signed_in):
    browser = signed_in(request.getfixturevalue(who))
    again = reverse("applications:again", args=[rejected.handle])
    assert browser.get(again).status_code == status
    assert browser.post(again, {"grant_type": "project"}).status_code == status
    assert Application.objects.count() == 1


def test_icld_s_work_list_marks_what_was_applied_for_together(
    partnership, coordinator, officer, signed_in
):
    cases.open_round()
    for draft in beginning.start_bundle(partnership, by=coordinator):
        cases.fill(draft, by=coordinator)
        cases.approve_by_both(draft)
        workflow.submit(Application.objects.get(pk=draft.pk), by=coordinator)
    cases.submitted(partnership, by=coordinator, grant_type="dissemination", sek=40_000)

    page = signed_in(officer, "en").get(reverse("applications:worklist")).content.decode()

    assert page.count('<span class="quiet">bundle</span>') == 2
