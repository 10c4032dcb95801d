"""Each policy lets in whom its name says, and nobody else."""

import re
from types import ModuleType

import pytest
from django.http import HttpResponse
from django.urls import path, reverse

from icld_portal import access
from icld_portal.access import get_only
from icld_portal.routes import routes
from icld_portal.urls import urlpatterns
from partnerships.models import Membership, Role
from tests.icld_portal.test_routes import address

DOORS = {
    "public": access.PUBLIC,
    "signed-in": access.SIGNED_IN,
    "shared": access.PARTIES_AND_OFFICE,
    "office": access.OFFICE,
    "administrators": access.OFFICE_ADMINISTRATORS,
    "closed": access.CLOSED,
}
KEYS = {
    "coordinator": {"public", "signed-in", "shared"},
    "reader": {"public", "signed-in", "shared", "office"},
    "officer": {"public", "signed-in", "shared", "office"},
    "decider": {"public", "signed-in", "shared", "office"},
    "office_administrator": {"public", "signed-in", "shared", "office", "administrators"},
}
pytestmark = pytest.mark.django_db


def door(policy):
    def inside(request):
        return HttpResponse("inside")

    return policy(get_only(inside))


@pytest.fixture
def doors(settings):
    """One address per policy, beside those of the portal."""
    module = ModuleType("doors")
    module.urlpatterns = [
        *urlpatterns,
        *(path(f"doors/{name}/", door(policy)) for name, policy in DOORS.items()),
    ]
    settings.ROOT_URLCONF = module


@pytest.mark.parametrize("person", KEYS)
@pytest.mark.usefixtures("doors")
def test_a_person_passes_exactly_the_doors_of_their_roles(person, request, signed_in):
    browser = signed_in(request.getfixturevalue(person))

    answers = {name: browser.get(f"/doors/{name}/").status_code for name in DOORS}

    assert answers == {name: 200 if name in KEYS[person] else 403 for name in DOORS}


@pytest.mark.parametrize("name", ["office", "shared"])
@pytest.mark.usefixtures("doors")
def test_a_member_of_the_office_needs_a_second_factor(name, client, officer):
    client.force_login(officer)

    response = client.get(f"/doors/{name}/")

    assert (response.status_code, response.url) == (302, reverse("mfa_index"))


@pytest.mark.usefixtures("doors")
def test_a_person_who_may_no_longer_sign_in_is_a_stranger(coordinator, signed_in):
    browser = signed_in(coordinator)
    coordinator.is_active = False
    coordinator.save()

    assert browser.get("/doors/signed-in/").status_code == 302


def test_a_coordinator_passes_no_door_of_the_office(coordinator, signed_in):
    browser = signed_in(coordinator)
    others = {policy.name for name, policy in DOORS.items() if name not in KEYS["coordinator"]}

    closed = [address(route) for route in routes() if route.policy in others]

    assert "/account/signup/" in closed
    assert {(place, browser.get(place).status_code) for place in closed} == {
        (place, 403) for place in closed
    }


# Where ICLD's people are led on, or may see that they have to set up their second factor.
WITHOUT_SECOND_FACTOR = ("/account/", "/home/")


def test_no_page_shows_icld_anything_without_a_second_factor(client, officer):
    client.force_login(officer)
    closed = [
        address(route)
        for route in routes()
        if "GET" in route.methods
        and route.policy not in (access.PUBLIC.name, access.CLOSED.name)
        and not route.path.startswith(WITHOUT_SECOND_FACTOR)
    ]
    # An administrator's pages refuse an officer before the second factor is asked for.
    answers = {place: client.get(place) for place in closed}
    led = {place for place, answer in answers.items() if answer.status_code == 302}

    assert {"/applications/sample/papers/sample/sample/", "/grants/", "/grants/sample/"} <= led
    assert {answers[place].url for place in led} == {reverse("mfa_index")}
    assert {answers[place].status_code for place in set(closed) - led} <= {403}


@pytest.mark.parametrize("handle", ["%00", "a%00-", "2026-0001%00", "%F0%9F%98%80", "x" * 4000])
def test_a_nonsense_reference_is_not_found_anywhere(handle, decider, icld, signed_in):
    # Who may knock everywhere.
    Membership.objects.create(user=decider, organisation=icld, role=Role.OFFICE_ADMINISTRATOR)
    browser = signed_in(decider)
    places = [
        route.path.replace("<slug:handle>", handle).replace("<slug:reference>", handle)
        for route in routes()
        if "handle>" in route.path or "reference>" in route.path
    ]
    places = [re.sub("<[^>]+>", "1", place) for place in places]

    answers = {(place, browser.get(place).status_code) for place in places}

    assert len(places) > 15
    assert {status for _place, status in answers} <= {404, 405}
