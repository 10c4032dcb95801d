"""The outbox: written with the deed, sent once, patient with a broken mail server."""

import socket
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from django.core import mail as django_mail
from django.core.mail import send_mail
from django.db import DatabaseError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from icld_portal import jobs, mail
from icld_portal.models import Letter, LetterAttachment
from tests.worker import work

pytestmark = pytest.mark.django_db


def queue() -> Letter:
    return mail.queue_letter(
        to_email="anyone@example.org",
        subject="Hej\nBcc: x",
        body="Text",
        kind="test",
        language="sv",
    )


def test_a_letter_waits_in_the_outbox_with_its_job(db):
    letter = queue()

    assert letter.subject == "Hej Bcc: x"
    job = ProcrastinateJob.objects.get(task_name="icld_portal.jobs.send_letter")
    assert job.args == {"letter_id": letter.pk}
    assert django_mail.outbox == []


def test_a_letter_and_its_job_vanish_with_the_deed_that_failed():
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)

    assert not Letter.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_a_letter_is_sent_once_however_often_its_job_runs():
    letter = queue()

    jobs.send_letter.func(letter_id=letter.pk)
    jobs.send_letter.func(letter_id=letter.pk)

    (message,) = django_mail.outbox
    assert (message.subject, message.to) == ("Hej Bcc: x", ["anyone@example.org"])
    letter.refresh_from_db()
    assert letter.sent_at


def test_a_letter_the_mail_server_refuses_stays_and_says_why(settings):
    settings.PORTAL_EMAIL_BACKEND = "tests.icld_portal.test_mail.BrokenBackend"
    letter = queue()

    with pytest.raises(ConnectionRefusedError):
        jobs.send_letter.func(letter_id=letter.pk)

    letter.refresh_from_db()
    assert letter.sent_at is None
    assert letter.attempts == 1
    assert "ConnectionRefusedError" in letter.last_error


def test_djangos_own_mail_goes_through_the_outbox(settings):
    settings.EMAIL_BACKEND = "icld_portal.mail.OutboxBackend"

    send_mail("Ämne", "Text", None, ["one@example.org", "two@example.org"])

    assert sorted(Letter.objects.values_list("to_email", "subject")) == [
        ("one@example.org", "Ämne"),
        ("two@example.org", "Ämne"),
    ]


def test_in_the_demo_nothing_is_sent(settings):
    settings.PORTAL_MAIL_IS_SENT = False

    queue()

    assert not ProcrastinateJob.objects.exists()


def test_a_file_goes_with_its_letter_and_keeps_its_type_letters_and_name():
    written = "BEGIN:VCALENDAR\r\nSUMMARY:Möte på Gävle rådhus\r\nEND:VCALENDAR\r\n".encode()
    attached = LetterAttachment(
        file_name="möte.ics",
        content_type="text/calendar; method=REQUEST; charset=utf-8",
        content=written,
    )
    letter = mail.new_letter(
        to_email="anyone@example.org",
        subject="Kallelse",
        body="Text",
        kind="test",
        language="sv",
        attached=[attached],
    )
    bare = mail.new_letter(
        to_email="other@example.org", subject="Hej", body="Text", kind="test", language="sv"
    )

    mail.queue_letters([letter, bare])
    for queued in Letter.objects.order_by("pk"):
        jobs.send_letter.func(letter_id=queued.pk)

    first, second = django_mail.outbox
    _whole, _text, part = message_from_bytes(first.message().as_bytes()).walk()
    assert part.get_content_type() == "text/calendar"
    assert (part.get_param("method"), part.get_content_charset()) == ("REQUEST", "utf-8")
    assert part.get_filename() == "möte.ics"
    assert part.get_payload(decode=True) == written
    assert second.attachments == []


def test_what_went_with_a_letter_is_not_changed_afterwards():
    letter = queue()
    attached = LetterAttachment.objects.create(
        letter=letter, file_name="a.ics", content_type="text/calendar", content=b"a"
    )

    with pytest.raises(DatabaseError), transaction.atomic():
        LetterAttachment.objects.filter(pk=attached.pk).update(content=b"b")


class BrokenBackend:
    """A mail server that is away."""

    def __init__(self, *args, **options) -> None:
        pass

    def send_messages(self, messages) -> int:
        raise ConnectionRefusedError("nobody listens")


@pytest.mark.django_db(transaction=True)
def test_after_an_hour_without_a_mail_server_every_letter_arrives_once(settings, in_english):
    settings.PORTAL_EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    letters = [queue() for _number in range(3)]
    LetterAttachment.objects.create(
        letter=letters[0], file_name="a.ics", content_type="text/calendar", content=b"BEGIN"
    )
    for _minute in range(3):
        work("mail")
        make_due()
    assert [letter.sent_at for letter in Letter.objects.all()] == [None] * 3
    assert all(letter.attempts == 3 for letter in Letter.objects.all())
    inbox = Inbox()
    server = Controller(inbox, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    server.start()

    try:
        for _minute in range(3):
            work("mail")
            make_due()
    finally:
        server.stop()

    host = settings.PUBLIC_URL.partition("//")[2].partition(":")[0]
    assert inbox.files == [b"BEGIN"]
    assert sorted(inbox.arrived) == sorted(f"<letter-{one.pk}@{host}>" for one in letters)
    assert all(letter.sent_at for letter in Letter.objects.all())


class Inbox:
    """A mail server that notes what reaches it."""

    def __init__(self) -> None:
        self.arrived: list[str] = []
        self.files: list[bytes] = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content)
        self.arrived.append(message["Message-ID"])
        self.files += [
            part.get_payload(decode=True) for part in message.walk() if part.get_filename()
        ]
        return "250 OK"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_due() -> None:
    """Let the time pass that a failed job waits before it is tried again."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
