"""Beside the decisions of steering groups: their words for the search, and sent reminders."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils import timezone

from icld_portal import triggers
from icld_portal.constraints import known
from partnerships.models.minutes import FollowUp, SteeringDecision


class DecisionWords(models.Model):
    """The words of a verified decision, kept by the trigger that sees its minutes verified."""

    decision = models.OneToOneField(
        SteeringDecision, models.CASCADE, primary_key=True, related_name="searched"
    )
    words = SearchVectorField()

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["words"], name="decision_words")]
        triggers: ClassVar = [
            pgtrigger.Protect(name="stands_with_the_minutes", operation=pgtrigger.Update),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return str(self.decision_id)


class ReminderOf(models.TextChoices):
    """What somebody is reminded of."""

    SOON = "soon"
    OVERDUE = "overdue"


class FollowUpReminder(models.Model):
    """One reminder of one follow-up, so that each goes out once."""

    follow_up = models.ForeignKey(FollowUp, models.CASCADE, related_name="reminders")
    about = models.CharField(max_length=8, choices=ReminderOf.choices)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["follow_up", "sent_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["follow_up", "about"], name="follow_up_reminder_once"),
            known("about", ReminderOf, name="follow_up_reminder_known"),
        ]

    def __str__(self) -> str:
        return f"{self.follow_up_id} {self.about}"
