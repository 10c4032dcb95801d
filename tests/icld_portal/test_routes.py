"""Default deny: every route declares who may knock, and the others find a closed door."""

import json
import re
from io import StringIO
from types import ModuleType

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from icld_portal.access import CLOSED, SIGNED_IN, get_only, get_or_post, post_only
from icld_portal.routes import Route, methods_of, routes
from icld_portal.urls import urlpatterns

SAMPLES = {"int": "1", "uuid": "00000000-0000-0000-0000-000000000000"}


def without_policy(found):
    return [route.path for route in found if route.policy is None]


def forgetful(request):
    return HttpResponse("secret")


def lookalike(request):
    return HttpResponse("secret")


@pytest.fixture
def forgetful_urls():
    """The portal's addresses and two more, whose views declare no policy."""
    module = ModuleType("forgetful_urls")
    lookalikes = [path("lookalike/", lookalike, name="account_login")]
    module.urlpatterns = [
        *urlpatterns,
        path("forgetful/<int:pk>/", forgetful, name="forgetful"),
        path("other/", (lookalikes, "other", "other")),
    ]
    return module


def test_every_route_declares_a_policy():
    assert without_policy(routes()) == []


def test_every_open_route_tells_its_methods():
    silent = [route.path for route in routes() if not route.methods and route.policy != CLOSED.name]

    assert silent == []


def test_a_route_without_a_policy_is_found(forgetful_urls):
    assert without_policy(routes(forgetful_urls)) == ["/forgetful/<int:pk>/", "/other/lookalike/"]


@pytest.mark.parametrize("address", ["/forgetful/1/", "/other/lookalike/"])
def test_a_route_without_a_policy_answers_nobody(address, client, settings, forgetful_urls):
    settings.ROOT_URLCONF = forgetful_urls

    response = client.get(address)

    assert response.status_code == 403
    assert b"secret" not in response.content


def test_a_route_tells_its_methods():
    assert methods_of(get_only(forgetful)) == ("GET", "HEAD")
    assert methods_of(SIGNED_IN(post_only(forgetful))) == ("POST",)
    assert methods_of(get_or_post(forgetful)) == ("GET", "HEAD", "POST")
    assert methods_of(forgetful) == ()


def test_a_policy_is_kept_under_other_decorators():
    assert get_only(SIGNED_IN(lambda request: None)).policy is SIGNED_IN
    assert require_GET(SIGNED_IN(lambda request: None)).policy is SIGNED_IN


def test_another_method_is_refused(rf):
    view = post_only(forgetful)

    assert view(rf.get("/")).status_code == 405
    assert view(rf.post("/")).status_code == 200


def test_the_list_is_readable_by_people_and_programs():
    as_json, as_text = StringIO(), StringIO()

    call_command("list_routes", "--json", stdout=as_json)
    call_command("list_routes", stdout=as_text)

    listed = json.loads(as_json.getvalue())
    assert {
        "name": "healthz",
        "path": "/healthz",
        "methods": ["GET", "HEAD"],
        "policy": "public",
    } in (listed)
    assert [row["path"] for row in listed] == [line.split()[0] for line in _lines(as_text)]
    assert "/account/password/reset/key/<uidb36>-<key>/" in [row["path"] for row in listed]


def _lines(text):
    return text.getvalue().splitlines()


def closed_doors():
    return [route for route in routes() if route.policy != "public"]


def address(route: Route) -> str:
    """An address that reaches ``route``: every <part> filled with something plausible."""
    return re.sub(
        r"<(?:(\w+):)?\w+>", lambda part: SAMPLES.get(part[1] or "", "sample"), route.path
    )


@pytest.mark.parametrize("route", closed_doors(), ids=lambda route: route.name)
def test_a_stranger_is_sent_to_sign_in(route, client):
    response = client.get(address(route))

    assert response.status_code == 302
    assert response.url.startswith("/account/login/")


def test_nobody_passes_a_closed_route():
    closed = {route.name for route in routes() if route.policy == CLOSED.name}

    assert "account_signup" in closed
    assert not CLOSED.allows(object())
