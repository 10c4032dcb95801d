"""The plan made visible: risks as a matrix, goals in levels, what activities cost, the chain."""

import pytest
from django.urls import reverse

from applications import risk_matrix
from applications.chain import chain_of
from applications.fingerprints import fingerprint
from applications.models import Activity, Application, Outcome, Risk
from applications.reading import activity_sums, content_of
from finance.models import GrantType
from tests.applications.views.pages import fields_on
from tests.factories import cases

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return cases.ready_draft(partnership, by=coordinator)


@pytest.mark.parametrize(
    ("probability", "consequence", "grade"),
    [(1, 4, "low"), (1, 5, "medium"), (3, 3, "medium"), (2, 5, "high"), (5, 5, "high")],
)
def test_a_risk_is_graded_by_probability_times_consequence(probability, consequence, grade):
    assert risk_matrix.grade(probability, consequence) == grade


def test_risks_stand_in_their_squares_by_number():
    risks = [Risk(probability=p, consequence=c) for p, c in ((2, 3), (5, 5), (2, 3))]

    matrix = risk_matrix.matrix_of(risks)

    squares = {
        (row.probability, column): cell.numbers
        for row in matrix.rows
        for column, cell in enumerate(row.cells, start=1)
    }
    assert len(squares) == 25
    assert {place: numbers for place, numbers in squares.items() if numbers} == {
        (2, 3): "1, 3",
        (5, 5): "2",
    }
    assert matrix.rows[0].probability == 5
    assert risk_matrix.matrix_of([]) is None


@pytest.mark.parametrize("page", ["section", "read"])
def test_the_matrix_is_a_picture_with_words(draft, coordinator, signed_in, page):
    address = (
        reverse("applications:read", args=[draft.handle])
        if page == "read"
        else reverse("applications:section", args=[draft.handle, "risks"])
    )
    shown = signed_in(coordinator, "en").get(address).content.decode()
    assert 'role="img" aria-label="Risk matrix: risk 1: probability 2, consequence 3"' in shown


def test_goals_results_and_indicators_are_one_tree(draft, coordinator, signed_in):
    content = content_of(Application.objects.all().with_content().get(pk=draft.pk))
    shown = signed_in(coordinator, "en").get(reverse("applications:read", args=[draft.handle]))
    tree = shown.content.decode().split('<ul class="goal-tree">', 1)[1]

    assert len(content.goals) == 2
    words = ["Long-term goal", "Project goal", "Result 1", "Indicator", "40 % → 60 %"]
    places = [tree.index(word) for word in words]
    assert places == sorted(places)


def test_what_activities_cost_is_summed_by_year_and_party(draft, coordinator, signed_in, machakos):
    browser = signed_in(coordinator, "en")
    here = reverse("applications:section", args=[draft.handle, "activities"])
    before = fingerprint(draft)

    sent = fields_on(browser.get(here)) | {"activities-0-cost_sek": ["25 000"]}
    assert browser.post(here, sent).status_code == 302
    Activity.objects.create(
        application=draft, year=2, organisation=machakos, text="Besök", cost_sek=5_000
    )

    activities = Activity.objects.select_related("organisation")
    assert activity_sums(activities) == [
        ("Year 1", 25_000),
        ("Year 2", 5_000),
        ("Robertsfors kommun", 25_000),
        ("Machakos County", 5_000),
    ]
    assert "What the activities cost" in browser.get(here).content.decode()
    assert fingerprint(draft) != before


def test_an_activity_without_a_cost_is_in_no_sum(draft):
    assert activity_sums(Activity.objects.select_related("organisation")) == []


def states(*found: Application) -> list[tuple[list[str], bool]]:
    return [([link.state for link in step.links], step.is_next) for step in chain_of(found)]


def test_a_new_partnership_begins_with_preparation():
    assert states() == [
        (["not_begun"], True),
        (["not_begun", "not_begun"], False),
        (["not_begun"], False),
        (["not_begun"], False),
    ]


def test_after_an_approved_preparation_the_project_comes_next():
    preparation = Application(pk=1, grant_type=GrantType.PREPARATION, status="approved")
    project = Application(pk=2, grant_type=GrantType.PROJECT, status="draft")
    rejected = Application(pk=3, grant_type=GrantType.PROJECT, status="rejected")

    assert states(preparation)[1] == (["not_begun", "not_begun"], True)
    assert states(preparation, project)[1] == (["under_way", "not_begun"], False)
    assert states(preparation, rejected)[1] == (["again", "not_begun"], True)


def test_the_chain_shows_each_reader_only_what_it_may_see(
    partnership, coordinator, officer, decider, signed_in
):
    handed_in = cases.in_assessment(
        partnership, by=coordinator, officer=officer, grant_type="preparation"
    )
    cases.decide(
        handed_in, by=decider, outcome=Outcome.APPROVED, reason="Bra.", amounts={1: 100_000}
    )
    draft = cases.empty_draft(partnership, by=coordinator)
    address = partnership.get_absolute_url()

    mine = signed_in(coordinator, "en").get(address).content.decode()
    icld = signed_in(officer, "en").get(address).content.decode()

    assert handed_in.reference in mine
    assert handed_in.reference in icld
    assert draft.key in mine
    assert draft.key not in icld
    assert "comes next" in icld
    assert "comes next" not in mine
