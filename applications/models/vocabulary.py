"""The programme's closed lists: core areas, cooperation areas and Agenda 2030 goals."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from icld_portal.localize import in_language


class Term(models.Model):
    """A named entry of a closed list, in both languages."""

    code = models.CharField(_("code"), max_length=16, unique=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    sort_order = models.PositiveSmallIntegerField(default=0)
    is_current = models.BooleanField(_("offered in new applications"), default=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["sort_order", "pk"]

    def __str__(self) -> str:
        return in_language(self, "name")


class CoreArea(Term):
    """One of the four core areas of local democracy."""


class CooperationArea(Term):
    """One of the nine areas in which parties cooperate."""


class Goal(Term):
    """One of the seventeen goals of Agenda 2030."""

    colour = models.CharField(max_length=7, blank=True)
