"""What the parties have signed: approvals of an exact content, and letters in their stead."""

from typing import ClassVar, Self, TypeVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from icld_portal import triggers
from icld_portal.constraints import known
from icld_portal.models import Factor
from partnerships.models import Organisation, User

Signed = TypeVar("Signed", bound="SignedContent")


class SignedQuerySet(models.QuerySet[Signed]):
    """Phrases about approvals."""

    def valid(self) -> Self:
        """Those that no change has lapsed."""
        return self.filter(lapsed_at=None)


class SignedContent(models.Model):
    """One signatory's approval, for one party, of one exact content.

    Name, role and organisation's words are copied: they stand as they were. A row is
    never changed but to lapse, once.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("party")
    )
    signatory = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("authorised signatory")
    )
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=60)
    statement = models.CharField(_("statement"), max_length=300)
    content_sha256 = models.CharField(max_length=64)
    content_version = models.PositiveIntegerField()
    digests = models.JSONField(
        default=dict, help_text=_("Fingerprint of each part, to tell later which one was changed.")
    )
    method = models.CharField(_("second factor"), max_length=8, choices=Factor.choices)
    approved_at = models.DateTimeField(_("approved"), default=timezone.now)
    lapsed_at = models.DateTimeField(_("lapsed"), null=True)
    lapsed_by = models.CharField(_("changed by"), max_length=120, blank=True)
    lapsed_reason = models.CharField(
        _("what was changed"), max_length=300, blank=True, help_text=_("The parts, by their keys.")
    )

    class Meta:
        abstract = True


def of_signed(of: str, *, name: str) -> list[models.BaseConstraint]:
    """Constraints of a table of approvals of an ``of``; their names begin with ``name``."""
    return [
        models.UniqueConstraint(
            # While a supplement is written, what was handed in stays approved beside it.
            fields=[of, "organisation", "content_sha256"],
            condition=Q(lapsed_at=None),
            name=f"{name}_one_valid_per_content",
        ),
        models.CheckConstraint(
            condition=Q(content_sha256__regex=r"^[0-9a-f]{64}$"), name=f"{name}_has_fingerprint"
        ),
        models.CheckConstraint(
            condition=Q(lapsed_at=None, lapsed_reason="")
            | (Q(lapsed_at__isnull=False) & ~Q(lapsed_reason="")),
            name=f"{name}_lapses_for_a_reason",
        ),
        models.CheckConstraint(condition=~Q(statement=""), name=f"{name}_has_a_statement"),
        known("method", Factor, name=f"{name}_method_known"),
    ]


def only_lapses() -> list[pgtrigger.Trigger]:
    """Triggers of a table of approvals: a row is never changed but to lapse, once."""
    return [
        pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        pgtrigger.Protect(
            name="only_lapses",
            operation=pgtrigger.Update,
            condition=pgtrigger.Condition(
                "OLD.lapsed_at IS NOT NULL OR "
                "(to_jsonb(OLD) - ARRAY['lapsed_at', 'lapsed_by', 'lapsed_reason']) "
                "IS DISTINCT FROM "
                "(to_jsonb(NEW) - ARRAY['lapsed_at', 'lapsed_by', 'lapsed_reason'])"
            ),
        ),
        triggers.no_truncate(),
    ]


class ApprovalQuerySet(SignedQuerySet["Approval"]):
    """Phrases about approvals of applications."""


class Approval(SignedContent):
    """An approval of an application."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="approvals")

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["application", "organisation", "-approved_at", "-pk"]
        constraints: ClassVar = of_signed("application", name="approval")
        triggers: ClassVar = only_lapses()

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.name} {self.application_id}"


class LetterAnswer(models.Model):
    """What ICLD says of a letter of intent that stands in for a signatory. Append-only.

    The last answer counts; a refusal has its reason.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="letter_answers")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("party")
    )
    is_accepted = models.BooleanField(_("accepted"))
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["application", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(is_accepted=True) | ~Q(reason=""), name="letter_refused_for_a_reason"
            )
        ]
        triggers: ClassVar = triggers.append_only()

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.is_accepted} {self.application_id}"
