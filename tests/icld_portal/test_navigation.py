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
    party, office = ([link.url for link in menu(person)] for person in (coordinator, officer))

    assert party == [
        "/home/",
        "/applications/",
        "/reports/",
        "/partnerships/",
        "/steering-groups/",
        "/organisations/",
    ]
    assert office == [
        "/office/applications/",
        "/assessments/",
        "/grants/",
        "/office/reports/",
        "/office/payments/",
        "/office/rounds/",
        "/office/programme/",
        "/partnerships/",
        "/steering-groups/",
        "/organisations/",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["coordinator", "officer", "assessor", "outsider"])
def test_every_link_of_the_menu_opens_for_the_person_who_sees_it(person, request, signed_in):
    user = request.getfixturevalue(person)
    browser = signed_in(user)

    answers = {link.url: browser.get(link.url).status_code for link in menu(user)}

    assert set(answers.values()) == {200}, answers


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
