"""Every route × every role, reading and writing: who gets what, and that no more is written.

The routes are those that ``list_routes`` prints, so a new one without a row fails here.
"""

import logging
from functools import partial

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseNotFound

from icld_portal import urls
from icld_portal.routes import Route, routes
from partnerships.models import User
from tests.matrix import meter, world
from tests.matrix.people import GROUPS, NO_FACTOR, PEOPLE
from tests.matrix.rows import SECOND_FACTOR, SIGN_IN, Row, expected
from tests.matrix.table import MATRIX

HOW_TO = """
{name} has no row in the matrix. Add one line to tests/matrix/table*.py, for example

    "{name}": Row("{path}", get="writers=200 parties=403", post="writers=302! *=403", data={{…}}),

with {{words}} of tests/matrix/world.py in the address; ! marks a write. Whoever is not named gets
404, and the view's policy answers first. Methods of the route: {methods}.
"""
NO_ROUTE = "{name} is in the matrix but is no route any more: take its row away."


@pytest.fixture(scope="module")
def asked(django_db_setup, django_db_blocker):
    """The world of the matrix, made once; every request in it is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        # Thousands of closed doors would each be drawn, and written to the log with a traceback.
        logging.disable(logging.ERROR)
        with pytest.MonkeyPatch.context() as patch:
            for status, answer in ((403, HttpResponseForbidden), (404, HttpResponseNotFound)):
                handler = partial(shut, answer)
                patch.setattr(urls, f"handler{status}", handler, raising=False)
            yield world.build()
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)


def shut(answer: type[HttpResponse], request: HttpRequest, exception: Exception) -> HttpResponse:
    """Refuse without the portal's own page, which has tests of its own."""
    return answer()


def known_routes() -> list[Route]:
    """Every route once; an address that several patterns share is the first one's."""
    return list({route.name: route for route in reversed(routes())}.values())


def answer_to(asked: world.World, row: Row, method: str, state: str, name: str) -> str:
    """Let one person ask, and take back what that wrote; returns status and ``!`` for a write."""
    address = asked.filled_in(row.address, state)
    sent = asked.fields(row.data, state, name) if method == "POST" else None
    before = meter.writes()
    with transaction.atomic():
        browser = asked.people[name].browser
        response = browser.post(address, sent) if method == "POST" else browser.get(address)
        written = meter.written_since(before)
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    location = response.headers.get("Location", "")
    if response.status_code == 302 and location.startswith("/account/login/"):
        answer = SIGN_IN
    elif response.status_code == 302 and name == NO_FACTOR and location == "/account/two-factor/":
        answer = SECOND_FACTOR
    else:
        answer = str(response.status_code)
    return f"{answer}!" if written else answer


def differences(asked: world.World, route: Route, row: Row) -> list[str]:
    """Return what was answered otherwise than the table says."""
    found = []
    for method in ("GET", "POST"):
        for state, cell, people in row.questions(method):
            for name in people:
                wanted = expected(cell, name, route.policy)
                got = answer_to(asked, row, method, state, name)
                if got != wanted:
                    found.append(f"{method} {state}: {name} got {got}, the table says {wanted}")
    return found


def test_every_route_has_a_row():
    missing = [route for route in known_routes() if route.name not in MATRIX]
    texts = [
        HOW_TO.format(name=route.name, path=route.path, methods=", ".join(route.methods))
        for route in missing
    ]
    names = {route.name for route in known_routes()}
    texts += [NO_ROUTE.format(name=name) for name in MATRIX if name not in names]

    assert not texts, "\n".join(texts)


@pytest.mark.parametrize("route", known_routes(), ids=lambda route: route.name)
def test_a_route_answers_each_person_as_the_table_says(route, asked):
    row = MATRIX.get(route.name)
    if row is None:
        pytest.fail(HOW_TO.format(name=route.name, path=route.path, methods=route.methods))

    found = differences(asked, route, row)

    assert not found, "\n".join(["", route.name, *found])


# Addresses that cross two cases or two organisations: what is mine with what is another's.
CROSSED = {
    "another case's letter": "/applications/{case}/attachments/{foreign_letter}/",
    "taking away another's letter": "/applications/{case}/attachments/{foreign_letter}/remove/",
    "another party's registry number": "/applications/{case}/filing/{poti}/",
    "another case's answer to a letter": "/applications/{case}/letters/{poti}/answer/",
    "a person of another organisation": "/organisations/{robertsfors}/people/{foreign_person}/",
    "removing one": "/organisations/{robertsfors}/people/{foreign_person}/remove/",
    "handing over from one": "/organisations/{robertsfors}/people/{foreign_person}/hand-over/",
    "an old form's answer": "/applications/{case}/answers/no-such-question/",
}
REFUSED = {"302", "403", "404", "405", SIGN_IN, SECOND_FACTOR}


@pytest.mark.parametrize("address", CROSSED.values(), ids=CROSSED)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_another_s_is_not_reached_by_way_of_one_s_own(address, method, asked):
    row = Row(address, data={"sure": "yes", "to": "{successor}", "answer": "accept"})

    answers = {name: answer_to(asked, row, method, "draft", name) for name in PEOPLE}

    assert {name: answer for name, answer in answers.items() if answer not in REFUSED} == {}


def test_the_partner_s_other_case_is_no_business_of_ours(asked):
    """Machakos works with two municipalities; neither reads the other's draft."""
    row = Row("/applications/{elsewhere}/", get="other=200 partner=200")
    sees = {name for name in PEOPLE if answer_to(asked, row, "GET", "draft", name) == "200"}

    assert sees == GROUPS["other"] | GROUPS["partner"]


def test_the_meter_sees_each_write_and_no_reading(asked):
    with transaction.atomic():
        before = meter.writes()
        assert User.objects.count() > len(GROUPS["parties"])
        assert meter.written_since(before) == {}
        new = User.objects.create_user("meter@example.org", name="Meter")
        assert meter.written_since(before) == {"partnerships_user": 1}
        User.objects.filter(pk=new.pk).update(name="Another")
        assert meter.written_since(before) == {"partnerships_user": 2}
        with transaction.atomic():
            User.objects.filter(pk=new.pk).update(name="Taken back")
            transaction.set_rollback(True)
        assert meter.written_since(before) == {"partnerships_user": 3}
        User.objects.filter(pk=new.pk).delete()
        assert meter.written_since(before) == {"partnerships_user": 4}
        transaction.set_rollback(True)
