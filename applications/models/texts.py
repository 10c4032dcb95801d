"""Letters and help texts that ICLD writes itself, as dated versions."""

from datetime import datetime
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from icld_portal import triggers
from icld_portal.constraints import known
from partnerships.models import User


class TextKind(models.TextChoices):
    """Which text it is; the letters first, then the help texts."""

    DECISION_APPROVED = "decision_approved", _("Decision letter: approved")
    DECISION_REJECTED = "decision_rejected", _("Decision letter: rejected")
    MAIL_APPROVED = "mail_approved", _("Mail with the decision: approved")
    MAIL_REJECTED = "mail_rejected", _("Mail with the decision: rejected")
    MAIL_POSTPONED = "mail_postponed", _("Mail: the decision is postponed")
    MAIL_SUBMITTED = "mail_submitted", _("Mail: the application has arrived")
    MAIL_REMINDER = "mail_reminder", _("Mail: the deadline is near")
    MAIL_PROLONGED = "mail_prolonged", _("Mail: the application has got more time")
    MAIL_WITHDRAWN = "mail_withdrawn", _("Mail: the application is withdrawn")
    MAIL_REOPENED = "mail_reopened", _("Mail: the application is opened again")
    SUPPLEMENT_ASKED = "supplement_asked", _("Mail: a supplement is asked for")
    SUPPLEMENT_CLOSED = "supplement_closed", _("Mail: the supplement is closed")
    AGREEMENT_TO_SIGN = "agreement_to_sign", _("Mail: the agreement can be signed")
    AGREEMENT_TEXT = "agreement_text", _("Text of the agreement")
    ABOUT = "about", _("Start page: what the programme is")
    WHO_MAY_APPLY = "who_may_apply", _("Start page: who may apply")
    HOW_IT_WORKS = "how_it_works", _("Start page: how it works")
    HELP_START = "help_start", _("Start page: its first lines")
    FOR_PREPARATION = "for_preparation", _("Start page: what a preparation is for")
    FOR_PROJECT = "for_project", _("Start page: what a project is for")
    FOR_STEERING_GROUP = "for_steering_group", _("Start page: what a steering group is for")
    FOR_DEVELOPMENT = "for_development", _("Start page: what development is for")
    FOR_DISSEMINATION = "for_dissemination", _("Start page: what dissemination is for")
    STEERING_GROUP = "steering_group", _("Steering group: what it does")
    SEAT_MAJORITY = "seat_majority", _("Steering group: politician of the majority")
    SEAT_OPPOSITION = "seat_opposition", _("Steering group: politician of the opposition")
    SEAT_COORDINATOR = "seat_coordinator", _("Steering group: coordinator")
    SEAT_OFFICIAL = "seat_official", _("Steering group: leading official")
    HELP_NEW = "help_new", _("Page “New application”: its first lines")
    HELP_ELIGIBILITY = "help_eligibility", _("Page “May we apply?”: its first lines")
    HELP_ATTACHMENTS = "help_attachments", _("Page “Attachments”: its first lines")
    HELP_APPROVAL = "help_approval", _("Page “Approval by both parties”: its first lines")


class ProgrammeTextQuerySet(models.QuerySet["ProgrammeText"]):
    """Phrases about versions of texts."""

    def visible_to(self, user: User) -> "ProgrammeTextQuerySet":
        """ICLD reads what it is writing; others what is published."""
        return self if user.office else self.published()

    def published(self) -> "ProgrammeTextQuerySet":
        """Versions that are, or have been, in use."""
        return self.filter(published_at__isnull=False)

    def drafts(self) -> "ProgrammeTextQuerySet":
        """What is being written: at most one of each kind, since its number is the next."""
        return self.filter(published_at=None)

    def in_force_at(self, at: datetime) -> "ProgrammeTextQuerySet":
        """The newest version of each kind published by ``at``, else the first there ever was.

        The first version holds for what happened before it: those are the words of then.
        """
        is_later = Case(When(published_at__gt=at, then=Value(1)), default=Value(0))
        nearest = Case(
            When(published_at__gt=at, then=F("version")),
            default=-F("version"),
            output_field=models.IntegerField(),
        )
        return self.published().order_by("kind", is_later, nearest).distinct("kind")

    def with_newest(self) -> "ProgrammeTextQuerySet":
        """Annotate ``newest``, the number of the version in force of the same kind."""
        of_kind = ProgrammeText.objects.filter(
            kind=models.OuterRef("kind"), published_at__isnull=False
        )
        return self.annotate(
            newest=models.Subquery(of_kind.order_by("-version").values("version")[:1])
        )


class ProgrammeText(models.Model):
    """One version of a letter or help text, in both languages. Frozen once published.

    How the texts are written is said in ``icld_portal.wording``; the fields each kind may
    use, in ``applications.text_kinds``. Help texts have no subject.
    """

    called: ClassVar = _("Text")

    kind = models.CharField(_("kind"), max_length=20, choices=TextKind.choices)
    version = models.PositiveSmallIntegerField(_("version"))
    subject_sv = models.CharField(_("subject in Swedish"), max_length=200, blank=True)
    subject_en = models.CharField(_("subject in English"), max_length=200, blank=True)
    body_sv = models.TextField(_("text in Swedish"), max_length=20_000, blank=True)
    body_en = models.TextField(_("text in English"), max_length=20_000, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = ProgrammeTextQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["kind", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "version"], name="programme_text_version_once"),
            models.CheckConstraint(
                condition=Q(published_at=None) | ~(Q(body_sv="") | Q(body_en="")),
                name="programme_text_in_both_languages",
            ),
            known("kind", TextKind, name="programme_text_kind_known"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="published_is_frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    def office_url(self) -> str:
        """The page on which ICLD reads and writes this version."""
        return reverse("applications:text", args=[self.kind, self.version])

    @property
    def wording(self) -> str:
        """What a letter or paper keeps of the text it was written by, as "mail_approved/3"."""
        return f"{self.kind}/{self.version}"
