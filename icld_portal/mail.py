"""The outbox: a letter is a row in the deed's transaction; a job sends it afterwards."""

from collections.abc import Iterable, Sequence
from email import encoders
from email.message import Message
from email.mime.base import MIMEBase
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import models
from django.template.loader import render_to_string
from django.utils import timezone, translation

from icld_portal import delivery, jobs
from icld_portal.events import subject_type
from icld_portal.models import Delivery, Letter, LetterAttachment


def new_letter(
    *,
    to_email: str,
    subject: str,
    body: str,
    kind: str,
    language: str,
    to_user_id: int | None = None,
    about: models.Model | None = None,
    attached: Sequence[LetterAttachment] = (),
) -> Letter:
    """Return a letter that is not in the outbox yet, with the files that go with it."""
    letter = Letter(
        to_email=to_email,
        to_user_id=to_user_id,
        language=language,
        kind=kind,
        subject=" ".join(subject.split())[:300],
        body=body,
        about_type=subject_type(about) if about else "",
        about_id=about.pk if about else None,
    )
    letter.to_attach = attached
    return letter


def queue_letters(letters: Iterable[Letter]) -> None:
    """Put letters in the outbox, in at most four queries; each is sent after the transaction.

    It is sent once; one that its reader wants in the daily mail, or in the portal alone, waits
    there.
    """
    written = list(letters)
    delivery.settle(written)
    queued = Letter.objects.bulk_create(written)
    _keep_attachments(queued)
    sent = [letter.pk for letter in queued if letter.delivery == Delivery.AT_ONCE]
    if sent and settings.PORTAL_MAIL_IS_SENT:
        deferred: list[dict[str, Any]] = [{"letter_id": pk} for pk in sent]
        jobs.send_letter.batch_defer(*deferred)


def _keep_attachments(queued: Sequence[Letter]) -> None:
    """Write down what goes with each letter, while the deed's transaction is open."""
    kept = []
    for letter in queued:
        for one in letter.to_attach:
            one.letter = letter
            kept.append(one)
    if kept:
        LetterAttachment.objects.bulk_create(kept)


def queue_letter(**facts: Any) -> Letter:
    """Put one letter in the outbox; ``facts`` are those of ``new_letter``."""
    letter = new_letter(**facts)
    queue_letters([letter])
    return letter


def render_letter(template: str, language: str, context: dict[str, Any]) -> tuple[str, str]:
    """Return (subject, body) of ``<template>.<language>.txt``: first line, then the rest."""
    with translation.override(language):
        text = render_to_string(f"{template}.{language}.txt", context)
    subject, _, body = text.strip().partition("\n")
    return subject.strip(), body.strip() + "\n"


class OutboxBackend(BaseEmailBackend):
    """Django's own mail (password reset and the like) goes through the same outbox."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue one letter for each recipient; return how many messages there were."""
        for message in email_messages:
            for address in message.recipients():
                queue_letter(
                    to_email=address,
                    subject=str(message.subject),
                    body=str(message.body),
                    kind="account",
                    language=(translation.get_language() or settings.LANGUAGE_CODE)[:2],
                )
        return len(email_messages)


def send(letter: Letter) -> None:
    """Hand ``letter`` to the mail server and note it; raises if the server refuses."""
    message = EmailMessage(
        letter.subject,
        letter.body,
        to=[letter.to_email],
        headers={"Message-ID": f"<letter-{letter.pk}@{_mail_domain()}>"},
        connection=get_connection(settings.PORTAL_EMAIL_BACKEND),
    )
    for attachment in letter.attachments.all():
        message.attach(_mail_part(attachment))
    message.send()
    letter.sent_at = timezone.now()
    letter.attempts += 1
    letter.save(update_fields=["sent_at", "attempts"])


def _mail_part(attachment: LetterAttachment) -> MIMEBase:
    """Return the attachment as a part of a mail, with the parameters of its type."""
    header = Message()
    header["Content-Type"] = attachment.content_type
    # The first of get_params is the type itself.
    named: dict[str, Any] = dict((header.get_params() or [])[1:])
    part = MIMEBase(header.get_content_maintype(), header.get_content_subtype(), **named)
    part.set_payload(bytes(attachment.content))
    encoders.encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=attachment.file_name)
    return part


def _mail_domain() -> str:
    return settings.PUBLIC_URL.partition("//")[2].partition(":")[0] or "localhost"
