"""Cases that are applied for together; each is still decided on its own."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.rounds import Round
from partnerships.models import Partnership


class Bundle(models.Model):
    """A project and its steering group, begun at once by one partnership for one round."""

    partnership = models.ForeignKey(
        Partnership, models.PROTECT, related_name="bundles", verbose_name=_("partnership")
    )
    round = models.ForeignKey(
        Round,
        models.PROTECT,
        null=True,
        related_name="bundles",
        verbose_name=_("application round"),
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.partnership_id} {self.round_id}"
