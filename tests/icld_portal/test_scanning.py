"""Uploads shown to a scanner that speaks ClamAV's INSTREAM over a real socket."""

import socketserver
import struct
from io import BytesIO
from threading import Thread

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from applications import attaching, completeness, messages
from applications.models import Attachment, MessageFile
from icld_portal import files, scanning
from icld_portal.models import FileScan
from tests.factories.cases import empty_draft

pytestmark = pytest.mark.django_db
# As in ClamAV's test signature, in two halves: a scanner may read this file.
SIGN = b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE"
CLEAN = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
HARMFUL = CLEAN + SIGN + b"\n%%EOF\n"


class Clamd(socketserver.BaseRequestHandler):
    """Answers one INSTREAM as the daemon does."""

    def handle(self):
        line = self.request.makefile("rb")
        assert line.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack(">I", line.read(4))[0]:
            content += line.read(length)
        if b"size limit" in content:
            self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
        elif SIGN in content:
            self.request.sendall(b"stream: Eicar-Signature FOUND\0")
        else:
            self.request.sendall(b"stream: OK\0")


@pytest.fixture(params=["host and port", "socket"])
def clamd(request, settings, tmp_path):
    if request.param == "socket":
        server = socketserver.ThreadingUnixStreamServer(str(tmp_path / "clamd"), Clamd)
        settings.CLAMAV = str(tmp_path / "clamd")
    else:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd)
        settings.CLAMAV = f"127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, daemon=True).start()
    yield
    server.shutdown()
    server.server_close()


@pytest.fixture
def draft(partnership, coordinator):
    return empty_draft(partnership, by=coordinator)


def attach(draft, content: bytes, *, by) -> Attachment:
    [kept] = attaching.attach(
        draft,
        draft.sheet.question_set.slots.get(key="other"),
        [SimpleUploadedFile("plan.pdf", content)],
        organisation=draft.case_parties.get(is_grantee=True).organisation,
        by=by,
        at=timezone.now(),
    )
    return kept


def scan_of(attachment: Attachment) -> FileScan:
    return FileScan.objects.get(file=attachment.file.name)


def test_a_large_clean_file_and_a_harmful_one_are_told_apart(clamd):
    assert scanning.judge(BytesIO(CLEAN + b"x" * 300_000)) == ""
    assert scanning.judge(BytesIO(b"x" * 300_000 + SIGN)) == "Eicar-Signature"


def test_an_answer_that_is_no_judgement_is_never_taken_for_clean(clamd):
    with pytest.raises(scanning.ScanFailed, match="size limit exceeded"):
        scanning.judge(BytesIO(b"size limit"))


def test_a_file_waits_until_it_is_found_clean(clamd, draft, coordinator, signed_in):
    kept = attach(draft, CLEAN, by=coordinator)
    browser = signed_in(coordinator, "en")
    there = reverse("applications:attachment", args=[draft.handle, kept.pk])
    page = browser.get(there, follow=True)
    assert "plan.pdf cannot be opened: is being checked for viruses." in page.content.decode()

    scanning.scan_stored(scan_of(kept).pk)
    scanning.scan_stored(scan_of(kept).pk)

    assert scan_of(kept).state == "clean"
    assert b"".join(browser.get(there).streaming_content) == CLEAN


def test_a_harmful_file_is_handed_out_to_nobody_and_stops_the_submission(
    clamd, draft, coordinator, signed_in, in_english
):
    kept = attach(draft, HARMFUL, by=coordinator)
    scanning.scan_stored(scan_of(kept).pk)

    page = signed_in(coordinator, "en").get(
        reverse("applications:attachment", args=[draft.handle, kept.pk]), follow=True
    )
    assert "harmful content was found" in page.content.decode()
    stops = [one for one in completeness.attachment_problems(draft) if one.blocks]
    assert [problem.text for problem in stops] == [
        "plan.pdf holds harmful content (Eicar-Signature). Remove it."
    ]
    attaching.set_aside(kept, by=coordinator, at=timezone.now())
    fresh = type(draft).objects.get(pk=draft.pk)
    assert not [one for one in completeness.attachment_problems(fresh) if one.blocks]


@pytest.mark.parametrize(
    ("content", "words"),
    [(CLEAN, "is being checked for viruses"), (HARMFUL, "harmful content was found")],
    ids=["clean", "harmful"],
)
def test_a_file_of_a_message_is_opened_once_it_is_found_clean(
    clamd, draft, coordinator, officer, signed_in, content, words
):
    upload = SimpleUploadedFile("plan.pdf", content)
    thread = messages.begin_thread(draft, subject="?", text="?", by=coordinator, uploads=[upload])
    sent = MessageFile.objects.get()
    there = reverse("applications:message_file", args=[thread.pk, sent.pk])
    scan, browser = FileScan.objects.get(file=sent.file.name), signed_in(officer, "en")
    if content == HARMFUL:
        scanning.scan_stored(scan.pk)

    refused = browser.get(there)
    page = browser.get(refused.url).content.decode()

    assert refused.url == thread.get_absolute_url()
    assert f"plan.pdf cannot be opened: {words}." in page
    # In the warning, and beside the file.
    assert page.count(words) == 2
    assert words in browser.get(refused.url).content.decode()
    scanning.scan_stored(scan.pk)
    answer = browser.get(there)
    if content == CLEAN:
        assert b"".join(answer.streaming_content) == CLEAN
        assert words not in browser.get(refused.url).content.decode()
    else:
        assert answer.url == thread.get_absolute_url()


def test_the_files_of_a_thread_are_looked_up_in_one_query(
    clamd, draft, coordinator, officer, signed_in, django_assert_max_num_queries
):
    def uploads():
        return [SimpleUploadedFile(f"{number}.pdf", CLEAN) for number in range(5)]

    thread = messages.begin_thread(draft, subject="?", text="?", by=coordinator, uploads=uploads())
    browser = signed_in(officer)
    browser.get(thread.get_absolute_url())
    with django_assert_max_num_queries(25) as asked:
        browser.get(thread.get_absolute_url())
    few = len(asked)
    for _number in range(4):
        messages.answer(thread, text="!", by=coordinator, uploads=uploads())
    browser.get(thread.get_absolute_url())
    with django_assert_max_num_queries(few):
        browser.get(thread.get_absolute_url())


def test_a_daemon_that_is_down_leaves_the_file_waiting(settings, draft, coordinator, tmp_path):
    settings.CLAMAV = str(tmp_path / "nobody")
    kept = attach(draft, CLEAN, by=coordinator)

    with pytest.raises(OSError, match="No such file"):
        scanning.scan_stored(scan_of(kept).pk)

    assert scan_of(kept).state == "waiting"
    settings.CLAMAV = ""
    assert scanning.held([kept.file.name]) == {}


def test_a_file_that_was_given_up_is_not_looked_for_again(clamd):
    stored = files.store(SimpleUploadedFile("plan.pdf", CLEAN), "attachments")
    default_storage.delete(stored.file)
    scanning.scan_stored(FileScan.objects.get(file=stored.file).pk)
    assert not FileScan.objects.exists()


def test_without_a_daemon_nothing_waits(draft, coordinator):
    kept = attach(draft, CLEAN, by=coordinator)
    assert not FileScan.objects.filter(file=kept.file.name).exists()
