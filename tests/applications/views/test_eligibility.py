"""The self-test before applying: a clear answer with reasons, and nothing stored."""

import pytest
from django.urls import reverse

from icld_portal.models import Event
from partnerships.models import Country, OrganisationKind

pytestmark = pytest.mark.django_db
GOOD = {
    "kind": "municipality",
    "country": "KE",
    "governed": "yes",
    "common_problem": "yes",
    "mutual": "yes",
    "organisation": "yes",
}


@pytest.fixture
def ask(client):
    client.cookies["language"] = "en"

    def post(**changed):
        return client.post(reverse("applications:eligibility"), GOOD | changed)

    return post


def test_anybody_can_ask_without_signing_in(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        assert client.get(reverse("applications:eligibility")).status_code == 200


def test_who_meets_all_is_told_so_and_nothing_is_kept(ask):
    page = ask()
    assert page.status_code == 200
    assert "Yes, you meet the conditions" in page.content.decode()
    assert "Not met:" not in page.content.decode()
    assert not Event.objects.exists()
    assert "sessionid" not in page.cookies


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"kind": "other"}, "A Swedish municipality, region"),
        ({"country": "other"}, "country is not open"),
        ({"governed": "no"}, "must be a politically governed"),
        ({"common_problem": "no"}, "a problem that both parties have"),
        ({"mutual": "no"}, "both parties must learn"),
        ({"organisation": "no"}, "capacity of the organisations"),
    ],
)
def test_what_is_not_met_is_named(ask, changed, reason):
    page = ask(**changed).content.decode()
    assert "Not as it stands" in page
    assert reason in page
    assert page.count("Not met:") == 1


def test_the_test_follows_the_data_that_staff_change(ask):
    Country.objects.filter(code="KE").update(is_open=False)
    assert ask().status_code == 422
    OrganisationKind.objects.filter(code="municipality").update(may_apply=False)
    assert "Not as it stands" in ask(country="UG").content.decode()


def test_a_missing_or_strange_answer_is_asked_for_again(ask):
    page = ask(mutual="", kind="<script>")
    assert page.status_code == 422
    assert "Choose an answer." in page.content.decode()
