"""A person of several organisations chooses whose cases the lists show; never more rights."""

import pytest

from partnerships.models import Membership, Role
from tests.factories.cases import empty_draft
from tests.factories.parties import make_partnership

pytestmark = pytest.mark.django_db


@pytest.fixture
def drafts(coordinator, robertsfors, vara, machakos, poti):
    """One draft for each of two organisations that ``coordinator`` works for."""
    Membership.objects.create(user=coordinator, organisation=vara, role=Role.COORDINATOR)
    return [
        empty_draft(make_partnership(robertsfors, machakos), by=coordinator),
        empty_draft(make_partnership(vara, poti), by=coordinator),
    ]


def shown(browser, drafts, there) -> list[bool]:
    page = browser.get(there).content.decode()
    return [draft.key in page for draft in drafts]


def test_home_and_lists_show_the_chosen_organisation(drafts, coordinator, vara, signed_in):
    browser = signed_in(coordinator)
    for there in ("/home/", "/applications/"):
        assert shown(browser, drafts, there) == [True, True]
    browser.post("/act-for/", {"organisation": vara.pk})
    for there in ("/home/", "/applications/"):
        assert shown(browser, drafts, there) == [False, True]
    assert len(browser.get("/partnerships/").context["page_obj"].object_list) == 1
    assert f'value="{vara.pk}" selected' in browser.get("/home/").content.decode()
    browser.post("/act-for/", {"organisation": ""})
    assert shown(browser, drafts, "/home/") == [True, True]


def test_rights_are_those_of_the_memberships(drafts, coordinator, vara, signed_in):
    browser = signed_in(coordinator)
    browser.post("/act-for/", {"organisation": vara.pk})
    assert browser.get(f"/applications/{drafts[0].key}/").status_code == 200
    session = browser.session
    session["acts_for"] = 1
    session.save()
    assert shown(browser, drafts, "/home/") == [True, True]


@pytest.mark.parametrize("value", ["x", "9" * 30, "-1", "\x00", "²"])
def test_an_organisation_of_others_cannot_be_chosen(
    drafts, coordinator, machakos, signed_in, value
):
    browser = signed_in(coordinator)
    for wrong in (value, machakos.pk):
        assert browser.post("/act-for/", {"organisation": wrong}).status_code == 404
    assert shown(browser, drafts, "/home/") == [True, True]


def test_a_choice_ends_with_the_membership(drafts, coordinator, vara, signed_in):
    browser = signed_in(coordinator)
    browser.post("/act-for/", {"organisation": vara.pk})
    Membership.objects.filter(organisation=vara).delete()
    assert shown(browser, drafts, "/home/") == [True, False]
    assert 'action="/act-for/"' not in browser.get("/home/").content.decode()


def test_people_of_one_organisation_see_no_switch(coordinator, signed_in):
    browser = signed_in(coordinator)
    assert 'action="/act-for/"' not in browser.get("/home/").content.decode()
    assert browser.post("/act-for/", {"organisation": ""}).url == "/home/"


def test_strangers_cannot_switch(client):
    assert client.post("/act-for/", {"organisation": ""}).status_code == 302
    assert client.get("/home/").status_code == 302
