"""Comments beside sections and questions: the parties' own, which ICLD never sees."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application, CaseParty, frozen_with_case
from applications.models.questions import Question, Section
from icld_portal import triggers
from partnerships.models import User

COMMENT_MAX_LENGTH = 2000
COMMENTS_PER_PAGE = 50
OF_HANDED_IN = (
    "EXISTS (SELECT 1 FROM applications_application AS the_case "
    "WHERE the_case.id = parent.application_id AND the_case.status <> 'draft')"
)
# A comment is never written anew: its author may remove it, and then the place stays.
MORE_THAN_REMOVED = (
    "OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL OR "
    "(to_jsonb(OLD) - ARRAY['text', 'removed_at']) "
    "IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['text', 'removed_at'])"
)


class CommentThreadQuerySet(models.QuerySet["CommentThread"]):
    """Phrases about threads."""

    def visible_to(self, user: User) -> "CommentThreadQuerySet":
        """Those of this person's own cases; the list twin of ``rules.may_comment``."""
        parties = CaseParty.objects.filter(organisation__in=list(user.roles))
        return self.filter(application__in=parties.values("application"))

    def unresolved(self) -> "CommentThreadQuerySet":
        """Those that somebody still has to look at."""
        return self.filter(resolved_at=None)

    def with_replies(self) -> "CommentThreadQuerySet":
        """Annotate ``replies``, and ``is_resolved`` to order by: what is open comes first."""
        return self.annotate(
            replies=models.Count("comments") - 1,
            is_resolved=models.ExpressionWrapper(
                Q(resolved_at__isnull=False), models.BooleanField()
            ),
        )

    def with_places(self) -> "CommentThreadQuerySet":
        """Load what each thread stands beside."""
        return self.select_related("question", "section", "resolved_by")


class CommentThread(models.Model):
    """One conversation beside a section or one of its questions."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="comment_threads")
    section = models.ForeignKey(Section, models.PROTECT, related_name="comment_threads")
    question = models.ForeignKey(
        Question, models.PROTECT, null=True, related_name="comment_threads"
    )
    opened_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    resolved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = CommentThreadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-opened_at", "-pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["application", "section", "-opened_at", "-id"], name="comment_thread_newest"
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(resolved_by=None) | Q(resolved_at__isnull=False),
                name="comment_thread_resolved_at_a_time",
            )
        ]
        triggers: ClassVar = frozen_with_case()

    def __str__(self) -> str:
        return f"{self.application_id} {self.pk}"

    @property
    def about(self) -> Section | Question:
        """What it stands beside: a question, or the section as a whole."""
        return self.question or self.section


class Comment(models.Model):
    """One comment as it was written, or the place where its author removed it."""

    thread = models.ForeignKey(CommentThread, models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.CharField(_("comment"), max_length=COMMENT_MAX_LENGTH, blank=True)
    written_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["written_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(removed_at=None) & ~Q(text="")) | Q(removed_at__isnull=False, text=""),
                name="comment_says_something_or_is_removed",
            )
        ]
        triggers: ClassVar = [
            triggers.frozen_by(
                "frozen_case",
                parent="applications_commentthread",
                key="thread_id",
                condition=OF_HANDED_IN,
            ),
            pgtrigger.Protect(
                name="only_removed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(MORE_THAN_REMOVED),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.thread_id} {self.pk}"

    def get_absolute_url(self) -> str:
        """Where it stands in its thread; asks how many stand before it."""
        before = Q(written_at__lt=self.written_at) | Q(written_at=self.written_at, pk__lt=self.pk)
        page = Comment.objects.filter(before, thread=self.thread_id).count() // COMMENTS_PER_PAGE
        path = reverse(
            "applications:comment_thread", args=[self.thread.application.handle, self.thread_id]
        )
        return f"{path}?page={page + 1}#comment-{self.pk}" if page else f"{path}#comment-{self.pk}"


class Mention(models.Model):
    """Somebody a comment names: told once by letter, and on their page until it is resolved."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="mentions")
    user = models.ForeignKey(User, models.CASCADE, related_name="mentions")

    class Meta:
        ordering: ClassVar = ["comment", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["comment", "user"], name="mention_once_per_comment")
        ]
        triggers: ClassVar = [triggers.no_truncate()]

    def __str__(self) -> str:
        return f"{self.comment_id} {self.user_id}"
