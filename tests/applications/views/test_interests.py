"""The pages on which interests are declared and assessors are asked."""

import pytest

from applications import workflow
from applications.models import Application, Assignment
from partnerships.models import Interest, User
from tests.factories import cases

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(partnership, coordinator) -> Application:
    return cases.submitted(partnership, by=coordinator)


def address(case, page="") -> str:
    return f"/applications/{case.reference}/{page}"


def test_the_declaration_names_the_parties_and_nothing_of_the_content(
    signed_in, case, outsider, officer
):
    workflow.give(case, to=outsider, by=officer)
    client = signed_in(outsider, "en")

    page = client.get(address(case, "interest/")).content.decode()

    assert "Machakos County" in page
    assert case.title_en not in page
    for hidden in ("", "read/", "papers/receipt/sv/"):
        assert client.get(address(case, hidden)).status_code == 404


def test_no_conflict_opens_the_case(signed_in, case, outsider, officer):
    workflow.give(case, to=outsider, by=officer)
    client = signed_in(outsider)

    response = client.post(address(case, "interest/"), {"answer": "no", "reason": ""})

    assert response.status_code == 302
    assert client.get(address(case, "read/")).status_code == 200


def test_a_conflict_without_a_reason_is_asked_for_it(signed_in, case, officer):
    response = signed_in(officer).post(address(case, "interest/"), {"answer": "yes"})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"reason"}
    assert not Interest.objects.exists()


@pytest.mark.parametrize("form", [{}, {"answer": "perhaps"}, {"answer": "yes", "reason": "x" * 9}])
def test_an_answer_is_yes_or_no(signed_in, case, officer, form):
    client = signed_in(officer)

    response = client.post(address(case, "interest/"), form)

    assert response.status_code == (302 if form.get("reason") else 422)
    assert Interest.objects.count() == (1 if form.get("reason") else 0)


def test_a_conflict_ends_on_the_own_list_and_the_back_button_finds_nothing(
    signed_in, case, officer
):
    client = signed_in(officer, "en")

    response = client.post(
        address(case, "interest/"), {"answer": "yes", "reason": "Min kusin."}, follow=True
    )

    assert response.redirect_chain == [("/assessments/", 302)]
    assert case.title_en not in response.content.decode()
    for page in ("", "interest/", "read/"):
        assert client.get(address(case, page)).status_code == 404
    assert client.post(address(case, "interest/"), {"answer": "no"}).status_code == 404


@pytest.mark.parametrize("person", ["coordinator", "stranger", "outsider"])
def test_who_has_not_been_asked_declares_nothing(request, signed_in, case, person):
    answer = signed_in(request.getfixturevalue(person)).get(address(case, "interest/"))

    assert answer.status_code == (404 if person == "outsider" else 403)


def test_the_administrator_sees_that_there_is_a_conflict_and_takes_it_back(
    signed_in, case, officer, office_administrator
):
    interest = workflow.declare(case, by=officer, has_conflict=True, reason="Fel ärende.")
    client = signed_in(office_administrator, "en")
    page = client.get(address(case)).content.decode()
    assert "conflict of interest: does not see the case" in page
    assert "Fel ärende." not in page
    way = address(case, f"interests/{interest.pk}/withdraw/")

    assert client.post(way, {"reason": ""}).status_code == 422
    assert client.post(way, {"reason": "Det var ett annat ärende."}).status_code == 302
    assert client.post(way, {"reason": "Igen."}).status_code == 404

    assert signed_in(officer).get(address(case)).status_code == 200


def test_an_officer_takes_no_declaration_back(signed_in, case, officer, decider):
    interest = workflow.declare(case, by=officer, has_conflict=True, reason="Jäv.")

    way = address(case, f"interests/{interest.pk}/withdraw/")
    assert signed_in(decider).post(way, {"reason": "Bort."}).status_code == 403


def test_an_assessor_is_asked_and_let_off_on_the_page(signed_in, case, officer, assessor):
    client = signed_in(officer, "en")

    page = client.post(address(case, "assessors/"), {"assessor": assessor.pk}, follow=True)
    assert assessor.name in page.content.decode()
    (assignment,) = Assignment.objects.all()
    client.post(address(case, f"assessors/{assignment.pk}/remove/"))

    assert not Assignment.objects.exists()


def test_somebody_with_a_conflict_is_not_asked(signed_in, case, officer, assessor):
    workflow.declare(case, by=assessor, has_conflict=True, reason="Jäv.")

    response = signed_in(officer).post(address(case, "assessors/"), {"assessor": assessor.pk})

    assert response.status_code == 422
    assert not Assignment.objects.exists()


@pytest.mark.parametrize("person", ["assessor", "reader"])
def test_only_case_keepers_ask_for_assessments(request, signed_in, case, person, decider):
    who = request.getfixturevalue(person)

    response = signed_in(who).post(address(case, "assessors/"), {"assessor": decider.pk})

    assert response.status_code == 403
    assert not Assignment.objects.exists()


def test_an_assignment_of_another_case_is_not_removed_here(
    signed_in, case, partnership, coordinator, officer, assessor
):
    other = cases.submitted(partnership, by=coordinator)
    assignment = workflow.give(other, to=assessor, by=officer)

    answer = signed_in(officer).post(address(case, f"assessors/{assignment.pk}/remove/"))

    assert answer.status_code == 404
    assert Assignment.objects.exists()


def test_an_outsider_lands_on_the_own_list(signed_in, case, outsider, officer):
    workflow.give(case, to=outsider, by=officer)
    client = signed_in(outsider, "en")

    page = client.get("/home/", follow=True)

    assert page.redirect_chain == [("/assessments/", 302)]
    assert case.reference in page.content.decode()
    assert case.title_en not in page.content.decode()
    for path in ("/office/applications/", "/office/rounds/", "/office/organisations/"):
        assert client.get(path).status_code == 403
    assert client.get("/grants/").context["number"] == 0
    icld = outsider.memberships.get().organisation
    assert "members" not in client.get(f"/organisations/{icld.pk}/").context


def test_an_outsider_needs_a_second_factor(client, case, outsider):
    client.force_login(outsider)

    for path in ("/assessments/", address(case, "interest/"), "/applications/"):
        assert client.get(path).url == "/account/two-factor/"


def test_the_own_list_asks_as_often_for_one_row_as_for_a_full_page(
    signed_in, partnership, coordinator, officer, assessor, django_assert_max_num_queries
):
    client = signed_in(assessor)

    def add(number: int) -> None:
        for _case in range(number):
            case = cases.submitted(partnership, by=coordinator)
            workflow.give(case, to=User.objects.get(pk=assessor.pk), by=officer)

    add(1)
    client.get("/assessments/")
    with django_assert_max_num_queries(10) as short:
        client.get("/assessments/")
    add(29)
    with django_assert_max_num_queries(10) as long:
        assert len(client.get("/assessments/").context["page_obj"]) == 25
    assert len(long) == len(short)
