"""What the programme may pay in a calendar year."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


@pghistory.track()
class Frame(models.Model):
    """The programme's frame for payments in one calendar year, whole SEK; ICLD sets it."""

    year = models.PositiveSmallIntegerField(_("calendar year"), unique=True)
    amount_sek = models.PositiveBigIntegerField(_("frame"))

    class Meta:
        ordering: ClassVar = ["year"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(year__range=(2009, 2100)), name="frame_year_sane"),
            models.CheckConstraint(
                condition=Q(amount_sek__lte=9_999_999_999), name="frame_amount_sane"
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)
