"""Files that belong to an application."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application, frozen_with_case
from partnerships.models import Organisation, User


class Attachment(models.Model):
    """A letter of intent: one or more per party, kept under a random name."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="attachments")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("signed by")
    )
    file = models.FileField(max_length=200)
    file_name = models.CharField(_("file name"), max_length=150)
    content_type = models.CharField(max_length=80)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["application", "organisation", "pk"]
        triggers: ClassVar = frozen_with_case()

    def __str__(self) -> str:
        return self.file_name
