"""The plan: results with indicators, activities and risks, as rows that can be compared."""

from typing import ClassVar

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application, frozen_with_case, unlocked
from finance.models.budgets import MAX_YEARS
from icld_portal import triggers
from partnerships.models import Organisation

SCALE = [(number, str(number)) for number in range(1, 6)]


@pghistory.track()
class Result(models.Model):
    """An expected result of a case."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="results")
    text = models.TextField(_("expected result"), max_length=2000)

    class Meta:
        ordering: ClassVar = ["application", "pk"]
        triggers: ClassVar = frozen_with_case(part="part.kind = 'results'")

    def __str__(self) -> str:
        return self.text[:60]


@pghistory.track()
class Indicator(models.Model):
    """How a result is measured: where it starts, where it should end, where one can see it."""

    result = models.ForeignKey(Result, models.CASCADE, related_name="indicators")
    text = models.CharField(_("indicator"), max_length=300)
    baseline = models.CharField(_("baseline"), max_length=200, blank=True)
    target = models.CharField(_("target"), max_length=200, blank=True)
    source = models.CharField(_("source of verification"), max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["result", "pk"]
        triggers: ClassVar = [
            triggers.frozen_by(
                "frozen_case",
                parent="applications_result",
                key="result_id",
                condition=(
                    "EXISTS (SELECT 1 FROM applications_application AS application WHERE "
                    "application.id = parent.application_id AND application.status <> 'draft')"
                ),
                unless=unlocked("part.kind = 'results'", application="parent.application_id"),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return self.text[:60]


@pghistory.track()
class Activity(models.Model):
    """Something a party does in a year of the case."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="activities")
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1), MaxValueValidator(MAX_YEARS)]
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("responsible party")
    )
    text = models.TextField(_("activity"), max_length=2000)
    cost_sek = models.PositiveIntegerField(_("cost"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["application", "year", "pk"]
        verbose_name_plural = "activities"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(year__range=(1, MAX_YEARS)), name="activity_year_in_case"
            ),
            models.CheckConstraint(
                condition=Q(cost_sek=None) | Q(cost_sek__range=(0, 99_999_999)),
                name="activity_cost_sane",
            ),
        ]
        triggers: ClassVar = frozen_with_case(part="part.kind = 'activities'")

    def __str__(self) -> str:
        return self.text[:60]


@pghistory.track()
class Risk(models.Model):
    """What may go wrong, how likely and how bad (1-5), and who does what about it."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="risks")
    text = models.TextField(_("risk"), max_length=1000)
    probability = models.PositiveSmallIntegerField(_("probability"), choices=SCALE)
    consequence = models.PositiveSmallIntegerField(_("consequence"), choices=SCALE)
    measure = models.TextField(_("measure"), max_length=1000, blank=True)
    owner = models.CharField(_("owner"), max_length=120, blank=True)

    class Meta:
        ordering: ClassVar = ["application", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(probability__range=(1, 5), consequence__range=(1, 5)),
                name="risk_scales_one_to_five",
            )
        ]
        triggers: ClassVar = frozen_with_case(part="part.kind = 'risks'")

    def __str__(self) -> str:
        return self.text[:60]
