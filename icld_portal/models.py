"""The floor's own tables: events, the outbox and frozen papers."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icld_portal import triggers


class Event(models.Model):
    """Something that happened to a case; the timeline people read. Append-only.

    People are kept as ids without a foreign key, so that an erased person leaves no
    name here and the event stays.
    """

    at = models.DateTimeField(default=timezone.now)
    actor_id = models.BigIntegerField(null=True)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    verb = models.CharField(max_length=40)
    from_status = models.CharField(max_length=30, blank=True)
    to_status = models.CharField(max_length=30, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="event_subject")
        ]
        triggers: ClassVar = triggers.append_only()

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject_id}"


class Letter(models.Model):
    """A mail in the outbox: written with the deed it tells about, sent by a job."""

    to_email = models.EmailField(_("to"))
    to_user_id = models.BigIntegerField(null=True)
    language = models.CharField(max_length=2)
    kind = models.CharField(max_length=40)
    subject = models.CharField(_("subject"), max_length=300)
    body = models.TextField(_("text"))
    about_type = models.CharField(max_length=60, blank=True)
    about_id = models.BigIntegerField(null=True)
    queued_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-queued_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["-queued_at", "-id"], name="letter_newest"),
            models.Index(
                fields=["queued_at"], name="letter_unsent", condition=models.Q(sent_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to_email}"


class FrozenPaper(models.Model):
    """A PDF as it was made once: bytes in the file store, fingerprint in the row."""

    language = models.CharField(max_length=2)
    file_name = models.CharField(max_length=120)
    file = models.FileField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.file_name
