"""A real browser, the system's Chromium, against a live server on this machine."""

import os
import shutil
from collections.abc import Iterator
from time import time

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from partnerships.models import User

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    # What passes is not looked at, so axe need not describe it.
    "resultTypes": ["violations"],
}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium, or skip and say loudly what is missing."""
    if not os.path.exists(CHROMIUM):
        pytest.skip("NO BROWSER TEST WAS RUN: Chromium is missing. Type: apt-get install chromium")
    # Playwright runs its loop in this thread; Django would refuse the database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


class Visitor:
    """One person at one browser; keeps what the console complains of."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message) -> None:
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.complaints.append(message.text)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, user: User, secret: str = "") -> None:
        """Sign in as a person does, with a code if there is a second factor."""
        self.open("/account/login/")
        self.page.fill("input[name=login]", user.email)
        self.page.fill("input[name=password]", "a long test password")
        self.page.click("main form [type=submit]")
        if secret:
            # This half minute's code: it still counts when the page is slow to answer.
            counter = int(time()) // 30
            self.page.fill("input[name=code]", format_hotp_value(hotp_value(secret, counter)))
            self.page.click("main form [type=submit]")
        self.page.wait_for_url(lambda url: "/account/" not in url)

    def assert_accessible(self) -> None:
        """Fail on any WCAG 2.2 AA violation axe finds, or a page with two headings of rank 1."""
        # A click returns once the next page is on its way: half a page has nothing to find.
        self.page.wait_for_load_state("load")
        found = Axe().run(self.page, options=WCAG).response["violations"]
        assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == [], (
            self.page.url
        )
        assert self.page.locator("h1").count() == 1, self.page.url


@pytest.fixture
def browser_windows() -> list[Visitor]:
    """The windows this test has opened."""
    return []


@pytest.fixture
def visit(browser, live_server, browser_windows) -> Iterator:
    """Return a function that gives a new browser window, phone-sized if wanted."""
    cache.clear()
    opened = browser_windows

    def visitor(width: int = 1280, **options) -> Visitor:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        context.set_default_timeout(15_000)
        opened.append(Visitor(context, live_server.url))
        return opened[-1]

    yield visitor
    for one in opened:
        one.context.close()
        assert one.complaints == []


@pytest.fixture
def second_factor():
    """Return a function that gives ``user`` an authenticator app and returns its secret."""

    def give(user: User) -> str:
        secret = generate_totp_secret()
        TOTP.activate(user, secret)
        return secret

    return give


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Keep a picture of every open window of a browser test that failed."""
    outcome = yield
    if call.when == "call" and outcome.get_result().failed:
        for number, window in enumerate(item.funcargs.get("browser_windows", [])):
            window.page.screenshot(path=f"test-results/{item.name}-{number}.png", full_page=True)
