"""A person's browser, as thin as can be: one connection kept open, a session, no parsing."""

from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from http.client import HTTPConnection
from importlib import import_module
from time import perf_counter
from urllib.parse import urlencode

from django.conf import settings

from icld_portal.bench.counting import ANSWER, ASK
from icld_portal.bench.sites import HOST
from partnerships.models import User

CSRF_TOKEN = "b" * 32
TIMEOUT_SECONDS = 60

Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What came back: status, text, whereto, how long it took, how many queries (if asked)."""

    status: int
    text: bytes
    location: str
    seconds: float
    queries: int


class Browser:
    """Keeps one connection and one session open; ``session`` may be empty for the public."""

    def __init__(self, port: int, session: str = "") -> None:
        self.connection = HTTPConnection(HOST, port, timeout=TIMEOUT_SECONDS)
        self.headers = {
            "Cookie": f"csrftoken={CSRF_TOKEN}; language=sv; sessionid={session}",
            "Accept": "text/html",
        }

    def get(self, path: str, *, count: bool = False) -> Answer:
        """Fetch a page; ``count`` has its queries counted, which takes time."""
        return self.send("GET", path, None, {ASK: "1"} if count else {})

    def post(
        self,
        path: str,
        fields: Fields,
        *,
        count: bool = False,
        live: bool = False,
        data: bool = False,
    ) -> Answer:
        """Send a form; ``live`` as htmx, ``data`` as a script does. A redirect is not followed."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-CSRFToken": CSRF_TOKEN,
            **({ASK: "1"} if count else {}),
            **({"HX-Request": "true"} if live else {}),
            **({"Accept": "application/json"} if data else {}),
        }
        return self.send("POST", path, urlencode(fields).encode(), headers)

    def send(self, method: str, path: str, body: bytes | None, more: Mapping[str, str]) -> Answer:
        """Send one request and read all of its answer, timed together."""
        started = perf_counter()
        self.connection.request(method, path, body, {**self.headers, **more})
        response = self.connection.getresponse()
        text = response.read()
        seconds = perf_counter() - started
        return Answer(
            response.status,
            text,
            response.getheader("Location") or "",
            seconds,
            int(response.getheader(ANSWER) or 0),
        )


def sign_in(user: User) -> str:
    """Return the key of a new session in which ``user`` has passed both factors."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [
        {"method": "password", "at": 0, "email": user.email},
        {"method": "mfa", "at": 0, "type": "totp"},
    ]
    session.create()
    return str(session.session_key)


class FormReader(HTMLParser):
    """Collects what a browser would send for the largest form of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Fields] = []
        self.textarea: str | None = None
        self.select: str | None = None
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a field, or that one with text or choices begins."""
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self.forms.append([])
        elif not self.forms or (not name and tag != "option"):
            return
        elif tag == "input" and is_sent(given):
            ticked = "on" if given.get("type") in {"checkbox", "radio"} else ""
            self.forms[-1].append((name, given.get("value", ticked)))
        elif tag == "textarea":
            self.textarea, self.text = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.forms[-1].append((self.select, given.get("value", "")))

    def handle_data(self, data: str) -> None:
        """Gather what stands in a text area."""
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        """Note the text of the area that ends."""
        if tag == "textarea" and self.textarea:
            self.forms[-1].append((self.textarea, self.text.removeprefix("\n")))
            self.textarea = None
        elif tag == "select":
            self.select = None


def is_sent(given: Mapping[str, str]) -> bool:
    """Return whether a browser sends this input untouched."""
    if given.get("type") in {"checkbox", "radio"}:
        return "checked" in given
    return given.get("type") not in {"submit", "button", "reset", "file"}


def form_on(page: bytes) -> Fields:
    """Return the fields of the page's largest form, without its protection token."""
    reader = FormReader()
    reader.feed(page.decode())
    largest = max(reader.forms, key=len, default=[])
    return [(name, value) for name, value in largest if name != "csrfmiddlewaretoken"]
