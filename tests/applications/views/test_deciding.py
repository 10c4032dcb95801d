"""The decision: checked once more, taken once, told to whoever comes second."""

import pytest

from applications.models import Application, Decision
from finance.models import Grant
from icld_portal.models import Letter
from tests.factories import cases
from tests.factories.parties import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(partnership, coordinator, officer) -> Application:
    """Two years of 450,000 SEK asked for, and an assessment."""
    case = cases.in_assessment(partnership, by=coordinator, officer=officer, sek=450_000, years=2)
    cases.agreed(case, by=officer)
    Letter.objects.all().delete()
    return case


def address(application) -> str:
    return f"/applications/{application.reference}/decision/"


def approval(first="450 000", second="400 000", reason="En stark ansökan.", button="check"):
    return {
        "outcome": "approved",
        "reason": reason,
        "year-1": first,
        "year-2": second,
        button: "",
    }


def nothing_happened(application) -> bool:
    application.refresh_from_db()
    return application.status == "in_assessment" and not (
        Decision.objects.exists() or Grant.objects.exists() or Letter.objects.exists()
    )


def test_the_form_is_filled_with_what_was_asked_for(signed_in, decider, application):
    page = signed_in(decider, "en").get(address(application)).content.decode()

    assert page.count('value="450\u00a0000"') == 2
    assert "Stark." in page
    assert "500\u00a0000\u00a0kr" in page


def test_checking_shows_sums_and_recipients_and_does_nothing(signed_in, decider, application):
    response = signed_in(decider, "en").post(address(application), approval())

    page = response.content.decode()
    assert response.context["total_sek"] == 850_000
    assert "contact@example.org" in page
    assert 'name="decide"' in page
    assert nothing_happened(application)


def test_going_back_keeps_what_was_written(signed_in, decider, application):
    response = signed_in(decider).post(address(application), approval(button="change"))

    assert response.context["form"]["reason"].value() == "En stark ansökan."
    assert 'name="check"' in response.content.decode()
    assert nothing_happened(application)


def test_an_approval_opens_the_grant_and_tells_both_parties(signed_in, decider, application):
    response = signed_in(decider, "en").post(
        address(application), approval(button="decide"), follow=True
    )

    application.refresh_from_db()
    assert application.status == "approved"
    grant = Grant.objects.get(reference=application.reference)
    assert list(grant.years.values_list("year", "decided_sek")) == [(1, 450_000), (2, 400_000)]
    assert Letter.objects.filter(kind="approved").count() >= 2
    page = response.content.decode()
    assert f"/grants/{application.reference}/" in page
    assert "850\u00a0000\u00a0kr" in page


def test_a_rejection_ignores_the_sums(signed_in, decider, application):
    form = approval(button="decide") | {"outcome": "rejected"}
    signed_in(decider).post(address(application), form)

    application.refresh_from_db()
    assert application.status == "rejected"
    assert not application.decision.years.exists()
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (approval(first="450 001"), "year-1"),
        (approval(first="-1"), "year-1"),
        (approval(first="450.000"), "year-1"),
        (approval(first="0", second="0"), "year-1"),
        (approval(first="", second=""), "year-1"),
        (approval(reason=" "), "reason"),
        (approval(reason="Bra\x07"), "reason"),
        (approval() | {"outcome": "maybe"}, "outcome"),
    ],
)
@pytest.mark.parametrize("button", ["check", "decide"])
def test_a_wrong_decision_is_refused_beside_its_field(
    signed_in, decider, application, form, field, button
):
    response = signed_in(decider, "en").post(address(application), form | {button: ""})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert nothing_happened(application)


def test_a_sum_for_a_year_that_was_not_asked_for_is_never_decided(signed_in, decider, application):
    form = approval(button="decide") | {"year-3": "100 000"}
    signed_in(decider).post(address(application), form)

    decided = application.decision.years.values_list("year", "amount_sek")
    assert list(decided) == [(1, 450_000), (2, 400_000)]


def test_the_second_of_two_deciders_is_told(signed_in, decider, icld, application):
    first, second = signed_in(decider), signed_in(make_person("Test Två", icld, "decider"), "en")
    assert second.post(address(application), approval()).status_code == 200

    first.post(address(application), approval() | {"outcome": "rejected", "decide": ""})
    response = second.post(address(application), approval(button="decide"))

    assert response.status_code == 409
    assert "The case has moved on" in response.content.decode()
    assert response.context["form"]["reason"].value() == "En stark ansökan."
    assert Decision.objects.get().outcome == "rejected"
    assert not Grant.objects.exists()


def test_an_officer_does_not_decide(signed_in, officer, application):
    client = signed_in(officer)

    assert client.get(address(application)).status_code == 403
    assert client.post(address(application), approval(button="decide")).status_code == 403
    assert nothing_happened(application)


def test_a_case_that_is_not_taken_up_is_not_decided(signed_in, decider, partnership, coordinator):
    new = cases.submitted(partnership, by=coordinator)

    response = signed_in(decider).post(address(new), approval(button="decide"))

    assert response.status_code == 409
    new.refresh_from_db()
    assert new.status == "submitted"
    assert not Decision.objects.exists()


def test_a_decided_case_asks_no_more_than_a_page_may(
    signed_in, partnership, coordinator, decider, django_assert_max_num_queries
):
    case = cases.approved(partnership, by=coordinator, decider=decider)
    client = signed_in(decider)
    client.get(case.get_absolute_url())
    with django_assert_max_num_queries(25):
        client.get(case.get_absolute_url())
