"""An upload whose connection breaks half-way leaves neither a row nor a file."""

import socket
import time
from contextlib import suppress
from io import BytesIO
from random import Random
from urllib.parse import urlparse

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from applications.models import Attachment
from tests.factories.cases import empty_draft

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }
    return tmp_path


def photo() -> bytes:
    """A JPEG of some megabytes: a picture of which half can be opened is still a picture."""
    drawn = BytesIO()
    noise = Random(1).randbytes(1200 * 1000 * 3)  # noqa: S311 - no secret
    Image.frombytes("RGB", (1200, 1000), noise).save(drawn, "JPEG", quality=95)
    return drawn.getvalue()


def request_of(user, address: str, host: str) -> tuple[bytes, bytes]:
    """The head and the body of a POST of one photo, signed in as ``user``."""
    browser = Client()
    browser.force_login(user)
    token = "a" * 32
    cookies = f"sessionid={browser.cookies['sessionid'].value}; csrftoken={token}"
    parts = (
        b'--cut\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n%s\r\n'
        b'--cut\r\nContent-Disposition: form-data; name="other-files"; filename="hamn.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n"
    ) % token.encode()
    body = parts + photo() + b"\r\n--cut--\r\n"
    head = (
        f"POST {address} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\nConnection: close\r\n"
        "Content-Type: multipart/form-data; boundary=cut\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode(), body


def files_in(folder) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def test_half_an_upload_leaves_nothing_and_the_whole_one_is_kept(
    live_server, partnership, coordinator, own_store
):
    draft = empty_draft(partnership, by=coordinator)
    address = reverse("applications:attach", args=[draft.handle, "other"])
    server = urlparse(live_server.url)
    head, body = request_of(coordinator, address, server.netloc)

    with socket.create_connection((server.hostname, server.port), timeout=10) as line:
        line.sendall(head + body[: len(body) // 2])
        line.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            line.recv(100)
    time.sleep(1)
    assert (Attachment.ever.count(), files_in(own_store)) == (0, 0)

    with socket.create_connection((server.hostname, server.port), timeout=10) as line:
        line.sendall(head + body)
        assert b" 302 " in line.recv(100)
    kept = Attachment.objects.get()
    assert (kept.file_name, kept.size_bytes, files_in(own_store)) == ("hamn.jpg", len(photo()), 1)
