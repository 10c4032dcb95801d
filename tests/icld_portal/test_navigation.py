"""Who is shown the way to which pages."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from icld_portal import navigation


def menu(user, path="/"):
    request = RequestFactory().get(path)
    request.user = user
    return navigation.main_menu(request)


def test_a_visitor_is_shown_the_public_pages():
    assert [link.url for link in menu(AnonymousUser())] == ["/", "/questions/", "/guidelines/"]


@pytest.mark.django_db
def test_the_office_and_a_party_are_shown_different_pages(officer, coordinator):
    party, office = menu(coordinator), menu(officer)

    assert [link for link in party if link.url.startswith("/office/")] == []
    assert [link for link in office if link.url == "/home/"] == []


@pytest.mark.parametrize(
    ("path", "marks"),
    [
        ("/", ["page", "", ""]),
        ("/questions/", ["", "page", ""]),
        ("/questions/project/", ["", "true", ""]),
        ("/accessibility/", ["", "", ""]),
    ],
)
def test_the_page_one_stands_on_is_marked(path, marks):
    assert [link.current for link in menu(AnonymousUser(), path)] == marks
