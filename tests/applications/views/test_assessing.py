"""A case as ICLD sees it: taking it up, handing it over, assessing it."""

import pytest

from applications import beginning, workflow
from applications.models import Application, Outcome
from tests.factories import cases

pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(partnership, coordinator) -> Application:
    return cases.submitted(partnership, by=coordinator, sek=450_000, years=2)


@pytest.fixture
def in_assessment(submitted, officer) -> Application:
    return workflow.take_up(submitted, by=officer)


def address(application, page="") -> str:
    return f"/applications/{application.handle}/{page}"


def assessed(application, by, text="Stark på delaktighet.") -> None:
    cases.agreed(application, by=by, text=text)


@pytest.mark.parametrize(
    ("person", "step"), [("officer", "take_up"), ("decider", "take_up"), ("reader", "wait")]
)
def test_the_next_step_of_a_new_case_follows_the_role(request, signed_in, submitted, person, step):
    response = signed_in(request.getfixturevalue(person)).get(address(submitted))

    assert (response.status_code, response.context["step"]) == (200, step)


def test_the_next_step_goes_from_assessing_to_deciding(signed_in, in_assessment, officer, decider):
    def step(user) -> str:
        return signed_in(user).get(address(in_assessment)).context["step"]

    assert (step(officer), step(decider)) == ("agree", "agree")
    assessed(in_assessment, officer)
    assert (step(officer), step(decider)) == ("propose", "propose")
    proposal = workflow.propose_alone(
        in_assessment, by=officer, outcome=Outcome.REJECTED, reason="Nej."
    )
    assert (step(officer), step(decider)) == ("wait_for_decision", "decide")
    workflow.send_back(in_assessment, by=decider, version=proposal.version, reason="Varför?")
    assert (step(officer), step(decider)) == ("propose_again", "propose_again")
    anew = workflow.propose_alone(
        in_assessment, by=officer, outcome=Outcome.REJECTED, reason="Därför.", version=2
    )
    workflow.decide(in_assessment, by=decider, version=anew.version)
    assert (step(officer), step(decider)) == ("rejected", "rejected")


def test_the_case_shows_its_facts_sums_and_timeline(signed_in, in_assessment, officer, coordinator):
    assessed(in_assessment, officer)

    page = signed_in(officer, "en").get(address(in_assessment)).content.decode()

    for shown in (
        in_assessment.reference,
        "Clean water in two towns",
        "Machakos County, Kenya",
        "contact@example.org",
        "Ceiling in the budget guidelines: 500\u00a0000\u00a0kr per year",
        "900\u00a0000\u00a0kr",
        "Stark på delaktighet.",
        "Taken up for assessment",
        f"({coordinator.name})",
    ):
        assert shown.lower() in page.lower()


def test_a_draft_is_not_found_by_icld(signed_in, officer, coordinator, partnership):
    draft = cases.ready_draft(partnership, by=coordinator)

    for page in ("", "assessment/", "decision/", "decided/"):
        assert signed_in(officer).get(address(draft, page)).status_code == 404
    assert signed_in(officer).post(address(draft, "take-up/")).status_code == 404


def test_taking_up_makes_the_officer_keeper_of_the_case(signed_in, submitted, officer):
    response = signed_in(officer).post(address(submitted, "take-up/"), follow=True)

    submitted.refresh_from_db()
    assert (submitted.status, submitted.officer) == ("in_assessment", officer)
    assert response.redirect_chain == [(address(submitted), 302)]


def test_the_second_to_take_up_is_told(signed_in, submitted, officer, decider):
    workflow.take_up(submitted, by=officer)

    response = signed_in(decider, "en").post(address(submitted, "take-up/"), follow=True)

    submitted.refresh_from_db()
    assert submitted.officer == officer
    assert "The case has moved on" in response.content.decode()


@pytest.mark.parametrize("person", ["coordinator", "stranger", "reader"])
@pytest.mark.parametrize("deed", ["take-up/", "officer/", "assessment/", "decision/"])
def test_nobody_else_does_an_officers_work(request, signed_in, in_assessment, person, deed):
    response = signed_in(request.getfixturevalue(person)).post(address(in_assessment, deed))

    assert response.status_code == 403
    assert not in_assessment.assessments.exists()


def test_a_case_is_handed_to_a_colleague(signed_in, in_assessment, officer, decider):
    signed_in(officer).post(address(in_assessment, "officer/"), {"officer": decider.pk})

    in_assessment.refresh_from_db()
    assert in_assessment.officer == decider


@pytest.mark.parametrize("chosen", ["coordinator", "reader"])
def test_only_an_officer_can_be_given_a_case(request, signed_in, in_assessment, officer, chosen):
    other = request.getfixturevalue(chosen)

    response = signed_in(officer, "en").post(
        address(in_assessment, "officer/"), {"officer": other.pk}, follow=True
    )

    in_assessment.refresh_from_db()
    assert in_assessment.officer == officer
    assert "Choose one of ICLD" in response.content.decode()


def test_the_case_page_asks_as_much_for_a_long_history_as_for_a_short_one(
    signed_in, in_assessment, officer, decider, django_assert_max_num_queries
):
    client = signed_in(decider)
    cases.asked(in_assessment, by=officer)
    assessed(in_assessment, officer)
    client.get(address(in_assessment))
    with django_assert_max_num_queries(25) as short:
        client.get(address(in_assessment))

    for _number in range(10):
        workflow.assign(in_assessment, to=decider, by=officer)
        cases.asked(in_assessment, by=officer)

    with django_assert_max_num_queries(25) as long:
        client.get(address(in_assessment))
    assert len(long) == len(short)


def test_icld_sees_the_chain_and_what_was_applied_for_together_but_no_draft(
    partnership, coordinator, officer, signed_in
):
    cases.open_round()
    made = beginning.start_bundle(partnership, by=coordinator, language="sv")
    project, group = made
    cases.fill(project, by=coordinator)
    cases.approve_by_both(project)
    case = workflow.submit(Application.objects.get(pk=project.pk), by=coordinator)
    browser = signed_in(officer, "en")

    page = browser.get(case.get_absolute_url()).content.decode()
    assert "The chain of the partnership" in page
    assert "Applied for together with" not in page
    assert group.key not in page

    cases.fill(group, by=coordinator)
    cases.approve_by_both(group)
    group = workflow.submit(Application.objects.get(pk=group.pk), by=coordinator)

    page = browser.get(case.get_absolute_url()).content.decode()
    assert "Applied for together with" in page
    assert f'href="{group.get_absolute_url()}"' in page
