"""Each policy lets in whom its name says, and nobody else."""

from types import ModuleType

import pytest
from django.http import HttpResponse
from django.urls import path, reverse

from icld_portal import access
from icld_portal.access import get_only
from icld_portal.routes import routes
from icld_portal.urls import urlpatterns
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
