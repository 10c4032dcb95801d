"""The pages that need no login."""

from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from applications.models import GrantTypeSetting, Round
from icld_portal import public
from icld_portal.localize import STOCKHOLM
from tests.pages import Page

PUBLIC_ADDRESSES = [
    "/",
    "/accessibility/",
    "/questions/",
    "/questions/preparation/",
    "/questions/project/",
    "/questions/steering_group/",
    "/questions/development/",
    "/questions/dissemination/",
    "/guidelines/",
    "/account/login/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/password/reset/key/1-broken/",
    "/account/password/reset/key/done/",
    "/account/inactive/",
]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("address", PUBLIC_ADDRESSES)
def test_a_public_page_opens_in_both_languages_without_inline_code(client, address, language):
    client.cookies["language"] = language

    response = client.get(address)

    page = Page(response)
    assert response.status_code == 200
    assert (page.language, response["Content-Language"]) == (language, language)
    assert page.inline == []
    assert len(page.headings) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["account_change_password", "account_reauthenticate", "mfa_index", "mfa_add_webauthn"]
)
def test_a_page_about_the_own_login_asks_for_it_first(client, name):
    address = reverse(name)

    response = client.get(address)

    assert response.status_code == 302
    assert response["Location"] == f"/account/login/?next={address}"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("name", ["account_change_password", "mfa_index", "mfa_list_webauthn"])
def test_pages_about_the_own_login_keep_to_the_content_policy(
    coordinator, signed_in, name, language
):
    response = signed_in(coordinator, language).get(reverse(name))

    page = Page(response)
    assert response.status_code == 200
    assert (page.language, page.inline, len(page.headings)) == (language, [], 1)


@pytest.fixture
def spring(db) -> Round:
    Round.objects.all().delete()
    return Round.objects.create(opens_on=date(2027, 2, 15), deadline_on=date(2027, 3, 15))


@pytest.fixture
def autumn(spring) -> Round:
    return Round.objects.create(opens_on=date(2027, 9, 15), deadline_on=date(2027, 10, 15))


@pytest.mark.parametrize(
    ("moment", "open_day", "next_day"),
    [
        ("2027-02-14 23:59:59", None, "2027-03-15"),
        ("2027-02-15 00:00:00", "2027-03-15", "2027-10-15"),
        ("2027-03-15 23:59:59", "2027-03-15", "2027-10-15"),
        ("2027-03-16 00:00:00", None, "2027-10-15"),
        ("2027-10-16 00:00:00", None, None),
    ],
)
def test_the_start_page_knows_to_the_second_which_round_is_open(
    spring, autumn, moment, open_day, next_day
):
    now = datetime.fromisoformat(moment).replace(tzinfo=STOCKHOLM)

    found = public.rounds_at(now)

    deadlines = [str(one) if one else None for one in (found["open_round"], found["next_round"])]
    assert deadlines == [open_day, next_day]


def test_an_open_round_shows_its_deadline_and_the_time_left(spring, time_machine):
    time_machine.move_to(datetime(2027, 3, 13, 21, 30, tzinfo=STOCKHOLM), tick=False)
    client = Client()
    client.cookies["language"] = "en"

    text = client.get("/").content.decode()

    assert '<time datetime="2027-03-15">2027-03-15</time> 23:59:59' in text
    assert "2 days and 2 hours left" in text
    assert text.count("Open to 2027-03-15") == 5


def test_between_rounds_the_page_says_when_the_next_opens_and_what_is_open_all_year(
    autumn, time_machine
):
    time_machine.move_to(datetime(2027, 4, 1, tzinfo=STOCKHOLM), tick=False)
    GrantTypeSetting.objects.update_or_create(
        grant_type="preparation", defaults={"open_all_year": True}
    )
    client = Client()
    client.cookies["language"] = "en"

    text = client.get("/").content.decode()

    assert "The next round opens on 2027-09-15" in text
    assert (text.count("Open all year"), text.count("Opens 2027-09-15")) == (1, 4)


def test_without_a_round_the_page_says_so(db, in_english):
    Round.objects.all().delete()
    client = Client()
    client.cookies["language"] = "en"

    assert "No round has been announced yet" in client.get("/").content.decode()
