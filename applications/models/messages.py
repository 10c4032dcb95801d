"""What the parties and ICLD write to each other about a case, and ICLD's notes to itself."""

import uuid
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import Combinable
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application, CaseParty
from applications.statuses import Status
from icld_portal import triggers
from partnerships.models import Organisation, User

REMOVAL_MAX_LENGTH = 1_000


class ThreadQuerySet(models.QuerySet["MessageThread"]):
    """Phrases about threads."""

    def visible_to(self, user: User) -> "ThreadQuerySet":
        """The parties read those of their cases; ICLD those of the cases it may open.

        ICLD reads a thread of a draft too: the parties have asked for help in it. The
        draft itself stays closed. Who assesses from outside reads none, and a declared
        conflict of interest hides the threads with the case.
        """
        here = OuterRef("application")
        open_to = Exists(Application.objects.visible_to(user).filter(pk=here))
        if user.office:
            drafts = Application.objects.filter(status=Status.DRAFT, pk=here)
            return self.filter(open_to | Exists(drafts.without_conflicts_of(user)))
        parties = CaseParty.objects.filter(organisation__in=list(user.roles))
        return self.filter(open_to, Exists(parties.filter(application=here)))

    def for_list(self, user: User) -> "ThreadQuerySet":
        """Load what a list shows and ``is_unread``, the one last written in first."""
        loaded = self.select_related("application__partnership", "begun_by")
        return loaded.annotate(is_unread=unread_by(user)).order_by("-last_at", "-pk")


def unread_by(user: User) -> Combinable:
    """Whether somebody has written in a thread since ``user`` last looked."""
    read_to_the_end = ThreadRead.objects.filter(
        thread=OuterRef("pk"), user=user, read_at__gte=OuterRef("last_at")
    )
    return ~Exists(read_to_the_end)


class MessageThread(models.Model):
    """One matter that the parties and ICLD write about. Only ``last_at`` ever changes."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="threads")
    subject = models.CharField(_("subject"), max_length=150)
    begun_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(_("last written in"), default=timezone.now)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-last_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["-last_at", "-id"], name="thread_newest"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(subject=""), name="thread_has_a_subject"),
            models.CheckConstraint(
                condition=Q(last_at__gte=F("begun_at")), name="thread_goes_forward"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_goes_on",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.last_at > NEW.last_at OR (to_jsonb(OLD) - 'last_at') "
                    "IS DISTINCT FROM (to_jsonb(NEW) - 'last_at')"
                ),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("applications:thread", args=[self.pk])


class Message(models.Model):
    """One message, for one organisation, as it was sent. Append-only.

    ``key`` comes from the form: whoever presses twice sends once.
    """

    thread = models.ForeignKey(MessageThread, models.PROTECT, related_name="messages")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    text = models.TextField(_("message"))
    written_at = models.DateTimeField(default=timezone.now)
    key = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        ordering: ClassVar = ["thread", "-written_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["author", "key"], name="message_sent_once"),
            models.CheckConstraint(condition=~Q(text=""), name="message_has_a_text"),
        ]
        triggers: ClassVar = triggers.append_only()

    def __str__(self) -> str:
        return f"{self.author_id} in {self.thread_id}"


class MessageFile(models.Model):
    """A file that was sent with a message, kept under a random name. Append-only."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="files")
    file = models.FileField(max_length=200)
    file_name = models.CharField(_("file name"), max_length=150)
    content_type = models.CharField(max_length=80)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["message", "pk"]
        triggers: ClassVar = triggers.append_only()

    def __str__(self) -> str:
        return self.file_name

    @property
    def removed(self) -> "RemovedFile | None":
        """When and why ICLD removed it, if it did; ``removal`` alone fails if it did not."""
        return getattr(self, "removal", None)


class RemovedFile(models.Model):
    """That ICLD has removed a message's file, and why; the bytes are gone. Append-only."""

    file = models.OneToOneField(MessageFile, models.PROTECT, related_name="removal")
    removed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(_("removed"), default=timezone.now)
    reason = models.TextField(_("reason"), max_length=REMOVAL_MAX_LENGTH)

    class Meta:
        ordering: ClassVar = ["file"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="removed_file_has_a_reason")
        ]
        triggers: ClassVar = triggers.append_only()

    def __str__(self) -> str:
        return f"{self.file_id} removed"


class ThreadRead(models.Model):
    """How far a person has read a thread."""

    thread = models.ForeignKey(MessageThread, models.CASCADE, related_name="reads")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    read_at = models.DateTimeField(help_text=_("When the newest message they have seen was sent."))

    class Meta:
        ordering: ClassVar = ["thread", "user"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["thread", "user"], name="thread_read_once_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.thread_id}"


class NoteQuerySet(models.QuerySet["CaseNote"]):
    """Phrases about internal notes."""

    def visible_to(self, user: User) -> "NoteQuerySet":
        """Those on cases that ``user`` reads for ICLD, and never as one of the parties."""
        if not user.office:
            return self.none()
        cases = Application.objects.visible_to(user).handed_in()
        parties = CaseParty.objects.filter(organisation__in=list(user.roles))
        return self.filter(
            Exists(cases.filter(pk=OuterRef("application"))),
            ~Exists(parties.filter(application=OuterRef("application"))),
        )


class CaseNote(models.Model):
    """A note of ICLD to itself; it stays readable and can only be withdrawn, once."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="notes")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField(_("note"))
    written_at = models.DateTimeField(default=timezone.now)
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["application", "-written_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["author", "key"], name="note_written_once"),
            models.CheckConstraint(condition=~Q(text=""), name="note_has_a_text"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="note_withdrawn_by_somebody",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_withdrawn",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.withdrawn_at IS NOT NULL OR "
                    "(to_jsonb(OLD) - ARRAY['withdrawn_at', 'withdrawn_by_id']) IS DISTINCT FROM "
                    "(to_jsonb(NEW) - ARRAY['withdrawn_at', 'withdrawn_by_id'])"
                ),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.author_id} on {self.application_id}"
