"""What people at ICLD have declared about a case: no conflict of interest, or one.

It stands here, below finance and applications, so that both hide the same cases: a case is
named by its reference, which is given once and never changes.
"""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icld_portal import triggers
from partnerships.models.people import User

# What a withdrawal writes; nothing else of a declaration ever changes.
WITHDRAWAL = "ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdrawal_reason']"


class InterestQuerySet(models.QuerySet["Interest"]):
    """Phrases about declarations."""

    def standing(self) -> "InterestQuerySet":
        """Those that have not been withdrawn."""
        return self.filter(withdrawn_at=None)

    def conflicts(self) -> "InterestQuerySet":
        """The standing ones that hide their case from the person."""
        return self.standing().filter(has_conflict=True)

    def without_conflict(self) -> "InterestQuerySet":
        """The standing ones that say there is no conflict."""
        return self.standing().filter(has_conflict=False)


class Interest(models.Model):
    """One person's declaration about one case. Kept for ever; it can only be withdrawn."""

    user = models.ForeignKey(
        User, models.PROTECT, related_name="interests", verbose_name=_("person")
    )
    case_reference = models.CharField(_("reference"), max_length=9)
    has_conflict = models.BooleanField(_("conflict of interest"))
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    declared_at = models.DateTimeField(_("declared"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("withdrawn by")
    )
    withdrawal_reason = models.TextField(_("reason"), max_length=2000, blank=True)

    objects = InterestQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["case_reference", "pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["user", "case_reference"],
                condition=Q(withdrawn_at=None, has_conflict=True),
                name="interest_conflicts",
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "case_reference"],
                condition=Q(withdrawn_at=None),
                name="interest_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(has_conflict=False) | ~Q(reason=""), name="interest_conflict_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(case_reference__regex=r"^\d{4}-\d{4}$"), name="interest_reference_form"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawal_reason="")
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                    & ~Q(withdrawal_reason="")
                ),
                name="interest_withdrawn_for_a_reason",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_withdrawn",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.withdrawn_at IS NOT NULL OR "
                    f"(to_jsonb(OLD) - {WITHDRAWAL}) IS DISTINCT FROM "
                    f"(to_jsonb(NEW) - {WITHDRAWAL})"
                ),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.case_reference} {self.has_conflict}"
