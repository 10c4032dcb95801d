"""Which reminders of a deadline have been sent, so that each goes out once."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from applications.models.application import Application


class Reminder(models.Model):
    """One reminder of one draft's deadline. A deadline that is moved is reminded of anew."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="reminders")
    deadline_on = models.DateField()
    days_before = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["application", "deadline_on", "-days_before"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "deadline_on", "days_before"], name="reminder_once"
            ),
            models.CheckConstraint(
                condition=Q(days_before__range=(1, 60)), name="reminder_days_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.deadline_on} {self.days_before}"
