"""The floor's own tables: events, the outbox, frozen papers and files made to order."""

import secrets
from collections.abc import Sequence
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icld_portal import triggers
from icld_portal.constraints import known


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


class Delivery(models.TextChoices):
    """How a person gets a letter; in the portal it can always be read."""

    AT_ONCE = "at_once", _("by e-mail at once")
    DIGEST = "digest", _("in one e-mail a day")
    IN_APP = "in_app", _("only here in the portal")


class Letter(models.Model):
    """A mail in the outbox: written with the deed it tells about, sent by a job.

    What is written to somebody with a login is a notice to them too: ``seen_at`` says when
    they opened it. ``digest`` is the daily letter that told of it.
    """

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
    delivery = models.CharField(max_length=8, choices=Delivery.choices, default=Delivery.AT_ONCE)
    digest = models.ForeignKey("self", models.SET_NULL, null=True, related_name="told_of")
    seen_at = models.DateTimeField(null=True)
    # The version of the staff's own text it was written by, as "mail_approved/3"; else empty.
    wording = models.CharField(max_length=40, blank=True)
    # What goes with a letter that is not in the outbox yet.
    to_attach: "Sequence[LetterAttachment]" = ()

    class Meta:
        ordering: ClassVar = ["-queued_at", "-pk"]
        constraints: ClassVar = [known("delivery", Delivery, name="letter_delivery_known")]
        indexes: ClassVar = [
            models.Index(fields=["to_user_id", "-queued_at", "-id"], name="letter_notices"),
            models.Index(
                fields=["to_user_id"], name="letter_unseen", condition=models.Q(seen_at=None)
            ),
            models.Index(
                fields=["queued_at"],
                name="letter_held",
                condition=models.Q(delivery=Delivery.DIGEST, digest=None),
            ),
            models.Index(fields=["-queued_at", "-id"], name="letter_newest"),
            models.Index(fields=["about_type", "about_id", "queued_at"], name="letter_about"),
            models.Index(
                fields=["queued_at"], name="letter_unsent", condition=models.Q(sent_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to_email}"


class LetterAttachment(models.Model):
    """A small file that goes with a letter, such as an invitation for a calendar.

    ``content_type`` may carry parameters: ``text/calendar; method=REQUEST``.
    """

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="attachments")
    file_name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["letter", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(file_name="") & ~models.Q(content_type=""),
                name="letter_attachment_is_named",
            )
        ]
        triggers: ClassVar = triggers.append_only()

    def __str__(self) -> str:
        return self.file_name


class Topic(models.TextChoices):
    """What a person can choose the delivery of. Whatever carries a right or a deadline is none."""

    MESSAGES = "messages", _("Messages between the parties and ICLD")
    CASES = "cases", _("An application has arrived or was withdrawn")
    COMMENTS = "comments", _("Somebody names me in a comment")
    PEOPLE = "people", _("Somebody has handed over to me")


class NoticeChoice(models.Model):
    """How one person wants the letters of one topic; without a row by e-mail at once."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_choices"
    )
    topic = models.CharField(max_length=12, choices=Topic.choices)
    delivery = models.CharField(max_length=8, choices=Delivery.choices)

    class Meta:
        ordering: ClassVar = ["user", "topic"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "topic"], name="notice_choice_once"),
            known("topic", Topic, name="notice_choice_topic_known"),
            known("delivery", Delivery, name="notice_choice_delivery_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.topic} {self.delivery}"


class Factor(models.TextChoices):
    """What somebody who signs proved themselves with, beside the password."""

    TOTP = "totp", _("one-time code")
    WEBAUTHN = "webauthn", _("security key")
    RECOVERY = "recovery", _("recovery code")


class FrozenPaper(models.Model):
    """A PDF as it was made once: bytes in the file store, fingerprint in the row."""

    language = models.CharField(max_length=2)
    file_name = models.CharField(max_length=120)
    file = models.FileField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    # The version of the staff's own text that it holds, as "decision_approved/3"; else empty.
    wording = models.CharField(max_length=40, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.file_name


class PreparedState(models.TextChoices):
    """How far a file made to order has come."""

    WAITING = "waiting", _("waiting")
    WORKING = "working", _("being made")
    DONE = "done", _("ready")
    FAILED = "failed", _("could not be made")


UNDER_WAY = (PreparedState.WAITING, PreparedState.WORKING)


class PreparedFileQuerySet(models.QuerySet["PreparedFile"]):
    """Phrases about files made to order."""

    def visible_to(self, user: models.Model) -> "PreparedFileQuerySet":
        """A file is its owner's alone, and only until its day is over."""
        return self.filter(owner=user.pk, expires_at__gt=timezone.now())

    def under_way(self) -> "PreparedFileQuerySet":
        """Those a worker has yet to finish."""
        return self.filter(state__in=UNDER_WAY)


def new_file_key() -> str:
    """Return a handle for the address of a file made to order."""
    return secrets.token_hex(16)


class PreparedFile(models.Model):
    """A file that one person has ordered; a job makes it, and it is gone after a day."""

    key = models.CharField(max_length=32, unique=True, default=new_file_key, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(max_length=2)
    facts = models.JSONField(default=dict)
    order_sha256 = models.CharField(
        max_length=64, help_text=_("Of kind, language and facts: one order under way for each.")
    )
    state = models.CharField(
        max_length=8, choices=PreparedState.choices, default=PreparedState.WAITING
    )
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    file = models.FileField(max_length=200, blank=True)
    file_name = models.CharField(max_length=150, blank=True)
    content_type = models.CharField(max_length=80, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    ordered_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    objects = PreparedFileQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-ordered_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "order_sha256"],
                condition=models.Q(state__in=UNDER_WAY),
                name="prepared_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | ~models.Q(file=""), name="prepared_has_its_file"
            ),
            known("state", PreparedState, name="prepared_state_known"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("prepared", args=[self.key])

    @property
    def is_under_way(self) -> bool:
        """Whether a worker has yet to finish it."""
        return self.state in UNDER_WAY


class ScanState(models.TextChoices):
    """What a virus scanner has said of a stored file."""

    WAITING = "waiting", _("is being checked for viruses")
    CLEAN = "clean", _("checked, nothing was found")
    INFECTED = "infected", _("harmful content was found")


class FileScan(models.Model):
    """The judgement of one stored file, by the name it is kept under; none, if none was asked."""

    file = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=8, choices=ScanState.choices, default=ScanState.WAITING)
    found = models.CharField(_("found"), max_length=100, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    scanned_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            known("state", ScanState, name="file_scan_state_known"),
            models.CheckConstraint(
                condition=models.Q(state="infected") ^ models.Q(found=""),
                name="file_scan_says_what_it_found",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file} {self.state}"
