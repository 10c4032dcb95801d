"""Who is to assess which case."""

from typing import ClassVar

import pghistory
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from icld_portal import triggers
from partnerships.models import User


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Assignment(models.Model):
    """One assessor, of ICLD or from outside, who has been given one case."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="assignments")
    assessor = models.ForeignKey(
        User, models.PROTECT, related_name="assignments", verbose_name=_("assessor")
    )
    assigned_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(_("given"), default=timezone.now)

    class Meta:
        ordering: ClassVar = ["application", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "assessor"], name="assignment_once_per_assessor"
            )
        ]
        triggers: ClassVar = [triggers.no_truncate()]

    def __str__(self) -> str:
        return f"{self.application_id} {self.assessor_id}"
