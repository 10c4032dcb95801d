"""The pages about one's own login, in the portal's look and words."""

import hmac
import struct
import time
from base64 import b32decode

import pytest
from django.test import Client

from tests.pages import Page

PASSWORD = "korrekt häst batteri häftstift"


@pytest.fixture
def browser(coordinator) -> Client:
    """A browser in which the coordinator has signed in and just confirmed the password."""
    coordinator.set_password(PASSWORD)
    coordinator.save()
    client = Client()
    client.post(
        "/account/login/?next=/account/two-factor/",
        {"login": coordinator.email, "password": PASSWORD},
    )
    client.post("/account/reauthenticate/", {"password": PASSWORD, "next": "/account/two-factor/"})
    return client


def opened(response) -> Page:
    """Return the page, which must open and keep to the content policy."""
    page = Page(response)
    assert (response.status_code, page.inline, len(page.headings)) == (200, [], 1)
    return page


def code_of(secret: str) -> str:
    """Return the six figures an authenticator app shows now (RFC 6238)."""
    key = b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06d}"


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_person_sets_up_an_app_and_gets_recovery_codes(browser, language):
    browser.cookies["language"] = language
    address = "/account/two-factor/totp/activate/"
    page = browser.get(address)
    opened(page)
    secret = page.context["form"].secret

    opened(browser.post(address, {"code": "123"}))
    done = browser.post(address, {"code": code_of(secret)}, follow=True)

    opened(done)
    opened(browser.get("/account/two-factor/"))
    opened(browser.get("/account/two-factor/recovery-codes/generate/"))
    opened(browser.get("/account/two-factor/totp/deactivate/"))


def test_sign_in_asks_for_the_second_factor(browser, coordinator):
    address = "/account/two-factor/totp/activate/"
    secret = browser.get(address).context["form"].secret
    browser.post(address, {"code": code_of(secret)})
    browser.post("/account/logout/")

    response = browser.post(
        "/account/login/", {"login": coordinator.email, "password": PASSWORD}, follow=True
    )

    assert response.redirect_chain == [("/account/two-factor/authenticate/", 302)]
    opened(response)


@pytest.mark.parametrize("name", ["add/", ""])
def test_the_pages_for_security_keys_open(browser, name):
    opened(browser.get(f"/account/two-factor/webauthn/{name}"))


def test_a_wrong_password_is_told_once_and_the_address_is_kept(client, coordinator):
    client.cookies["language"] = "en"

    response = client.post("/account/login/", {"login": coordinator.email, "password": "fel"})

    opened(response)
    text = response.content.decode()
    assert text.count("The email address and/or password you specified are not correct.") == 1
    assert f'value="{coordinator.email}"' in text
