"""How each party has filed the case at home: it is a public record there."""

from typing import ClassVar

import pghistory
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from icld_portal import triggers
from partnerships.models import Organisation, User


@pghistory.track()
class PartyFiling(models.Model):
    """A party's own registry number and decision; no part of what is assessed."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="filings")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    registry_number = models.CharField(_("registry number"), max_length=60, blank=True)
    decision_body = models.CharField(_("decided by"), max_length=160, blank=True)
    decided_on = models.DateField(_("decided"), null=True, blank=True)
    decision_paragraph = models.CharField(_("paragraph"), max_length=40, blank=True)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now)
    updated_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("changed by")
    )

    class Meta:
        ordering: ClassVar = ["application", "organisation"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "organisation"], name="party_filing_once"
            )
        ]
        triggers: ClassVar = [triggers.no_truncate()]

    def __str__(self) -> str:
        return f"{self.registry_number} of {self.organisation_id}"
