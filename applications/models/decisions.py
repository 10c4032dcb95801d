"""What ICLD thinks and decides: assessments and the decision with its yearly sums."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from finance.models.budgets import MAX_YEARS
from icld_portal import triggers
from icld_portal.constraints import known
from partnerships.models import User


class Outcome(models.TextChoices):
    """What was decided."""

    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")


@pghistory.track()
class Assessment(models.Model):
    """An officer's written assessment of one application, and what they recommend."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="assessments")
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("author"))
    text = models.TextField(_("assessment"))
    recommendation = models.CharField(_("recommendation"), max_length=8, choices=Outcome.choices)
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["application", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "author"], name="assessment_once_per_author"
            ),
            known("recommendation", Outcome, name="assessment_recommendation_known"),
        ]
        triggers: ClassVar = [triggers.no_truncate()]

    def __str__(self) -> str:
        return f"{self.application_id} {self.author_id}"


class Decision(models.Model):
    """ICLD's decision on one application, taken once. Append-only."""

    application = models.OneToOneField(Application, models.PROTECT, related_name="decision")
    outcome = models.CharField(_("decision"), max_length=8, choices=Outcome.choices)
    reason = models.TextField(_("reason"))
    decided_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="decision_has_a_reason"),
            known("outcome", Outcome, name="decision_outcome_known"),
        ]
        triggers: ClassVar = triggers.append_only()

    def __str__(self) -> str:
        return f"{self.application_id} {self.outcome}"


class DecisionYear(models.Model):
    """The sum decided for one year, whole SEK. Append-only."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="years")
    year = models.PositiveSmallIntegerField(_("year"))
    amount_sek = models.PositiveIntegerField(_("amount"))

    class Meta:
        ordering: ClassVar = ["decision", "year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "year"], name="decision_year_once"),
            models.CheckConstraint(
                condition=Q(year__range=(1, MAX_YEARS)), name="decision_year_in_case"
            ),
        ]
        triggers: ClassVar = triggers.append_only()

    def __str__(self) -> str:
        return f"{self.decision_id} {self.year} {self.amount_sek}"
