"""Signing in: personal, throttled, with a second factor for ICLD."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client

from tests.pages import Page

pytestmark = pytest.mark.django_db
PASSWORD = "a long test password"


@pytest.fixture(autouse=True)
def fresh_throttle(db):
    cache.clear()


def sign_in(client: Client, email: str, password: str = PASSWORD):
    return client.post("/account/login/", {"login": email, "password": password})


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_a_person_signs_in_and_is_greeted_in_their_own_language(client, partner_coordinator):
    answer = sign_in(client, partner_coordinator.email.upper())

    assert answer.status_code == 302
    assert answer.cookies["language"].value == "en"
    assert client.session["_auth_user_id"] == str(partner_coordinator.pk)


def test_a_wrong_password_says_the_same_as_an_unknown_address(client, coordinator):
    wrong = sign_in(client, coordinator.email, "not this one at all")
    unknown = sign_in(client, "nobody@example.org", "not this one at all")

    def said(answer):
        return answer.context["form"].non_field_errors()

    assert wrong.status_code == unknown.status_code == 200
    assert said(wrong) == said(unknown)
    assert "_auth_user_id" not in client.session


def test_guessing_is_throttled(client, coordinator):
    for _attempt in range(12):
        answer = sign_in(client, coordinator.email, "not this one at all")
        if answer.status_code == 429 or "för många" in str(answer.content.decode()).lower():
            break

    right = sign_in(client, coordinator.email)

    assert "_auth_user_id" not in client.session
    assert right.status_code in {200, 429}


def test_a_code_is_asked_of_those_who_have_a_second_factor(client, officer):
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    RecoveryCodes.activate(officer)
    kept = Authenticator.objects.get(user=officer, type="totp").data["secret"]
    assert secret not in kept, "the secret is encrypted"

    sign_in(client, officer.email)
    assert "_auth_user_id" not in client.session
    client.post("/account/two-factor/authenticate/", {"code": code_of(secret)})

    assert client.session["_auth_user_id"] == str(officer.pk)
    assert client.get("/office/applications/").status_code == 200


def test_icld_without_a_second_factor_is_led_to_set_one_up(client, officer):
    client.force_login(officer)

    answer = client.get("/office/applications/")

    assert (answer.status_code, answer.url) == (302, "/account/two-factor/")


def test_nobody_signs_up_alone(client):
    assert client.get("/account/signup/").status_code in {302, 403, 404}
    assert client.post("/account/signup/", {"email": "new@example.org"}).status_code != 200


def test_a_deactivated_person_is_out_at_the_next_request(signed_in, coordinator):
    client = signed_in(coordinator)
    assert client.get("/home/").status_code == 200

    coordinator.is_active = False
    coordinator.save()

    assert client.get("/home/").status_code == 302


def test_a_removed_membership_counts_at_the_next_request(signed_in, officer):
    client = signed_in(officer)
    assert client.get("/office/applications/").status_code == 200

    officer.memberships.all().delete()

    assert client.get("/office/applications/").status_code == 403


@pytest.mark.parametrize(
    ("language", "heading"), [("sv", "För många försök"), ("en", "Too many attempts")]
)
def test_asking_for_too_many_reset_letters_is_refused_on_a_page_of_ours(client, language, heading):
    client.cookies["language"] = language
    for _attempt in range(21):
        answer = client.post("/account/password/reset/", {"email": "nobody@example.org"})

    assert answer.status_code == 429
    assert Page(answer).headings == [heading]


def test_behind_a_proxy_one_guesser_does_not_lock_out_the_others(client, coordinator, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for attempt in range(12):
        client.post(
            "/account/login/",
            {"login": f"somebody{attempt}@example.org", "password": "a guess"},
            headers={"x-forwarded-for": "192.0.2.1"},
        )
    credentials = {"login": coordinator.email, "password": PASSWORD}

    guesser = client.post("/account/login/", credentials, headers={"x-forwarded-for": "192.0.2.1"})
    another = client.post("/account/login/", credentials, headers={"x-forwarded-for": "192.0.2.2"})

    assert (guesser.status_code, another.status_code) == (200, 302)
